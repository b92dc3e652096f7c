"""The form of a whole value that is a name."""

import pytest

from phiscan.words.name_shape import is_name
from phiscan.words.relations import is_relation
from phiscan.words.titles import is_title_noun


@pytest.mark.parametrize(
    "value", ["Ana Ruiz", "RUIZ, ANA", "Ana M. de la Cruz", "Siobhan O'Neil", "Nguyen Thi Bich Ha"]
)
def test_names(value):
    assert is_name(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("stable", "a state"),
        ("Ana", "one word can be anything"),
        ("Chief Complaint", "a heading"),
        ("Date of birth", "a label"),
        ("see chart", "small letters"),
        ("3 North", "a number"),
        ("firstName lastName", "variables"),
        ("Acute Bronchitis", "a condition"),
    ],
)
def test_other_values(value, reason):
    assert not is_name(value), reason


def test_words_of_titles_and_relations():
    assert is_title_noun("Measure")
    assert is_title_noun("Stratification")
    assert not is_title_noun("Clement")
    assert is_relation("Next of kin")
    assert not is_relation("daughters' names")
