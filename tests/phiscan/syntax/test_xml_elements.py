"""Elements close in order, with ranges, attributes and texts. Broken nesting loses none."""

import pytest

from phiscan.finding import Gap
from phiscan.syntax.xml_elements import MAX_DEPTH, Document, XmlTooDeepError


def closed(data):
    return [element.name for element in Document(data).elements()]


def test_elements_come_when_they_close():
    assert closed(b"<a><b><c/></b><d></d></a>") == ["c", "b", "d", "a"]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"<a><b>", ["b", "a"]),
        (b"<a><b></a>", ["b", "a"]),
        (b"<a></x><b/></a>", ["b", "a"]),
        (b"<a/><b/>", ["a", "b"]),
    ],
)
def test_broken_nesting_loses_no_element(data, names):
    assert closed(data) == names


def test_attributes_have_their_decoded_text_and_their_bytes():
    data = b"""<a x:type = 'T' b="A&amp;B&#45;" c=plain d=""/>"""
    document = Document(data)
    found = document.attributes(next(iter(document.elements())))
    assert {k: (v.text, data[v.start : v.end]) for k, v in found.items()} == {
        "type": ("T", b"T"),
        "b": ("A&B-", b"A&amp;B&#45;"),
        "c": ("plain", b"plain"),
        "d": ("", b""),
    }


def test_a_path_leaves_the_root_out():
    paths = [element.path() for element in Document(b"<r><a><b/></a></r>").elements()]
    assert paths == [["a", "b"], ["a"], ["r"]]


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("ISO-8859-1", b"Jos\xe9", "José"),
        ("windows-1252", b"\x93x", "“x"),
        ("UTF-8", b"Jos\xc3\xa9", "José"),
    ],
)
def test_values_are_read_in_the_declared_encoding(name, raw, text):
    document = Document(
        b'<?xml version="1.0" encoding="' + name.encode() + b'"?><a>' + raw + b"</a>"
    )
    element = next(iter(document.elements()))
    assert document.run(element.runs[0]).text == text


@pytest.mark.parametrize(
    "name", ["UTF-7", "Shift_JIS", "cp037", "x-unknown", "iso-8859-12", "windows-1259"]
)
def test_an_encoding_that_could_hide_markup_is_a_gap(name):
    assert (
        Document(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode()).gap
        is Gap.UNKNOWN_ENCODING
    )


def test_an_internal_subset_is_malformed_because_it_could_define_the_text():
    document = Document(b'<!DOCTYPE a [<!ENTITY n "Ann">]><a>&n;</a>')
    list(document.elements())
    assert document.gap is Gap.MALFORMED


def test_too_many_elements_within_each_other_are_not_followed():
    assert len(closed(b"<a>" * MAX_DEPTH)) == MAX_DEPTH
    with pytest.raises(XmlTooDeepError):
        closed(b"<a>" * (MAX_DEPTH + 1))
