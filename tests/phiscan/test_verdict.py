"""The verdict rule as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.finding import Finding, Likelihood, Location, Subject, Verdict
from phiscan.identifiers import INFO_TYPES
from phiscan.verdict import verdict


def _finding(info_type, subject, likelihood=Likelihood.LIKELY):
    return Finding.of(INFO_TYPES[info_type], likelihood, "test", Location(), subject)


_PATIENTS_NAME = _finding("PERSON_NAME", Subject.PATIENT)
_PERSONS_NAME = _finding("PERSON_NAME", Subject.PERSON)
_PROVIDERS_NAME = _finding("PERSON_NAME", Subject.PROVIDER)
_NPI = _finding("US_HEALTHCARE_NPI", Subject.PROVIDER)
_STATED = _finding("DIAGNOSIS", Subject.PATIENT)
_CATALOGUE = _finding("DIAGNOSIS", Subject.NOBODY)
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
    ],
)
def test_the_rule(findings, expected, why):
    assert verdict(findings) is expected, why


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
