"""Data types of HL7 v2 (chapter 2A): what each component of a field says.

A reader takes one repetition of a field. The segment says whom the field is about
(`phiscan.formats.hl7v2.segments`).
"""

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final, NamedTuple

from phiscan import checks
from phiscan.evidence import Evidence
from phiscan.finding import Location, Subject, quick
from phiscan.formats.hl7v2 import escapes
from phiscan.formats.hl7v2.delimiters import V2Delimiters
from phiscan.formats.hl7v2.table_0203 import TABLE_0203
from phiscan.words import stated

_MEDICAL: Final = "MEDICAL_RECORD_NUMBER"
_MEMBER: Final = "HEALTH_PLAN_BENEFICIARY_NUMBER"


class Part(NamedTuple):
    """A field, repetition or component: its text, and the offset where it starts."""

    text: bytes
    start: int

    def split(self, delimiter: bytes) -> list["Part"]:
        """The parts between delimiters."""
        if delimiter not in self.text:
            return [self]
        parts, at = [], self.start
        for text in self.text.split(delimiter):
            parts.append(quick(Part, (text, at)))
            at += len(text) + len(delimiter)
        return parts


class V2Segment:
    """A segment while it is read.

    Attributes:
        delimiters: the message's delimiters.
        subject: whom the segment is about.
        value_type: the type of its own value (OBX-2).
    """

    def __init__(
        self, evidence: Evidence, delimiters: V2Delimiters, subject: Subject, value_type: str = ""
    ) -> None:
        self._evidence = evidence
        self.delimiters = delimiters
        self.subject = subject
        self.value_type = value_type

    def text(self, part: Part) -> str:
        """The part's text, without escape sequences."""
        value = part.text
        if self.delimiters.escape in value:
            value = escapes.plain(value, self.delimiters)
        return value.strip().strip(b'"').decode("utf-8", "replace")

    def components(self, part: Part) -> list[Part]:
        """The components of a repetition."""
        return part.split(self.delimiters.component)

    def add(self, info_type: str, part: Part, field: str, subject: Subject | None = None) -> None:
        """Add a value, unless it stands for none, as an empty one does.

        The default subject is the segment's.
        """
        if not stated.is_nothing(self.text(part)):
            place = Location(field, part.start, part.start + len(part.text))
            self._evidence.add("hl7_field", info_type, place, subject or self.subject)


FieldReader = Callable[[V2Segment, Part, str], None]


def names(segment: V2Segment, part: Part, field: str) -> None:
    """Read XPN or PN: family, given and further names."""
    _name_parts(segment, segment.components(part)[:3], field, 1)


def provider(segment: V2Segment, part: Part, field: str) -> None:
    """Read XCN or CN of a provider: id, family, given."""
    components = segment.components(part)
    if checks.npi(segment.text(components[0])):
        segment.add("US_HEALTHCARE_NPI", components[0], f"{field}.1", Subject.PROVIDER)
    for number, component in enumerate(components[1:3], 2):
        _name(segment, component, f"{field}.{number}", Subject.PROVIDER)


def of_provider(reader: FieldReader) -> FieldReader:
    """A reader like `reader`, for a field of a provider, a payer or their staff."""

    def provided(segment: V2Segment, part: Part, field: str) -> None:
        saved, segment.subject = segment.subject, Subject.PROVIDER
        reader(segment, part, field)
        segment.subject = saved

    return provided


def patient(segment: V2Segment, part: Part, field: str) -> None:
    """Read XCN of the person whom a query asks about (QRD-8, URD-3): number, then names."""
    components = segment.components(part)
    segment.add(_MEDICAL, components[0], f"{field}.1")
    _name_parts(segment, components[1:4], field, 2)


_SURNAMES: Final = (0, 2, 4)
"""Subcomponents of FN that are surnames: the whole one, one's own, the partner's.

The ones between are prefixes.
"""


def _name_parts(segment: V2Segment, components: list[Part], field: str, first: int) -> None:
    for number, component in enumerate(components, first):
        parts = component.split(segment.delimiters.subcomponent)
        for part in (parts[i] for i in _SURNAMES if i < len(parts)):
            _name(segment, part, f"{field}.{number}")


def _name(segment: V2Segment, part: Part, field: str, subject: Subject | None = None) -> None:
    """Add a name, and the e-mail address that senders write in its place or behind it."""
    segment.add("PERSON_NAME", part, field, subject)
    if b"@" in part.text:
        segment.add("EMAIL_ADDRESS", part, field, subject)


def identifier(default: str) -> FieldReader:
    """A reader of CX or CK: the number, and its type in CX.5. `default` if that tells nothing."""

    def reader(segment: V2Segment, part: Part, field: str) -> None:
        components = segment.components(part)
        kind = segment.text(components[4]) if len(components) > 4 else ""
        info_type = TABLE_0203.get(kind, default)
        if info_type == "US_MEDICARE_BENEFICIARY_ID_NUMBER" and not checks.mbi(
            segment.text(components[0])
        ):
            info_type = _MEMBER
        segment.add(info_type, components[0], f"{field}.1")

    return reader


_ADDRESS: Final = (
    (1, "STREET_ADDRESS"),
    (2, "STREET_ADDRESS"),
    (3, "CITY"),
    (5, "US_ZIP_CODE"),
    (9, "CITY"),
)


def address(segment: V2Segment, part: Part, field: str) -> None:
    """Read XAD or AD.

    Components: street (SAD: all of it, its name, its number), other, city, state, postal code,
    country, type, other, county.
    """
    components = segment.components(part)
    for number, info_type in _ADDRESS:
        if number <= len(components):
            parts = components[number - 1].split(segment.delimiters.subcomponent)
            for sub in parts[:3] if number == 1 else parts[:1]:
                segment.add(info_type, sub, f"{field}.{number}")


def location(segment: V2Segment, part: Part, field: str) -> None:
    """Read PL, LA1 or LA2, where care is given.

    Senders often write a building as a street, and LA2 has a whole address. Neither is the
    patient's.
    """
    for number, component in enumerate(segment.components(part), 1):
        if number in (7, 9, 10, 11) and any(c.isalpha() for c in segment.text(component)):
            segment.add("STREET_ADDRESS", component, f"{field}.{number}", Subject.PROVIDER)
        elif number == 13:
            segment.add("US_ZIP_CODE", component, f"{field}.{number}", Subject.PROVIDER)


# A whole number, in a component that is for something else.
# matches "(515) 555-0142", "+1 515 555 0142 x7"; not "555-01"
_NUMBER: Final = re.compile(r"[ x0-9()+./-]{7,40}", re.IGNORECASE)
_NUMBERS: Final = (1, 7, 12)
"""Components of XTN that hold a phone number, in any shape."""
_MAIL: Final = 4


def telecom(segment: V2Segment, part: Part, field: str) -> None:
    """Read XTN or TN.

    Components: number (1, old), e-mail (4), country, area and local number (5 to 7), text (9),
    unformatted number (12). Senders put a whole number into any of them.
    """
    components = segment.components(part)
    equipment = segment.text(components[2]) if len(components) > 2 else ""
    kind = "FAX_NUMBER" if equipment == "FX" else "PHONE_NUMBER"
    for number, component in enumerate(components, 1):
        value = segment.text(component)
        whole = _NUMBER.fullmatch(value) and sum(map(str.isdigit, value)) >= 7
        if "@" in value or (number == _MAIL and not whole):
            segment.add("EMAIL_ADDRESS", component, f"{field}.{number}")
        elif whole or (number in _NUMBERS and stated.is_number(value)):
            segment.add(kind, component, f"{field}.{number}")


def simple(info_type: str) -> FieldReader:
    """A reader of ST or NM, and of the first component where later versions added components."""

    def reader(segment: V2Segment, part: Part, field: str) -> None:
        segment.add(info_type, segment.components(part)[0], field)

    return reader


def date(info_type: str) -> FieldReader:
    """A reader of TS, DTM, DT or DR: YYYYMM or more, and both ends of a range.

    A date of birth or death is one in any shape, and a date of service has the shape of one.
    """
    identifies = stated.is_day if info_type == "SERVICE_DATE" else stated.is_birth_or_death

    def reader(segment: V2Segment, part: Part, field: str) -> None:
        for component in segment.components(part)[:2]:
            first = component.split(segment.delimiters.subcomponent)[0]
            if identifies(segment.text(first)):
                segment.add(info_type, first, field)

    return reader


service_date: Final = date("SERVICE_DATE")


def timing(segment: V2Segment, part: Part, field: str) -> None:
    """Read TQ: start and end in components 4 and 5."""
    for component in segment.components(part)[3:5]:
        if stated.is_day(segment.text(component)):
            segment.add("SERVICE_DATE", component, field)


_VALUE_TYPES: Final = MappingProxyType(
    {
        **dict.fromkeys(("PN", "XPN"), names), **dict.fromkeys(("CN", "XCN", "PPN"), provider),
        **dict.fromkeys(("AD", "XAD"), address), **dict.fromkeys(("TN", "XTN"), telecom),
        **dict.fromkeys(("CK", "CX"), identifier("UNIQUE_CODE")),
        **dict.fromkeys(("DT", "TS", "DTM", "DR"), service_date),
    }
)  # fmt: skip


def of_type(value_type: str) -> FieldReader | None:
    """The reader of a data type; None where its values say nothing of themselves."""
    return _VALUE_TYPES.get(value_type)


def observation(segment: V2Segment, part: Part, field: str) -> None:
    """Read OBX-5, which has the type in OBX-2. Texts may hold anything: the detectors read them."""
    reader = of_type(segment.value_type)
    if reader is not None:
        reader(segment, part, field)
    elif segment.value_type not in ("NM", "SN", "CE", "CWE", "ED"):
        value = segment.text(part)
        if len(value) > 8 and value[:8].isdigit() and checks.calendar_date(value[:8]):
            segment.add("SERVICE_DATE", part, field)


_QUERY_FIELDS: Final = MappingProxyType(
    {
        "2": _MEDICAL, "3": _MEDICAL, "4": _MEDICAL, "5": "PERSON_NAME", "6": "PERSON_NAME",
        "7": "DATE_OF_BIRTH", "9": "PERSON_NAME",
        "11": "STREET_ADDRESS", "11.3": "CITY", "11.5": "US_ZIP_CODE", "13": "PHONE_NUMBER",
        "14": "PHONE_NUMBER",
        "18": "ACCOUNT_NUMBER", "19": "US_SOCIAL_SECURITY_NUMBER",
        "20": "US_DRIVERS_LICENSE_NUMBER", "40": "PHONE_NUMBER",
    }
)  # fmt: skip
_NO_IDENTIFIERS: Final = frozenset(
    ("3.2", "3.3", "3.4", "3.5", "5.5", "5.6", "5.7", "11.4", "11.6", "11.7")
)


def query(default: FieldReader) -> FieldReader:
    """A reader of QIP (`@PID.5.1^SMITH`): a field of the person whom a query asks about.

    Any other value is read by `default`.
    """

    def reader(segment: V2Segment, part: Part, field: str) -> None:
        name, *rest = segment.components(part)
        asked = segment.text(name)
        if not asked.startswith("@"):
            default(segment, part, field)
            return
        place = asked.upper().removeprefix("@PID.")
        info_type = _QUERY_FIELDS.get(place) or _QUERY_FIELDS.get(place.partition(".")[0])
        if rest and info_type and place not in _NO_IDENTIFIERS:
            segment.add(info_type, rest[0], f"{field}.2")

    return reader
