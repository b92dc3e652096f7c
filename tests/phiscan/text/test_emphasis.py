"""Marks of emphasis become blanks, and the text keeps its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.text.emphasis import blanked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"**Patient:** Ana", b"  Patient:   Ana"),
        (b"MRN: **7730145**", b"MRN:   7730145  "),
        (b"Name: __Ana Ruiz__ Date", b"Name:   Ana Ruiz   Date"),
        (b"phone `9195550142`", b"phone  9195550142 "),
        (b"*Emergency contact*: Ana", b" Emergency contact : Ana"),
        (b"_Doctor_: hi", b" Doctor : hi"),
    ],
)
def test_marks_around_words_become_blanks(text, expected):
    assert blanked(text) == expected


@pytest.mark.parametrize(
    "text", [b"a*b*c", b"first_name", b"x_y_z = 1", b"2 * 3 * 4", b"char *name"]
)
def test_other_signs_stay(text):
    assert blanked(text) == text


@given(st.text(alphabet="*_` aB1\n", max_size=80))
def test_every_other_byte_stays_in_its_place(text):
    data = text.encode()
    assert len(blanked(data)) == len(data)
    assert all(new in (old, 0x20) for old, new in zip(data, blanked(data), strict=True))


def test_many_marks_cost_linear_time():
    assert len(blanked(b"*_" * 200_000)) == 400_000
