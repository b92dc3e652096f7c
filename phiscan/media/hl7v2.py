"""HL7 v2 messages (chapter 2 of the standard): segments, fields, repetitions, components, with any delimiters that MSH names.

Reads batches (FHS/BHS), MLLP framing (0x0B ... 0x1C 0x0D), and messages whose segments end in LF or CRLF, as files do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, Spot
from phiscan.finding import Gap, Subject
from phiscan.labels import Rule, is_masked

_START: Final = re.compile(rb"[\x0b\s\xef\xbb\xbf]*(?:FHS|BHS|MSH)([^\w\s])([^\w\s]{2,5})")
_SEGMENT: Final = re.compile(rb"[^\r\n\x0b\x1c]+")
_MEDICAL: Final = "MEDICAL_RECORD_NUMBER"


@dataclass(frozen=True, slots=True)
class Delimiters:
    """MSH-1 and MSH-2: field, component, repetition, escape, subcomponent."""

    field: bytes = b"|"
    component: bytes = b"^"
    repetition: bytes = b"~"
    escape: bytes = b"\\"
    subcomponent: bytes = b"&"


@dataclass(frozen=True, slots=True)
class Part:
    """A field, repetition or component: its text and where it starts."""

    text: bytes
    start: int

    def split(self, delimiter: bytes) -> list["Part"]:
        """The parts between `delimiter`, each with its place."""
        parts, at = [], self.start
        for text in self.text.split(delimiter):
            parts.append(Part(text, at))
            at += len(text) + len(delimiter)
        return parts


Reader = Callable[["_Message", Part, str], None]


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is HL7 v2."""
    return _START.match(head) is not None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the segments of `data` say to `evidence`; MALFORMED when the message has no readable header."""
    start = _START.match(data)
    if start is None:
        return Gap.MALFORMED
    message = _Message(evidence)
    for match in evidence.timed(_SEGMENT.finditer(data)):
        message.segment(Part(match[0], match.start()))
    return Gap.NONE


class _Message:
    """Reads segment after segment with the delimiters of the last header."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.delimiters = Delimiters()
        self.subject = Subject.PATIENT

    def segment(self, part: Part) -> None:
        text = part.text.lstrip()
        name = text[:3].decode("latin-1")
        if name in ("MSH", "FHS", "BHS"):
            self._header(text)
            return
        fields = part.split(self.delimiters.field)
        known = _SEGMENTS.get(name)
        if known is None:
            if name.startswith("Z"):
                self._unknown(fields, name)
            return
        subject, health, table = known
        self.subject = subject
        if health:
            self._evidence.add("hl7_segment", health, Spot(name, part.start, part.start + 3), Subject.PATIENT)
        for number, reader in table.items():
            if number < len(fields):
                for repetition in fields[number].split(self.delimiters.repetition):
                    reader(self, repetition, f"{name}-{number}")

    def _header(self, text: bytes) -> None:
        marks = [bytes((c,)) for c in text[3:8]]
        if len(marks) < 3:
            return
        defaults = [b"|", b"^", b"~", b"\\", b"&"]
        end = next((i for i, m in enumerate(marks[1:], 1) if m == marks[0]), len(marks))
        self.delimiters = Delimiters(*(marks[:end] + defaults[end:]))

    def _unknown(self, fields: list[Part], name: str) -> None:
        """A site-defined segment: no table says what its fields are, so only their shapes can."""
        for number, field in enumerate(fields[1:], 1):
            for part in field.split(self.delimiters.repetition):
                first = part.split(self.delimiters.component)[0]
                if checks.ssn(self.text(first)) and b"-" in first.text:
                    self.add("US_SOCIAL_SECURITY_NUMBER", first, f"{name}-{number}")

    def text(self, part: Part) -> str:
        """The part's text; escape sequences stay, they never stand within an identifier."""
        return part.text.strip().strip(b'"').decode("utf-8", "replace")

    def components(self, part: Part) -> list[Part]:
        return part.split(self.delimiters.component)

    def add(self, info_type: str, part: Part, field: str) -> None:
        value = self.text(part)
        if value and not is_masked(value):
            self._evidence.add(
                "hl7_field", info_type, Spot(field, part.start, part.start + len(part.text)), self.subject
            )

    def labelled(self, rule: Rule, part: Part, field: str) -> None:
        spot = Spot(field, part.start, part.start + len(part.text))
        self._evidence.labelled("hl7_field", rule, self.text(part), spot, None)


def _names(message: _Message, part: Part, field: str) -> None:
    """XPN, XCN without its id, PN: family, given, further names."""
    for number, component in enumerate(message.components(part)[:3], 1):
        first = component.split(message.delimiters.subcomponent)[0]
        if any(c.isalpha() for c in message.text(first)):
            message.add("PERSON_NAME", first, f"{field}.{number}")


def _provider(message: _Message, part: Part, field: str) -> None:
    """XCN: id, family, given of a provider."""
    components = message.components(part)
    saved, message.subject = message.subject, Subject.PROVIDER
    if checks.npi(message.text(components[0])):
        message.add("US_HEALTHCARE_NPI", components[0], f"{field}.1")
    for number, component in enumerate(components[1:3], 2):
        message.add("PERSON_NAME", component, f"{field}.{number}")
    message.subject = saved


def _identifier(default: str) -> Reader:
    """CX: the number, and in CX.5 its type (table 0203)."""
    types = {
        "SS": "US_SOCIAL_SECURITY_NUMBER", "DL": "US_DRIVERS_LICENSE_NUMBER", "PPN": "US_PASSPORT", "MC":
        "US_MEDICARE_BENEFICIARY_ID_NUMBER", "MA": "HEALTH_PLAN_BENEFICIARY_NUMBER", "MB": "HEALTH_PLAN_BENEFICIARY_NUMBER",
        "AN": "ACCOUNT_NUMBER", "VN": "ACCOUNT_NUMBER", "BA": "ACCOUNT_NUMBER", "SN": "HEALTH_PLAN_BENEFICIARY_NUMBER",
        "MR": _MEDICAL, "PI": _MEDICAL, "PT": _MEDICAL,
    }  # fmt: skip

    def reader(message: _Message, part: Part, field: str) -> None:
        components = message.components(part)
        kind = message.text(components[4]) if len(components) > 4 else ""
        message.add(types.get(kind, default), components[0], f"{field}.1")

    return reader


def _address(message: _Message, part: Part, field: str) -> None:
    """XAD: street, other, city, state, postal code, country, type, other, county."""
    for number, info_type in (
        (1, "STREET_ADDRESS"),
        (2, "STREET_ADDRESS"),
        (3, "CITY"),
        (5, "US_ZIP_CODE"),
        (9, "CITY"),
    ):
        components = message.components(part)
        if number <= len(components):
            message.add(
                info_type, components[number - 1].split(message.delimiters.subcomponent)[0], f"{field}.{number}"
            )


def _telecom(message: _Message, part: Part, field: str) -> None:
    """XTN: number in component 1 (old), e-mail in 4, country, area, local number in 5 to 7, unformatted in 12."""
    components = message.components(part)
    equipment = message.text(components[2]) if len(components) > 2 else ""
    kind = "FAX_NUMBER" if equipment == "FX" else "PHONE_NUMBER"
    for number, component in enumerate(components, 1):
        value = message.text(component)
        if "@" in value:
            message.add("EMAIL_ADDRESS", component, f"{field}.{number}")
        elif number in (1, 7, 12) and sum(c.isdigit() for c in value) >= 7:
            message.add(kind, component, f"{field}.{number}")


def _simple(info_type: str) -> Reader:
    def reader(message: _Message, part: Part, field: str) -> None:
        message.add(info_type, message.components(part)[0], field)

    return reader


def _date(info_type: str) -> Reader:
    """TS, DTM, DT: YYYYMMDD and more; a year alone is allowed by 164.514(b)(2)(i)(C)."""

    def reader(message: _Message, part: Part, field: str) -> None:
        first = message.components(part)[0]
        if checks.calendar_date(message.text(first)):
            message.add(info_type, first, field)

    return reader


def _observation(message: _Message, part: Part, field: str) -> None:
    """OBX-5: free text may hold anything; a value that a label in OBX-3 names is found by the detectors."""
    text = message.text(part)
    if len(text) > 8 and checks.calendar_date(text[:8]) and text[:8].isdigit():
        message.add("SERVICE_DATE", part, field)


_SERVICE = _date("SERVICE_DATE")
_SEGMENTS: Final[dict[str, tuple[Subject, str, dict[int, Reader]]]] = {
    "PID": (
        Subject.PATIENT,
        "PATIENT_RECORD",
        {
            2: _identifier(_MEDICAL), 3: _identifier(_MEDICAL), 4: _identifier(_MEDICAL), 5: _names, 6: _names, 7: _date("DATE_OF_BIRTH"),
            9: _names, 11: _address, 12: _simple("CITY"), 13: _telecom, 14: _telecom, 18: _identifier("ACCOUNT_NUMBER"),
            19: _simple("US_SOCIAL_SECURITY_NUMBER"), 20: _simple("US_DRIVERS_LICENSE_NUMBER"), 21: _identifier(_MEDICAL),
            23: _simple("CITY"), 29: _date("DATE_OF_DEATH"),
        },
    ),
    "PD1": (Subject.PATIENT, "", {4: _provider}),
    "MRG": (Subject.PATIENT, "PATIENT_RECORD", {1: _identifier(_MEDICAL), 2: _identifier(_MEDICAL), 3: _identifier("ACCOUNT_NUMBER"), 4: _identifier(_MEDICAL), 7: _names}),
    "NK1": (Subject.PATIENT, "", {2: _names, 4: _address, 5: _telecom, 6: _telecom, 16: _date("DATE_OF_BIRTH"), 26: _names, 30: _names, 31: _telecom, 32: _address, 33: _identifier("UNIQUE_CODE"), 37: _simple("US_SOCIAL_SECURITY_NUMBER")}),
    "GT1": (
        Subject.PATIENT,
        "HEALTH_CLAIM",
        {2: _identifier("ACCOUNT_NUMBER"), 3: _names, 4: _names, 5: _address, 6: _telecom, 7: _telecom, 8: _date("DATE_OF_BIRTH"), 12: _simple("US_SOCIAL_SECURITY_NUMBER")},
    ),
    "IN1": (Subject.PATIENT, "HEALTH_CLAIM", {16: _names, 18: _date("DATE_OF_BIRTH"), 19: _address, 36: _simple("HEALTH_PLAN_BENEFICIARY_NUMBER"), 49: _identifier("HEALTH_PLAN_BENEFICIARY_NUMBER")}),
    "IN2": (
        Subject.PATIENT,
        "HEALTH_CLAIM",
        {1: _identifier("UNIQUE_CODE"), 2: _simple("US_SOCIAL_SECURITY_NUMBER"), 6: _simple("HEALTH_PLAN_BENEFICIARY_NUMBER"), 8: _simple("HEALTH_PLAN_BENEFICIARY_NUMBER"), 61: _identifier("HEALTH_PLAN_BENEFICIARY_NUMBER"), 63: _telecom, 64: _telecom},
    ),
    "PV1": (Subject.PATIENT, "PATIENT_RECORD", {7: _provider, 8: _provider, 9: _provider, 17: _provider, 19: _identifier("ACCOUNT_NUMBER"), 44: _SERVICE, 45: _SERVICE}),
    "PV2": (Subject.PATIENT, "", {8: _SERVICE, 9: _SERVICE}),
    "EVN": (Subject.PATIENT, "", {6: _SERVICE}),
    "DG1": (Subject.PATIENT, "DIAGNOSIS", {5: _SERVICE}),
    "PR1": (Subject.PATIENT, "PROCEDURE", {5: _SERVICE}),
    "AL1": (Subject.PATIENT, "CLINICAL_NOTE", {6: _SERVICE}),
    "OBR": (Subject.PATIENT, "LAB_RESULT", {6: _SERVICE, 7: _SERVICE, 8: _SERVICE, 14: _SERVICE, 16: _provider, 22: _SERVICE}),
    "OBX": (Subject.PATIENT, "LAB_RESULT", {5: _observation, 14: _SERVICE, 19: _SERVICE}),
    "ORC": (Subject.PATIENT, "PROCEDURE", {12: _provider}),
    "RXA": (Subject.PATIENT, "MEDICATION", {3: _SERVICE, 4: _SERVICE, 10: _provider}),
    "RXE": (Subject.PATIENT, "MEDICATION", {13: _provider}),
    "RXO": (Subject.PATIENT, "MEDICATION", {}),
    "RXD": (Subject.PATIENT, "MEDICATION", {3: _SERVICE}),
    "SCH": (Subject.PATIENT, "", {}),
    "FT1": (Subject.PATIENT, "HEALTH_CLAIM", {4: _SERVICE}),
    "SPM": (Subject.PATIENT, "LAB_RESULT", {17: _SERVICE}),
    "QPD": (Subject.PATIENT, "", {3: _identifier(_MEDICAL), 4: _names, 6: _date("DATE_OF_BIRTH"), 8: _address, 9: _telecom}),
    "ACC": (Subject.PATIENT, "", {1: _SERVICE}),
    "PDA": (Subject.PATIENT, "", {}),
}  # fmt: skip
