"""The expressions for tokens of JSON."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.syntax.json_lexer import SCALAR, STRING, TEXT, WORD


def _matches(piece: str, text: bytes) -> bool:
    return re.compile(piece.encode(), re.DOTALL).fullmatch(text) is not None


@given(st.text())
def test_each_string_that_a_writer_writes_is_one_string(value):
    for ascii_only in (True, False):
        written = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        assert _matches(STRING, written)
        assert _matches(TEXT, written[1:-1])
        assert _matches(SCALAR, written)


@pytest.mark.parametrize("text", [b'"a', b'"a\\"', b'"a"b"', b'a"', b'"a\\'])
def test_what_does_not_end_where_it_should_is_no_string(text):
    assert not _matches(STRING, text)


@pytest.mark.parametrize("text", [b"-1.5e+3", b"true", b"NaN"])
def test_a_number_or_a_name_is_a_word(text):
    assert _matches(WORD, text)
    assert not _matches(STRING, text)
