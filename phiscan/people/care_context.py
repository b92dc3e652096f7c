"""How much the words around a name speak of care: names that no single cue or term explains.

    score = words of care, so many of each kind + twice the terms that detectors found
    needed = NEEDED + words of texts about many people, about goods or about programs

No word counts alone, so this never makes a finding of a text that names one condition. A word about
many people raises what is needed and forbids nothing: else a sentence could hide a record.
"""

import re
from bisect import bisect_left
from collections import Counter
from typing import Final

from phiscan.evidence import Evidence
from phiscan.formats.fhir import targets
from phiscan.identifiers import InfoTypeKind
from phiscan.people.segments import Segment
from phiscan.words.care_words import KIND_OF, MOST, OF_A_BODY, OF_MANY

NEEDED: Final = 4
"""The score of a text about the care of somebody whom a cue, a key or a list names."""
_WITHOUT_A_PERSON: Final = 1
"""How much more is needed where nothing says that the text is about one person."""
_NEAR: Final = 400
"""Bytes before and after a name that are weighed."""
_MOST_OF_MANY: Final = 4
_OF_TERMS: Final = 2
_MOST_TERMS: Final = 3
_FEWEST_OF_A_BODY: Final = 2
_LONGEST: Final = 1 << 16
"""Bytes of a text without any term of medicine that is still weighed."""
_LETTERS: Final = bytes(
    byte if chr(byte).isalnum() or byte == ord("-") else ord(" ")
    for byte in bytes(range(128)).lower()
).ljust(256)
"""Bytes in lower case, and a blank for each that no word has: a look at each word costs more."""
# One person is spoken of. matches "she", "my", "Pt", "54F", "61 y.o."; not "they", "her." of others
_ONE_PERSON: Final = re.compile(
    rb"\b(?:she|he|her|his|him|my|i|pt|patient|mr|mrs|ms|baby|wife|husband|mother|father|son"
    rb"|daughter|mom|dad|sister|brother|parent|resident|\d{1,3} ?(?:[mf]|y/?o|y\.o\."
    rb"|years? old))\b",
    re.IGNORECASE,
)


class CareContext:
    """The words of care of one text.

    Args:
        text: normalised.
        evidence: what was found in it so far.
    """

    def __init__(self, text: bytes, evidence: Evidence) -> None:
        self._text = text
        self._terms = sorted(
            (f.location.start, text[f.location.start : f.location.end].lower())
            for f in evidence.findings
            if f.kind is InfoTypeKind.HEALTH
            and f.location.start >= 0
            and f.detector != targets.DETECTOR
        )

    def speaks_of_care(self) -> bool:
        """Whether the whole text has enough words of care for one name, or terms of medicine."""
        return bool(self._terms) or (
            len(self._text) <= _LONGEST and self._score(0, len(self._text)) >= NEEDED
        )

    def is_about(self, s: Segment) -> bool:
        """Whether the words around a name speak of one person's care."""
        start, end = max(0, s.start - _NEAR), s.end + _NEAR
        score = self._score(start, end)
        return score >= NEEDED + _WITHOUT_A_PERSON or (
            score >= NEEDED and _ONE_PERSON.search(self._text, start, end) is not None
        )

    def _score(self, start: int, end: int) -> int:
        low, high = bisect_left(self._terms, (start, b"")), bisect_left(self._terms, (end, b""))
        named = {term for _, term in self._terms[low:high]}
        terms = min(_MOST_TERMS, len(named))
        words = _words(self._text[start:end])
        words -= _words(b" ".join(named))
        kinds = Counter(KIND_OF[word] for word in KIND_OF.keys() & words)
        of_a_body = sum(kinds[kind] for kind in OF_A_BODY) + _OF_TERMS * terms
        if not kinds or of_a_body < _FEWEST_OF_A_BODY:
            return 0  # terms alone are a list of goods as often
        return (
            sum(min(count, MOST[kind]) for kind, count in kinds.items())
            + _OF_TERMS * terms
            - min(_MOST_OF_MANY, len(words & OF_MANY))
        )


def _words(text: bytes) -> set[bytes]:
    return set(text.translate(_LETTERS).split())
