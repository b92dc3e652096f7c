"""Values that people's prose holds, and how they join what is found already."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Likelihood, Location, Subject
from phiscan.people.segments import Segment
from phiscan.text.normalise import Normalised

# matches b", ND 68595"; not b", ND (68595)"
_STATE_AND_ZIP: Final = re.compile(rb", ?[A-Z]{2},? {1,2}\d{5}(?!\d)", re.IGNORECASE)


class Found(NamedTuple):
    """A value to report, with its range in bytes of the normalised text."""

    info_type: str
    start: int
    end: int
    subject: Subject

    @classmethod
    def name_of(cls, segment: Segment, subject: Subject) -> "Found":
        """The name that a segment is."""
        return cls("PERSON_NAME", segment.start, segment.end, subject)


def add(values: Iterable[Found], normalised: Normalised, evidence: Evidence) -> None:
    """Add values, unless a finding covers the value, or findings cover each of its parts."""
    values = list(values)
    if not values:
        return
    placed = sorted((start, end) for start, end, _ in evidence.identified())
    starts = [start for start, _ in placed]
    for value in values:
        if value.info_type == "PERSON_NAME" and _is_town(value, normalised.text):
            continue
        location = Location("", *normalised.origin(value.start, value.end))
        at = bisect_left(starts, location.start + 1)
        if any(location.end <= end for _, end in placed[max(0, at - 3) : at]):
            continue
        within = placed[bisect_left(starts, location.start) : bisect_left(starts, location.end)]
        if not within or not _leaves_nothing(
            normalised.text[value.start : value.end], location, within
        ):
            evidence.add("prose", value.info_type, location, value.subject, Likelihood.LIKELY)


def _is_town(value: Found, text: bytes) -> bool:
    """Whether `Oakhurst, ND` goes on to a ZIP code, so that it is a town and no name."""
    comma = text.rfind(b",", value.start, value.end)
    return comma >= 0 and _STATE_AND_ZIP.match(text, comma) is not None


def _leaves_nothing(text: bytes, location: Location, within: Iterable[tuple[int, int]]) -> bool:
    """Whether the findings in a value cover all its letters and digits.

    `Ana` and `Ruiz` of two columns are not the name `Ana,Ruiz`.
    """
    if len(text) != location.end - location.start:
        return False
    rest = bytearray(text)
    for start, end in within:
        rest[start - location.start : end - location.start] = b" " * (
            min(end, location.end) - start
        )
    return not any(chr(c).isalnum() for c in rest)
