"""The segment and field of an HL7 v2 message that holds a place."""

import pytest

from phiscan.formats.hl7v2.field_places import fields

MARK = b"HERE"


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"MSH|^~\\&|HERE\rOBX|1|TX|x||a HERE\r\nNTE|1||HERE", ["MSH-3", "OBX-5", "NTE-3"]),
        (b"MSH#^~\\&#A\rOBX#1#TX#|#HERE", ["OBX-4"]),  # the header names the delimiter
        (b"OBX|1|HERE HERE|HERE", ["OBX-2", "OBX-2", "OBX-3"]),
        (b"MSH|^~\\&|A\rANA|HERE", ["*-1"]),  # no version has this segment
        (b"MSH|^~\\&|A\rZRU|HERE", ["*-1"]),  # a site's own name
    ],
)
def test_the_field_of_a_place(data, names):
    offsets, at = [], data.find(MARK)
    while at >= 0:
        offsets.append(at)
        at = data.find(MARK, at + 1)
    assert list(fields(data, offsets)) == names
