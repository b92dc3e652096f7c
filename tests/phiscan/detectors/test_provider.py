"""Numbers that identify providers."""

import pytest

from phiscan.detectors import provider
from phiscan.finding import Likelihood, Subject

_NPI, _DEA = "US_HEALTHCARE_NPI", "US_DEA_NUMBER"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NPI 1234567893", (_NPI, "1234567893")),
        ("NPI: 1245319599", (_NPI, "1245319599")),
        ('"npi":"1245319599"', (_NPI, "1245319599")),
        ("http://hl7.org/fhir/sid/us-npi value 1245319599", (_NPI, "1245319599")),
        ("DEA BB1388568", (_DEA, "BB1388568")),
        ("DEA number: bb1388568", (_DEA, "bb1388568")),
        ("prescriber BB1388568", (_DEA, "BB1388568")),
    ],
)
def test_finds_numbers_that_are_never_a_patients(found, text, expected):
    assert found(provider, text) == [(*expected, Likelihood.VERY_LIKELY, Subject.PROVIDER)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("call 1245319599", "ten digits without a label are anything"),
        ("NPI 1245319598", "the check digit is wrong"),
        ("NPI 3245319599", "an NPI begins with 1 or 2"),
        ("DEA BB1388567", "the check digit is wrong"),
        ("DEA CB1388568", "C is no registrant type"),
        ("part BB1388568", "no label"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(provider, text) == [], reason
