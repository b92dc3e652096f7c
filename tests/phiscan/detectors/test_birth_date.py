"""Dates of birth and death found by their labels."""

import pytest

from phiscan.detectors import birth_date

_BIRTH, _DEATH = "DATE_OF_BIRTH", "DATE_OF_DEATH"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DOB: 1961-04-02", (_BIRTH, "1961-04-02")),
        ("DOB 4/2/1961, ", (_BIRTH, "4/2/1961")),
        ("DOB:04-02-61", (_BIRTH, "04-02-61")),
        ("D.O.B.: 04.02.1961", (_BIRTH, "04.02.1961")),
        ("dob=19610402 ", (_BIRTH, "19610402")),
        ("Date of Birth: April 2, 1961", (_BIRTH, "April 2, 1961")),
        ("date of birth Apr 2, 1961, Medicare", (_BIRTH, "Apr 2, 1961")),
        ("Birth Date: 02-Apr-1961", (_BIRTH, "02-Apr-1961")),
        ("birthdate 2 April 1961", (_BIRTH, "2 April 1961")),
        ("born on April 2nd, 1961", (_BIRTH, "April 2nd, 1961")),
        ("born 1961-04-02.", (_BIRTH, "1961-04-02")),
        ("born: 4/2/1961", (_BIRTH, "4/2/1961")),
        ('"birthDate":"1961-04-02"', (_BIRTH, "1961-04-02")),
        ('"date_of_birth": "04/02/1961"', (_BIRTH, "04/02/1961")),
        ("Date of death: 2024-01-30", (_DEATH, "2024-01-30")),
        ("died on January 30, 2024", (_DEATH, "January 30, 2024")),
        ("DOD 01/30/2024", (_DEATH, "01/30/2024")),
    ],
)
def test_finds_dates(values, text, expected):
    assert values(birth_date, text) == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("born in 1961", "a year alone is allowed (164.514(b)(2)(i)(C))"),
        ("on 1961-04-02", "no label"),
        ("DOB: 1961-13-02", "no such month"),
        ("DOB: 02/30/1961", "no such day"),
        ("DOB: unknown", "no date"),
        ("DOB: XXX", "masked"),
        ("airborne 2024-01-30", "another word"),
        ("Adobe 2024-01-30", "another word"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(birth_date, text) == [], reason
