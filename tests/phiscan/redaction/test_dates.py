from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.redaction import dates

SHAPES = [
    ("1961-11-23", "1961-01-01", "1962-01-02"),
    ("1961/11/23 10:30", "1961/01/01 00:00", "1962/01/02 10:30"),
    (
        "1961-11-23T10:30:05.25-05:00",
        "1961-01-01T00:00:00.00-05:00",
        "1962-01-02T10:30:05.25-05:00",
    ),
    ("19611123", "19610101", "19620102"),
    ("196111231030", "196101010000", "196201021030"),
    ("19611123103000.12-0500", "19610101000000.00-0500", "19620102103000.12-0500"),
    ("11/23/1961", "01/01/1961", "01/02/1962"),
    ("1/2/1961", "1/1/1961", "2/11/1961"),
    ("23/11/1961", "01/01/1961", "02/01/1962"),
    ("23.11.1961", "01.01.1961", "02.01.1962"),
    ("11-23-61", "01-01-61", "01-02-62"),
    ("23 Nov 1961", "01 Jan 1961", "02 Jan 1962"),
    ("23-NOV-1961", "01-JAN-1961", "02-JAN-1962"),
    ("November 23, 1961", "January 01, 1961", "January 02, 1962"),
    ("Nov 23rd, 1961", "Jan 01rd, 1961", "Jan 02rd, 1962"),
    ("20240105-20240107", "20240101-20240101", "20240214-20240216"),
]


@pytest.mark.parametrize(("text", "first_day", "later"), SHAPES, ids=[s[0] for s in SHAPES])
def test_a_date_is_written_in_its_own_shape(text, first_day, later):
    def first_of_january(found):
        return found.written(found.day.replace(month=1, day=1), keep_time=False)

    def forty_days_later(found):
        return found.written(found.day + timedelta(days=40), keep_time=True)

    assert dates.rewritten(text, first_of_january) == first_day
    assert dates.rewritten(text, forty_days_later) == later


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1961112", "seven digits"),
        ("2024-02-30", "no day of the calendar"),
        ("23 Foo 1961", "no month"),
        ("Ana 23, 1961", "no month"),
        ("11/23-1961", "two separators"),
        ("1961-11-23 and more", "a sentence"),
        ("", "nothing"),
        ("512-44-9031", "a number"),
    ],
)
def test_anything_else_is_no_date(text, why):
    assert dates.read(text) is None, why


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(-364, 364))
def test_shifting_there_and_back_gives_the_same_text(day, days):
    text = day.isoformat()
    found = dates.read(text)
    there = found.written(dates.shifted(found.day, days), keep_time=True)
    again = dates.read(there)
    assert again.written(dates.shifted(again.day, -days), keep_time=True) == text


@given(st.text(max_size=40))
def test_no_text_is_an_error(text):
    dates.rewritten(text, lambda found: found.written(found.day, keep_time=True))


def test_the_end_of_the_calendar_has_no_later_day():
    assert dates.shifted(date.max, 1) is None
