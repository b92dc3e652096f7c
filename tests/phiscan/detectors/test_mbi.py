"""Medicare beneficiary identifiers."""

import pytest

from phiscan.detectors import mbi
from phiscan.finding import Likelihood, Subject

_MBI = "US_MEDICARE_BENEFICIARY_ID_NUMBER"


@pytest.mark.parametrize(
    "value",
    ["2FG4-TE5-MK73", "2FG4TE5MK73", "9AA0A00AA00", "2fg4te5mk73"],
)
def test_finds_numbers(found, value):
    assert found(mbi, f"id {value}, ") == [(_MBI, value, Likelihood.POSSIBLE, Subject.PATIENT)]


def test_a_label_makes_it_certain(found):
    assert found(mbi, "Medicare: 2FG4-TE5-MK73")[0][2] is Likelihood.VERY_LIKELY


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0FG4-TE5-MK73", "the first character is 1 to 9"),
        ("2SG4-TE5-MK73", "S, L, O, I, B and Z are never used"),
        ("2FG4-TEE-MK73", "the seventh character is a digit"),
        ("2FG4TE5MK733", "twelve characters"),
        ("X2FG4TE5MK73", "part of a longer code"),
        ("2FG4 TE5 MK7", "ten characters"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(mbi, text) == [], reason
