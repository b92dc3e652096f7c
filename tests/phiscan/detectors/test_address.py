"""Street addresses and postal codes."""

import pytest

from phiscan.detectors import address
from phiscan.finding import Subject

_STREET, _ZIP, _CITY = "STREET_ADDRESS", "US_ZIP_CODE", "CITY"


@pytest.mark.parametrize(
    "value",
    [
        "1420 Maple Grove Ave",
        "77 N. 3rd St.",
        "9 Beacon Street",
        "12 West Clover Blvd",
        "4455 Whispering Pines Ln",
        "8 O'Hara Ct",
        "101 Willow Creek Pkwy",
        "58-12 Queens Blvd",
        "905 Cedar Avenue South",
        "610 Cotton Row",
        "RR 2 Box 114",
    ],
)
def test_finds_streets(values, value):
    assert values(address, f"at {value}, ")[0] == (_STREET, value)


def test_the_unit_belongs_to_the_street(values):
    assert values(address, "at 1420 Maple Ave Apt 4B, today") == [
        (_STREET, "1420 Maple Ave Apt 4B")
    ]
    assert values(address, "at 1420 Maple Ave., Unit 12.") == [
        (_STREET, "1420 Maple Ave., Unit 12")
    ]
    assert values(address, "at 1420 Maple Ave #7, ") == [(_STREET, "1420 Maple Ave #7")]


def test_a_post_office_box_is_an_address(values):
    assert values(address, "mail to P.O. Box 4471, ") == [(_STREET, "P.O. Box 4471")]


def test_finds_the_town_and_postal_code_after_a_street(values):
    assert values(address, "1420 Maple Ave, Springfield, IL 62704-1234") == [
        (_STREET, "1420 Maple Ave"),
        (_CITY, "Springfield"),
        (_ZIP, "62704-1234"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Fernley, NV 89408", "89408"),
        ("zip 89408", "89408"),
        ("Postal code: 89408-1234", "89408-1234"),
        ('"zip_code":"89408"', "89408"),
    ],
)
def test_finds_postal_codes(values, text, value):
    assert (_ZIP, value) in values(address, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("took 5 steps on the way", "no street name"),
        ("at 7:30 AM with Dr. Chen", "a time and a doctor"),
        ("1 Header row", "an ordinary word in small letters"),
        ("2 tablets by mouth", "no street"),
        ("89408 items", "five digits without a label are anything"),
        ("error, in 89408 cases", "`in` is no state here"),
        ("zip file 8940", "four digits"),
        ("zip 894081", "six digits"),
        ("3 days in Los Angeles", "no street"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(address, text) == [], reason


def test_a_drive_is_no_doctor(found):
    towns = [f for f in found(address, "8812 Sable Ridge Dr, Plano, TX 75024") if f[0] == _CITY]
    assert [f[3] for f in towns] == [Subject.PERSON]


@pytest.mark.parametrize(
    "text",
    [
        "Acme Foundation, Inc., 12 Main St, Fifth Floor, Boston",
        "Acme Foundation, Inc.,\n# 12 Main St",
        "Dist. by Acme Labs LLC, PO Box 31",
        "Acme Corporation, 12 Main St",
    ],
)
def test_a_companys_address_is_the_companys(found, text):
    assert {subject for _, _, _, subject in found(address, text)} == {Subject.PROVIDER}


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz, 12 Main St",
        "I left Acme Inc. in May and now live at 12 Main St",
        "works for Acme Inc; home: 12 Main St",
    ],
)
def test_a_persons_stays_the_persons(found, text):
    assert [subject for *_, subject in found(address, text)] == [Subject.PERSON]
