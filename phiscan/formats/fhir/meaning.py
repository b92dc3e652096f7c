"""The meaning of a FHIR element by its path (R4, STU3 and DSTU2, in JSON terms).

https://hl7.org/fhir/resourcelist.html

A resource is about a patient, about a provider, about the specification itself (conformance), or it
belongs to a patient's compartment. In a compartment the subject is a reference, which is a unique
code of the patient.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from phiscan.evidence import shown_path
from phiscan.finding import Subject
from phiscan.formats.fhir import tables
from phiscan.memory import keep, until_report


class Meaning(NamedTuple):
    """What an element's path says, whatever the value.

    Args:
        info_type: what the element identifies, or "".
        how: how the value is read if the path alone does not tell: `reference`, `date`, `age`,
            `identifier`, `subject` (a reference by identifier), `telecom`, `extension`, `target`,
            `query` (a target in base64), `parameter` (of an operation); or "".
        shown: the path as findings show it.
        of_patient: whether a reference in this element is always a patient's.
        ties: whether the element makes the resource a person's.
        is_content: whether the element holds base64 of a document.
        is_telecom: whether the element is the value of a `telecom`.
    """

    info_type: str
    how: str
    shown: str
    of_patient: bool
    ties: bool
    is_content: bool
    is_telecom: bool


class Meanings(dict[tuple[str, ...], Meaning]):
    """The meanings of one resource type's elements, by their paths in the document.

    Bundles have thousands of elements, but only dozens of paths.

    Args:
        kind: the resource type.
        above: how many keys of each path lead to the resource.

    Attributes:
        role: whom such a resource is about; see `_role`.
    """

    _LONGEST: Final = 512  # characters of a path that is remembered

    def __init__(self, kind: str, above: int) -> None:
        super().__init__()
        self.role: Final = _role(kind)
        self._kind = kind
        self._above = above

    def __missing__(self, whole: tuple[str, ...]) -> Meaning:
        meaning = self._meaning(whole[self._above :])
        if sum(map(len, whole)) <= self._LONGEST:
            if tables.ELEMENTS.issuperset(whole):
                keep(self, whole, meaning)
            else:
                until_report(self, whole, meaning)
        return meaning

    def _meaning(self, path: tuple[str, ...]) -> Meaning:
        compartment = self.role is Subject.PERSON
        # broken JSON may have an array without a key, whose items belong to no element
        if not path:
            info_type = how = ""
        else:
            info_type, how = self._read(path)
        return Meaning(
            info_type,
            how,
            shown_path((self._kind, *path), tables.KNOWN),
            of_patient=_names_patient(path),
            ties=compartment and (info_type == _SUBSCRIBER or how == "subject"),
            is_content=_is_content(path),
            is_telecom=path[-2:] == ("telecom", "value"),
        )

    def _read(self, path: tuple[str, ...]) -> tuple[str, str]:
        if self._kind in tables.EXCHANGED:
            return _exchanged(path)
        if self.role is Subject.PERSON:
            return _clinical(self._kind, path)
        return _personal(self.role, path)


meanings = lru_cache(maxsize=256)(Meanings)
"""The `Meanings` of a resource type at a depth in the document."""


def _role(kind: str) -> Subject | None:
    """Whom a resource is about. PERSON: its references tell. None: nobody."""
    if kind in tables.CONFORMANCE or kind in ("Bundle", "MessageHeader"):
        return None
    if kind in tables.PERSONS:
        return Subject.PATIENT
    return Subject.PROVIDER if kind in tables.PROVIDERS else Subject.PERSON


_SUBSCRIBER: Final = "HEALTH_PLAN_BENEFICIARY_NUMBER"
"""A subscriber's number alone makes a resource an insured person's."""


_ANYWHERE: Final = {
    "reference": ("", "reference"),
    "display": ("", "reference"),
    "subscriberId": (_SUBSCRIBER, ""),
    "query": ("", "query"),  # AuditEvent.entity.query
    **dict.fromkeys(tables.DATES, ("SERVICE_DATE", "date")),
    **{name: (info_type, "date") for name, info_type in tables.BIRTH_AND_DEATH.items()},
}
"""Elements that mean the same everywhere in a resource of a patient's compartment."""


def _exchanged(path: tuple[str, ...]) -> tuple[str, str]:
    """An element of a resource of an exchange."""
    if path[-1] in tables.TARGETS or ".".join(path[-2:]) in tables.TARGETS:
        return "", "target"
    if path[-1] in tables.PARAMETER_VALUES:
        return "", "parameter"
    return "", "reference" if path[-1] == "reference" else ""


def _personal(role: Subject | None, path: tuple[str, ...]) -> tuple[str, str]:
    """An element of a Patient, a Person, a RelatedPerson or a provider.

    Names, birth date, address, telecom, identifier, photo.
    """
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
        last in ("serialNumber", "distinctIdentifier", "carrierHRF", "deviceIdentifier")
        or path == ("udi",)
    ):
        return "DEVICE_IDENTIFIER", ""
    return _demographic(path) if not _CARRIERS.isdisjoint(path) else ("", "")


_CARRIERS: Final = frozenset(("valueHumanName", "valueAddress", "locationAddress"))
"""Elements in a patient's compartment that hold demographics."""


def _numbered(path: tuple[str, ...]) -> tuple[str, str]:
    """An element `value` in a patient's compartment, by the element that holds it."""
    holder = path[-2] if len(path) > 1 else ""
    if holder == "identifier" and len(path) > 2:
        # a logical reference: Reference.identifier
        return "", "subject" if _names_patient(path[:-1]) else ""
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
    known = len(path) == 1 or last in tables.COORDINATES
    return tables.CODED_VALUES.get(last, ("", "")) if known else ("", "")


def _names_patient(path: tuple[str, ...]) -> bool:
    """Whether a reference in this element is always a patient's."""
    holder = path[-2] if len(path) > 1 else ""
    # ResearchSubject.individual is; Encounter.participant.individual, CareTeam.participant.member
    # and Procedure.performer.actor are a provider, or a relative whom the reference names
    if (holder in ("individual", "member") and "participant" in path) or (
        holder == "actor" and "performer" in path
    ):
        return False
    if holder in ("other", "target"):
        return "link" in path  # Patient.link, Person.link
    return holder in tables.SUBJECT_ELEMENTS


def _is_content(path: tuple[str, ...]) -> bool:
    """Whether the element holds base64 of a document.

    `Attachment.data`, `Binary.data`, and `content` of DSTU2's Binary.
    """
    if path[-1:] == ("data",):
        return len(path) == 1 or path[-2] in tables.ATTACHMENTS
    return path == ("content",)
