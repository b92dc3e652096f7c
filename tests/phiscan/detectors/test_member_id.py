"""Health plan numbers found by their label."""

import pytest

from phiscan.detectors import member_id

_PLAN = "HEALTH_PLAN_BENEFICIARY_NUMBER"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Member ID: XYZ123456789", "XYZ123456789"),
        ("member ID W123456789 for the prior auth", "W123456789"),
        ("Member # 884422113", "884422113"),
        ("Subscriber No. 12345678A", "12345678A"),
        ("Medicaid # 98765432A", "98765432A"),
        ("Medicaid: 98765432", "98765432"),
        ("insurance policy number 88442211", "88442211"),
        ("Policy No: HP-4431022", "HP-4431022"),
        ("Health plan ID 4431022", "4431022"),
        ("Beneficiary number is 4431022", "4431022"),
        ("HICN 123456789A", "123456789A"),
        ("Member #884422113", "884422113"),
        ("Health Plan Beneficiary #: HZN-CH-5566-7788", "HZN-CH-5566-7788"),
        ('{"memberId":"XYZ123456789"}', "XYZ123456789"),
    ],
)
def test_finds_numbers(values, text, value):
    assert values(member_id, text) == [(_PLAN, value)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("policy number 3", "too short"),
        ("member identification card", "no number"),
        ("Medicare 2024 handbook", "a year"),
        ("Medicaid in 2023", "a year"),
        ("remember id 12345678", "another word"),
        ("group number three", "no digits"),
        ("Member ID: XXX", "masked"),
        ('"GroupId": "sg-1a2b3c4d"', "of a cloud"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(member_id, text) == [], reason
