"""Finds providers' values again, and makes their findings a provider's.

The opposite of `phiscan.people.patient_repeats`: what the structure calls a clinic's address is the
clinic's in the narrative too. A pattern recognises a street, but not whose it is.

Only names and contact details change their subject, only in formats whose structure names
providers, and never a value that is also a patient's.

Cost: nothing if no provider has such a value, or no other finding has one. Otherwise one look-up
for each of those findings.
"""

import re
from collections.abc import Iterable
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Finding, Subject
from phiscan.identifiers import INFO_TYPES, Spelling, Trait, having
from phiscan.media_kind import MediaKind

_CONTACTS: Final = having(Trait.PUBLISHED) | {"PERSON_NAME"}
_WORD: Final = re.compile(rb"[0-9a-z]+|[\x80-\xff]+")
_NUMBERS: Final = frozenset(t.name for t in INFO_TYPES.values() if t.spelling is Spelling.PHONE)
_CREDENTIALS: Final = frozenset(
    b"md do rn np pa dds dmd phd pharmd aprn crnp cnp dr jr sr ii iii".split()
)
_STREET: Final = 3
"""The fewest words of a street: its number, its name and its kind."""
_SUITES: Final = frozenset((b"suite", b"ste", b"floor", b"fl", b"building", b"bldg"))
_MAX_LENGTH: Final = 200
"""Bytes of the longest value. A longer range is a document in base64 around it."""
_DIGITS: Final = 10
"""Digits of a North American number without the country code, which senders may leave out."""


def mark_repeats(kind: MediaKind, data: bytes, evidence: Evidence) -> None:
    """Make a person's values a provider's where the structure of `data` names them so."""
    if not kind.names_providers or evidence.unlisted:
        return  # INVARIANT (fail closed): of each kind of finding, one stays listed
    open_ = [
        (i, f)
        for i, f in enumerate(evidence.findings)
        if f.subject is Subject.PERSON and _placed(f)
    ]
    if not open_:
        return
    providers = _Values(data, evidence.findings, Subject.PROVIDER)
    if not providers:
        return
    patients = _Values(data, evidence.findings, Subject.PATIENT)
    for index, finding in open_:
        if providers.hold(data, finding) and not patients.hold(data, finding):
            evidence.findings[index] = finding._replace(subject=Subject.PROVIDER)


def _placed(finding: Finding) -> bool:
    _, start, end = finding.location
    return finding.info_type in _CONTACTS and start >= 0 and end - start <= _MAX_LENGTH


def _words(data: bytes, finding: Finding) -> tuple[bytes, ...]:
    return tuple(_WORD.findall(data[finding.location.start : finding.location.end].lower()))


def _key(finding: Finding, words: tuple[bytes, ...]) -> bytes:
    """The value without differences of spelling."""
    if finding.info_type in _NUMBERS:
        return b"".join(w for w in words if w.isdigit())[-_DIGITS:]
    return words[0][:5] if finding.info_type == "US_ZIP_CODE" and words else b" ".join(words)


class _Values:
    """The values that a document's structure gives to one subject."""

    def __init__(self, data: bytes, findings: Iterable[Finding], subject: Subject) -> None:
        self._names: set[bytes] = set()
        self._keys: set[bytes] = set()
        for finding in findings:
            if finding.subject is not subject or not _placed(finding):
                continue
            words = _words(data, finding)
            if finding.info_type == "PERSON_NAME":
                self._names.update(words)
            elif finding.info_type == "STREET_ADDRESS":
                self._keys.update(b" ".join(words[:n]) for n in range(_STREET, len(words) + 1))
            else:
                self._keys.add(_key(finding, words))

    def __bool__(self) -> bool:
        return bool(self._names or self._keys)

    def hold(self, data: bytes, finding: Finding) -> bool:
        """Whether a finding's value is among these.

        A name is if each of its words is. An address or a number is if it is the same.
        """
        words = _words(data, finding)
        if finding.info_type == "PERSON_NAME":
            own = [w for w in words if w not in _CREDENTIALS]
            return bool(own) and self._names.issuperset(own)
        key = (
            b" ".join(_without_unit(words))
            if finding.info_type == "STREET_ADDRESS"
            else _key(finding, words)
        )
        return bool(key) and key in self._keys


def _without_unit(words: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """A street address without its suite, which is often on a line of its own.

    An apartment is somebody's home, so it stays.
    """
    unit = next((i for i, word in enumerate(words) if i >= _STREET and word in _SUITES), len(words))
    return words[:unit]
