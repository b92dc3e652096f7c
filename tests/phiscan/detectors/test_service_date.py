"""Dates of service, found by their labels; ages over 89."""

import pytest

from phiscan.detectors import service_date

_DATE, _AGE = "SERVICE_DATE", "AGE_OVER_89"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Date of service: 03/14/2024", "03/14/2024"),
        ("DOS 3/14/24", "3/14/24"),
        ("admitted on 2024-03-14", "2024-03-14"),
        ("was admitted March 14, 2024", "March 14, 2024"),
        ("Discharge date: 14-Mar-2024", "14-Mar-2024"),
        ("Admission Date: 2024-03-14", "2024-03-14"),
        ("Date of Visit: 2024-03-14", "2024-03-14"),
        ("seen on 3/14/2024", "3/14/2024"),
        ("saw in clinic on Mar 14, 2024", "Mar 14, 2024"),
        ("seen in the emergency department on 3/14/2024", "3/14/2024"),
        ("Exam Date: 07/02/2020", "07/02/2020"),
        ("Date of exam: 07/02/2020", "07/02/2020"),
        ("Collection date: 2024-03-14", "2024-03-14"),
        ("Telephone encounter 2/11/2025.", "2/11/2025"),
        ("surgery on 2024-03-14", "2024-03-14"),
        ('"admissionDate":"2024-03-14"', "2024-03-14"),
        ("appointment on April 2, 2024", "April 2, 2024"),
    ],
)
def test_finds_dates(values, text, value):
    assert values(service_date, text) == [(_DATE, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a 93-year-old woman", "93"),
        ("94 y/o man", "94"),
        ("aged 97", "97"),
        ("Age: 101", "101"),
        ("90 years old", "90"),
        ("91 yo F", "91"),
        ("96 year old", "96"),
    ],
)
def test_finds_ages_over_89(values, text, value):
    assert values(service_date, text) == [(_AGE, value)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("89 years old", "89 is allowed (164.514(b)(2)(i)(C))"),
        ("190 years old", "nobody"),
        ("seen in 2024", "a year alone is allowed"),
        ("released 2024-03-14", "software is released"),
        ("Date: 2024-03-14", "no care in the label"),
        ("Admission Date: XXX", "masked"),
        ("admission date pending", "no date"),
        ("MS-DOS 3/14/24x", "another word"),
        ("93 years of service", "no age"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(service_date, text) == [], reason
