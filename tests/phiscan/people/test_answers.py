"""Values that answer a question, or follow a few words that name them."""

import pytest

from phiscan.people.answers import answers, dates


def _found(text):
    data = text.encode()
    return [(a.info_type, data[a.start : a.end].decode()) for a in answers(data, lambda _: True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "And your date of birth?\nCaller: August 22nd, 1983.",
            ("DATE_OF_BIRTH", "August 22nd, 1983"),
        ),
        ("Sex/DOB: F 05/05/1966", ("DATE_OF_BIRTH", "05/05/1966")),
        ("dob 12 30 78", ("DATE_OF_BIRTH", "12 30 78")),
        ("Which phone for reminders?\n[09:14] ana: 9565550127", ("PHONE_NUMBER", "9565550127")),
        (
            "the member ID? Sure, it's BRH 4471 90 226",
            ("HEALTH_PLAN_BENEFICIARY_NUMBER", "BRH 4471 90 226"),
        ),
        ("dad can be reached at 555-0142", ("PHONE_NUMBER", "555-0142")),
        ("Account 7788332200 was billed", ("ACCOUNT_NUMBER", "7788332200")),
        ("Claim: CLM-2025-7788-55", ("ACCOUNT_NUMBER", "CLM-2025-7788-55")),
        ("insulin pen SN: PEN-SN-8891AZ", ("DEVICE_IDENTIFIER", "PEN-SN-8891AZ")),
        ("Serial logged: DEV-7XZ1-99231", ("DEVICE_IDENTIFIER", "DEV-7XZ1-99231")),
        (
            "Insurance: Medical Mutual  ID: MMO55210938",
            ("HEALTH_PLAN_BENEFICIARY_NUMBER", "MMO55210938"),
        ),
    ],
)
def test_an_answer_is_what_was_asked_for(text, found):
    assert found in _found(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("born in room 4, seen 05/05/2024", "another number stands between"),
        ("DOB unknown; 13/45/2024", "no day"),
        ("call ext 9565550", "too short for a number"),
        ("member ID 12", "too short for a member"),
        ("released 05/05/2024", "nobody asked"),
        ("room 555-0142", "no word for a phone"),
        ("paid into account 77883322", "another's account"),
        ("claim 12", "too short for a claim"),
        ("snack 8891234", "no serial number"),
    ],
)
def test_what_nobody_asked_for_is_no_answer(text, reason):
    assert _found(text) == [], reason


def test_what_is_not_near_health_is_left():
    assert list(answers(b"DOB 05/05/1966", lambda _: False)) == []
    assert list(dates(b"on 05/05/1966", lambda _: False)) == []


def test_dates_need_their_year():
    data = b"3/4/2025, 4/14, 2025, v1.2.2025.3, April 11, 2025"
    assert [data[slice(*span)] for span in dates(data, lambda _: True)] == [
        b"3/4/2025",
        b"April 11, 2025",
    ]
