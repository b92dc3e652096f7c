"""Labelled values of records without a published format: JSON, CSV rows, forms, query strings.

A value's own label says what the value is, and the labels above it say whose. `name` and `id` mean
nothing alone. They count where the path names a patient or a person, or where the same record holds
a value that only a person has.

A record may have several parts (`{"client": {...}, "icd10": "F32.1"}`). The parts are a family: a
medical code in one part is about the person whom another part names.

Cost: what a path of labels means is worked out once a document. For public names of HTTP fields,
and for paths that consist of words of the tables, it is worked out once for all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from phiscan import checks
from phiscan.evidence import Evidence, Statement, shown_path
from phiscan.finding import Location, Subject, quick
from phiscan.identifiers import INFO_TYPES, InfoTypeKind, Trait, having
from phiscan.labelled.label_steps import steps
from phiscan.labelled.name_values import in_two_parts, is_full_name, is_known_name, is_name_part
from phiscan.memory import keep
from phiscan.words.field_names import is_shown
from phiscan.words.http_fields import HTTP_FIELDS
from phiscan.words.label_vocabulary import CARE_TABLES, ROLES
from phiscan.words.labels import Rule, abroad, read_label
from phiscan.words.medical_terms import count_terms
from phiscan.words.medicines import is_cvx
from phiscan.words.statement_labels import OF_ENTRIES, fewest_in, fewest_terms

_PERSONAL: Final = having(Trait.MARKS_A_PERSON)
_TOLD_BESIDE: Final = (abroad, is_cvx)  # shapes of what is health information beside a person only
_INSURED: Final = "HEALTH_PLAN_BENEFICIARY_NUMBER"
"""The number of a person that cars have too: labels do not say which insurance it is."""
_PLACES: Final = frozenset(("path", "query", "header", "trailer"))
"""First parts of the paths of labelled values outside the body."""
_OF_A_FIELD: Final = 2
"""Labels of a header: `header`, and its name."""
PUBLIC: Final = _PLACES | HTTP_FIELDS
"""Labels that no document made up."""
_PATIENTS_OWN: Final = having(Trait.GIVEN_TO_PATIENTS)
_MOST_MEANINGS: Final = 2048
"""The most meanings of paths that are kept at once."""
_LONGEST_KEPT: Final = 8
"""The most labels of a path whose meaning outlives the scan."""
_DIGIT: Final = re.compile(r"\d")
# A word of a label, also in camel case. matches "guest" and "Name" in "guestName"
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LISTS_OF_CARE: Final = CARE_TABLES | frozenset(
    "session sessions condition conditions problem problems procedure procedures treatment "
    "treatments note notes history histories diagnoses codes rx labs tests "
    "attendees guests invitees".split()
)
"""Last words of the keys of such lists, and of lists of those who come to an appointment."""
_LONGEST_KEY: Final = 40
_SHORTEST_STATEMENT: Final = 4
_MOST_STATEMENTS: Final = 64
_LONGEST_STATEMENT: Final = 400


class Labelled(NamedTuple):
    """One value with its labels.

    Args:
        labels: the labels above the value and its own, outermost first.
        value: the decoded text.
        start: the value's first byte in the document, or -1.
        end: the byte after its last one, or -1.
        record: a number that the values of one object or row share.
        family: a number that the parts of one record share, or -1 for a record of one part. In JSON
            it is the offset of the object around all parts, in a table the number of the row.
    """

    labels: tuple[str, ...]
    value: str
    start: int
    end: int
    record: int
    family: int = -1


def read_records(values: Iterable[Labelled], evidence: Evidence, detector: str) -> None:
    """Add to `evidence` what the labels of `values` say.

    `detector` is the name that the findings show.
    """
    reading = _Reading(evidence, detector)
    for item in evidence.context.timed(values):
        reading.take(item)
    reading.finish()


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a path of labels means.

    Args:
        rule: the rule of the last label.
        subject: whom the path names.
        sections: the rules of labels above that mean health information.
        steps: the path, one step each.
        path: the path as it is shown.
        fewest_terms: what `statement_labels.fewest_terms` says of the last label.
    """

    rule: Rule | None
    subject: Subject | None
    sections: tuple[Rule, ...]
    steps: tuple[str, ...]
    path: str
    fewest_terms: int

    @property
    def has_role(self) -> bool:
        """Whether a label above names a role that patients have."""
        words = (word.lower() for label in self.steps[:-1] for word in _WORD.findall(label))
        return not ROLES.isdisjoint(words)


_known: Final[dict[tuple[str, ...], _Meaning]] = {}


def _meaning(labels: tuple[str, ...]) -> _Meaning:
    known = _known.get(labels)
    if known is None:
        known = _worked_out(labels)
        if _is_public(labels) or _are_words(labels):
            keep(_known, labels, known)
    return known


def _is_public(labels: tuple[str, ...]) -> bool:
    """Whether labels name a path, or one HTTP field of a public name."""
    return labels[0] in _PLACES and len(labels) <= _OF_A_FIELD and PUBLIC.issuperset(labels)


def _are_words(labels: tuple[str, ...]) -> bool:
    """Whether a path consists of words of the tables. Digits could be those of a value."""
    return len(labels) <= _LONGEST_KEPT and all(
        is_shown(label) and _DIGIT.search(label) is None for label in labels
    )


def _worked_out(labels: tuple[str, ...]) -> _Meaning:
    path = steps(labels)
    own = read_label(path[-1])
    subject = own.subject
    sections: tuple[Rule, ...] = ()
    for label in reversed(path[:-1]):
        above = read_label(label)
        if subject is None:  # the nearest label that names somebody decides
            subject = above.subject
        rule = above.rule
        if rule is not None and rule.subject is Subject.PATIENT and _tells_of_health(rule):
            sections = (rule, *sections)
    fewest = 0 if own.rule is not None else fewest_terms(path[-1])
    return _Meaning(own.rule, subject, sections, path, shown_path(path, PUBLIC), fewest)


def _tells_of_health(rule: Rule) -> bool:
    return INFO_TYPES[rule.info_type].kind is InfoTypeKind.HEALTH


class _Reading:
    """One document's labelled values. Weak rules wait until the whole record is known."""

    def __init__(self, evidence: Evidence, detector: str) -> None:
        self._evidence = evidence
        self._detector = detector
        self._meanings: dict[tuple[str, ...], _Meaning] = {}
        self._waiting: list[tuple[Labelled, _Meaning, Rule]] = []
        self._codes: list[tuple[Labelled, _Meaning, Rule]] = []
        self._persons: set[int] = set()
        self._known: set[int] = set()
        self._named: set[int] = set()
        self._ill: set[int] = set()
        self._statements: list[tuple[Labelled, int]] = []
        self._coming: set[int] = set()
        self._told_abroad: list[tuple[Labelled, _Meaning, Rule]] = []
        self._looked_at = 0
        self._patient: tuple[Labelled, _Meaning] | None = None
        self._sections: set[str] = set()

    def take(self, item: Labelled) -> None:
        """Take one value by its own label and by the labels above."""
        meaning = self._meanings.get(item.labels)
        if meaning is None:
            if len(self._meanings) >= _MOST_MEANINGS:
                self._meanings.clear()
            meaning = self._meanings[item.labels] = _meaning(item.labels)
        rule = meaning.rule
        if (
            meaning.sections and meaning.fewest_terms != OF_ENTRIES
        ):  # first: of two equal findings, the one about a patient stays
            self._look_above(item, meaning)
        if rule is not None:
            self._take(item, meaning, rule)
        elif meaning.fewest_terms and len(item.value) >= _SHORTEST_STATEMENT:
            self._statements.append((item, meaning.fewest_terms))

    def _take(self, item: Labelled, meaning: _Meaning, rule: Rule) -> None:
        if rule.subject is Subject.NOBODY and self._is_clinical(item.value):
            self._codes.append((item, meaning, rule))
        elif rule.shape in _TOLD_BESIDE:
            self._told_abroad.append((item, meaning, rule))
        elif rule.weak:
            self._waiting.append((item, meaning, rule))
        elif self._add(item, meaning, rule):
            self._note(item, meaning, rule)

    def _note(self, item: Labelled, meaning: _Meaning, rule: Rule) -> None:
        numbers = item.record, _family(item)
        if rule.info_type in _PERSONAL:
            self._persons.update(numbers)
            if rule.info_type != _INSURED:
                self._known.update(numbers)
        elif rule.info_type == "PERSON_NAME" and meaning.subject is not Subject.PROVIDER:
            self._named.update(numbers)
        elif rule.subject is Subject.PATIENT:
            self._ill.update(numbers)

    def _is_clinical(self, value: str) -> bool:
        """Whether a value is a medical code, or words of medicine in the place of one.

        Words are looked at in the first values only, because that costs more.
        """
        if checks.clinical_value(value):
            return True
        if self._looked_at >= _MOST_STATEMENTS:
            return False
        self._looked_at += 1
        return count_terms(value[:_LONGEST_STATEMENT]) > 0

    def _look_above(self, item: Labelled, meaning: _Meaning) -> None:
        """Take a value under a label that means health information.

        Example: `{"allergies": [{"name": "Penicillin"}]}`.
        """
        for rule in meaning.sections:
            if rule.info_type not in self._sections and rule.shape(item.value):
                self._sections.add(rule.info_type)
                self._record(item, meaning, rule, None)

    def finish(self) -> None:
        """Decide what waited for the rest of its record."""
        for item, _, rule in self._codes:
            if not rule.weak:
                self._ill.update((item.record, _family(item)))
        self._ill |= self._told_of()
        self._settle_names()
        self._settle_codes()
        anybody = self._persons | self._named
        for item, kind in self._statements:
            beside = self._coming if kind == OF_ENTRIES else anybody
            if self._is_beside(item, beside):
                fewest = fewest_in(kind, item.value)
                self._evidence.statements.append(Statement(item.start, item.end, fewest))
        if self._patient is not None:
            item, meaning = self._patient
            location = Location(meaning.path, item.start, item.end)
            self._evidence.add(self._detector, "PATIENT_RECORD", location, Subject.PATIENT)

    def _settle_names(self) -> None:
        paired = self._paired()
        for item, meaning, rule in self._waiting:
            is_half = item.record in paired and is_name_part(item.value)
            if _applies(
                rule, meaning.subject, person=is_half or item.record in self._persons
            ) or self._is_a_patients_name(item, meaning, rule):
                self._add(item, meaning, rule)
                if rule.info_type == "PERSON_NAME" and meaning.subject is not Subject.PROVIDER:
                    self._named.update((item.record, _family(item)))

    def _paired(self) -> set[int]:
        """The records that hold the two parts of a name: `{"first": "Ana", "last": "Ruiz"}`."""
        names = (
            (item.record, meaning.steps[-1].lower(), item.value)
            for item, meaning, rule in self._waiting
            if rule.info_type == "PERSON_NAME"
        )
        return in_two_parts(names)

    def _settle_codes(self) -> None:
        for item, meaning, rule in self._codes:
            # a code in a catalogue is about nobody; beside a person it is about that person
            is_told = rule.info_type in ("DIAGNOSIS", "MEDICATION") or (
                rule.info_type == "LAB_RESULT"
                and (
                    checks.measured(item.value) or count_terms(item.value[:_LONGEST_STATEMENT]) > 0
                )
            )
            theirs = self._is_beside(item, self._persons) or (
                is_told and self._is_beside(item, self._named)
            )
            if theirs or not rule.weak:
                subject = Subject.PATIENT if theirs else rule.subject
                self._record(item, meaning, replace(rule, subject=subject), None)
        for item, meaning, rule in self._told_abroad:
            if self._is_beside(item, self._known) or (
                rule.shape is is_cvx and self._is_beside(item, self._named)
            ):
                self._record(item, meaning, replace(rule, subject=Subject.PATIENT), None)

    def _told_of(self) -> set[int]:
        """The records whose statements speak of health, where a name waits for that.

        The detectors have not run yet, so this reads a few statements of a document itself.
        """
        waiting: set[int] = set()
        for item, meaning, rule in self._waiting:
            if rule.info_type == "PERSON_NAME" and meaning.subject is None:
                waiting.update((item.record, _family(item)))
                if meaning.has_role:
                    self._coming.update((item.record, _family(item)))
        beside = (x for x in self._statements if self._is_beside(x[0], waiting))
        return {
            number
            for item, kind in islice(beside, _MOST_STATEMENTS)
            if (kind != OF_ENTRIES or self._is_beside(item, self._coming))
            and count_terms(item.value[:_LONGEST_STATEMENT]) >= fewest_in(kind, item.value)
            for number in (item.record, _family(item))
        }

    @staticmethod
    def _is_beside(item: Labelled, numbers: set[int]) -> bool:
        return item.record in numbers or _family(item) in numbers

    def _is_a_patients_name(self, item: Labelled, meaning: _Meaning, rule: Rule) -> bool:
        """Whether a `name` without a person's label is one, because of the health beside it.

        `{"guest": {"name": "Ana Ruiz"}, "dx": "F32.1"}` is about a patient. A drug has a name
        beside a diagnosis too, so the value has to look like a person's.
        """
        if rule.info_type != "PERSON_NAME" or meaning.subject is not None:
            return False
        if meaning.has_role:
            return self._is_beside(item, self._ill) and is_full_name(item.value)
        return item.record in self._ill and is_known_name(item.value)

    def _add(self, item: Labelled, meaning: _Meaning, rule: Rule) -> bool:
        subject = meaning.subject
        if not self._record(item, meaning, rule, subject):
            return False
        if self._patient is None and (
            subject is Subject.PATIENT or rule.info_type in _PATIENTS_OWN
        ):
            self._patient = item, meaning
        return True

    def _record(
        self, item: Labelled, meaning: _Meaning, rule: Rule, subject: Subject | None
    ) -> bool:
        if rule.subject in (Subject.NOBODY, Subject.PROVIDER) or (
            subject is Subject.PERSON and rule.subject is Subject.PATIENT
        ):
            subject = rule.subject
        elif subject is Subject.PROVIDER and (_tells_of_health(rule) or _is_record_number(rule)):
            # a laboratory's result, a physician's note, a hospital's number: of the patient
            subject = rule.subject
        location = quick(Location, (meaning.path, item.start, item.end))
        return self._evidence.labelled(self._detector, rule, item.value, location, subject)


def _is_record_number(rule: Rule) -> bool:
    return rule.info_type == "MEDICAL_RECORD_NUMBER" and rule.subject is Subject.PATIENT


def is_of_care(key: str) -> bool:
    """Whether a list with this key holds the care of one person: `visits`, `clientSessions`."""
    words = _WORD.findall(key[-_LONGEST_KEY:])
    return bool(words) and words[-1].lower() in _LISTS_OF_CARE


def _family(item: Labelled) -> int:
    """The number of an item's family, in the set that also has the numbers of records."""
    return ~item.family if item.family >= 0 else item.record


def _applies(rule: Rule, subject: Subject | None, *, person: bool) -> bool:
    if rule.info_type == "PERSON_NAME":
        return subject is not None or person
    return subject is Subject.PATIENT
