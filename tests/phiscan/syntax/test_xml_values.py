"""A value in pieces is one value, and documents within values become nested documents."""

import base64

import pytest

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.syntax.xml_elements import Document, Value
from phiscan.syntax.xml_values import Hidden, add_base64, text


def value_of(data, name="v"):
    document = Document(data)
    for element in document.elements():
        if element.name == name:
            found = text(document, element)
            return found and (found.text, data[found.start : found.end])
    return None


@pytest.mark.parametrize(
    ("data", "value", "covered"),
    [
        (b"<v> Ann </v>", "Ann", b"Ann"),
        (b"<v><![CDATA[A&B]]></v>", "A&B", b"A&B"),
        (b"<v>123-<!-- x -->45</v>", "123-45", b"123-<!-- x -->45"),
        (b"<v>123-<b>45</b>-6</v>", "123-45-6", b"123-<b>45</b>-6"),
        (b"<v>1<![CDATA[2]]>3</v>", "123", b"1<![CDATA[2]]>3"),
        (b"<v><b>12</b><i>34</i></v>", "1234", b"<b>12</b><i>34</i>"),
        (b"<v>12<br/>34</v>", "12 34", b"12<br/>34"),
        (b"<v>&#49;&#50;</v>", "12", b"&#49;&#50;"),
    ],
)
def test_a_value_is_its_texts_joined_and_the_range_keeps_the_markup_balanced(data, value, covered):
    assert value_of(data) == (value, covered)


@pytest.mark.parametrize("data", [b"<v/>", b"<v> </v>", b"<v><first>A</first><last>B</last></v>"])
def test_a_group_of_values_is_no_value(data):
    assert value_of(data) is None


def hidden(data):
    evidence = Evidence()
    document = Document(data)
    finder = Hidden(document, evidence)
    for element in document.elements():
        finder.element(element)
    return evidence.nested, finder.finish()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<p>123-<!-- -->45-6789</p>", b"123-45-6789"),
        (b"<p>SSN 123-<b>45</b>-6789 on file</p>", b"SSN 123-45-6789 on file"),
        (b"<p>ann@<b>ex</b>ample.org</p>", b"ann@example.org"),
    ],
)
def test_what_patterns_cannot_read_is_handed_on_as_text(data, found):
    nested, gap = hidden(data)
    assert [n.data for n in nested] == [found]
    assert gap is Gap.NONE


@pytest.mark.parametrize(
    "data",
    [
        b"<p>1234567 <b>89</b></p>",  # a blank between
        b"<r><a>1234567</a><b2>89</b2></r>",  # two values in a group
        b"<p>H<sub>2</sub>O</p>",  # too few digits for an identifier
    ],
)
def test_texts_that_are_no_one_value_are_not_joined(data):
    assert hidden(data)[0] == []


def test_an_escaped_document_is_handed_on_with_the_way_back_to_its_bytes():
    data = b"<s>&lt;patient&gt;&lt;name&gt;A&amp;amp;B&lt;/name&gt;</s>"
    (nested,), _ = hidden(data)
    assert nested.data == b"<patient><name>A&amp;B</name>"
    start = nested.data.index(b"A&amp;B")
    first, last = nested.origin.origin(start, start + len(b"A&amp;B"))
    assert data[first:last] == b"A&amp;amp;B"
    assert not nested.declared


def test_an_escaped_document_with_an_xml_declaration_is_declared():
    (nested,), _ = hidden(b"<s><![CDATA[<?xml version='1.0'?><patient/>]]></s>")
    assert nested.declared
    assert nested.data == b"<?xml version='1.0'?><patient/>"


def test_more_pieces_than_are_looked_at_is_a_gap():
    assert hidden(b"<r>" + b"<p>123-<b>45</b>-6789</p>" * 600 + b"</r>")[1] is Gap.OVER_LIMIT


def test_base64_is_decoded_and_what_is_none_goes_on_as_it_stands():
    evidence = Evidence()
    encoded = base64.b64encode(b"Patient: Ann").decode()
    add_base64(evidence, Value(encoded[:8] + "\n " + encoded[8:], 3, 9), "f", "text/plain")
    add_base64(evidence, Value("not base64!", 20, 31), "f", "")
    assert [(n.data, n.declared, n.location.start) for n in evidence.nested] == [
        (b"Patient: Ann", True, 3),
        (b"not base64!", True, 20),
    ]
