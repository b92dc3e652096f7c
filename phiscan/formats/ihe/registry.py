"""Metadata of document registries: IHE XDS, XDR and XCA in ebXML RegRep (ebRIM 3.0).

    <Slot name="$XDSDocumentEntryPatientId"><ValueList><Value>'77120^^^&amp;1.3&amp;ISO'</Value>...
    <Slot name="sourcePatientInfo"><ValueList><Value>PID-5|Haddad^Noor</Value>...
    <ExternalIdentifier value="77120^^^&amp;1.3&amp;ISO" identificationScheme="urn:uuid:58a6...">

The name of a slot says what its values are. Queries begin their names with `$`. Registries name
patients by numbers of HL7 v2's type CX (ITI TF-3 section 4.2.3).
"""

import re
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.hl7v2 import cx
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import add_base64, add_unescaped, text
from phiscan.text.offsets import Derived
from phiscan.words.labels import is_masked

_DETECTOR: Final = "ihe_metadata"
_ROOTS: Final = frozenset(
    "AdhocQueryRequest AdhocQueryResponse AdhocQuery SubmitObjectsRequest RegistryObjectList "
    "LeafRegistryObjectList ExtrinsicObject RegistryPackage ExternalIdentifier "
    "ProvideAndRegisterDocumentSetRequest UpdateDocumentSetRequest".split()
)
"""Elements that begin such metadata, whatever is around them."""
_PATIENTS_SCHEMES: Final = frozenset(
    (
        "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",  # XDSDocumentEntry.patientId
        "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",  # XDSSubmissionSet.patientId
        "urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a",  # XDSFolder.patientId
    )
)
"""Schemes of ExternalIdentifier whose values are a patient's (ITI TF-3 section 4.2.5)."""
# matches "$XDSDocumentEntryPatientId", "sourcePatientId"; not "patientIdentifierType"
_PATIENT_ID: Final = re.compile(r".*patient_?id(?:s|list)?", re.IGNORECASE)
# matches "serviceStartTime", "$XDSDocumentEntryServiceStartTimeFrom"; not "creationTime"
_TIME: Final = re.compile(r".*service(?:start|stop)time(?:from|to)?", re.IGNORECASE)
_PEOPLE: Final = frozenset("authorPerson legalAuthenticator $XDSDocumentEntryAuthorPerson".split())
"""Slots that name those who wrote and signed a document."""
_LAST_PID: Final = 40
"""The last field of PID that `sourcePatientInfo` may hold."""
_PID: Final = re.compile(r"PID-(\d{1,2})\|")  # matches "PID-5|"; not "PID|"
KNOWN: Final = frozenset(
    "AdhocQuery Slot ValueList Value ExternalIdentifier ExtrinsicObject RegistryPackage value "
    "RegistryObjectList SubmitObjectsRequest Document".split()
)
"""Element and attribute names that a field path may show."""


def begins(name: str, attributes: str) -> bool:
    """Whether an element with this name and these attributes begins metadata of a registry."""
    return name in _ROOTS or (name == "Slot" and "atient" in attributes)


class RegistryReader:
    """Reads elements in the order in which they close. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._dates: list[tuple[Element, Value]] = []
        self._patient: Location | None = None

    def element(self, element: Element) -> None:
        """Add what one element says."""
        if element.name == "Value":
            value = text(self._document, element)
            slot = self._slot(element)
            if value is not None and slot and value.text.strip():
                self._value(element, slot, value)
        elif element.name == "ExternalIdentifier":
            self._identifier(element)
        elif element.name == "Document":
            value = text(self._document, element)
            if value is not None and value.text and not is_masked(value.text):
                add_base64(self._evidence, value, _field(element, ""), "")

    def finish(self) -> None:
        """Add what depends on whether the metadata names a patient."""
        if self._patient is None:
            return
        self._evidence.add(_DETECTOR, "PATIENT_RECORD", self._patient, Subject.PATIENT)
        for element, value in self._dates:
            location = Location(_field(element, ""), value.start, value.end)
            self._evidence.add(_DETECTOR, "SERVICE_DATE", location, Subject.PATIENT)

    def _slot(self, value: Element) -> str:
        """The name of the slot around a value, or ""."""
        for at in value.chain():
            if at.name == "Slot":
                named = self._document.attributes(at).get("name")
                return named.text if named is not None else ""
        return ""

    def _value(self, element: Element, slot: str, value: Value) -> None:
        if _PATIENT_ID.fullmatch(slot):
            self._numbers(element, "", value)
        elif slot == "sourcePatientInfo":
            self._demographics(element, value)
        elif _TIME.fullmatch(slot) and checks.calendar_date(value.text[:8]):
            self._dates.append((element, value))
        elif slot in _PEOPLE and not is_masked(value.text):
            location = Location(_field(element, ""), value.start, value.end)
            self._evidence.add(_DETECTOR, "PERSON_NAME", location, Subject.PROVIDER)

    def _identifier(self, element: Element) -> None:
        attributes = self._document.attributes(element)
        scheme = attributes.get("identificationScheme")
        value = attributes.get("value")
        if value is not None and scheme is not None and scheme.text.lower() in _PATIENTS_SCHEMES:
            self._numbers(element, "value", value)

    def _numbers(self, element: Element, part: str, value: Value) -> None:
        """Add the numbers of a CX or of a list of them."""
        for start, end in cx.numbers(self._document.data, value.start, value.end):
            number = self._document.decode(self._document.data[start:end])
            if not is_masked(number):
                location = Location(_field(element, part), start, end)
                self._evidence.add(_DETECTOR, "MEDICAL_RECORD_NUMBER", location, Subject.PATIENT)
                self._patient = self._patient or location

    def _demographics(self, element: Element, value: Value) -> None:
        """Nest a line of `sourcePatientInfo` as the field of the HL7 v2 segment that it is."""
        line = _PID.match(value.text)
        if line is None or not 0 < int(line[1]) <= _LAST_PID:
            return
        location = Location(_field(element, ""), value.start, value.end)
        content = value.start + line.end()
        segment = Derived()
        header = f"MSH|^~\\&|\rPID{'|' * int(line[1])}"
        segment.put(header.encode(), value.start, content)
        add_unescaped(segment, self._document.data, content, value.end)
        nested = Nested(segment.text(), location, declared=False, origin=segment)
        self._evidence.nested.append(nested)
        self._patient = self._patient or location


def _field(element: Element, part: str) -> str:
    return shown_path([*element.path(), part] if part else element.path(), KNOWN)
