"""Finds people in prose that speaks of health: first by cues, then wherever their names recur.

    capitalised runs ─> without providers ─> with a cue ─> other mentions of the same parts
                                                       ─> given names (if it is PHI already)

The list of given names decides nothing alone: a signature does not make a document PHI. One medical
word does not mean that a long text speaks of health, so a name counts only near two different ones.

Cost: linear. A text without health information is not read. A run far from any costs one bisection.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from phiscan.detectors import person
from phiscan.detectors.email import is_address
from phiscan.evidence import Evidence
from phiscan.finding import Finding, Likelihood, Location, Subject, Verdict
from phiscan.media_kind import MediaKind
from phiscan.people import told_of_somebody
from phiscan.people.answers import answers, dates, member_numbers, record_numbers
from phiscan.people.care_context import CareContext
from phiscan.people.cues import is_said_as_a_name
from phiscan.people.health_words import HealthWords
from phiscan.people.placing import Found, add
from phiscan.people.reading import Reading
from phiscan.people.segments import WORD, Segment, is_no_name, parts, segments
from phiscan.people.turns import Turns
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
_LABELLED_NAMES: Final = frozenset(
    d.name
    for d in person.DETECTORS
    if d.name.startswith(("name_of_", "given_name_after", "name_after"))
)
"""The detectors of names behind `Patient`, `Pt`, `Mother` and the like."""
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
    turns = _give_back_answers(normalised, evidence)
    told_of_somebody.settle(normalised, evidence)
    health = HealthWords(normalised, evidence)
    context = CareContext(normalised.text, evidence) if kind.is_unstructured else None
    if not health.spoken_of and (context is None or not context.speaks_of_care()):
        return
    reading = Reading(
        turns or Turns(normalised.text),
        _known(normalised, evidence),
        is_text=kind.is_unstructured,
    )
    for segment in evidence.context.timed(segments(normalised.text)):
        if health.near(segment.start):
            reading.take(segment, health)
    add(reading.people(), normalised, evidence)
    born = kind.is_unstructured and any(f.info_type == "DATE_OF_BIRTH" for f in evidence.findings)
    _add_note(reading, normalised, health, evidence, born=born)
    if context is not None and verdict(evidence.findings) is not Verdict.PHI:
        _add_care(reading, normalised, context, evidence)
    if kind.is_unstructured:
        _read_text(reading, normalised, health, evidence)


def _give_back_answers(normalised: Normalised, evidence: Evidence) -> Turns | None:
    """Drop the names that detectors found behind a speaker's label: `Patient: Excedrin Migraine`.

    A detector sees no more than a line, and cannot know that it is a dialogue's.
    """
    if not any(f.detector in _LABELLED_NAMES for f in evidence.findings):
        return None
    turns = Turns(normalised.text)
    begins = {normalised.origin(at, at + 1)[0]: at for at in turns}
    if begins:
        evidence.findings[:] = [
            f
            for f in evidence.findings
            if f.detector not in _LABELLED_NAMES or not _is_an_answer(f, normalised.text, begins)
        ]
    return turns


def _is_an_answer(finding: Finding, text: bytes, begins: Mapping[int, int]) -> bool:
    """Whether a name begins a turn and is none.

    `begins` maps the first byte of each turn in the document to its offset in `text`.
    """
    start = begins.get(finding.location.start)
    if start is None:
        return False
    end = start + finding.location.end - finding.location.start
    words = tuple(text[start:end].replace(b",", b"").split())
    return not is_said_as_a_name(Segment(text, start, end, words))


def _read_text(
    reading: Reading, normalised: Normalised, health: "HealthWords", evidence: Evidence
) -> None:
    """Add what only an unstructured text says.

    Given names from the list and further dates count only where the text is PHI without them.
    """
    add(_in_small_letters(normalised.text, health), normalised, evidence)
    asked = (
        Found(a.info_type, a.start, a.end, a.subject) for a in answers(normalised.text, health.near)
    )
    add(asked, normalised, evidence)
    if verdict(evidence.findings) is Verdict.PHI:
        add(reading.listed(), normalised, evidence)
        add(_record_numbers(reading, normalised, health, evidence), normalised, evidence)
        members = member_numbers(normalised.text)
        add(
            (Found("HEALTH_PLAN_BENEFICIARY_NUMBER", *m, Subject.PERSON) for m in members),
            normalised,
            evidence,
        )
        add(_days(normalised, health, evidence), normalised, evidence)
        add(_mail_of_nowhere(normalised, health), normalised, evidence)


def _add_note(
    reading: Reading,
    normalised: Normalised,
    health: HealthWords,
    evidence: Evidence,
    *,
    born: bool,
) -> None:
    """Add a clinical note where several health words stand beside a person's name.

    `born` says whether the text is one and holds a date of birth. What stands beside one in a
    record, `labelled.beside` has read.
    """
    for segment, in_sentence, beside in reading.told_of(born=born):
        if (
            health.words_in_sentence(segment) >= in_sentence
            or health.words_beside(segment) >= beside
        ):
            location = Location("", *normalised.origin(segment.start, segment.end))
            evidence.add("prose", "CLINICAL_NOTE", location, Subject.PATIENT, Likelihood.POSSIBLE)
            return


def _add_care(
    reading: Reading, normalised: Normalised, context: CareContext, evidence: Evidence
) -> None:
    """Add the names around which the text speaks of care, and a note of the first."""
    found = list(reading.in_care(context))
    add(found, normalised, evidence)
    for name in found[:1]:
        location = Location("", *normalised.origin(name.start, name.end))
        evidence.add("prose", "CLINICAL_NOTE", location, Subject.PATIENT, Likelihood.POSSIBLE)


def _in_small_letters(text: bytes, health: HealthWords) -> Iterator[Found]:
    for match in _LOWER_TITLED.finditer(text):
        if health.near(match.start()) and not is_no_name(match[1]):
            yield Found("PERSON_NAME", *match.span(1), Subject.PERSON)
    for match in _LOWER_PATIENT.finditer(text):
        if health.near(match.start()) and match[2].decode() in GIVEN_NAMES:
            yield Found("PERSON_NAME", *match.span(1), Subject.PATIENT)
    saluted = {
        m[1]
        for m in _LOWER_SALUTED.finditer(text)
        if m[1].decode() in GIVEN_NAMES and not is_no_name(m[1])
    }
    for match in _LOWER_WORD.finditer(text) if saluted else ():
        if match[0] in saluted and health.near(match.start()):
            yield Found("PERSON_NAME", *match.span(), Subject.PERSON)


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


def _record_numbers(
    reading: Reading, normalised: Normalised, health: HealthWords, evidence: Evidence
) -> Iterator[Found]:
    """Numbers just behind a patient or a name: `PATTERSON, MANUEL (11-47-61)`."""
    ends = set(reading.ends())
    if not normalised.layers:
        ends.update(
            f.location.end
            for f in evidence.findings
            if f.info_type == "PERSON_NAME" and f.is_individuals
        )
    for start, end in record_numbers(normalised.text, ends):
        if health.near(start):
            yield Found("MEDICAL_RECORD_NUMBER", start, end, Subject.PATIENT)


def _days(normalised: Normalised, health: HealthWords, evidence: Evidence) -> Iterator[Found]:
    """Every date. A date just behind a name is a date of birth, any other a date of service."""
    names = {
        f.location.end
        for f in evidence.findings
        if f.info_type == "PERSON_NAME" and f.subject is not Subject.PROVIDER
    }
    for start, end in dates(normalised.text, health.near):
        between = _BETWEEN.search(normalised.text, max(0, start - 12), start)
        born = between is not None and normalised.origin(between.start(), end)[0] in names
        yield Found("DATE_OF_BIRTH" if born else "SERVICE_DATE", start, end, Subject.PERSON)


def _mail_of_nowhere(normalised: Normalised, health: HealthWords) -> Iterator[Found]:
    """Addresses in the domains for examples: nobody's in a manual, somebody's in a record."""
    for match in _MAIL.finditer(normalised.text) if b"@" in normalised.text else ():
        if health.near(match.start()) and is_address(match[0].decode()):
            yield Found("EMAIL_ADDRESS", *match.span(), Subject.PERSON)
