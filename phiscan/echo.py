"""Finds again, anywhere in the document, the values that its structure has named.

A name that stands in `Patient.name` stands in the narrative too, in `subject.display`, in a note. No pattern knows it there;
the document itself does. Cost: one substring search for each distinct value, at most `_MAX_VALUES`.
"""

from typing import Final

from phiscan.evidence import Evidence, Spot
from phiscan.finding import Finding, Likelihood, Subject

_MAX_VALUES: Final = 64
_MIN_LENGTH: Final = {"PERSON_NAME": 4, "MEDICAL_RECORD_NUMBER": 6, "US_SOCIAL_SECURITY_NUMBER": 9, "HEALTH_PLAN_BENEFICIARY_NUMBER": 7,
                      "PHONE_NUMBER": 10, "EMAIL_ADDRESS": 6, "ACCOUNT_NUMBER": 7, "STREET_ADDRESS": 10}  # fmt: skip
_MAX_ECHOES: Final = 256


def add_echoes(data: bytes, evidence: Evidence) -> None:
    """Add a finding for each further occurrence of a patient's value that has been found."""
    taken = sorted(
        (f.location.start, f.location.end) for f in evidence.findings if f.identifier and f.location.start >= 0
    )
    starts = {start for start, _ in taken}
    for value, finding in _values(data, evidence.findings).items():
        at = -1
        for _ in range(_MAX_ECHOES):
            at = data.find(value, at + 1)
            if at < 0:
                break
            if at not in starts and _whole_word(data, at, len(value)):
                evidence.add(
                    "echo", finding.info_type, Spot("", at, at + len(value)), finding.subject, Likelihood.LIKELY
                )


def _values(data: bytes, findings: list[Finding]) -> dict[bytes, Finding]:
    found: dict[bytes, Finding] = {}
    for finding in findings:
        least = _MIN_LENGTH.get(finding.info_type)
        place = finding.location
        if least is None or finding.subject is not Subject.PATIENT or place.start < 0:
            continue
        value = data[place.start : place.end]
        if len(value) >= least and not value.islower() and len(found) < _MAX_VALUES:
            found.setdefault(value, finding)
    return found


def _whole_word(data: bytes, at: int, length: int) -> bool:
    before, after = data[at - 1 : at] if at else b"", data[at + length : at + length + 1]
    return not before.isalnum() and not after.isalnum()
