"""Finds again, anywhere in the document, the values that its structure has named.

A name that stands in `Patient.name` stands in the narrative too, in `subject.display`, in a note. No pattern knows it there;
the document itself does. Cost: one substring search for each distinct value, at most twice `_MAX_VALUES`.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from phiscan.evidence import Evidence, Spot
from phiscan.finding import Finding, Likelihood, Subject

_MAX_VALUES: Final = 64
_MIN_LENGTH: Final = {"PERSON_NAME": 4, "MEDICAL_RECORD_NUMBER": 6, "US_SOCIAL_SECURITY_NUMBER": 9, "HEALTH_PLAN_BENEFICIARY_NUMBER": 7,
                      "PHONE_NUMBER": 10, "EMAIL_ADDRESS": 6, "ACCOUNT_NUMBER": 7, "STREET_ADDRESS": 10}  # fmt: skip
_MAX_ECHOES: Final = 256
_SHORTEST_FULL_NAME: Final = 6


def add_echoes(data: bytes, evidence: Evidence) -> None:
    """Add a finding for each further occurrence of a patient's value that has been found."""
    placed = [f for f in evidence.findings if f.identifier and f.location.start >= 0]
    taken = Ranges((f.location.start, f.location.end) for f in placed)
    for value, finding in {**_full_names(data, placed), **_values(data, placed)}.items():
        at = -1
        for _ in range(_MAX_ECHOES):
            at = data.find(value, at + 1)
            if at < 0:
                break
            if not taken.overlap(at, at + len(value)) and _whole_word(data, at, len(value)):
                spot = Spot("", at, at + len(value))
                evidence.add("echo", finding.info_type, spot, finding.subject, Likelihood.LIKELY)


class Ranges:
    """Ranges of the document, for quick look-up."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._ranges = sorted(ranges)

    def overlap(self, start: int, end: int) -> bool:
        """Whether one of the ranges and the one from `start` to `end` share a byte. Ranges of ours nest at most once."""
        at = bisect_left(self._ranges, (end, 0))
        return any(self._ranges[i][1] > start for i in range(max(0, at - 2), at))


def _values(data: bytes, findings: list[Finding]) -> dict[bytes, Finding]:
    found: dict[bytes, Finding] = {}
    for finding in findings:
        least = _MIN_LENGTH.get(finding.info_type)
        if least is None or finding.subject is not Subject.PATIENT:
            continue
        value = data[finding.location.start : finding.location.end]
        if len(value) >= least and not value.islower() and len(found) < _MAX_VALUES:
            found.setdefault(value, finding)
    return found


def _full_names(data: bytes, findings: list[Finding]) -> dict[bytes, Finding]:
    """Names as people write them, of the parts of one name: `Ana Li`, `Li, Ana`. Short parts mean nothing alone."""
    found: dict[bytes, Finding] = {}
    names = [f for f in findings if f.info_type == "PERSON_NAME" and f.subject is Subject.PATIENT]
    for first, second in pairwise(names):
        if (
            first.location.field.rpartition(".")[0] != second.location.field.rpartition(".")[0]
            or not first.location.field
        ):
            continue
        one, two = (data[f.location.start : f.location.end] for f in (first, second))
        for value in (one + b" " + two, two + b" " + one, one + b", " + two, two + b", " + one):
            if len(value) >= _SHORTEST_FULL_NAME and len(found) < _MAX_VALUES:
                found.setdefault(value, first)
    return found


def _whole_word(data: bytes, at: int, length: int) -> bool:
    before, after = data[at - 1 : at] if at else b"", data[at + length : at + length + 1]
    return not before.isalnum() and not after.isalnum()
