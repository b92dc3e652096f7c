"""Reads FHIR resources (R4, STU3 and DSTU2): the meaning of elements, their values and siblings."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Location, Subject, quick
from phiscan.formats.fhir import identifiers, tables, targets
from phiscan.formats.fhir.meaning import Meaning, meanings
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.syntax.targets import Part, Target, parsed, segments
from phiscan.text.base64 import from_base64
from phiscan.words import stated
from phiscan.words.labels import is_masked

# Placeholders of manuals. matches "[id]", "{{patientId}}"; not "[1] Ruiz"
_TEMPLATE: Final = re.compile(r"[<\[{]{1,2}[^<>\[\]{}]*[>\]}]{1,2}")
_MANY: Final = 1024
"""Leaves of a resource that is long enough to need the clock."""
_MAY_BE_TEMPLATE: Final = frozenset("<[{")
"""First characters of a placeholder of manuals."""

_DATES: Final = dict.fromkeys(("DATE_OF_BIRTH", "DATE_OF_DEATH"), stated.is_birth_or_death)
"""How dates are read that are not a service's."""

_Element = tuple[Leaf, Meaning]


@dataclass(slots=True)
class Resource:
    """One resource, with the wanted leaves of its own elements.

    The leaves of a resource within it are not among them.

    Args:
        kind: the resource type.
        frame: the resource's object.
        leaves: its wanted leaves.
    """

    kind: str
    frame: Frame
    leaves: list[Leaf]


class ResourceReader:
    """Adds what the leaves of one resource say to the evidence."""

    def __init__(self, data: bytes, evidence: Evidence, resource: Resource) -> None:
        self._data = data
        self._evidence = evidence
        self._resource = resource
        self._meanings = meanings(resource.kind, len(resource.frame.place.path))

    def read(self) -> None:
        """Add what this resource says."""
        kind, meanings = self._resource.kind, self._meanings
        role = meanings.role
        elements = self._elements()
        self._attachments(elements)
        if kind in tables.CONFORMANCE:
            self._publishers(elements)
        self._requests(elements)
        if role is None or (kind in tables.OF_NOBODY_TOO and not self._of_patient(elements)):
            return
        in_compartment = role is Subject.PERSON
        whose = Subject.PATIENT if in_compartment else role
        about_patient = role is Subject.PATIENT
        for leaf, meaning in elements:
            if not meaning.how and not meaning.info_type:
                continue
            value = self._value(leaf)
            if meaning.how == "reference":
                about_patient |= self._reference(leaf, value, meaning) and in_compartment
                continue
            info_type = self._info_type(leaf, value, meaning) if meaning.how else meaning.info_type
            if info_type:
                self._add(info_type, leaf, value, meaning, whose)
            about_patient |= meaning.ties
        if about_patient or (in_compartment and kind in tables.HEALTH):
            self._health(about_patient=about_patient)

    def _elements(self) -> list[_Element]:
        leaves, meanings = self._resource.leaves, self._meanings
        if len(leaves) <= _MANY:
            return [(leaf, meanings[leaf.place.path]) for leaf in leaves]
        # Under the clock, and once for each place: a deep place builds its path at each access.
        known: dict[int, Meaning] = {}
        elements: list[_Element] = []
        for leaf in self._evidence.context.timed(leaves):
            place = leaf.place
            if id(place) not in known:
                known[id(place)] = meanings[place.path]
            elements.append((leaf, known[id(place)]))
        return elements

    def _of_patient(self, elements: list[_Element]) -> bool:
        """Whether a reference of this resource is to a patient."""
        return any(
            meaning.how == "subject"
            or (
                meaning.how == "reference"
                and _is_patients(self._target(leaf, self._value(leaf)), meaning)
            )
            for leaf, meaning in elements
        )

    def _publishers(self, elements: list[_Element]) -> None:
        """Add the `telecom` of a publisher: whoever publishes a specification is no patient."""
        for leaf, meaning in elements:
            if meaning.is_telecom:
                value = self._value(leaf)
                self._add(self._telecom(leaf, value), leaf, value, meaning, Subject.PROVIDER)

    def _requests(self, elements: list[_Element]) -> None:
        """Add whom the requests of an exchange, or of an audit record, name."""
        for leaf, meaning in elements:
            if meaning.how in ("target", "query", "parameter"):
                targets.read(self._target_of(leaf, meaning), self._evidence)
            elif self._resource.kind in tables.EXCHANGED and meaning.how == "reference":
                value = self._value(leaf)
                if _kind_of(value) in tables.PERSONS:
                    self._add("PATIENT_REFERENCE", leaf, value, meaning, Subject.PATIENT)
                    self._health(about_patient=True)

    def _target_of(self, leaf: Leaf, meaning: Meaning) -> Target:
        """The target that an element holds.

        `ifNoneExist` holds the query of its sibling `url`. A parameter of an operation is one of a
        query by its sibling `name` (https://hl7.org/fhir/operations.html#request).
        """
        value, whole = self._value(leaf), Location(meaning.shown, leaf.start, leaf.end)
        if meaning.how == "parameter":
            path = segments(self._resource.kind, whole)
            return Target(path, (Part(self._sibling(leaf, "name"), value, whole),))
        if leaf.key == "ifNoneExist":
            query = parsed(f"?{value}", lambda *_: whole).query
            return Target(segments(self._sibling(leaf, "url"), whole), query)
        if meaning.how == "query":
            text = from_base64(value.encode("utf-8", "replace")) or b""
            return parsed(text.decode("latin-1"), lambda *_: whole)
        raw = self._data[leaf.start : leaf.end].decode("latin-1")
        if raw != value:  # escapes: a range in the value is none in the document
            return parsed(value, lambda *_: whole)
        return parsed(
            raw, lambda start, end: whole._replace(start=leaf.start + start, end=leaf.start + end)
        )

    def _health(self, *, about_patient: bool) -> None:
        resource = self._resource
        start = resource.frame.start
        subject = Subject.PATIENT if about_patient else Subject.NOBODY
        location = quick(Location, (resource.kind, start, start + 1))
        self._evidence.add(
            "fhir_resource", tables.HEALTH.get(resource.kind, "PATIENT_RECORD"), location, subject
        )

    def _attachments(self, elements: list[_Element]) -> None:
        """Nest the documents in `Attachment.data` and `Binary.data`.

        They are in base64. Anything else is nested as the text that it is.
        """
        for leaf, meaning in elements:
            if not meaning.is_content:
                continue
            text = self._value(leaf)
            if text and not is_masked(text):
                kind = self._sibling(leaf, "contentType")
                content = from_base64("".join(text.split()).encode("utf-8", "replace"))
                location = Location(meaning.shown, leaf.start, leaf.end)
                self._evidence.nested.append(
                    Nested(content or text.encode("utf-8", "replace"), location, kind)
                )

    def _value(self, leaf: Leaf) -> str:
        return decode(self._data[leaf.start : leaf.end])

    @cached_property
    def _siblings(self) -> dict[int, dict[str, str]]:
        """For each frame, the values that say something of their siblings."""
        found: dict[int, dict[str, str]] = {}
        for leaf in self._resource.leaves:
            if leaf.key in ("system", "url", "reference", "contentType", "name"):
                found.setdefault(id(leaf.frame), {})[leaf.key] = self._value(leaf)
            elif leaf.key == "code":
                found.setdefault(id(_holder(leaf.frame, "identifier")), {}).setdefault(
                    "type", self._value(leaf)
                )
        return found

    def _sibling(self, leaf: Leaf, key: str) -> str:
        """The value of `key` in the same object, or "". `type` is the code of Identifier.type."""
        near = self._siblings.get(id(leaf.frame))
        return near.get(key, "") if near else ""

    def _add(
        self, info_type: str, leaf: Leaf, value: str, meaning: Meaning, subject: Subject
    ) -> None:
        if value[:1] in _MAY_BE_TEMPLATE and _TEMPLATE.fullmatch(value):
            return
        if not stated.is_nothing(value):
            _, start, end, _ = leaf
            self._evidence.add(
                "fhir_element", info_type, quick(Location, (meaning.shown, start, end)), subject
            )

    def _info_type(self, leaf: Leaf, value: str, meaning: Meaning) -> str:
        """The infoType of an element whose path does not tell all, or ""."""
        match meaning.how:
            case "date":
                is_date = _DATES.get(meaning.info_type, stated.is_day)
                return meaning.info_type if is_date(value) else ""
            case "age":
                return meaning.info_type if _is_old(value) else ""
            case "identifier":
                return self._identifier(leaf, value, self._meanings.role)
            case "subject":
                return self._identifier(leaf, value, Subject.PATIENT)
            case "telecom":
                return self._telecom(leaf, value)
        return self._extension(leaf, value)

    def _telecom(self, leaf: Leaf, value: str) -> str:
        system = self._sibling(leaf, "system")
        if system == "fax":
            return "FAX_NUMBER"
        if system == "email" or "@" in value:
            return "EMAIL_ADDRESS"
        return "URL" if system == "url" or "://" in value else "PHONE_NUMBER"

    def _identifier(self, leaf: Leaf, value: str, role: Subject | None) -> str:
        code, system = self._sibling(leaf, "type"), self._sibling(leaf, "system")
        return identifiers.info_type(code, system, value, role)

    def _extension(self, leaf: Leaf, value: str) -> str:
        url = self._sibling(leaf, "url")
        if leaf.key == "valueDecimal":
            return "GEO_COORDINATE" if url in tables.COORDINATES else ""
        if leaf.key == "valueDateTime":  # the extension patient-birthTime belongs to `_birthDate`
            return (
                "DATE_OF_BIRTH"
                if url.endswith("birthTime") and stated.is_birth_or_death(value)
                else ""
            )
        return "PERSON_NAME" if "mothersMaidenName" in url else ""

    def _reference(self, leaf: Leaf, value: str, meaning: Meaning) -> bool:
        """Read Reference.reference or Reference.display, and say whether it is a patient's.

        A relative's counts too, as in the compartment.
        """
        kind = self._target(leaf, value)
        of_patient = _is_patients(kind, meaning)
        if leaf.key == "display":
            if of_patient or kind.startswith("Practitioner"):
                whose = Subject.PATIENT if of_patient else Subject.PROVIDER
                self._add("PERSON_NAME", leaf, value, meaning, whose)
        elif of_patient:
            self._add("PATIENT_REFERENCE", leaf, value, meaning, Subject.PATIENT)
        return of_patient

    def _target(self, leaf: Leaf, value: str) -> str:
        """The type of the resource that a reference names, in its value or beside it."""
        return _kind_of(value if leaf.key == "reference" else self._sibling(leaf, "reference"))


def _holder(frame: Frame, key: str) -> Frame:
    """The object at `key` that is, or is around, `frame`."""
    while frame.parent is not None and not (frame.is_object and frame.place.key == key):
        frame = frame.parent
    return frame


def _is_patients(kind: str, meaning: Meaning) -> bool:
    """Whether a reference is a patient's or a relative's.

    `kind` is the type of the resource, "" where the reference does not name it.
    """
    return kind in tables.PERSONS or (not kind and meaning.of_patient)


def _kind_of(reference: str) -> str:
    """The resource type that a reference names; "" for a UUID or a fragment.

    Examples: `Patient/77`, `https://x/fhir/Patient/77/_history/2`.
    """
    reference = reference.partition("?")[0]  # a conditional reference: Patient?identifier=7
    if "/" not in reference:
        return reference if reference in tables.RESOURCES else ""
    kind, _, rest = reference.partition("/")
    if kind in tables.RESOURCES and "/" not in rest and rest not in tables.RESOURCES:
        return kind  # the form of nearly all references
    return next((part for part in reversed(reference.split("/")) if part in tables.RESOURCES), "")


def _is_old(value: str) -> bool:
    years = value.partition(".")[0]
    return years.isdigit() and 90 <= int(years) <= 125
