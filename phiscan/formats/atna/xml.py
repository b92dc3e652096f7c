"""Audit messages in XML: who did what to whose record (RFC 3881; DICOM PS3.15 A.5; IHE ATNA).

    <ParticipantObjectIdentification ParticipantObjectID="77120^^^&amp;1.3.6&amp;ISO"
        ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">
      <ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881"/>
      <ParticipantObjectName>...</ParticipantObjectName>
    </ParticipantObjectIdentification>

The role of an object, or the kind of its number, says whether it is a patient. A query is the body
of the request that was made, in base64. The users of the systems are no patients.
"""

from dataclasses import dataclass, field
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.hl7v2 import cx
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import add_base64, text
from phiscan.text.base64 import from_base64
from phiscan.words.labels import is_masked

_DETECTOR: Final = "atna_element"
_OBJECT: Final = "ParticipantObjectIdentification"
_ROOTS: Final = frozenset(("AuditMessage", _OBJECT))
_PERSON: Final = "1"
"""ParticipantObjectTypeCode of a person."""
_PATIENT_ROLES: Final = frozenset(("1", "9", "10"))
"""ParticipantObjectTypeCodeRole: patient, subscriber, guarantor (RFC 3881 section 5.5.2)."""
_OTHER_PERSONS: Final = frozenset("6 8 11 15 16 17".split())
"""ParticipantObjectTypeCodeRole: user, doctor, and the staff who use and run a system."""
_NUMBERS: Final = {
    "1": "MEDICAL_RECORD_NUMBER",
    "2": "MEDICAL_RECORD_NUMBER",
    "3": "ACCOUNT_NUMBER",
    "4": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "5": "US_SOCIAL_SECURITY_NUMBER",
    "6": "ACCOUNT_NUMBER",
    "7": "ACCOUNT_NUMBER",
}
"""ParticipantObjectIDTypeCode of the numbers that a patient has (RFC 3881 section 5.5.4)."""
_NUMBERED: Final = {"Accession": "Number", "MPPS": "UID", "Study": "UID", "Instance": "UID"}
"""Elements that number what was done to a patient, and their attribute (PS3.15 A.5.2)."""
KNOWN: Final = frozenset(
    "ParticipantObjectIdentification ParticipantObjectID ParticipantObjectName "
    "ParticipantObjectQuery ParticipantObjectDetail ActiveParticipant UserName "
    "EventIdentification EventDateTime ParticipantObjectDescription Accession Number UID "
    "Study MPPS".split()
)
"""Element and attribute names that a field path may show."""


def begins(name: str, _attributes: str) -> bool:
    """Whether an element with this name begins an audit message or a part of one."""
    return name in _ROOTS


@dataclass(slots=True)
class _Object:
    """What the elements within one participant object say of it."""

    id_code: str = ""
    names: list[tuple[Element, Value]] = field(default_factory=list)


class AuditReader:
    """Reads elements in the order in which they close. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._objects: dict[int, _Object] = {}
        self._waiting: list[tuple[str, Element, str, Value]] = []
        self._is_patients = False
        self._handlers = {
            _OBJECT: self._object,
            "ParticipantObjectIDTypeCode": self._code,
            "ParticipantObjectName": self._name,
            "ParticipantObjectQuery": self._query,
            "ParticipantObjectDetail": self._detail,
            "EventIdentification": self._event,
            "ActiveParticipant": self._user,
        }

    def element(self, element: Element) -> None:
        """Add what one element says."""
        name, attributes = element.name, self._document.attributes(element)
        handler = self._handlers.get(name)
        if handler is not None:
            handler(element, attributes)
        elif name in _NUMBERED and _NUMBERED[name] in attributes:
            info_type = "ACCOUNT_NUMBER" if name == "Accession" else "UNIQUE_CODE"
            self._wait(info_type, element, _NUMBERED[name], attributes)

    def finish(self) -> None:
        """Add what depends on whether the message is about a patient."""
        if self._is_patients:
            for info_type, element, part, value in self._waiting:
                self._add(info_type, element, part, value, Subject.PATIENT)

    def _of(self, element: Element) -> _Object:
        """The participant object that an element is in."""
        holder = element.parent.start if element.parent is not None else -1
        return self._objects.setdefault(holder, _Object())

    def _code(self, element: Element, attributes: dict[str, Value]) -> None:
        """Note the kind of an object's number."""
        self._of(element).id_code = _text(attributes, "csd-code") or _text(attributes, "code")

    def _name(self, element: Element, _attributes: dict[str, Value]) -> None:
        """Keep an object's name until its role is known."""
        value = text(self._document, element)
        if value is not None:
            self._of(element).names.append((element, value))

    def _event(self, element: Element, attributes: dict[str, Value]) -> None:
        if checks.calendar_date(_text(attributes, "EventDateTime")):
            self._wait("SERVICE_DATE", element, "EventDateTime", attributes)

    def _user(self, element: Element, attributes: dict[str, Value]) -> None:
        if "UserName" in attributes:
            value = attributes["UserName"]
            self._add("PERSON_NAME", element, "UserName", value, Subject.PROVIDER)

    def _wait(
        self, info_type: str, element: Element, part: str, attributes: dict[str, Value]
    ) -> None:
        self._waiting.append((info_type, element, part, attributes[part]))

    def _object(self, element: Element, attributes: dict[str, Value]) -> None:
        found = self._objects.pop(element.start, _Object())
        role = _text(attributes, "ParticipantObjectTypeCodeRole")
        is_person = _text(attributes, "ParticipantObjectTypeCode") == _PERSON
        is_patient = role in _PATIENT_ROLES or (
            found.id_code in _NUMBERS and role not in _OTHER_PERSONS
        )
        for at, name in found.names:
            if is_patient:
                self._add("PERSON_NAME", at, "", name, Subject.PATIENT)
            elif is_person:
                self._add("PERSON_NAME", at, "", name, Subject.PROVIDER)
        if is_patient and "ParticipantObjectID" in attributes:
            self._patient(element, attributes["ParticipantObjectID"], found.id_code)

    def _patient(self, element: Element, number: Value, id_code: str) -> None:
        info_type = _NUMBERS.get(id_code, "MEDICAL_RECORD_NUMBER")
        for start, end in cx.numbers(self._document.data, number.start, number.end):
            raw = self._document.data[start:end]
            value = Value(self._document.decode(raw), start, end)
            self._add(info_type, element, "ParticipantObjectID", value, Subject.PATIENT)
        if number.text.strip() and not is_masked(number.text):
            self._is_patients = True
            location = Location(_OBJECT, element.content, element.end)
            if not element.leaf:
                self._evidence.add(_DETECTOR, "PATIENT_RECORD", location, Subject.PATIENT)

    def _query(self, element: Element, _attributes: dict[str, Value]) -> None:
        """Nest the body of a request."""
        value = text(self._document, element)
        if value is not None and value.text and not is_masked(value.text):
            add_base64(self._evidence, value, _field(element, ""), "")

    def _detail(self, element: Element, attributes: dict[str, Value]) -> None:
        """Nest a detail, which is a text in base64. It may be short."""
        value = attributes.get("value")
        if value is None:
            return
        data = from_base64(value.text.encode("utf-8", "replace"))
        if data and not is_masked(value.text):
            location = Location(_field(element, "value"), value.start, value.end)
            self._evidence.nested.append(Nested(data, location, declared=False))

    def _add(
        self, info_type: str, element: Element, part: str, value: Value, subject: Subject
    ) -> None:
        if value.text.strip() and not is_masked(value.text.strip()):
            location = Location(_field(element, part), value.start, value.end)
            self._evidence.add(_DETECTOR, info_type, location, subject)
            self._is_patients |= subject is Subject.PATIENT


def _field(element: Element, part: str) -> str:
    return shown_path([*element.path(), part] if part else element.path(), KNOWN)


def _text(attributes: dict[str, Value], name: str) -> str:
    return attributes[name].text if name in attributes else ""
