"""The element or attribute that holds a place in XML."""

import pytest

from phiscan.readers.xml_fields import fields

MARK = b"HERE"


def named(data):
    offsets, at = [], data.find(MARK)
    while at >= 0:
        offsets.append(at)
        at = data.find(MARK, at + 1)
    return list(fields(frozenset(("known",)))(data, offsets))


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"<order><note>HERE</note>HERE</order>", ["note", "order"]),
        (b"<note><a:known>1</a:known>HERE HERE</note>", ["note", "note"]),
        (b"<a:known>HERE</a:known>", ["known"]),
        (b"<note><p>a <b>HERE</b></p></note>", ["note"]),  # elements of layout are no fields
        (b"<note>a<br/>HERE</note>", ["note"]),
        (b"<note><![CDATA[HERE]]></note>", ["note"]),
        (b"<note><!-- HERE --></note>", ["note"]),
        (b'<order note="a HERE" id="HERE"/>', ["note", "id"]),
        (b"<order note='HERE'>HERE</order>", ["note", "order"]),
        (b"<Ruiz>HERE</Ruiz>", ["*"]),
        (b"HERE<note/>", [""]),
        (b"</note>" * 100 + b"HERE", [""]),  # nothing is open near it
        (b"<note>" + b"<known>1</known>" * 20 + b"HERE</note>", ["note"]),
        (b"<note>" + b"<known>1</known>" * 100 + b"HERE</note>", [""]),  # too far away
    ],
)
def test_the_element_or_attribute_of_a_place(data, names):
    assert named(data) == names
