"""A line shows by itself whether the document that it shows a sign of goes on elsewhere."""

import re

import pytest

from phiscan.embedded.cut_documents import QUOTED_MARKS, is_cut, signs


@pytest.mark.parametrize(
    "line",
    [
        b'  "resourceType": "Patient",',
        b'{ "resourceType": "Patient", "name": [{',
        b"  resourceType: 'Patient',",
        b'<?xml version="1.0"?>',
        b'<Patient xmlns="http://hl7.org/fhir">',
        b"ISA*00*          *00*",
        b"MSH|^~\\&|A|B",
    ],
)
def test_a_part_of_a_document_is_cut(line):
    assert is_cut(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'got {"resourceType": "Patient"}', "the object ends"),
        (b'<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>', "the element ends"),
        (b"ISA*00*  *~GS*HC~IEA*1*1~", "the interchange has its trailer"),
        (b"MSH|^~\\&|A|B\rPID|1||7", "the message goes on in the line"),
        (b'{ "name": [', "no sign of a document"),
    ],
)
def test_what_is_whole_or_no_document_is_not_cut(line, reason):
    assert not is_cut(line), reason


def test_signs_are_in_order():
    data = b"MSH|^~\\&|\n<?xml ?>\nISA*00*\n"
    assert list(signs(data)) == [0, 10, 19]


@pytest.mark.parametrize("mark", QUOTED_MARKS)
def test_a_quoted_mark_has_a_quote_in_every_match(mark):
    rest = re.sub(r"\[(?:\\.|[^\]\\])*\][*?+]?", "", mark)  # without classes
    while rest != (rest := re.sub(r"\((?:\\.|[^()\\])*\)[*?+]?(?:\{[\d,]*\})?", "", rest)):
        pass  # without groups, from the innermost ones
    assert '"' in rest.replace('"?', "").replace('"*', "")
