"""Where a document speaks of health, and with how many different words near a person's name."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Subject
from phiscan.formats.fhir import targets
from phiscan.identifiers import InfoTypeKind
from phiscan.people.segments import Segment
from phiscan.text.normalise import Normalised
from phiscan.words.medical_terms import DEPARTMENT

_SHORT: Final = 2000
"""Bytes of a text that is short enough to be about one thing."""
_NEAR: Final = 1500
"""Bytes before and after a name in which health information counts as near it."""
_SENTENCE_END: Final = re.compile(rb"(?<=[a-z0-9)]{3})[.!?](?=\s)|\n")
# matches "." in "was seen. "; not "." in "Dr. "
_LABELS: Final = frozenset(("diagnosis_labelled", "diagnosis_in_object"))
"""Detectors that take any words behind a label. Programs have a diagnosis too."""
_ENOUGH: Final = 32
"""Health findings that are looked at around one name. More change no answer."""
_BEHIND: Final = 60
"""The most bytes between a name and a health word of which the sentence says that it is theirs."""
_BESIDE: Final = 300
"""Bytes before and after a name in which statements are about that person."""


class HealthWords:
    """The places where a document speaks of health: findings of health or of patients.

    The target of a request is no word of a text. A log has thousands of them and speaks of nobody.
    """

    def __init__(self, normalised: Normalised, evidence: Evidence) -> None:
        self._whole = len(normalised.text) <= _SHORT
        found = sorted(
            (f.location.start, f.location.end, f.info_type)
            for f in evidence.findings
            if f.location.start >= 0
            and f.detector != targets.DETECTOR
            and (f.kind is InfoTypeKind.HEALTH or f.subject is Subject.PATIENT)
        )
        self._stated = sorted(
            f.location.start
            for f in evidence.findings
            if f.location.start >= 0
            and f.detector != targets.DETECTOR
            and f.kind is InfoTypeKind.HEALTH
            and f.subject is Subject.PATIENT
            and f.detector not in _LABELS
        )
        self._starts = [start for start, _, _ in found]
        self._ends = [end for _, end, _ in found]
        # Where normalising moved bytes, the words are unknown. Their lengths stand for them.
        same = self._same = not normalised.layers
        self._words = [
            normalised.text[s:e].lower() if same else f"{kind} {e - s}".encode()
            for s, e, kind in found
        ]
        self._others = () if self._whole else _others(self._words)
        self.spoken_of = bool(found)

    def near(self, at: int) -> bool:
        """Whether the text speaks of health near the offset `at`."""
        if self._whole:
            return True
        low, high = bisect_left(self._starts, at - _NEAR), bisect_left(self._starts, at + _NEAR)
        return high > low and self._others[low] < min(high, low + _ENOUGH)

    def is_stated_beside(self, segment: Segment) -> bool:
        """Whether something beside a name is said of somebody's health."""
        at = bisect_left(self._stated, segment.start - _BESIDE)
        return at < len(self._stated) and self._stated[at] < segment.end + _BESIDE

    def words_beside(self, segment: Segment) -> int:
        """The number of different health words beside a name."""
        return self._distinct(segment.start - _BESIDE, segment.start + _BESIDE)

    def words_in_sentence(self, segment: Segment) -> int:
        """The number of different health words in the sentence of a name."""
        first, last = max(0, segment.start - _BESIDE), segment.end + _BESIDE
        start = max(
            (m.end() for m in _SENTENCE_END.finditer(segment.text, first, segment.start)),
            default=first,
        )
        end = _SENTENCE_END.search(segment.text, segment.end, last)
        return self._distinct(start, end.start() if end else last)

    def stated_behind(self, segment: Segment) -> tuple[int, int] | None:
        """The range of the first health word behind a name, if it is near.

        None where normalising moved bytes, because then the places in the text are unknown.
        """
        at = bisect_left(self._starts, segment.end)
        if not self._same or at == len(self._starts):
            return None
        start = self._starts[at]
        return (start, self._ends[at]) if start - segment.end <= _BEHIND else None

    def _distinct(self, start: int, end: int) -> int:
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        words = set(self._words[low : min(high, low + _ENOUGH)]) if high > low else set()
        # where somebody works says nothing of their health
        return sum(DEPARTMENT.fullmatch(word) is None for word in words)


def _others(words: list[bytes]) -> Sequence[int]:
    """For each word, the number of the next word that is another one."""
    others = [len(words)] * len(words)
    for number in range(len(words) - 2, -1, -1):
        is_same = words[number] == words[number + 1]
        others[number] = others[number + 1] if is_same else number + 1
    return others
