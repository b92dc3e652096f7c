"""E-mail addresses."""

import pytest

from phiscan.detectors import email
from phiscan.finding import Subject

_MAIL = "EMAIL_ADDRESS"


@pytest.mark.parametrize(
    "value",
    ["ana.ruiz@fernmail.net", "a+b%c_d-1@sub.mail.co", "ANA@FERNMAIL.NET", "x@y-z.museum"],
)
def test_finds_addresses(values, value):
    assert values(email, f"<{value}>, ") == [(_MAIL, value)]


def test_ends_before_the_full_stop_of_the_sentence(values):
    assert values(email, "write to ana@fernmail.net.") == [(_MAIL, "ana@fernmail.net")]


def test_two_addresses_with_one_part_in_common_are_one(found):
    assert len(found(email, "write to ana@fernmail.net@ferns.net")) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("someone@example.com", "reserved for examples (RFC 2606)"),
        ("noreply@fernmail.net", "reaches nobody"),
        ("root@localhost", "no domain"),
        ("a..b@", "no domain"),
        ("git@v2.3", "no top level domain"),
        (f"{'a' * 65}@fernmail.net", "a local part has at most 64 characters (RFC 5321)"),
        ("@decorator.name", "no local part"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(email, text) == [], reason


@pytest.mark.parametrize(
    "text", ["E-mail: %s", "Email %s", "e-mail address %s", 'userEmail : "%s"', "(email %s)"]
)
def test_a_label_makes_an_address_of_an_example_a_persons(values, text):
    address = "ana.ruiz@example.com"
    assert values(email, text % address) == [(_MAIL, address)]


@pytest.mark.parametrize("text", ["send e-mail to %s", "Gmail %s", "mail %s", "e-mailed %s"])
def test_without_a_label_an_example_is_nobodys(values, text):
    assert values(email, text % "ana.ruiz@example.com") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("git clone git@forge.dev:octo/hello.git", "a user of a program"),
        ("write to support@acme.io", "a desk"),
        ("spec-talk@lists.acme.org", "a list"),
        ("acme-dev@googlegroups.com", "a list"),
        ("1042+octo@users.noreply.forge.dev", "reaches nobody"),
    ],
)
def test_a_desk_and_a_list_are_no_person(values, text, reason):
    assert values(email, text) == [], reason


@pytest.mark.parametrize(
    "value",
    [
        "ana.info@fernmail.net",
        "supportive.ruiz@fernmail.net",
        "hello.ana@fernmail.net",
        "gita@fernmail.net",
    ],
)
def test_people_whose_address_begins_like_one_are_people(values, value):
    assert values(email, value) == [(_MAIL, value)]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("pt. Ruiz, ana@fernmail.net", Subject.PATIENT),
        ("pt: ana@fernmail.net", Subject.PATIENT),
        ("po/pt.po: updated by ana@fernmail.net", Subject.PERSON),  # a translation into Portuguese
    ],
)
def test_pt_is_a_patient_and_no_part_of_a_file_name(found, text, subject):
    assert [f[3] for f in found(email, text)] == [subject]
