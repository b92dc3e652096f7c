"""Finds patients' values again, anywhere in the document.

A name in `Patient.name` also occurs in the narrative, in `subject.display`, in a note. No pattern
recognises it there, but the structure has named it. Narratives write names in capitals, so case is
ignored. Only a word that is all in lower case is no name.

Cost: one walk over the document's words, however many values there are.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Finding, Likelihood, Location, Subject
from phiscan.identifiers import INFO_TYPES, InfoTypeKind

_LEAST_LENGTHS: Final = {t.name: t.least_repeat for t in INFO_TYPES.values() if t.least_repeat}
_IDENTIFIER: Final = InfoTypeKind.IDENTIFIER  # a member of an enum takes longer to look up
_MAX_LENGTH: Final = 200
"""Bytes of the longest value that is searched for. A longer value is a text, not a name."""
_WORD: Final = re.compile(rb"[0-9a-z]+|[\x80-\xff]+")
_FEW: Final = 32
"""The most forms for which one search each is faster than a walk over all words.

It is also the most values that are compared at an occurrence of a form: a thousand patients may
share a family name.
"""
_SHORTEST_FULL_NAME: Final = 6
_WINDOW: Final = 29_000
"""Bytes of one search. From 30,000 on, CPython uses an algorithm that takes twice as long here."""


def find_repeats(data: bytes, evidence: Evidence) -> None:
    """Add a finding for each further occurrence of a patient's value."""
    placed = [f for f in evidence.findings if f.kind is _IDENTIFIER and _is_value(f)]
    if not placed:
        return
    values = {**_full_names(data, placed), **_values(data, placed)}
    if not values:
        return
    taken = Ranges((start, end) for start, end, _ in evidence.identified())
    lowered = data.lower()
    for at, value in places(lowered, values):
        end, finding = at + len(value), values[value]
        is_name = whole_word(data, at, len(value)) and not data[at:end].islower()
        if is_name and not taken.overlap(at, end):
            evidence.add(
                "echo", finding.info_type, Location("", at, end), finding.subject, Likelihood.LIKELY
            )


def _is_value(finding: Finding) -> bool:
    """Whether the range of a finding is that of a value, and not of a document in base64."""
    _, start, end = finding.location
    return start >= 0 and end - start <= _MAX_LENGTH


def places(lowered: bytes, values: Collection[bytes]) -> Iterator[tuple[int, bytes]]:
    """The offset and value of each occurrence of a value in a lower-case text."""
    forms = _forms(values)
    is_quick = len(forms) <= _FEW and max(map(len, forms.values()), default=0) <= _FEW
    return _by_search(lowered, forms) if is_quick else _by_words(lowered, values)


_Forms = dict[bytes, list[tuple[int, bytes]]]
"""The values that contain a shorter one, by that one, with its offset in each."""


def _forms(values: Collection[bytes]) -> _Forms:
    """What to search for: `ruiz, ana` can occur only where `ruiz` occurs."""
    forms: _Forms = {}
    for value in values:
        part = next((word for word in value.replace(b",", b" ").split() if word in values), value)
        forms.setdefault(part, []).append((value.index(part), value))
    return forms


def _by_search(lowered: bytes, forms: _Forms) -> Iterator[tuple[int, bytes]]:
    """Search for each form, and compare where it occurs."""
    for part, wholes in forms.items():
        for at in occurrences(lowered, part):
            for before, value in wholes:
                if at >= before and lowered.startswith(value, at - before):
                    yield at - before, value


def occurrences(text: bytes, part: bytes) -> Iterator[int]:
    """The offsets of `part` in a text, in ascending order."""
    for begin in range(0, len(text), _WINDOW):
        end = begin + _WINDOW + len(part) - 1
        at = text.find(part, begin, end)
        while at >= 0:
            yield at
            at = text.find(part, at + 1, end)


def _by_words(lowered: bytes, values: Collection[bytes]) -> Iterator[tuple[int, bytes]]:
    """Walk over all words, and compare where a word is the first word of a value."""
    first_words: dict[bytes, set[tuple[int, int]]] = {}
    for value in values:
        word = _WORD.search(value)
        if word is not None:
            first_words.setdefault(word[0], set()).add((word.start(), len(value)))
    for word in _WORD.finditer(lowered):
        for before, length in first_words.get(word[0], ()):
            at = word.start() - before
            value = lowered[at : at + length] if at >= 0 else b""
            if value in values:
                yield at, value


class Ranges:
    """Ranges of the document, for quick look-up. They nest at most once."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._ranges = sorted(ranges)

    def overlap(self, start: int, end: int) -> bool:
        """Whether one of the ranges shares a byte with the range from `start` to `end`."""
        at = bisect_left(self._ranges, (end, 0))
        return any(self._ranges[i][1] > start for i in range(max(0, at - 2), at))


def _values(data: bytes, findings: list[Finding]) -> dict[bytes, Finding]:
    """The patients' values that are searched for, in lower case, with a finding of each."""
    found: dict[bytes, Finding] = {}
    for finding in findings:
        least = _LEAST_LENGTHS.get(finding.info_type)
        if least is None or finding.subject is not Subject.PATIENT:
            continue
        value = data[finding.location.start : finding.location.end]
        if least <= len(value) <= _MAX_LENGTH and not value.islower():
            found.setdefault(value.lower(), finding)
    return found


def _full_names(data: bytes, findings: list[Finding]) -> dict[bytes, Finding]:
    """Full names, from parts that the structure holds beside each other: `Ana Li`, `Li, Ana`.

    Short parts mean nothing alone.
    """
    found: dict[bytes, Finding] = {}
    names = [f for f in findings if f.info_type == "PERSON_NAME" and f.subject is Subject.PATIENT]
    for first, second in _of_one_name(names):
        one, two = (data[f.location.start : f.location.end] for f in (first, second))
        for value in (one + b" " + two, two + b" " + one, one + b", " + two, two + b", " + one):
            if _SHORTEST_FULL_NAME <= len(value) <= _MAX_LENGTH:
                found.setdefault(value.lower(), first)
    return found


def _of_one_name(names: list[Finding]) -> Iterator[tuple[Finding, Finding]]:
    """Parts of one name: each with the next, and with the one behind a middle name."""
    holders = [f.location.field.rpartition(".")[0] if f.location.field else None for f in names]
    for at, holder in enumerate(holders):
        for beside in range(at + 1, min(at + 3, len(names))):
            if holder is None or holders[beside] != holder:
                break
            yield names[at], names[beside]


def whole_word(data: bytes, at: int, length: int) -> bool:
    """Whether the bytes at `at` are not part of a longer word or number."""
    before, after = data[at - 1 : at] if at else b"", data[at + length : at + length + 1]
    return not before.isalnum() and not after.isalnum()
