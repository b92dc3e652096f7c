"""Objects of openEHR's Reference Model: what their attributes hold, and of whom.

An object has a class (`DV_DATE_TIME`), and stands in an attribute of another object (`start_time`).
JSON and XML write the same classes and attributes, so the readers of both make a `Node` of each
object, and the rules here are the same for both. A leaf of an archetype (`ELEMENT`) has a name,
which is the label of its value.

A composition belongs to one EHR, whose subject it mostly does not name. Its dates and its own
number are what identifies that patient in it.

Cost: what the objects around a value say is worked out once for each object.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from typing import Final, NamedTuple

from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.openehr import tables
from phiscan.formats.openehr.dates import is_date
from phiscan.labelled.records import Labelled, read_records
from phiscan.text.base64 import from_base64
from phiscan.words.labels import Rule, is_masked, read_label

_DETECTOR: Final = "openehr_attribute"
_SIBLINGS: Final = frozenset(("type", "issuer", "assigner", "mediatype", "media_type"))
"""Attributes that say something of the attributes beside them."""
_NO_NAME: Final = frozenset("person party patient legal name".split())
"""Names of PERSON objects that name their archetype, and no person."""
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")  # matches "Li", "Ng"; not "A1"
_PHONE: Final = re.compile(r"[\d\s().+/-]{7,24}")  # matches "+1 (515) 555-0142"; not "Apt 5"
_NEAR: Final = 8
"""Objects around a value whose names are read."""


class _Unread(Enum):
    """The answer before the question has been asked. None is an answer."""

    UNREAD = auto()


_UNREAD: Final = _Unread.UNREAD


@dataclass(slots=True, eq=False)
class Node:
    """One object.

    Args:
        attribute: the attribute of the enclosing object that holds it, in snake case.
        parent: the enclosing object, or None at the top.
        start, end: its byte range; `end` is -1 if it is not known.
        kind: its class, or "".
        name: the value of its attribute `name`, or "".
        archetype: its `archetype_node_id`, or "".
        siblings: its attributes that say something of the others.
        party: whom the innermost party around it is, once `_party` has been asked.
        part: the part of a party that it is in, once `_part` has been asked.
    """

    attribute: str
    parent: "Node | None"
    start: int
    end: int = -1
    kind: str = ""
    name: str = ""
    archetype: str = ""
    siblings: dict[str, str] = field(default_factory=dict)
    party: "Subject | _Unread | None" = _UNREAD
    part: str | None = None

    def chain(self) -> "Iterator[Node]":
        """Yield this object and the enclosing ones, innermost first."""
        at: Node | None = self
        while at is not None:
            yield at
            at = at.parent

    @property
    def is_model(self) -> bool:
        """Whether it is an object of the Reference Model, and not only around one."""
        return self.kind in tables.CLASSES or self.archetype != ""


class Value(NamedTuple):
    """One attribute that holds a text: the object, the attribute, the text and its range."""

    node: Node
    attribute: str
    text: str
    start: int
    end: int


class ObjectReader:
    """Collects the values of a document. `finish` adds what they say.

    Args:
        about_patient: whether it is known already that the document is about a patient.
    """

    def __init__(self, evidence: Evidence, *, about_patient: bool = False) -> None:
        self._evidence = evidence
        self._values: list[Value] = []
        self._entries: list[Node] = []
        self._dates: list[tuple[str, Value]] = []
        self._labelled: list[Labelled] = []
        self._about = about_patient
        self._first: Value | None = None

    def value(self, value: Value) -> None:
        """Take a value, or note what it says of its object."""
        node, attribute = value.node, value.attribute
        if attribute in _SIBLINGS:
            node.siblings[attribute] = value.text
        if attribute == "value" and node.attribute == "name" and node.parent is not None:
            node.parent.name = value.text
            if node.parent.kind != "PERSON":
                return
        self._values.append(value)

    def entry(self, node: Node) -> None:
        """Take an object whose class is one of `tables.ENTRIES`."""
        self._entries.append(node)

    def finish(self) -> None:
        """Add what the values say to the evidence."""
        for value in self._evidence.context.timed(self._values):
            self._read(value)
        for node in self._entries:
            self._health(node)
        if self._first is not None and not self._entries:
            self._add("PATIENT_RECORD", self._first, Subject.PATIENT)
        if self._about or self._entries:
            for info_type, value in self._dates:
                self._add(info_type, value, Subject.PATIENT)
        read_records(self._labelled, self._evidence, "openehr_element")

    def _read(self, value: Value) -> None:
        node, attribute = value.node, value.attribute
        if attribute == "value":
            self._content(value)
        elif attribute == "name":
            if _party(node) is not None:
                self._identify("PERSON_NAME", value)
        elif attribute == "id":
            self._number(value)
        elif attribute == "data" and node.kind in ("DV_MULTIMEDIA", ""):
            self._multimedia(value)

    def _content(self, value: Value) -> None:
        """Read `value` of an object: a reference, a date, or the value of an ELEMENT."""
        node, holder = value.node, value.node.parent
        around = holder.attribute if holder is not None else ""
        if node.attribute == "ehr_id" or (node.attribute == "id" and around == "owner_id"):
            self._identify("MEDICAL_RECORD_NUMBER", value, Subject.PATIENT)
        elif node.attribute == "id" and around == "external_ref":
            if _party(node) is not Subject.PROVIDER:
                self._identify("PATIENT_REFERENCE", value)
        elif node.attribute == "uid":
            self._uid(value)
        elif node.attribute == "name":
            self._persons_name(value)
        elif node.kind in tables.DATES or node.attribute in tables.TIMES:
            self._date(value)
        elif holder is not None:
            self._element(value, holder)

    def _uid(self, value: Value) -> None:
        """Read the number of a whole object. Those of its parts identify nobody."""
        kind = value.node.parent.kind if value.node.parent is not None else ""
        if kind == "PERSON":
            self._identify("PATIENT_REFERENCE", value)
        elif kind == "COMPOSITION":
            self._identify("UNIQUE_CODE", value, Subject.PATIENT)

    def _persons_name(self, value: Value) -> None:
        """Read the name of a PERSON, which is the person's name or that of its archetype."""
        words = value.text.lower().split()
        if _LETTERS.search(value.text) and not _NO_NAME.issuperset(words):
            self._identify("PERSON_NAME", value)

    def _date(self, value: Value) -> None:
        if not is_date(value.text):
            return
        rule = _rule(value.node.parent.name) if value.node.parent is not None else None
        named = rule.info_type if rule is not None else ""
        if named in ("DATE_OF_BIRTH", "DATE_OF_DEATH"):
            self._identify(named, value, Subject.PATIENT)
        else:
            self._dates.append(("SERVICE_DATE", value))

    def _element(self, value: Value, holder: Node) -> None:
        """Read a text or a number in an ELEMENT by the element's name and by what is around."""
        rule = _rule(holder.name)
        labels = _labels(holder)
        if rule is not None and (not rule.weak or _is_persons(labels, holder)):
            self._label(value, labels)
        elif value.node.kind in ("DV_TEXT", "DV_URI", ""):
            self._demographic(value)

    def _demographic(self, value: Value) -> None:
        """Read a text of an identity or an address, whatever the archetype calls it."""
        part = _part(value.node) if value.node.attribute == "value" else ""
        if part == "identity" and _LETTERS.search(value.text):
            self._identify("PERSON_NAME", value)
        elif part == "contact":
            self._identify(_contact(value.text), value)

    def _number(self, value: Value) -> None:
        """Read `id` of a DV_IDENTIFIER: of a party, of a source system, or in an ELEMENT."""
        node = value.node
        if node.kind not in ("DV_IDENTIFIER", "") or node.attribute == "external_ref":
            return
        subject = _party(node)
        own = _rule(node.siblings.get("type", ""))
        if subject is Subject.PROVIDER:
            return
        if node.parent is not None and node.attribute == "value":
            own = _rule(node.parent.name) or own
        info_type = own.info_type if own is not None and not own.weak else ""
        if node.attribute == "identifiers":
            info_type = info_type or "MEDICAL_RECORD_NUMBER"
        if _names_provider(node):
            return
        self._identify(info_type or "UNIQUE_CODE", value, subject or Subject.PATIENT)

    def _multimedia(self, value: Value) -> None:
        data = from_base64("".join(value.text.split()).encode("utf-8", "replace"))
        if data:
            kind = value.node.siblings.get("media_type", "")
            self._evidence.nested.append(Nested(data, _location(value), kind, declared=False))

    def _label(self, value: Value, labels: tuple[str, ...]) -> None:
        record = id(value.node.parent.parent) if value.node.parent is not None else 0
        self._labelled.append(Labelled(labels, value.text, value.start, value.end, record))
        self._first = self._first or value

    def _identify(self, info_type: str, value: Value, subject: Subject | None = None) -> None:
        """Add an identifier. `subject` is by default that of the party around it."""
        subject = subject or _party(value.node) or Subject.PERSON
        self._add(info_type, value, subject)
        if subject is Subject.PATIENT and value.text.strip() and not is_masked(value.text):
            self._first = self._first or value
            self._about = True

    def _add(self, info_type: str, value: Value, subject: Subject) -> None:
        if value.text.strip() and not is_masked(value.text.strip()):
            self._evidence.add(_DETECTOR, info_type, _location(value), subject)

    def _health(self, node: Node) -> None:
        info_type = tables.ENTRIES[node.kind]
        if info_type == "PROCEDURE" and "medication" in node.archetype:
            info_type = "MEDICATION"
        end = node.end if node.end >= 0 else node.start + 1
        location = Location(shown_path((node.kind,), tables.CLASSES), node.start, end)
        self._evidence.add("openehr_object", info_type, location, Subject.PATIENT)


def _location(value: Value) -> Location:
    path = [at.attribute for at in value.node.chain() if at.attribute][::-1]
    return Location(shown_path([*path, value.attribute], tables.ATTRIBUTES), value.start, value.end)


def _party(node: Node) -> Subject | None:
    """Whom the innermost party around a value is, or None when no party is around it."""
    if node.party is _UNREAD:
        node.party = _own_party(node)
    return node.party if isinstance(node.party, Subject) else None


def _own_party(node: Node) -> Subject | None:
    if node.kind in tables.PARTIES:
        return tables.PARTIES[node.kind]
    if node.attribute in tables.ROLES:
        return tables.ROLES[node.attribute]
    if node.kind in tables.ENTRIES:
        return None
    around = _party(node.parent) if node.parent is not None else None
    # INVARIANT (fail closed): a party in no known role does not count as a provider
    return Subject.PERSON if around is None and node.kind == "PARTY_IDENTIFIED" else around


def _part(node: Node) -> str:
    """The part of a PARTY that a value is in: `identity`, `contact` or ""."""
    if node.part is None:
        if node.kind == "PARTY_IDENTITY" or node.attribute == "identities":
            node.part = "identity"
        elif node.kind in ("ADDRESS", "CONTACT") or node.attribute in ("addresses", "contacts"):
            node.part = "contact"
        else:
            node.part = _part(node.parent) if node.parent is not None else ""
    return node.part


def _rule(name: str) -> Rule | None:
    return read_label(name).rule if name else None


def _labels(element: Node) -> tuple[str, ...]:
    """The labels of an ELEMENT's value: the names of the clusters around it, and its own."""
    near = islice(element.chain(), _NEAR)
    around = [at.name for at in near if at.kind == "CLUSTER" and at.name][::-1]
    return ("patient", *around, element.name)


def _is_persons(labels: tuple[str, ...], element: Node) -> bool:
    """Whether an element is part of what describes a person, so that `Name` is a name."""
    subjects = (read_label(label).subject for label in reversed(labels[1:]))
    nearest = next((subject for subject in subjects if subject is not None), None)
    return nearest in (Subject.PATIENT, Subject.PERSON) or (
        nearest is None and _party(element) is Subject.PATIENT
    )


def _names_provider(node: Node) -> bool:
    """Whether the clusters around a value describe a provider."""
    near = islice(node.chain(), _NEAR)
    names = (at.name for at in near if at.kind in ("CLUSTER", "ELEMENT"))
    return any(name and read_label(name).subject is Subject.PROVIDER for name in names)


def _contact(text: str) -> str:
    """The infoType of a text in an address or a contact."""
    if "@" in text:
        return "EMAIL_ADDRESS"
    if _PHONE.fullmatch(text) and sum(c.isdigit() for c in text) >= 7:
        return "PHONE_NUMBER"
    return "URL" if "://" in text else "STREET_ADDRESS"
