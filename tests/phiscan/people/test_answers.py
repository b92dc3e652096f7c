"""Values that answer a question, or follow a few words that name them."""

import pytest

from phiscan.people.answers import answers, dates, member_numbers, record_numbers


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


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Unit number: 220198", "220198"),
        ("Unit #: HM-822149", "HM-822149"),
        ("UNIT NO. E427934", "E427934"),
    ],
)
def test_the_number_of_a_unit_is_a_record_number_in_a_text_that_is_phi(text, number):
    data = text.encode()
    assert [data[slice(*found)].decode() for found in record_numbers(data, ())] == [number]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Unit #201", "an apartment"),
        ("Unit number: 4512", "too short for a record"),
        ("unit numbers 220198", "several units"),
    ],
)
def test_other_units_are_none(text, reason):
    assert list(record_numbers(text.encode(), ())) == [], reason


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("denied for Ana Ruiz, member W3151486501; dx gout", "W3151486501"),
        ("Subscriber: Ana Ruiz ID: W7209254201 Group: 77120", "W7209254201"),
        ("to nephrology. Ins: 167412573743. Call", "167412573743"),
    ],
)
def test_a_number_behind_the_insured_is_theirs(text, number):
    data = text.encode()
    assert [data[slice(*found)].decode() for found in member_numbers(data)] == [number]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Member: Ana Ruiz", "a name"),
        ("member 12 of 20", "too short"),
        ("insured for 1500000 dollars", "an amount"),
        ("Member: Ana\nOrder ID: 7209254201", "the next line"),
    ],
)
def test_other_numbers_beside_members_are_not(text, reason):
    assert list(member_numbers(text.encode())) == [], reason
