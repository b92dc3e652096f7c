"""Account, claim and visit numbers found by their label."""

import pytest

from phiscan.detectors import account

_ACCOUNT = "ACCOUNT_NUMBER"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ACCOUNT NUMBER: ACC7585429", "ACC7585429"),
        ("Acct # 447190223", "447190223"),
        ("patient account no. 447190223", "447190223"),
        ("Claim Number 44-719022", "44-719022"),
        ("Visit ID: V44719022", "V44719022"),
        ("encounter number is 44719022", "44719022"),
        ("Acct UC7781204", "UC7781204"),
        ("Auth # A220918837", "A220918837"),
        ("Account #447190223", "447190223"),
        ("Claim #CLM-2025-7788-55", "CLM-2025-7788-55"),
    ],
)
def test_finds_numbers(values, text, value):
    assert values(account, text) == [(_ACCOUNT, value)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("account number 3", "too short"),
        ("--account-id 123456789012", "of a cloud"),
        ("into account 44719022", "no word for a number"),
        ("account number pending", "no digits"),
        ("Account Number: XXX", "masked"),
        ("discount number 44719022", "another word"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(account, text) == [], reason
