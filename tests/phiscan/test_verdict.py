"""The verdict rule as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.finding import Finding, Likelihood, Location, Subject, Verdict
from phiscan.identifiers import INFO_TYPES
from phiscan.verdict import is_providers_contact, verdict


def _finding(info_type, subject, likelihood=Likelihood.LIKELY):
    return Finding.of(INFO_TYPES[info_type], likelihood, "test", Location(), subject)


_PATIENTS_NAME = _finding("PERSON_NAME", Subject.PATIENT)
_PERSONS_NAME = _finding("PERSON_NAME", Subject.PERSON)
_PROVIDERS_NAME = _finding("PERSON_NAME", Subject.PROVIDER)
_NPI = _finding("US_HEALTHCARE_NPI", Subject.PROVIDER)
_STATED = _finding("DIAGNOSIS", Subject.PATIENT)
_CATALOGUE = _finding("DIAGNOSIS", Subject.NOBODY)
_SSN = _finding("US_SOCIAL_SECURITY_NUMBER", Subject.PERSON)
_PHONE = _finding("PHONE_NUMBER", Subject.PERSON)
_LABELLED_PHONE = _finding("PHONE_NUMBER", Subject.PERSON, Likelihood.VERY_LIKELY)
_CITY = _finding("CITY", Subject.PERSON, Likelihood.VERY_LIKELY)

_PASSWORD = _finding("PASSWORD", Subject.NOBODY)

_WORST_FIRST = (Verdict.PHI, Verdict.IDENTIFIERS, Verdict.HEALTH, Verdict.NONE)


@pytest.mark.parametrize(
    ("findings", "expected", "why"),
    [
        ([], Verdict.NONE, "nothing found"),
        ([_PATIENTS_NAME, _STATED], Verdict.PHI, "a patient and a diagnosis"),
        (
            [_PATIENTS_NAME, _CATALOGUE],
            Verdict.PHI,
            "a code beside a patient's identifier is that patient's",
        ),
        ([_PERSONS_NAME, _STATED], Verdict.PHI, "a person and what is stated of somebody"),
        ([_PERSONS_NAME, _CATALOGUE], Verdict.IDENTIFIERS, "an author of a catalogue"),
        (
            [_PROVIDERS_NAME, _NPI, _STATED],
            Verdict.HEALTH,
            "providers' own identifiers make nothing",
        ),
        ([_PROVIDERS_NAME], Verdict.NONE, "a directory"),
        ([_PATIENTS_NAME], Verdict.IDENTIFIERS, "no health information"),
        ([_PERSONS_NAME], Verdict.IDENTIFIERS, "a customer"),
        ([_STATED], Verdict.HEALTH, "nobody is named"),
        ([_CATALOGUE], Verdict.HEALTH, "a code table"),
        ([_PASSWORD], Verdict.NONE, "a credential is about nobody"),
        ([_PATIENTS_NAME, _PASSWORD], Verdict.IDENTIFIERS, "a credential is no health information"),
        ([_PHONE, _STATED], Verdict.IDENTIFIERS, "a phone number may be a help desk's"),
        ([_LABELLED_PHONE, _STATED], Verdict.PHI, "a phone number that a label calls a person's"),
        ([_CITY, _STATED], Verdict.HEALTH, "a town belongs to many"),
        ([_CITY, _finding("GEO_COORDINATE", Subject.PERSON)], Verdict.NONE, "an airport"),
        (
            [_finding("URL", Subject.PERSON, Likelihood.VERY_LIKELY)],
            Verdict.NONE,
            "a package's home page",
        ),
        (
            [_finding("IP_ADDRESS", Subject.PERSON), _finding("MAC_ADDRESS", Subject.PERSON)],
            Verdict.NONE,
            "a machine",
        ),
        (
            [_finding("DEVICE_IDENTIFIER", Subject.PERSON, Likelihood.VERY_LIKELY)],
            Verdict.NONE,
            "a device in a stock list",
        ),
        (
            [_finding("AGE_OVER_89", Subject.PERSON, Likelihood.VERY_LIKELY)],
            Verdict.NONE,
            "a row of a census",
        ),
        ([_CITY, _PERSONS_NAME], Verdict.IDENTIFIERS, "somebody who lives there"),
        (
            [_finding("IP_ADDRESS", Subject.PATIENT)],
            Verdict.IDENTIFIERS,
            "a patient's address of any kind",
        ),
        (
            [_finding("DEVICE_IDENTIFIER", Subject.PERSON, Likelihood.VERY_LIKELY), _STATED],
            Verdict.PHI,
            "the device whose readings these are",
        ),
        (
            [_finding("CITY", Subject.PATIENT), _STATED],
            Verdict.PHI,
            "a patient's town is an identifier (164.514(b)(2)(i)(B))",
        ),
        (
            [_finding("PATIENT_REFERENCE", Subject.PATIENT), _STATED],
            Verdict.PHI,
            "a reference is a unique code (R)",
        ),
        (
            [_finding("MEDICAL_RECORD_NUMBER", Subject.PATIENT)],
            Verdict.PHI,
            "who has a record number was treated (45 CFR 160.103)",
        ),
        (
            [_finding("US_MEDICARE_BENEFICIARY_ID_NUMBER", Subject.PATIENT)],
            Verdict.PHI,
            "so was who has a number of Medicare",
        ),
        (
            [_finding("MEDICAL_RECORD_NUMBER", Subject.PERSON)],
            Verdict.IDENTIFIERS,
            "a record number of somebody who is not known to be a patient",
        ),
        ([_SSN, _CATALOGUE], Verdict.PHI, "a number of exactly one person, and a code beside it"),
        (
            [_finding("US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER", Subject.PERSON), _CATALOGUE],
            Verdict.PHI,
            "so is a taxpayer number",
        ),
        (
            [_finding("HEALTH_PLAN_BENEFICIARY_NUMBER", Subject.PERSON), _CATALOGUE],
            Verdict.IDENTIFIERS,
            "a policy number is as often a car's",
        ),
        ([_SSN], Verdict.IDENTIFIERS, "payroll"),
        (
            [_finding("PASSWORD", Subject.PERSON), _STATED],
            Verdict.HEALTH,
            "a credential singles nobody out",
        ),
        (
            [_finding("PASSWORD", Subject.PATIENT), _STATED],
            Verdict.HEALTH,
            "whoever it is about",
        ),
    ],
)
@pytest.mark.parametrize("order", [list, lambda found: found[::-1]], ids=["", "reversed"])
def test_the_rule(findings, expected, why, order):
    assert verdict(order(findings)) is expected, why


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (_PROVIDERS_NAME, True),
        (_finding("PHONE_NUMBER", Subject.PROVIDER), True),
        (_NPI, False),  # a policy may name it
        (_finding("US_DEA_NUMBER", Subject.PROVIDER), False),
        (_finding("LICENSE_NUMBER", Subject.PROVIDER), False),
        (_PERSONS_NAME, False),
    ],
)
def test_a_providers_contacts_are_apart_and_his_numbers_are_findings(finding, expected):
    assert is_providers_contact(finding) is expected


_ANY = st.builds(
    _finding,
    st.sampled_from(sorted(INFO_TYPES)),
    st.sampled_from(Subject),
    st.sampled_from(Likelihood),
)


@given(st.lists(_ANY, max_size=6), _ANY)
def test_a_further_finding_never_makes_it_better(findings, further):
    assert _WORST_FIRST.index(verdict([*findings, further])) <= _WORST_FIRST.index(
        verdict(findings)
    )


@given(st.lists(_ANY, max_size=6))
def test_order_does_not_matter(findings):
    assert verdict(findings) is verdict(reversed(findings))
