"""Whose date is it? Each patient's dates are shifted by a number of days of their own.

A patient is known by a number that health care gave them: a record number, a member number. The
findings of a document, in order, are cut into records. A new record begins where the first field of
a record comes again and the record has a number already, or where a field of a number comes again
with another value. All numbers of a record are the patient's, and a later record with one of them
is the same patient's.

The days come from HMAC-SHA-256 over the patient's first number, so all documents that begin with
that number move alike. A date in a record without a number has no patient.

Shifted dates are not Safe Harbor (45 CFR 164.514(b)(2)). They keep intervals, and are for expert
determination (b)(1) or for a limited data set.
"""

import hashlib
import hmac
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from phiscan.finding import Finding
from phiscan.identifiers import Trait, having
from phiscan.redaction.tokens import spelled_out

_GIVEN_TO_PATIENTS: Final = having(Trait.GIVEN_TO_PATIENTS)
_MOST_DAYS: Final = 364


class Patients:
    """The patients of one document, by the places of its findings."""

    def __init__(self, data: bytes, findings: Iterable[Finding], key: bytes) -> None:
        self._key = key
        self._starts: list[int] = []
        self._numbers: list[bytes] = []
        self._cut(data, sorted(findings, key=lambda f: f.location.start))

    def days(self, at: int) -> int | None:
        """Return by how many days the dates at this offset move, or None without a patient."""
        record = bisect_right(self._starts, at) - 1
        number = self._numbers[max(record, 0)] if self._numbers else b""
        if not number:
            return None
        digest = hmac.digest(self._key, b"days" + number, hashlib.sha256)
        amount = int.from_bytes(digest[:4]) % (2 * _MOST_DAYS) - _MOST_DAYS
        return amount if amount < 0 else amount + 1

    def _cut(self, data: bytes, findings: list[Finding]) -> None:
        owners: dict[bytes, bytes] = {}
        first, seen, owner = "", dict[str, bytes](), b""

        def begin(start: int, field: str) -> None:
            nonlocal first, owner
            self._starts.append(start)
            self._numbers.append(b"")
            first, owner = field, b""
            seen.clear()

        for finding in findings:
            field, start, end = finding.location
            if start < 0 or not finding.is_individuals:
                continue
            is_number = finding.info_type in _GIVEN_TO_PATIENTS
            number = spelled_out(data[start:end]) if is_number else b""
            again = is_number and seen.get(field, number) != number
            if not self._starts or again or (field and field == first and owner):
                begin(start, field)
            if is_number:
                seen[field] = number
                owner = owner or owners.get(number, number)
                owners[number] = self._numbers[-1] = owner
