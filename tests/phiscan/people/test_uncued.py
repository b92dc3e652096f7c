"""Names without a cue that stand in a record of care."""

import pytest

import phiscan
from phiscan.finding import Verdict


def names(text):
    return [
        text.encode()[f.location.start : f.location.end].decode()
        for f in phiscan.scan(text.encode()).findings
        if f.info_type == "PERSON_NAME"
    ]


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("1. Okafor, Chidi - s/p hip replacement\n", "Okafor, Chidi", "an entry of a list"),
        ("ward 4\nOKAFOR, CHIDI (2213345)\ns/p ORIF\n", "OKAFOR, CHIDI", "in capitals"),
        ("Dental: Okafor, Chidi, chart 88213. Pt tolerated it.", "Okafor, Chidi", "a heading"),
        ("Pt c/o nausea. Walter Okafor again.", "Walter Okafor", "a given name of the list"),
    ],
)
def test_a_name_of_a_telling_shape_counts_beside_a_statement(text, name, why):
    assert name in names(text), why
    assert phiscan.scan(text.encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("By Walter Okafor\nThe patient was treated for a stroke.", "who wrote it"),
        ("Walter Okafor, director. The patient was treated for a stroke.", "who runs it"),
        ("Walter Okafor (2019). The patient was treated for a stroke.", "a citation"),
        ("Dayton, Ohio - the patient was treated for a stroke.", "a town"),
        ("Okafor, Chidi, and Lee, Amy. Cases: pt c/o nausea", "authors"),
    ],
)
def test_writers_and_towns_are_no_patients(text, reason):
    assert phiscan.scan(text.encode()).verdict is not Verdict.PHI, reason
