"""What the elements of a FHIR resource say (R4, STU3 and DSTU2, in JSON terms): https://hl7.org/fhir/resourcelist.html.

A resource is about a patient, about a provider, about the specification itself (conformance), or it belongs to a
patient's compartment: then its subject is a reference, which is a unique code of that patient.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from phiscan import checks
from phiscan.evidence import Evidence, Nested, Spot, shown_path
from phiscan.finding import Subject
from phiscan.labels import is_masked
from phiscan.media import fhir_tables as tables
from phiscan.media.json_tokens import Frame, Leaf, decode
from phiscan.media.letter_runs import from_base64

_MONTH: Final = re.compile(r"(?:18|19|20)\d\d-(?:0[1-9]|1[0-2])")
"""FHIR's dates may stop at the month, which 164.514(b)(2)(i)(C) does not allow; at the year, which it does."""
_NO_VALUE: Final = re.compile(r"unknown|null|[<\[{]{1,2}[^<>\[\]{}]*[>\]}]{1,2}")
"""What stands for a value that is not there, as `[id]` and `{{patientId}}` do in manuals."""


@dataclass(slots=True)
class Resource:
    """One resource with the wanted leaves of its own elements (not those of resources within it)."""

    kind: str
    frame: Frame
    leaves: list[Leaf]


class ResourceReader:
    """Turns the leaves of one resource into evidence."""

    def __init__(self, data: bytes, evidence: Evidence, resource: Resource) -> None:
        self._data = data
        self._evidence = evidence
        self._resource = resource
        self._siblings: dict[int, dict[str, str]] = {}
        for leaf in resource.leaves:
            if leaf.key in ("system", "url", "reference", "contentType"):
                self._siblings.setdefault(id(leaf.frame), {})[leaf.key] = self._value(leaf)
            elif leaf.key == "code":
                self._siblings.setdefault(id(_holder(leaf.frame, "identifier")), {}).setdefault(
                    "type", self._value(leaf)
                )

    def read(self) -> None:
        """Add what this resource says."""
        kind, above = self._resource.kind, len(self._resource.frame.path)
        self._attachments(above)
        if kind in tables.CONFORMANCE:
            self._publishers(above)
        role = _role(kind)
        if role is None or (kind in tables.OF_NOBODY_TOO and not self._of_patient(above)):
            return
        whose = Subject.PATIENT if role is Subject.PERSON else role
        about_patient = role is Subject.PATIENT
        for leaf in self._resource.leaves:
            path = leaf.path[above:]
            if not path:
                continue  # an array without a key, as broken JSON has it: what it holds is of no element
            meaning = _meaning(kind, path)
            if meaning.how == "reference":
                about_patient |= self._reference(leaf, meaning) and role is Subject.PERSON
                continue
            info_type = self._info_type(leaf, meaning, role) if meaning.how else meaning.info_type
            if info_type:
                self._add(info_type, leaf, meaning, whose)
            about_patient |= (meaning.info_type == _SUBSCRIBER or meaning.how == "subject") and role is Subject.PERSON
        if about_patient or (kind in tables.HEALTH and role is Subject.PERSON):
            self._health(about_patient=about_patient)

    def _of_patient(self, above: int) -> bool:
        """Whether a reference of this resource is a patient's."""
        for leaf in self._resource.leaves:
            if leaf.key in ("reference", "display", "value") and leaf.path[above:]:
                meaning = _meaning(self._resource.kind, leaf.path[above:])
                if meaning.how == "subject" or (
                    meaning.how == "reference" and _is_patients(self._target(leaf), meaning)
                ):
                    return True
        return False

    def _publishers(self, above: int) -> None:
        """`StructureDefinition.contact.telecom`: who publishes a specification is nobody's patient."""
        for leaf in self._resource.leaves:
            path = leaf.path[above:]
            if path[-2:] == ("telecom", "value"):
                self._add(self._telecom(leaf), leaf, _meaning(self._resource.kind, path), Subject.PROVIDER)

    def _health(self, *, about_patient: bool) -> None:
        kind = self._resource.kind
        start = self._resource.frame.start
        self._evidence.add(
            "fhir_resource",
            tables.HEALTH.get(kind, "PATIENT_RECORD"),
            Spot(kind, start, start + 1),
            Subject.PATIENT if about_patient else Subject.NOBODY,
        )

    def _attachments(self, above: int) -> None:
        """`Attachment.data` and `Binary.data`: documents in base64. What is no base64 goes on as the text that it is."""
        for leaf in self._resource.leaves:
            if leaf.key not in ("data", "content"):
                continue
            path = leaf.path[above:]
            if not _is_content(path):
                continue
            text = self._value(leaf)
            if text and not is_masked(text):
                kind = self._siblings.get(id(leaf.frame), {}).get("contentType", "")
                content = from_base64("".join(text.split()).encode("utf-8", "replace"))
                spot = Spot(_meaning(self._resource.kind, path).shown, leaf.start, leaf.end)
                self._evidence.nested.append(Nested(content or text.encode("utf-8", "replace"), spot, kind))

    def _value(self, leaf: Leaf) -> str:
        return decode(self._data[leaf.start : leaf.end])

    def _add(self, info_type: str, leaf: Leaf, meaning: "_Meaning", subject: Subject) -> None:
        value = self._value(leaf)
        if value.strip() and not is_masked(value) and not _NO_VALUE.fullmatch(value):
            self._evidence.add("fhir_element", info_type, Spot(meaning.shown, leaf.start, leaf.end), subject)

    def _info_type(self, leaf: Leaf, meaning: "_Meaning", role: Subject) -> str:
        """The infoType of an element whose path does not say all."""
        if meaning.how == "date":
            value = self._value(leaf)
            return meaning.info_type if checks.calendar_date(value) or _MONTH.fullmatch(value) else ""
        if meaning.how == "age":
            return meaning.info_type if _is_old(self._value(leaf)) else ""
        if meaning.how in ("identifier", "subject"):
            return self._identifier(leaf, Subject.PATIENT if meaning.how == "subject" else role)
        return self._telecom(leaf) if meaning.how == "telecom" else self._extension(leaf)

    def _telecom(self, leaf: Leaf) -> str:
        value = self._value(leaf)
        system = self._siblings.get(id(leaf.frame), {}).get("system", "")
        if system == "fax":
            return "FAX_NUMBER"
        if system == "email" or "@" in value:
            return "EMAIL_ADDRESS"
        return "URL" if system == "url" or "://" in value else "PHONE_NUMBER"

    def _identifier(self, leaf: Leaf, role: Subject) -> str:
        """Identifier.type by HL7 table 0203, else Identifier.system, else by who it belongs to."""
        near = self._siblings.get(id(leaf.frame), {})
        info_type = tables.V2_0203.get(near.get("type", ""), "")
        system = near.get("system", "").lower()
        info_type = info_type or next((kind for part, kind in tables.SYSTEMS if part in system), "")
        if info_type == "US_MEDICARE_BENEFICIARY_ID_NUMBER" and not checks.mbi(self._value(leaf)):
            info_type = "HEALTH_PLAN_BENEFICIARY_NUMBER"
        if role is Subject.PROVIDER:
            return info_type if info_type in ("US_HEALTHCARE_NPI", "US_DEA_NUMBER", "LICENSE_NUMBER") else ""
        return info_type or ("MEDICAL_RECORD_NUMBER" if role is Subject.PATIENT else "UNIQUE_CODE")

    def _extension(self, leaf: Leaf) -> str:
        url = self._siblings.get(id(leaf.frame), {}).get("url", "")
        if leaf.key == "valueDecimal":
            return "GEO_COORDINATE" if url in tables.COORDINATES else ""
        if leaf.key == "valueDateTime":  # patient-birthTime stands at `_birthDate`
            return "DATE_OF_BIRTH" if url.endswith("birthTime") and checks.calendar_date(self._value(leaf)) else ""
        return "PERSON_NAME" if "mothersMaidenName" in url else ""

    def _reference(self, leaf: Leaf, meaning: "_Meaning") -> bool:
        """Reference.reference or Reference.display; whether it is a patient's (a relative counts, as in the compartment)."""
        kind = self._target(leaf)
        of_patient = _is_patients(kind, meaning)
        if leaf.key == "display":
            if of_patient or kind.startswith("Practitioner"):
                self._add("PERSON_NAME", leaf, meaning, Subject.PATIENT if of_patient else Subject.PROVIDER)
        elif of_patient:
            self._add("PATIENT_REFERENCE", leaf, meaning, Subject.PATIENT)
        return of_patient

    def _target(self, leaf: Leaf) -> str:
        near = self._siblings.get(id(leaf.frame))
        return _kind_of(near.get("reference", "")) if near else ""


class _Meaning(NamedTuple):
    """What an element says by its path, whatever its value.

    Args:
        info_type: what it identifies, if anything.
        how: what else says so, when the path alone does not: `reference`, `date`, `age`, `identifier`, `subject`
            (a reference by identifier), `telecom`, `extension`.
        shown: the path as findings show it.
        of_patient: whether a reference there is a patient's by the element's own meaning.
    """

    info_type: str
    how: str
    shown: str
    of_patient: bool


_SUBSCRIBER: Final = "HEALTH_PLAN_BENEFICIARY_NUMBER"
"""A subscriber's number by itself ties a resource to a person who is insured."""


_ANYWHERE: Final = {
    "reference": ("", "reference"),
    "display": ("", "reference"),
    "subscriberId": (_SUBSCRIBER, ""),
    **dict.fromkeys(tables.DATES, ("SERVICE_DATE", "date")),
    **{name: (info_type, "date") for name, info_type in tables.BIRTH_AND_DEATH.items()},
}
"""Elements that mean the same wherever a resource of a patient's compartment has them."""


def _role(kind: str) -> Subject | None:
    """Whom a resource is about: PERSON when its own references say so, None when nobody."""
    if kind in tables.CONFORMANCE or kind in ("Bundle", "MessageHeader"):
        return None
    if kind in tables.PERSONS:
        return Subject.PATIENT
    return Subject.PROVIDER if kind in tables.PROVIDERS else Subject.PERSON


@lru_cache(maxsize=4096)
def _meaning(kind: str, path: tuple[str, ...]) -> _Meaning:
    """What the element at `path` of a resource says. Remembered: bundles have thousands of elements and dozens of paths."""
    info_type, how = _clinical(kind, path) if _role(kind) is Subject.PERSON else _personal(_role(kind), path)
    return _Meaning(info_type, how, shown_path((kind, *path), tables.KNOWN), _names_patient(path))


def _personal(role: Subject | None, path: tuple[str, ...]) -> tuple[str, str]:
    """Patient, Person, RelatedPerson and the providers: names, birth date, address, telecom, identifier, photo."""
    if path == ("id",):
        return ("PATIENT_REFERENCE" if role is Subject.PATIENT else ""), ""
    if path == ("name",) and role is Subject.PROVIDER:
        return "PERSON_NAME", ""
    if path == ("identifier", "value") or path[-2:] == ("valueIdentifier", "value"):
        return "", "identifier"
    return ("", "reference") if path[-1] in ("reference", "display") else _demographic(path)


def _clinical(kind: str, path: tuple[str, ...]) -> tuple[str, str]:
    """An element of a resource in a patient's compartment."""
    last = path[-1]
    if last in _ANYWHERE:
        return _ANYWHERE[last]
    if last == "value":
        return _numbered(path)
    if path == ("name",) and kind == "FamilyMemberHistory":
        return "PERSON_NAME", ""
    if kind == "Device" and (
        last in ("serialNumber", "distinctIdentifier", "carrierHRF", "deviceIdentifier") or path == ("udi",)
    ):
        return "DEVICE_IDENTIFIER", ""
    return _demographic(path) if not _CARRIERS.isdisjoint(path) else ("", "")


_CARRIERS: Final = frozenset(("valueHumanName", "valueAddress", "locationAddress"))
"""Elements of a resource in a patient's compartment that hold demographics."""


def _numbered(path: tuple[str, ...]) -> tuple[str, str]:
    """An element `value` of a resource in a patient's compartment, by what it is the value of."""
    holder = path[-2] if len(path) > 1 else ""
    if holder == "identifier" and len(path) > 2:
        return "", "subject" if _names_patient(path[:-1]) else ""  # a logical reference: Reference.identifier
    if holder in tables.IDENTIFIERS:
        return "", "identifier"
    if holder in tables.AGES:
        return "AGE_OVER_89", "age"
    if holder == "dateCriterion":
        return "SERVICE_DATE", "date"
    return "", "telecom" if holder == "valueContactPoint" else ""


def _demographic(path: tuple[str, ...]) -> tuple[str, str]:
    holder = path[-2] if len(path) > 1 else ""
    last = path[-1]
    if holder in ("name", "valueHumanName") and last in tables.NAME_PARTS:
        return "PERSON_NAME", ""
    if holder in tables.ADDRESSES and last in tables.ADDRESS:
        return tables.ADDRESS[last], ""
    if holder in tables.TELECOMS and last == "value":
        return "", "telecom"
    if holder == "photo" and last in ("url", "data"):
        return "FACE_PHOTO", ""
    if last in ("valueString", "valueDecimal", "valueDateTime"):
        return "", "extension"
    return (tables.CODED_VALUES.get(last, "") if len(path) == 1 or last in tables.COORDINATES else ""), ""


def _holder(frame: Frame, key: str) -> Frame:
    """The object around `frame` that is the value of `key`."""
    while frame.parent is not None and not (frame.is_object and frame.key == key):
        frame = frame.parent
    return frame


def _is_patients(kind: str, meaning: _Meaning) -> bool:
    """Whether a reference to a resource of this type, empty where it does not say, is a patient's (or a relative's)."""
    return kind in tables.PERSONS or (not kind and meaning.of_patient)


def _kind_of(reference: str) -> str:
    """The resource type that a reference names (`Patient/77`, `https://x/fhir/Patient/77/_history/2`); empty for a UUID or a fragment."""
    if "/" not in reference:
        return reference if reference in tables.RESOURCES else ""
    kind, _, rest = reference.partition("/")
    if kind in tables.RESOURCES and "/" not in rest and rest not in tables.RESOURCES:
        return kind  # as nearly all are written
    return next((part for part in reversed(reference.split("/")) if part in tables.RESOURCES), "")


def _names_patient(path: tuple[str, ...]) -> bool:
    """Whether the element that holds a reference is a patient's by its own meaning."""
    holder = path[-2] if len(path) > 1 else ""
    # ResearchSubject.individual is; Encounter.participant.individual, CareTeam.participant.member and Procedure.performer.actor
    # are a provider, or a relative whom the reference names
    if (holder in ("individual", "member") and "participant" in path) or (holder == "actor" and "performer" in path):
        return False
    if holder in ("other", "target"):
        return "link" in path  # Patient.link, Person.link
    return holder in tables.SUBJECT_ELEMENTS


def _is_content(path: tuple[str, ...]) -> bool:
    """Whether the element at `path` is base64 of a document: `Attachment.data`, `Binary.data`; `content` of DSTU2's Binary."""
    if path[-1:] == ("data",):
        return len(path) == 1 or path[-2] in tables.ATTACHMENTS
    return path == ("content",)


def _is_old(value: str) -> bool:
    years = value.partition(".")[0]
    return years.isdigit() and 90 <= int(years) <= 125
