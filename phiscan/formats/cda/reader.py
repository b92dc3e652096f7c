"""Reads HL7 version 3: CDA R2 documents (C-CDA, CCD), and PIX and PDQ messages.

The data types are the same everywhere (II, PN, AD, TEL, TS, CD). The roles around a value say whom
it is about.

Only the end of a document shows whether it is about a patient. Until then health information and
dates wait. In a section that an implementation guide shows alone, they are nobody's.
"""

import re
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.cda import tables
from phiscan.formats.cda.own_roles import Held, OwnRoles, Scheme, role_of
from phiscan.labelled.html import Labels
from phiscan.labelled.records import read_records
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import add_base64, text
from phiscan.words import stated
from phiscan.words.labels import is_masked

_DETECTOR: Final = "hl7v3_element"
_OLD: Final = re.compile(r"9\d|1[01]\d|12[0-5]")  # years. matches "90", "125"; not "89"
_OID: Final = re.compile(r"[0-2](?:\.\d+)*")  # matches "2.16.840"; not a UUID, "3.16"
_ENCOUNTERS: Final = frozenset(("encompassingEncounter", "encounter"))


class CdaReader:
    """Reads elements in the order in which they close. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._roles: dict[int, Subject] = {}
        self._waiting: list[tuple[str, Value, str]] = []
        self._narratives: list[tuple[int, int]] = []
        self._own = OwnRoles()
        self._unclear: dict[int, tuple[Element, Value]] = {}
        self._patient = False

    def element(self, element: Element) -> None:
        """Add what one element says."""
        if element.name in tables.SILENT:
            return
        parent = element.parent.name if element.parent else ""
        attributes = self._document.attributes(element)
        if "representation" in attributes:
            self._encoded(element, attributes)
        else:
            self._typed(element, parent, attributes)
        if "value" in attributes:
            self._time(element, parent, attributes)
        if "codeSystem" in attributes:
            self._code(element, parent, attributes)

    def _typed(self, element: Element, parent: str, attributes: dict[str, Value]) -> None:
        """Add an element whose name tells its data type."""
        name = element.name
        if (
            name == "id"
            or name in tables.PATIENT_IDS
            or (name == "value" and parent in _II_PARENTS)
        ):
            self._id(element, parent, attributes)
        elif name == "telecom" or (name == "value" and parent == "patientTelecom"):
            self._telecom(element, attributes)
        elif name in _TEXTS or (name == "value" and parent in _TYPED):
            self._text(element, parent)
        elif name in _RECORDS and parent != "patientRole":
            self._record(element)
        elif name == "text" and parent == "section":
            self._narrative(element)

    def finish(self) -> None:
        """Add what depends on who fills a role, and on whether there is a patient."""
        for held, is_own in self._own.decided():
            subject = Subject.PATIENT if is_own else Subject.PROVIDER
            self._evidence.add(_DETECTOR, held.info_type, held.location, subject)
            self._patient |= is_own
        for info_type, value, field in self._waiting:
            if info_type != "SERVICE_DATE":
                subject = Subject.PATIENT if self._patient else Subject.NOBODY
                self._evidence.add(
                    _DETECTOR, info_type, Location(field, value.start, value.end), subject
                )
            elif self._patient:
                self._evidence.add(
                    _DETECTOR, info_type, Location(field, value.start, value.end), Subject.PATIENT
                )
        if self._patient:
            labels = Labels(self._document, self._evidence)
            for start, end in self._narratives:
                labels.walk(self._document.data, start, end)
            read_records(labels.values, self._evidence, "hl7v3_narrative")

    def _subject(self, element: Element) -> Subject:
        """Whom an element's identifiers are about: the innermost role around it decides."""
        for at in element.chain():
            noted = self._roles.get(at.start)
            if noted is not None:
                return noted
            role = self._by_class(at) if at.name in tables.BY_CLASS else tables.HOLDERS.get(at.name)
            if role is not None:
                self._roles[at.start] = role
                return role
        return Subject.PERSON

    def _by_class(self, element: Element) -> Subject:
        attributes = self._document.attributes(element)
        code = attributes["classCode"].text if "classCode" in attributes else ""
        code = "" if code == _ANY_ROLE else code
        if (
            code in tables.RELATIVE_CLASSES
            or self._member(element)
            or (code in tables.DEVICE_CLASSES and self._device(element))
        ):
            return Subject.PATIENT
        participation = (
            self._document.attributes(element.parent).get("typeCode") if element.parent else None
        )
        given_care = participation is not None and participation.text in tables.PROVIDER_TYPES
        return (
            Subject.PROVIDER
            if code or given_care or element.name == "intendedRecipient"
            else Subject.PERSON
        )

    def _member(self, role: Element) -> bool:
        """Whether a participant's role is that of a covered party or a policy holder."""
        around = [role, role.parent] if role.parent else [role]
        codes = (
            self._document.attributes(e).get(key)
            for e in around
            for key in ("classCode", "typeCode")
        )
        return any(code is not None and code.text in tables.MEMBER_CLASSES for code in codes)

    def _device(self, role: Element) -> bool:
        """Whether a manufactured product is a patient's device (C-CDA Product Instance).

        The participation around it has the type DEV, RDV or NRD.
        """
        found = self._document.attributes(role.parent).get("typeCode") if role.parent else None
        return found is not None and found.text in ("DEV", "RDV", "NRD")

    def _add(
        self, info_type: str, value: Value, element: Element, subject: Subject, part: str = ""
    ) -> None:
        if stated.is_nothing(value.text):
            return
        path = [*element.path(), part] if part else element.path()
        location = Location(shown_path(path, tables.KNOWN), value.start, value.end)
        if subject is Subject.PROVIDER and self._own.hold(element, Held(info_type, location)):
            return
        if info_type:
            self._evidence.add(_DETECTOR, info_type, location, subject)
            self._patient |= subject is Subject.PATIENT

    def _wait(self, info_type: str, value: Value, element: Element, part: str) -> None:
        """Keep a value until it is known whether the document is about a patient."""
        if not stated.is_nothing(value.text):
            self._waiting.append(
                (info_type, value, shown_path([*element.path(), part], tables.KNOWN))
            )

    def _record(self, element: Element) -> None:
        if not element.leaf:
            location = Location(
                shown_path(element.path(), tables.KNOWN), element.content, element.end
            )
            self._evidence.add(_DETECTOR, "PATIENT_RECORD", location, Subject.PATIENT)

    def _id(self, element: Element, parent: str, attributes: dict[str, Value]) -> None:
        """Read II: a number (extension) of a scheme (root), or a root that is the number."""
        root = attributes["root"].text if "root" in attributes else ""
        number = attributes.get("extension")
        if number is None and root and _OID.fullmatch(root) is None:
            number = attributes["root"]
        if number is None or number.text == "":
            return
        subject = self._subject(element)
        self._own.note_id(
            element, Scheme(root, number.text), is_individuals=subject is Subject.PATIENT
        )
        info_type = self._number(root, number.text, element, subject)
        part = "root" if number.text == root else "extension"
        if info_type and subject is Subject.PERSON:
            subject = Subject.PATIENT if parent in _ENCOUNTERS or parent == "order" else subject
        if info_type or role_of(element) is not None:
            self._add(info_type, number, element, subject, part)

    def _number(self, root: str, number: str, element: Element, subject: Subject) -> str:
        """The infoType of an II, or "" when it identifies no one."""
        info_type = tables.ID_ROOTS.get(root, "")
        if root.startswith(tables.LICENCE_ROOT):
            info_type = "US_DRIVERS_LICENSE_NUMBER"
        elif root.startswith(tables.PASSPORT_ROOT):
            info_type = "US_PASSPORT"
        if info_type == "US_MEDICARE_BENEFICIARY_ID_NUMBER" and not checks.mbi(number):
            info_type = "HEALTH_PLAN_BENEFICIARY_NUMBER"
        valid = {"US_HEALTHCARE_NPI": checks.npi, "US_DEA_NUMBER": checks.dea}
        if subject is Subject.PROVIDER:
            return info_type if info_type in valid and valid[info_type](number) else ""
        if info_type in valid:  # senders use a provider's scheme for patients and visits too
            info_type = ""
        if element.name in tables.PATIENT_IDS:
            return info_type or "MEDICAL_RECORD_NUMBER"
        return info_type or self._unknown_scheme(root, element, subject)

    def _unknown_scheme(self, root: str, element: Element, subject: Subject) -> str:
        """The infoType of a number by the element that holds it.

        The ids of statements are the sender's own and identify nobody.
        """
        holder = element.parent
        name = holder.name if holder else ""
        if name in _ENCOUNTERS:
            return "ACCOUNT_NUMBER" if _OID.fullmatch(root) else ""
        if name == "order":
            return "UNIQUE_CODE"
        if holder is None or subject is not Subject.PATIENT:
            return ""
        if name in tables.BY_CLASS:
            code = self._document.attributes(holder).get("classCode")
            if code is not None and code.text in tables.DEVICE_CLASSES:
                return "DEVICE_IDENTIFIER"
            return "HEALTH_PLAN_BENEFICIARY_NUMBER" if self._member(holder) else "UNIQUE_CODE"
        return (
            "MEDICAL_RECORD_NUMBER"
            if name in _OWN_RECORD
            else "UNIQUE_CODE"
            if name in tables.HOLDERS
            else ""
        )

    def _telecom(self, element: Element, attributes: dict[str, Value]) -> None:
        value = attributes.get("value")
        if value is None:
            return
        scheme = value.text.partition(":")[0].strip().lower()
        if scheme == "mailto" or "@" in value.text:
            info_type = "EMAIL_ADDRESS"
        elif scheme in ("fax", "x-text-fax"):
            info_type = "FAX_NUMBER"
        else:
            info_type = "URL" if "://" in value.text else "PHONE_NUMBER"
        if info_type != "PHONE_NUMBER" or stated.is_number(value.text):
            self._add(info_type, value, element, self._subject(element), "value")

    def _text(self, element: Element, parent: str) -> None:
        """Read names, addresses and their parts."""
        value = text(self._document, element)
        if value is None or not element.runs:
            return
        name = element.name
        info_type = tables.ADDRESS.get(name, "")
        if name in tables.NAME_PARTS or parent in ("livingSubjectName", "mothersMaidenName"):
            info_type = "PERSON_NAME"
        elif name == "name":
            info_type = (
                "PERSON_NAME" if parent in tables.PERSONS or self._playing_person(element) else ""
            )
        elif name == "addr" or parent in ("patientAddress", "livingSubjectBirthPlaceAddress"):
            info_type = info_type or "STREET_ADDRESS"
        if info_type == "PERSON_NAME":
            self._name(element, value)
        elif info_type:
            self._add(info_type, value, element, self._subject(element))
        elif parent == "playingEntity" and element.parent is not None:
            self._unclear[element.parent.start] = element, value

    def _name(self, element: Element, value: Value) -> None:
        subject = self._subject(element)
        self._own.note_name(element, value.text, is_individuals=subject is Subject.PATIENT)
        self._add("PERSON_NAME", value, element, subject)

    def _playing_person(self, name: Element) -> bool:
        """Whether a `playingEntity` is a person (PSN), not a substance or a place.

        Where its class does not say so, the role of a covered party does.
        """
        parent = name.parent
        if parent is None or parent.name not in ("playingEntity", "associatedEntity"):
            return False
        code = self._document.attributes(parent).get("classCode")
        if code is not None:
            return code.text == "PSN"
        return parent.parent is not None and self._member(parent.parent)

    def _time(self, element: Element, parent: str, attributes: dict[str, Value]) -> None:
        """Read TS, the ends of IVL_TS, and ages (PQ in years)."""
        value, name = attributes["value"], element.name
        unit = attributes.get("unit")
        if name == "birthTime" or parent == "livingSubjectBirthTime":
            if stated.is_birth_or_death(value.text):
                self._birth(element, value)
        elif (
            name in ("deceasedTime", "livingSubjectDeceasedTime")
            or parent == "livingSubjectDeceasedTime"
        ):
            if stated.is_birth_or_death(value.text):
                self._add("DATE_OF_DEATH", value, element, Subject.PATIENT, "value")
        elif unit is not None:
            if unit.text == "a" and _OLD.fullmatch(value.text):
                self._add("AGE_OVER_89", value, element, Subject.PATIENT, "value")
        elif name in tables.TIMES and stated.is_day(value.text):
            self._wait("SERVICE_DATE", value, element, "value")

    def _birth(self, element: Element, value: Value) -> None:
        """Add a date of birth, and the name before it, which only a person has."""
        subject = self._subject(element)
        subject = Subject.PATIENT if subject is Subject.PERSON else subject
        self._add("DATE_OF_BIRTH", value, element, subject, "value")
        if element.parent is not None and element.parent.start in self._unclear:
            name, text_of_name = self._unclear.pop(element.parent.start)
            self._add("PERSON_NAME", text_of_name, name, subject)

    def _code(self, element: Element, parent: str, attributes: dict[str, Value]) -> None:
        """Read CD. A code of a clinical code system is health information."""
        system, code = attributes["codeSystem"].text, attributes.get("code")
        if element.name == "code" and code is not None:
            self._own.note_code(element, code.text, system)
        info_type = tables.CODE_SYSTEMS.get(system)
        if info_type is None or code is None:
            if (
                element.name == "code"
                and code is not None
                and code.text == "GUAR"
                and element.parent is not None
            ):
                # a guarantor among a policy's performers
                self._roles[element.parent.start] = Subject.PATIENT
            return
        if element.name == "value":
            info_type = info_type or "DIAGNOSIS"
        info_type = info_type or tables.STATEMENTS.get(parent, "")
        for part in ("code", "displayName"):
            if info_type and part in attributes:
                self._wait(info_type, attributes[part], element, part)

    def _narrative(self, element: Element) -> None:
        content = self._document.data[element.content : element.end].strip()
        if content and content != b"XXX":
            start = self._document.data.find(content[:1], element.content)
            self._wait(
                "CLINICAL_NOTE", Value("narrative", start, start + len(content)), element, "text"
            )
            self._narratives.append((start, start + len(content)))

    def _encoded(self, element: Element, attributes: dict[str, Value]) -> None:
        """Nest the content of ED in base64 (nonXMLBody/text, observationMedia/value)."""
        value = text(self._document, element)
        if (
            value is not None
            and not is_masked(value.text)
            and attributes["representation"].text == "B64"
        ):
            media = attributes["mediaType"].text if "mediaType" in attributes else ""
            field = shown_path(element.path(), tables.KNOWN)
            add_base64(self._evidence, value, field, media)


_ANY_ROLE: Final = "ROL"
"""The class of all roles, which says no more than its absence."""
_II_PARENTS: Final = frozenset("livingSubjectId patientIdentifier patientId".split())
"""Parameters of queries whose `value` is a number of type II."""
_TYPED: Final = frozenset(
    "livingSubjectName mothersMaidenName patientAddress livingSubjectBirthPlaceAddress".split()
)
_TEXTS: Final = frozenset(("name", "addr")) | tables.NAME_PARTS | frozenset(tables.ADDRESS)
_RECORDS: Final = frozenset(
    "patientRole patient patientPerson identifiedPerson parameterList".split()
)
_OWN_RECORD: Final = frozenset(
    "patientRole patient patientPerson livingSubjectId patientIdentifier patientId asOtherIDs "
    "subject relatedSubject".split()
)
