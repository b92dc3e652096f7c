import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.formats.fhir import absent

REASON = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "masked",
}
EXTENSION = {"extension": [REASON]}


def edited(text, values, edits):
    data = text.encode()
    ranges = [(data.index(v), data.index(v) + len(v)) for v in map(str.encode, values)]
    pieces, at = [], 0
    for edit in edits(data, ranges):
        assert edit.start >= at
        pieces += [data[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*pieces, data[at:]]).decode()


def in_json(text, *values):
    return json.loads(edited(text, values, absent.in_json))


def test_a_member_becomes_its_extension():
    assert in_json('{"birthDate": "1961-11-23", "gender": "male"}', "1961-11-23") == {
        "_birthDate": EXTENSION,
        "gender": "male",
    }


def test_items_become_null_and_the_array_gets_extensions():
    assert in_json('{"given": ["Ana", "Q", "Liu"]}', "Ana", "Liu") == {
        "given": [None, "Q", None],
        "_given": [EXTENSION, None, EXTENSION],
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"a":"x1","_a":{"id":"7"},"b":1}', {"_a": {"extension": [REASON], "id": "7"}, "b": 1}),
        ('{"b":1,"_a":{},"a":"x1"}', {"b": 1, "_a": {"extension": [REASON]}}),
        (
            '{"_a":{"extension":[{"url":"u"}]} , "a" : "x1"}',
            {"_a": {"extension": [REASON, {"url": "u"}]}},
        ),
    ],
)
def test_a_member_that_has_extensions_gets_one_more(text, left):
    assert in_json(text, "x1") == left


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"id":"x1"}', "the id of a resource has no extensions"),
        ('{"text":"about x1 today"}', "a part of a string"),
        ('{"a":["x1"],"_a":[null]}', "the array has extensions already"),
        ('{"a":["x1",{"b":1}]}', "an array of objects"),
        ('["x1"]', "an array without a name"),
    ],
)
def test_elsewhere_nothing_is_edited(text, why):
    assert in_json(text, "x1") == json.loads(text), why


@given(
    st.recursive(
        st.sampled_from(["x1", "x2", "other", 5, None, True]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["a", "_a", "b", "extension"]), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    st.sampled_from([None, 1]),
)
def test_whatever_the_document_it_stays_json(document, indent):
    data = json.dumps(document, indent=indent).encode()
    ranges = [(m, m + 2) for m in range(len(data)) if data[m : m + 2] in (b"x1", b"x2")]
    pieces, at = [], 0
    for edit in absent.in_json(data, ranges):
        if edit.start >= at:  # of edits that overlap, the writer keeps the first
            pieces += [data[at : edit.start], edit.text]
            at = edit.end
    json.loads(b"".join([*pieces, data[at:]]))


@pytest.mark.parametrize(
    "text",
    [
        '<P xmlns="http://hl7.org/fhir"><birthDate value="x1"/></P>',
        "<P xmlns='http://hl7.org/fhir'><birthDate id='a>b' value = 'x1' ></birthDate></P>",
        '<f:P xmlns:f="http://hl7.org/fhir"><f:birthDate value="x1"><f:extension url="u"/>'
        "</f:birthDate></f:P>",
    ],
)
def test_an_element_gets_the_extension_in_place_of_its_value(text):
    root = ElementTree.fromstring(edited(text, ["x1"], absent.in_xml))  # noqa: S314 - our own
    birth = root[0]
    assert "value" not in birth.attrib
    extension = birth[0]
    assert extension.tag == "{http://hl7.org/fhir}extension"
    assert extension.attrib["url"] == REASON["url"]
    assert extension[0].attrib["value"] == "masked"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<a value="about x1"/>', "a part of a value"),
        ("<div>x1</div>", "a text"),
        ('<a title="x1"/>', "another attribute"),
        ('<a value="x1"', "a tag that does not end"),
    ],
)
def test_elsewhere_nothing_is_edited_in_xml(text, why):
    assert edited(text, ["x1"], absent.in_xml) == text, why
