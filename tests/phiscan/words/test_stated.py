"""Values of which the structure says what they are: placeholders, dates, numbers of any shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.words import stated


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "-",
        "--",
        "?",
        "UNKNOWN",
        "unknown",
        "Unk",
        "UNKNOWN^UNKNOWN",
        "Unknown, Unknown",
        "null",
        "None",
        "n/a",
        "N/A",
        "not available",
        "No Phone",
        "asked but unknown",
        "ANONYMOUS",
        "de-identified",
        "REDACTED",
        "[REDACTED]",
        "(unknown)",
        "XXX",
        "***",
        "XXX-XX-XXXX",
        "XXX^XXX",
        "XXXABCDEFGHIJKLMNOPABCD",
        "0",
        "0000",
        "000-00-0000",
        "(000)000-0000",
        "99999999",
        "999-99-9999",
        "(999) 999-9999",
    ],
)
def test_what_stands_for_no_value_is_nobodys(value):
    assert stated.is_nothing(value)


@pytest.mark.parametrize(
    "value",
    [
        "Ruiz",
        "NAKAMURA",
        "Noel",
        "Nonez",
        "Xavier",
        "O'Brien",
        "Unknown, Maria",
        "X, Maria",
        "李",
        "717171",
        "9",
        "99",
        "99 Elm St",
        "0 Elm St",
        "999-12-3456",
        "000-12-3456",
        "XXX-XX-8860",
        "111111111",
        "AT-0000",
        "No 5",
    ],
)
def test_any_other_value_is_somebodys(value):
    assert not stated.is_nothing(value)


@pytest.mark.parametrize(
    "value",
    [
        "19611123",
        "1961-11-23",
        "11/23/1961",
        "23 Nov 1961",
        "November 1961",
        "196111",
        "09540412",
        "18000101",
        "1800",
        "1910",
        "1936",
        "19611323",
        "1961-11-23T08:00:00Z",
        "231161",
    ],
)
def test_a_date_of_birth_identifies_in_any_shape(value):
    assert stated.is_birth_or_death(value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("1961", "164.514(b)(2)(i)(C) allows a year"),
        ("1961-XX-XX", "the rest is masked"),
        ("1937", "nobody of that year was over 89 in 2026"),
        ("UNKNOWN", "no date"),
        ("00000000", "zeros"),
        ("99999999", "nines"),
        ("00010101", "the first day of .NET"),
        ("1753-01-01", "the first day of SQL Server"),
        ("1900-01-01", "the first day of many programs"),
        ("9999-12-31", "the last day of many programs"),
        ("29991231", "an open end"),
        ("61", "two digits"),
        ("", "no date"),
    ],
)
def test_no_date_and_a_year_are_nobodys(value, why):
    assert not stated.is_birth_or_death(value), why


@pytest.mark.parametrize(
    "value",
    ["20240311", "2024-03", "202403111030-0500", "09540412", "1800.01.01", "0954-04-12T08:00Z"],
)
def test_a_day_of_any_year_is_a_day(value):
    assert stated.is_day(value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2024", "a year"),
        ("20241340", "no month"),
        ("12345678", "a number"),
        ("99991231", "an open end"),
        ("00010101", "the first day of .NET"),
        ("717171", "a number"),
        ("2024031", "seven digits"),
    ],
)
def test_a_number_is_no_day(value, why):
    assert not stated.is_day(value), why


@pytest.mark.parametrize("value", ["717171", "(515) 555-0142", "x204", "112", "1-800-FLOWERS"])
def test_digits_in_a_field_for_a_phone_number_are_one(value):
    assert stated.is_number(value)


@pytest.mark.parametrize("value", ["", "PRN", "1", "UNKNOWN", "(000)000-0000", "9999999999", "12"])
def test_a_code_and_a_placeholder_are_no_phone_number(value):
    assert not stated.is_number(value)


@given(st.text(max_size=30))
def test_blanks_around_a_value_change_nothing(value):
    assert stated.is_nothing(value) == stated.is_nothing(f" {value} ")
