"""Targets of FHIR's REST interface: whose record a request asks for.

https://hl7.org/fhir/http.html

    [base]/Patient/77                   [base]/Patient/77/Observation?code=4548-4
    [base]/Observation?patient=77       [base]/Patient?family=Ruiz&birthdate=1961-04-12

The id of a Patient is a unique code (45 CFR 164.514(b)(2)(i)(R)) that only a patient has, and the
request says that the server keeps that patient's record. So such a target is PHI, as the resource
that it names is. docs/decisions/0014-targets.md has the reasons.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Subject
from phiscan.formats.fhir import search, tables
from phiscan.formats.fhir.search import Said, is_id
from phiscan.syntax.targets import Part, Target

_BASES: Final = frozenset("r2 r3 r4 r4b r5 r6 dstu2 stu3".split())
"""Segments that end the address of a server: `/api/R4/Patient`."""
_CASELESS: Final = {kind.lower(): kind for kind in tables.RESOURCES}
_OF_CARE: Final = frozenset(
    "Patient Practitioner Observation Encounter Condition Procedure Immunization Specimen".split()
)
"""Types of one word that ordinary applications do not have. `Person` and `Task` are common."""

DETECTOR: Final = "fhir_target"
"""The name that the findings show."""
_NO_NUMBERS: Final = frozenset(
    "PERSON_NAME DATE_OF_BIRTH DATE_OF_DEATH SERVICE_DATE STREET_ADDRESS CITY US_ZIP_CODE "
    "PHONE_NUMBER EMAIL_ADDRESS".split()
)
_LAST: Final = re.compile(r"[/|]")
_LEAST_DIGITS: Final = 4
_LONGEST_ID: Final = 64
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_VARIED: Final = 8
"""The least different characters of a UUID that was drawn."""
_COUNTED_UUIDS: Final = ("00000000", "11111111", "12345678", "123e4567", "a1b2c3d4")
"""How the UUIDs of examples begin. The third one stands in most manuals."""
_COUNTED: Final = "01234567890123456789"


class _Asked(NamedTuple):
    """What the path of a target asks for.

    Args:
        kind: the resource type that the query belongs to, or empty.
        patients: the segments that are the id of a patient or of a relative.
    """

    kind: str
    patients: tuple[Part, ...]


def read(target: Target, evidence: Evidence) -> None:
    """Add whom the target of a request names.

    Somebody made the request, so every id in it is a resource's.
    """
    kind, said = _said(target)
    _add(kind, said, evidence)


def read_mentioned(target: Target, evidence: Evidence, subject: Subject) -> bool:
    """Add the patients' numbers in a target that a text mentions.

    Manuals, tests and programs mention `Patient/123` and `Patient?family=Smith`. So only a number
    that looks like an issued one counts.

    Args:
        target: the target.
        evidence: where the findings go.
        subject: PATIENT for a value of data, which then is a patient's. PERSON for a mention in
            prose, which says nothing of care.

    Returns:
        Whether it has such a number.
    """
    kind, said = _said(target)
    issued = [
        each._replace(subject=subject)
        for each in said
        if each.subject is Subject.PATIENT
        and each.info_type not in _NO_NUMBERS
        and looks_issued(each.part.value)
    ]
    _add(kind, issued, evidence)
    return bool(issued)


def looks_issued(value: str) -> bool:
    """Whether the last part of a reference or of a token looks like a number that was issued.

    An example counts up (`12345`), repeats one digit, or is short.
    """
    number = _LAST.split(value)[-1]
    digits = "".join(filter(str.isdigit, number))
    if _UUID.fullmatch(number):
        return len(set(number)) >= _VARIED and not number.startswith(_COUNTED_UUIDS)
    if len(digits) < _LEAST_DIGITS or len(set(digits)) < 3 or len(number) > _LONGEST_ID:
        return False
    return digits not in _COUNTED and digits[::-1] not in _COUNTED


def _said(target: Target) -> tuple[str, list[Said]]:
    """The resource type that a target asks for, and what its parts say."""
    kind, patients = _asked(target.path)
    said = [Said("PATIENT_REFERENCE", Subject.PATIENT, part) for part in patients]
    return kind, said + search.read(kind, target.query)


def _add(kind: str, said: Sequence[Said], evidence: Evidence) -> None:
    for each in said:
        evidence.add(DETECTOR, each.info_type, each.part.location, each.subject)
    of_patient = next((each for each in said if each.subject is Subject.PATIENT), None)
    health = tables.HEALTH.get(kind, "PATIENT_RECORD")
    if of_patient is not None and health not in evidence.told:
        # once for each document: a log has thousands of targets
        evidence.told.add(health)
        evidence.add(DETECTOR, health, of_patient.part.location, Subject.PATIENT)


def _asked(path: Sequence[Part]) -> _Asked:
    kind, patients, has_base = "", [], False
    for at, part in enumerate(path):
        following = path[at + 1].value if at + 1 < len(path) else ""
        found = _type(part.value, has_base or following.startswith(("_", "$")))
        if found:
            kind = found
            if found in tables.PERSONS and is_id(following, is_certain=has_base):
                patients.append(path[at + 1])
        has_base |= part.value.lower() in _BASES or "fhir" in part.value.lower()
    return _Asked(kind, tuple(patients))


def _type(segment: str, has_base: bool) -> str:
    """The resource type that a segment names, or "".

    Many types are words that any application may use. Behind the base of a FHIR server, and before
    an operation of FHIR, they are types.
    """
    if has_base:
        return _CASELESS.get(segment.lower(), "")
    if segment not in tables.RESOURCES:
        return ""
    return segment if segment in _OF_CARE or not segment[1:].islower() else ""
