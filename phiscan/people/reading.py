"""The people of one text: those with a cue, and those that its other names make known."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from phiscan.finding import Subject
from phiscan.people import following
from phiscan.people.care_context import CareContext
from phiscan.people.cues import (
    begins_with_a_given_name,
    is_close,
    is_in_care,
    is_met_in_a_note,
    is_others,
    speaks,
    speaks_of_care,
    subject_of,
    suffers,
)
from phiscan.people.health_words import HealthWords
from phiscan.people.keyed import named_by_key
from phiscan.people.placing import Found
from phiscan.people.segments import Segment
from phiscan.people.turns import Turns
from phiscan.people.uncued import heads_an_entry, is_in_a_record, is_public, lives

_AND: Final = re.compile(rb" (?:and|&) ")
_AND_ENDS: Final = (b" and ", b" & ", b", ", b" (")
# matches " and ", " (9) and ", ", "; not "; "
_AND_BEFORE: Final = re.compile(rb"(?:(?: \([^()\n]{1,20}\))?,? (?:and|&) |, | \()\Z")


TELLING: Final = 3
"""Different health words beside a person that make a statement that person's health information.

One less is enough beside a patient, a relative or a date of birth, and one in a clinical note.
"""


class Reading:
    """One text's segments: those with a cue, and those still open.

    An open segment is a name if the document has the same name elsewhere.

    Args:
        turns: of a dialogue.
        known: parts of names that are found already.
        is_text: whether the document is one text, in which no column and no key names a value.
    """

    def __init__(self, turns: Turns, known: Iterable[bytes], *, is_text: bool) -> None:
        self._turns = turns
        self._is_text = is_text
        self._known = set(known)
        self._cued: list[tuple[Segment, Subject]] = []
        self._open: list[Segment] = []
        self._closed: list[Segment] = []

    def take(self, segment: Segment, health: HealthWords) -> None:
        """Sort one segment: a provider's or a thing's, one with a cue, or an open one.

        `health` knows where the text speaks of health.
        """
        spoken = self._turns.begin_at(segment.start)
        by_key = None if spoken else named_by_key(segment)
        if by_key is None and is_others(segment, spoken=spoken):
            return
        subject = subject_of(segment, spoken=spoken) or by_key
        if subject is not Subject.PATIENT and not spoken:
            if suffers(segment, health.stated_behind(segment)):
                subject = Subject.PATIENT
            elif subject is None and self._is_text and is_in_a_record(segment, health):
                subject = Subject.PERSON
        if subject is None:
            self._open.append(segment)
        else:
            self._cued.append((segment, subject))
            self._known.update(segment.parts)

    def people(self) -> Iterator[Found]:
        """The segments with a cue, and the open ones that share a part with them."""
        for segment, subject in self._cued:
            yield Found.name_of(segment, subject)
        yield from self._close(_writers(self._open))
        known = [s for s in self._open if not self._known.isdisjoint(s.parts)]
        joined = _joined(self._open, (*(segment for segment, _ in self._cued), *known))
        yield from self._close((*known, *joined))

    def told_of(self, *, born: bool) -> Iterator[tuple[Segment, int, int]]:
        """The segments of people about whom the text says something.

        Each comes with the numbers of different health words that are enough for a note: in its
        sentence, and beside it.
        `born` says whether the text holds somebody's date of birth, so that it is a record.
        """
        for segment, subject in self._cued:
            is_known = subject is Subject.PATIENT or is_close(segment) or is_in_care(segment)
            if is_known or born or following.RECORDED.match(segment.after):
                yield segment, 1, TELLING - 1
            elif speaks_of_care(segment):
                yield segment, 2, TELLING
            elif is_met_in_a_note(segment):
                yield segment, 1, 1

    def in_care(self, context: CareContext) -> Iterator[Found]:
        """The segments around which the text speaks of one person's care, with a cue or without.

        They are patients.
        """
        for segment in (*(segment for segment, _ in self._cued), *self._closed):
            if segment.mixed and not is_public(segment) and context.is_about(segment):
                yield Found.name_of(segment, Subject.PATIENT)
        for segment in self._open:
            is_shaped = segment.long and (
                begins_with_a_given_name(segment) or heads_an_entry(segment) or lives(segment)
            )
            if is_shaped and not is_public(segment) and context.is_about(segment):
                yield Found.name_of(segment, Subject.PATIENT)

    def listed(self) -> Iterator[Found]:
        """The open segments that are a given name of the list and a further word."""
        named = [s for s in self._open if s.mixed and s.long and begins_with_a_given_name(s)]
        yield from self._close((*named, *_joined(self._open, named)))
        known = [s for s in self._open if not self._known.isdisjoint(s.parts)]
        yield from self._close(known)

    def ends(self) -> Iterator[int]:
        """Where names end, in the text."""
        for segment, _ in self._cued:
            yield segment.end
        for segment in self._closed:
            yield segment.end

    def _close(self, segments_: Sequence[Segment]) -> Iterator[Found]:
        """Take open segments as names. What they are called by is known from now on."""
        starts = {segment.start for segment in segments_}
        self._open = [segment for segment in self._open if segment.start not in starts]
        self._closed += segments_
        for segment in segments_:
            self._known.update(segment.parts)
            yield Found.name_of(segment, Subject.PERSON)


def _writers(open_: Iterable[Segment]) -> list[Segment]:
    """The segments that are labels of who writes in a chat. One label alone may be a heading."""
    labels = [s for s in open_ if s.mixed and begins_with_a_given_name(s) and speaks(s)]
    counted = Counter(segment.words for segment in labels)
    return [segment for segment in labels if counted[segment.words] > 1]


def _joined(open_: Iterable[Segment], named: Iterable[Segment]) -> list[Segment]:
    """The open segments that "and" or a comma joins to a named one.

    `John and Mary Thompson`, `Urmi and Karina (grandchildren)`, `Family (Ana Ruiz, Bo Li)`.
    """
    by_start = {segment.start: segment for segment in named}
    by_end = {segment.end: segment for segment in by_start.values()}
    found = []
    for segment in open_:
        if not segment.mixed or segment.start in by_start:
            continue
        after = _AND.match(segment.text, segment.end)
        is_behind = segment.before.endswith(_AND_ENDS)
        before = _AND_BEFORE.search(segment.before) if is_behind else None
        by_comma = before is not None and before[0] == b", "
        in_brackets = before is not None and before[0] == b" ("
        if in_brackets and segment.after[:1] != b")":
            continue  # "BB Hill (Ana)", not "Ana Hill (Boston area)"
        other = by_start.get(after.end()) if after is not None else None
        if other is None and before is not None:
            other = by_end.get(segment.start - len(before[0]))
        if other is not None and other.mixed and _is_alike(segment, other, by_comma=by_comma):
            found.append(segment)
    return found


def _is_alike(segment: Segment, other: Segment, *, by_comma: bool) -> bool:
    """Whether a segment beside the name `other` can be a second name."""
    if begins_with_a_given_name(segment):
        return True
    if by_comma:
        return segment.long and other.before.rfind(b"(") > other.before.rfind(b")")
    return segment.long or not other.long
