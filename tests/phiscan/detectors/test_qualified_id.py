"""Patients' numbers with their assigning authority."""

import pytest

from phiscan.detectors import qualified_id
from phiscan.finding import Likelihood, Subject

_MRN = "MEDICAL_RECORD_NUMBER"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("value='77120^^^&1.3.6.1.4.1.21367.13&ISO'", "77120"),
        ('value="SELF-5^^^&amp;1.3.6.1.4.1.21367.13&amp;ISO"', "SELF-5"),
        ("<Value>('A.77120^^^MERCY&2.16.840.1.113883.3.86&ISO')</Value>", "A.77120"),
    ],
)
def test_finds_numbers(found, text, value):
    assert found(qualified_id, text) == [(_MRN, value, Likelihood.LIKELY, Subject.PATIENT)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1234567893^Wu^Ann^^^^^^&1.3.6.1.4.1&ISO", "a person's name and number, XCN"),
        ("Mercy^^^^^&1.3.6.1.4.1.21367&ISO", "an organisation, XON"),
        ("ORD1^EHR^1.3.6.1.4.1.21367^ISO", "an order, EI"),
        ("77120^^^&1.3&ISO", "an authority has more arcs"),
        ("77120^^^&1.3.6.1.4.1.21367&DNS", "a host's name"),
        ("^^^&1.3.6.1.4.1.21367.13&ISO", "no number"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(qualified_id, text) == [], reason
