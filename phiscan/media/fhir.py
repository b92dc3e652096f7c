"""What the elements of a FHIR resource say (R4, STU3 and DSTU2, in JSON terms): https://hl7.org/fhir/resourcelist.html.

A resource is about a patient, about a provider, about the specification itself (conformance), or it belongs to a
patient's compartment: then its subject is a reference, which is a unique code of that patient.
"""

from dataclasses import dataclass

from phiscan import checks
from phiscan.evidence import Evidence, Spot, shown_path
from phiscan.finding import Likelihood, Subject
from phiscan.labels import is_masked
from phiscan.media import fhir_tables as tables
from phiscan.media.json_tokens import Frame, Leaf, decode


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
        self._above = len(resource.frame.path)
        for leaf in resource.leaves:
            if leaf.key in ("system", "url", "reference"):
                self._siblings.setdefault(id(leaf.frame), {})[leaf.key] = self._value(leaf)
            elif leaf.key == "code":
                self._siblings.setdefault(id(_holder(leaf.frame, "identifier")), {}).setdefault(
                    "type", self._value(leaf)
                )

    def read(self) -> None:
        """Add what this resource says."""
        kind = self._resource.kind
        if kind in tables.CONFORMANCE or kind in ("Bundle", "List", "MessageHeader"):
            return
        subject = (
            Subject.PATIENT
            if kind in tables.PERSONS
            else Subject.PROVIDER
            if kind in tables.PROVIDERS
            else Subject.PERSON
        )
        about_patient = kind in tables.PERSONS
        for leaf in self._resource.leaves:
            if subject is Subject.PERSON and leaf.key not in tables.CLINICAL and not _in_person(leaf.frame.path):
                continue
            path = leaf.path[self._above :]
            if not path:
                continue  # an array without a key, as broken JSON has it: what it holds is of no element
            if subject is Subject.PERSON:
                about_patient |= self._clinical(leaf, path)
            else:
                self._person(leaf, path, subject)
        if about_patient or (kind in tables.HEALTH and kind not in tables.PROVIDERS):
            self._health(about_patient=about_patient)

    def _health(self, *, about_patient: bool) -> None:
        kind = self._resource.kind
        start = self._resource.frame.start
        self._evidence.add(
            "fhir_resource",
            tables.HEALTH.get(kind, "PATIENT_RECORD"),
            Spot(kind, start, start + 1),
            Subject.PATIENT if about_patient else Subject.NOBODY,
        )

    def _value(self, leaf: Leaf) -> str:
        return decode(self._data[leaf.start : leaf.end])

    def _add(self, info_type: str, leaf: Leaf, path: tuple[str, ...], subject: Subject) -> None:
        value = self._value(leaf)
        if not value.strip() or is_masked(value) or value in ("unknown", "null"):
            return
        spot = Spot(shown_path((self._resource.kind, *path), tables.KNOWN), leaf.start, leaf.end)
        self._evidence.add("fhir_element", info_type, spot, subject, Likelihood.VERY_LIKELY)

    def _person(self, leaf: Leaf, path: tuple[str, ...], subject: Subject) -> None:
        """Patient, Person, RelatedPerson and the providers: names, birth date, address, telecom, identifier, photo."""
        info_type = self._demographic(leaf, path)
        if path == ("id",) and subject is Subject.PATIENT:
            info_type = "PATIENT_REFERENCE"
        elif path == ("name",) and subject is Subject.PROVIDER:
            info_type = "PERSON_NAME"
        elif path[0] == "identifier" and path[-1] == "value" and len(path) == 2:
            info_type = self._identifier(leaf, subject)
        elif path[-1] in ("reference", "display"):
            self._reference(leaf, path)
        if info_type:
            self._add(info_type, leaf, path, subject)

    def _demographic(self, leaf: Leaf, path: tuple[str, ...]) -> str:
        holder = path[-2] if len(path) > 1 else ""
        last = path[-1]
        if holder in ("name", "valueHumanName") and last in tables.NAME_PARTS:
            return "PERSON_NAME"
        if holder in ("address", "valueAddress", "birthPlace") and last in tables.ADDRESS:
            return tables.ADDRESS[last]
        if holder == "telecom" and last == "value":
            return self._telecom(leaf)
        if holder == "photo" and last in ("url", "data"):
            return "FACE_PHOTO"
        if last in ("valueString", "valueDecimal"):
            return self._extension(leaf)
        return tables.CODED_VALUES.get(last, "") if len(path) == 1 or last in tables.COORDINATES else ""

    def _telecom(self, leaf: Leaf) -> str:
        value = self._value(leaf)
        system = self._siblings.get(id(leaf.frame), {}).get("system", "")
        if system == "fax":
            return "FAX_NUMBER"
        if system == "email" or "@" in value:
            return "EMAIL_ADDRESS"
        return "URL" if system == "url" or "://" in value else "PHONE_NUMBER"

    def _identifier(self, leaf: Leaf, subject: Subject) -> str:
        """Identifier.type by HL7 table 0203, else Identifier.system, else by who it belongs to."""
        near = self._siblings.get(id(leaf.frame), {})
        info_type = tables.V2_0203.get(near.get("type", ""), "")
        system = near.get("system", "").lower()
        info_type = info_type or next((kind for part, kind in tables.SYSTEMS if part in system), "")
        if info_type == "US_MEDICARE_BENEFICIARY_ID_NUMBER" and not checks.mbi(self._value(leaf)):
            info_type = "HEALTH_PLAN_BENEFICIARY_NUMBER"
        if subject is Subject.PROVIDER:
            return info_type if info_type in ("US_HEALTHCARE_NPI", "US_DEA_NUMBER", "LICENSE_NUMBER") else ""
        return info_type or ("MEDICAL_RECORD_NUMBER" if subject is Subject.PATIENT else "UNIQUE_CODE")

    def _extension(self, leaf: Leaf) -> str:
        url = self._siblings.get(id(leaf.frame), {}).get("url", "")
        if leaf.key == "valueDecimal":
            return "GEO_COORDINATE" if url in tables.COORDINATES else ""
        return "PERSON_NAME" if "mothersMaidenName" in url else ""

    def _clinical(self, leaf: Leaf, path: tuple[str, ...]) -> bool:
        """An element of a resource in a patient's compartment; whether it ties the resource to a patient."""
        if path[-1] in ("reference", "display"):
            return self._reference(leaf, path)
        info_type = self._clinical_type(leaf, path)
        if info_type:
            self._add(info_type, leaf, path, Subject.PATIENT)
        return path[-1] == "subscriberId"

    def _reference(self, leaf: Leaf, path: tuple[str, ...]) -> bool:
        """Reference.reference or Reference.display; whether it is a patient's (a relative counts, as in the compartment)."""
        target = self._siblings.get(id(leaf.frame), {}).get("reference", "")
        kind = _kind_of(target)
        whose = Subject.PATIENT if kind in tables.PERSONS or (not kind and _names_patient(path)) else Subject.PROVIDER
        if leaf.key == "display" and (whose is Subject.PATIENT or kind.startswith("Practitioner")):
            self._add("PERSON_NAME", leaf, path, whose)
        elif leaf.key == "reference" and whose is Subject.PATIENT:
            self._add("PATIENT_REFERENCE", leaf, path, whose)
        return whose is Subject.PATIENT

    def _clinical_type(self, leaf: Leaf, path: tuple[str, ...]) -> str:
        last = path[-1]
        if last in tables.DATES:
            return "SERVICE_DATE" if checks.calendar_date(self._value(leaf)) else ""
        if path == ("identifier", "value"):
            return self._identifier(leaf, Subject.PERSON)
        if path == ("name",) and self._resource.kind == "FamilyMemberHistory":
            return "PERSON_NAME"
        if last == "subscriberId":
            return "HEALTH_PLAN_BENEFICIARY_NUMBER"
        if last in ("serialNumber", "carrierHRF", "deviceIdentifier") and self._resource.kind == "Device":
            return "DEVICE_IDENTIFIER"
        return self._demographic(leaf, path) if _in_person(path) else ""


def _in_person(path: tuple[str, ...]) -> bool:
    return "valueHumanName" in path or "valueAddress" in path


def _holder(frame: Frame, key: str) -> Frame:
    """The object around `frame` that is the value of `key`."""
    while frame.parent is not None and not (frame.is_object and frame.key == key):
        frame = frame.parent
    return frame


def _kind_of(reference: str) -> str:
    """The resource type that a reference names (`Patient/77`, `https://x/fhir/Patient/77/_history/2`); empty for a UUID or a fragment."""
    return next((part for part in reversed(reference.split("/")) if part in tables.RESOURCES), "")


def _names_patient(path: tuple[str, ...]) -> bool:
    """Whether the element that holds a reference is a patient's by its own meaning."""
    holder = path[-2] if len(path) > 1 else ""
    if (
        holder == "individual"
    ):  # ResearchSubject.individual is; Encounter.participant.individual is a provider or a relative
        return "participant" not in path
    return holder in tables.SUBJECT_ELEMENTS
