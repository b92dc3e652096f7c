"""Rows whose columns nobody names: the table says whose, the form says what."""

import pytest

from phiscan.labelled.bare_rows import is_about_patients, labels_of


@pytest.mark.parametrize("table", ["patients", "public.Patient", "lab_visits", "dbo.ClaimLines"])
def test_these_tables_are_about_patients(table):
    assert is_about_patients(table)


@pytest.mark.parametrize("table", ["machines", "customers", "patientless", "column"])
def test_these_tables_are_not(table):
    assert not is_about_patients(table)


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("541-27-8860", "ssn"),
        ("541278860", "ssn"),
        ("1961-11-23", "date of birth"),
        ("11/23/1961", "date of birth"),
        ("19611123", "date of birth"),
        ("ana@fernmail.net", "email"),
        ("919-555-0142", "phone"),
        ("MRN-5530917", "mrn"),
        ("E11.9", "diagnosis"),
        ("Lindqvist", "full name"),
        ("O'Neil", "full name"),
    ],
)
def test_the_form_of_a_value_says_what_it_is(value, label):
    assert list(labels_of(["7", value])) == [(1, label)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("null", "no value"),
        ("F", "too short for a name"),
        ("ward", "no name begins so"),
        ("1961-11-31", "no day"),
        ("2024-01-02 10:02:11+00", "the time at which the row was made"),
        ("12", "any number"),
        ("", "nothing"),
    ],
)
def test_other_forms_say_nothing(value, reason):
    assert list(labels_of(["7", value])) == [], reason


def test_the_first_value_is_the_row_s_key():
    assert list(labels_of(["77123", "12345"])) == [(0, "mrn")]
    assert list(labels_of(["771", "12345"])) == []


def test_the_earliest_date_is_that_of_birth():
    row = ["7", "2024-01-02", "11/23/1961", "20230102"]
    assert [label for _, label in labels_of(row)] == [
        "service date",
        "date of birth",
        "service date",
    ]
