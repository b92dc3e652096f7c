"""Literals of programs are decoded as their languages decode them, with ranges mapped back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.syntax.literals import unescaped


def decoded(data):
    return unescaped(data, 0, len(data)).text()


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (rb"a\nb\tc", b"a\nb\tc"),
        (rb"it\'s \"so\"", b'it\'s "so"'),
        (rb"\u00e9 \u{e9} \U000000e9", "é é é".encode()),
        (rb"\ud83d\ude00", "\U0001f600".encode()),
        (rb"\xc3\xa9", "é".encode()),  # the bytes of UTF-8, as in Python bytes
        (rb"caf\xe9", "café".encode()),  # a character, as in a Python str
        (rb"PID|1\015PV1|1", b"PID|1\rPV1|1"),
        (b"a\\\nb", b"ab"),  # a line that goes on
        (rb"C:\\new", rb"C:\new"),
    ],
)
def test_an_escape_is_decoded(literal, text):
    assert decoded(literal) == text


@pytest.mark.parametrize(
    "text",
    [
        rb"\d+\s\w",  # a regular expression
        rb"DOE\T\SONS \F\ \.br\ \X0D",  # escape sequences of HL7 v2
        rb"\u12 \x4 \U0011",  # cut off
        b"ends with \\",
        rb"\u{110000}",  # no character
    ],
)
def test_what_is_no_escape_is_kept(text):
    assert decoded(text) == text


def test_ranges_lead_back_to_the_document():
    data = rb"got \"Ana\x20Ru\u00edz\" here"
    text = unescaped(data, 4, len(data) - 5)
    at = text.text().index("Ruíz".encode())
    start, end = text.origin(at, at + 5)
    assert data[start:end] == rb"Ru\u00edz"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_json_is_decoded_as_json(text):
    assert decoded(json.dumps(text)[1:-1].encode()) == text.encode()


@given(st.binary(max_size=40))
def test_python_bytes_that_are_utf_8_are_decoded_as_python_does(raw):
    literal = repr(raw)[2:-1].encode()
    try:
        expected = raw.decode().encode()
    except UnicodeDecodeError:
        return
    assert decoded(literal) == expected
