"""Labelled values of records without a published format: JSON, CSV rows, forms, query strings.

A value's own label says what the value is, and the labels above it say whose. `name` and `id` mean
nothing alone. They count where the path names a patient or a person, or where the same record holds
a value that only a person has.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from phiscan import checks
from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.identifiers import INFO_TYPES, InfoTypeKind, Trait, having
from phiscan.words.labels import Label, Rule, read_label

_PERSONAL: Final = having(Trait.MARKS_A_PERSON)
PLACES: Final = frozenset(("path", "query", "header", "trailer"))
"""First parts of the paths of labelled values outside the body."""
_PATIENTS_OWN: Final = having(Trait.GIVEN_TO_PATIENTS)


class Labelled(NamedTuple):
    """One value with its labels.

    Args:
        labels: the labels above the value and its own, outermost first.
        value: the decoded text.
        start: the value's first byte in the document, or -1.
        end: the byte after its last one, or -1.
        record: a number that the values of one object or row share.
    """

    labels: tuple[str, ...]
    value: str
    start: int
    end: int
    record: int


def read_records(values: Iterable[Labelled], evidence: Evidence, detector: str) -> None:
    """Add to `evidence` what the labels of `values` say.

    `detector` is the name that the findings show.
    """
    reading = _Reading(evidence, detector)
    for item in evidence.context.timed(values):
        label = read_label(item.labels[-1])
        if label.rule is not None:
            reading.take(item, label.rule, _subject(item.labels, label))
        if len(item.labels) > 1:
            reading.look_above(item)
    reading.finish()


class _Reading:
    """One document's labelled values. Weak rules wait until the whole record is known."""

    def __init__(self, evidence: Evidence, detector: str) -> None:
        self._evidence = evidence
        self._detector = detector
        self._waiting: list[tuple[Labelled, Rule, Subject | None]] = []
        self._persons: set[int] = set()
        self._named: set[int] = set()
        self._codes: list[tuple[Labelled, Rule]] = []
        self._patient: Labelled | None = None
        self._sections: set[str] = set()

    def take(self, item: Labelled, rule: Rule, subject: Subject | None) -> None:
        if rule.subject is Subject.NOBODY and checks.clinical_value(item.value):
            self._codes.append((item, rule))
        elif rule.weak:
            self._waiting.append((item, rule, subject))
        elif self._add(item, rule, subject):
            if rule.info_type in _PERSONAL:
                self._persons.add(item.record)
            elif rule.info_type == "PERSON_NAME" and subject is not Subject.PROVIDER:
                self._named.add(item.record)

    def look_above(self, item: Labelled) -> None:
        """Take a value under a label that means health information.

        Example: `{"allergies": [{"name": "Penicillin"}]}`.
        """
        for label in item.labels[:-1]:
            rule = read_label(label).rule
            if (
                rule is None
                or rule.info_type in self._sections
                or rule.subject is not Subject.PATIENT
            ):
                continue
            if INFO_TYPES[rule.info_type].kind is InfoTypeKind.HEALTH and rule.shape(item.value):
                self._sections.add(rule.info_type)
                _record(item, rule, None, self._evidence, self._detector)

    def finish(self) -> None:
        for item, rule, subject in self._waiting:
            if _applies(rule, subject, person=item.record in self._persons):
                self._add(item, rule, subject)
        for item, rule in self._codes:
            # a code in a catalogue is about nobody; beside a person it is about that person
            theirs = item.record in self._persons or (
                rule.info_type == "DIAGNOSIS" and item.record in self._named
            )
            _record(
                item,
                replace(rule, subject=Subject.PATIENT) if theirs else rule,
                None,
                self._evidence,
                self._detector,
            )
        if self._patient is not None:
            location = Location(
                shown_path(self._patient.labels, PLACES), self._patient.start, self._patient.end
            )
            self._evidence.add(self._detector, "PATIENT_RECORD", location, Subject.PATIENT)

    def _add(self, item: Labelled, rule: Rule, subject: Subject | None) -> bool:
        if not _record(item, rule, subject, self._evidence, self._detector):
            return False
        if self._patient is None and (
            subject is Subject.PATIENT or rule.info_type in _PATIENTS_OWN
        ):
            self._patient = item
        return True


def _record(
    item: Labelled, rule: Rule, subject: Subject | None, evidence: Evidence, detector: str
) -> bool:
    if rule.subject in (Subject.NOBODY, Subject.PROVIDER) or (
        subject is Subject.PERSON and rule.subject is Subject.PATIENT
    ):
        subject = rule.subject
    elif subject is Subject.PROVIDER and INFO_TYPES[rule.info_type].kind is InfoTypeKind.HEALTH:
        subject = rule.subject  # a laboratory's result or a physician's note is about the patient
    return evidence.labelled(
        detector,
        rule,
        item.value,
        Location(shown_path(item.labels, PLACES), item.start, item.end),
        subject,
    )


def _applies(rule: Rule, subject: Subject | None, *, person: bool) -> bool:
    if rule.info_type == "PERSON_NAME":
        return subject is not None or person
    return subject is Subject.PATIENT


def _subject(labels: tuple[str, ...], own: Label) -> Subject | None:
    """Whom a value is about: the nearest label that says so decides, its own first."""
    if own.subject is not None:
        return own.subject
    for label in reversed(labels[:-1]):
        above = read_label(label)
        if above.subject is not None:
            return above.subject
    return None
