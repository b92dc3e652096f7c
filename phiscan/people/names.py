"""Finds people in prose that speaks of health: first by cues, then wherever their names recur.

    capitalised runs ─> without providers ─> with a cue ─> other mentions of the same parts
                                                       ─> given names (if it is PHI already)

The list of given names decides nothing alone: a signature does not make a document PHI. One medical
word does not mean that a long text speaks of health, so a name counts only near two different ones.

Cost: linear. A text without health information is not read. A run far from any costs one bisection.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from phiscan.detectors.email import is_address
from phiscan.evidence import Evidence
from phiscan.finding import Likelihood, Location, Subject, Verdict
from phiscan.media_kind import MediaKind
from phiscan.people.answers import answers, dates
from phiscan.people.cues import (
    begins_with_a_given_name,
    is_close,
    is_others,
    speaks_of_care,
    subject_of,
)
from phiscan.people.health_words import HealthWords
from phiscan.people.segments import WORD, Segment, is_no_name, parts, segments
from phiscan.text.normalise import Normalised
from phiscan.verdict import verdict
from phiscan.words.given_names import GIVEN_NAMES

# matches "ricardo"; not "Ricardo", "ricardo@acme"
_LOWER_WORD: Final = re.compile(rb"(?<![\w@.-])[a-z]{3,16}(?![\w@])")
# matches "mrs. ruiz"; not "mrs. Ruiz"
_LOWER_TITLED: Final = re.compile(rb"\b(?:mr|mrs|miss|ms\.)\.? ([a-z][a-z'-]{2,24})\b")
# Between a name and the birth date behind it: "Ottoline Marsh, 8/8/1948",
# "SMITH, JOHN Q | M | 01/15/1980". matches " | M | "; not " seen"
_BETWEEN: Final = re.compile(rb"[ ,|(-]{1,3}(?:[MF] ?[|,] ?)?\Z")
_AND: Final = re.compile(rb" (?:and|&) ")
_TELLING: Final = 3
"""Different health words beside a person that make a statement that person's health information."""
# matches "hi ricardo," in "hi ricardo, how is the incision?"; not "hi ricardo how"
_LOWER_SALUTED: Final = re.compile(
    rb"\b(?:hi|hello|hey|thanks|thank you),? ([a-z]{3,16})(?=[,.!?]|\r?\n)"
)
# matches "pt john pemberton 58m"; not "pt john pemberton"
_LOWER_PATIENT: Final = re.compile(
    rb"\b(?:pt|patient) (([a-z]{3,16}) [a-z]{2,24}),? "
    rb"(?:is (?:an? )?)?\d{1,3} ?(?:yo|y/o|[mf]|year)\b"
)
# An address in a domain for examples. matches "ana@example.com"; not "no-reply@example.com"
_MAIL: Final = re.compile(
    rb"(?<![\w.+%-])(?!(?:no-?reply|postmaster)@)[\w.+%-]{1,64}"
    rb"@(?:[a-z0-9-]+\.){0,3}example\.(?:com|org|net)\b",
    re.IGNORECASE,
)


class _Found(NamedTuple):
    """A value to report, with its range in bytes of the normalised text."""

    info_type: str
    start: int
    end: int
    subject: Subject


def find(kind: MediaKind, normalised: Normalised, evidence: Evidence) -> None:
    """Add the names of patients and of the people around them.

    Args:
        kind: what the document was read as. In an unstructured text, given names count, and dates
            and numbers may answer questions. Elsewhere they are values of records.
        normalised: the document's text.
        evidence: what was found so far; the names are added to it.

    Raises:
        OutOfTimeError: the time for the scan is over.
    """
    if not kind.may_hold_prose:
        return
    health = HealthWords(normalised, evidence)
    if not health.spoken_of:
        return
    reading = _Reading(_known(normalised, evidence))
    for segment in evidence.context.timed(segments(normalised.text)):
        if health.near(segment.start):
            reading.take(segment)
    _add(reading.people(), normalised, evidence)
    _add_note(reading, normalised, health, evidence)
    if kind.is_unstructured:
        _read_text(reading, normalised, health, evidence)


def _read_text(
    reading: "_Reading", normalised: Normalised, health: "HealthWords", evidence: Evidence
) -> None:
    """Add what only an unstructured text says.

    Given names from the list and further dates count only where the text is PHI without them.
    """
    _add(_in_small_letters(normalised.text, health), normalised, evidence)
    asked = (
        _Found(a.info_type, a.start, a.end, a.subject)
        for a in answers(normalised.text, health.near)
    )
    _add(asked, normalised, evidence)
    if verdict(evidence.findings) is Verdict.PHI:
        _add(reading.listed(), normalised, evidence)
        _add(_days(normalised, health, evidence), normalised, evidence)
        _add(_mail_of_nowhere(normalised, health), normalised, evidence)


def _name(segment: Segment, subject: Subject) -> _Found:
    return _Found("PERSON_NAME", segment.start, segment.end, subject)


class _Reading:
    """One text's segments: those with a cue, and those still open.

    An open segment is a name if the document has the same name elsewhere.
    """

    def __init__(self, known: Iterable[bytes]) -> None:
        self._known = set(known)
        self._cued: list[tuple[Segment, Subject]] = []
        self._open: list[Segment] = []

    def take(self, segment: Segment) -> None:
        """Sort one segment: a provider's or a thing's, one with a cue, or an open one."""
        if is_others(segment):
            return
        subject = subject_of(segment)
        if subject is None:
            self._open.append(segment)
        else:
            self._cued.append((segment, subject))
            self._known.update(segment.parts)

    def people(self) -> Iterator[_Found]:
        """The segments with a cue, and the open ones that share a part with them."""
        for segment, subject in self._cued:
            yield _name(segment, subject)
        rest = []
        known = {
            segment.start for segment in self._open if not self._known.isdisjoint(segment.parts)
        }
        named = known.union(segment.start for segment, _ in self._cued)
        for segment in self._open:
            if segment.start not in known and not _is_paired(segment, named):
                rest.append(segment)
            else:
                yield _name(segment, Subject.PERSON)
        self._open = rest

    def told_of(self) -> Iterator[tuple[Segment, int]]:
        """The segments of people about whom the text says something.

        Each comes with the number of health words in one sentence that is enough for a note.
        """
        for segment, subject in self._cued:
            if subject is Subject.PATIENT or is_close(segment):
                yield segment, 1
            elif speaks_of_care(segment):
                yield segment, 2

    def listed(self) -> Iterator[_Found]:
        """The open segments that are a given name of the list and a further word."""
        named = {s.start for s in self._open if s.mixed and s.long and begins_with_a_given_name(s)}
        for segment in self._open:
            if segment.start in named or _is_paired(segment, named):
                yield _name(segment, Subject.PERSON)


def _is_paired(segment: Segment, named: Collection[int]) -> bool:
    """Whether a given name shares the family name of the next one: `John and Mary Thompson`."""
    joint = _AND.match(segment.text, segment.end)
    return (
        joint is not None
        and joint.end() in named
        and segment.mixed
        and begins_with_a_given_name(segment)
    )


def _add_note(
    reading: _Reading, normalised: Normalised, health: HealthWords, evidence: Evidence
) -> None:
    """Add a clinical note where several health words stand beside a person's name."""
    for segment, in_sentence in reading.told_of():
        if (
            health.words_in_sentence(segment) >= in_sentence
            or health.words_beside(segment) >= _TELLING
        ):
            location = Location("", *normalised.origin(segment.start, segment.end))
            evidence.add("prose", "CLINICAL_NOTE", location, Subject.PATIENT, Likelihood.POSSIBLE)
            return


def _in_small_letters(text: bytes, health: HealthWords) -> Iterator[_Found]:
    for match in _LOWER_TITLED.finditer(text):
        if health.near(match.start()) and not is_no_name(match[1]):
            yield _Found("PERSON_NAME", *match.span(1), Subject.PERSON)
    for match in _LOWER_PATIENT.finditer(text):
        if health.near(match.start()) and match[2].decode() in GIVEN_NAMES:
            yield _Found("PERSON_NAME", *match.span(1), Subject.PATIENT)
    saluted = {
        m[1]
        for m in _LOWER_SALUTED.finditer(text)
        if m[1].decode() in GIVEN_NAMES and not is_no_name(m[1])
    }
    for match in _LOWER_WORD.finditer(text) if saluted else ():
        if match[0] in saluted and health.near(match.start()):
            yield _Found("PERSON_NAME", *match.span(), Subject.PERSON)


def _known(normalised: Normalised, evidence: Evidence) -> Iterator[bytes]:
    """The parts of the names that are found already."""
    if normalised.layers:
        return
    for finding in evidence.findings:
        if (
            finding.info_type == "PERSON_NAME"
            and finding.subject is not Subject.PROVIDER
            and finding.location.start >= 0
        ):
            value = normalised.text[finding.location.start : finding.location.end]
            yield from parts(word[0] for word in WORD.finditer(value))


def _days(normalised: Normalised, health: HealthWords, evidence: Evidence) -> Iterator[_Found]:
    """Every date. A date just behind a name is a date of birth, any other a date of service."""
    names = {
        f.location.end
        for f in evidence.findings
        if f.info_type == "PERSON_NAME" and f.subject is not Subject.PROVIDER
    }
    for start, end in dates(normalised.text, health.near):
        between = _BETWEEN.search(normalised.text, max(0, start - 12), start)
        born = between is not None and normalised.origin(between.start(), end)[0] in names
        yield _Found("DATE_OF_BIRTH" if born else "SERVICE_DATE", start, end, Subject.PERSON)


def _mail_of_nowhere(normalised: Normalised, health: HealthWords) -> Iterator[_Found]:
    """Addresses in the domains for examples: nobody's in a manual, somebody's in a record."""
    for match in _MAIL.finditer(normalised.text) if b"@" in normalised.text else ():
        if health.near(match.start()) and is_address(match[0].decode()):
            yield _Found("EMAIL_ADDRESS", *match.span(), Subject.PERSON)


def _add(values: Iterable[_Found], normalised: Normalised, evidence: Evidence) -> None:
    """Add values, unless a finding covers the value, or findings cover each of its parts."""
    placed = sorted((start, end) for start, end, _ in evidence.identified())
    starts = [start for start, _ in placed]
    for value in values:
        location = Location("", *normalised.origin(value.start, value.end))
        at = bisect_left(starts, location.start + 1)
        held = any(location.end <= end for _, end in placed[max(0, at - 3) : at])
        within = placed[bisect_left(starts, location.start) : bisect_left(starts, location.end)]
        if not held and not (
            within and _leaves_nothing(normalised.text[value.start : value.end], location, within)
        ):
            evidence.add("prose", value.info_type, location, value.subject, Likelihood.LIKELY)


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
