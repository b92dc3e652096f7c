"""Shapes show the form and no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrest.shapes import LONGEST, shape


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        (b"512-44-9031", "999-99-9999"),
        (b"Ana Ruiz", "Aa Aa"),
        (b"RUIZ^ANA", "A^A"),
        ("Zo\u00eb M\u00fcller".encode(), "Aa Aa"),
        (b"a.ruiz@x.org", "a.a@a.a"),
        (b"E11.9", "A99.9"),
        (b"", ""),
        # too long to be a form of anything
        (b"9" * 25, ""),
        (b"word " * 30, ""),
    ],
)
def test_shapes(value, masked):
    assert shape(value) == masked


@given(st.binary(max_size=200))
def test_a_shape_holds_no_letter_and_no_digit_of_its_value(value):
    found = shape(value)
    assert len(found) <= LONGEST
    assert not {c for c in found if c.isalnum()} - set("9Aa")
