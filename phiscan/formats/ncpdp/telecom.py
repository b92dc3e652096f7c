"""NCPDP Telecommunication messages (D.0, F6, and their predecessors 5.1 to 5.6).

    header (no separators)
    0x1E 0x1C AM01 0x1C C419530102 0x1C CAJANE ...       first segment
    0x1D 0x1E 0x1C AM07 ...                              next transaction

A request's header has these fields, with their lengths: BIN (101-A1) 6, version (102-A2) 2,
transaction code (103-A3) 2, processor control number (104-A4) 10, count (109-A9) 1, provider
qualifier (202-B2) 2, provider id (201-B1) 15, date of service (401-D1) 8, vendor (110-AK) 10. F6
begins with version and code, and its IIN has 8. A response's header has version, transaction code,
count, status (501-F1) 1, qualifier, id, date.

Each field is its id of two characters and its value. The ids are unique in the data dictionary, so
the segment does not matter.

A text cannot hold the separators, so JSON, logs and programs write them as escapes:
`\\u001e\\u001cAM01`, `<RS><FS>AM01`.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location, Subject
from phiscan.media_kind import Masking, MediaKind
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated
from phiscan.words import stated

# The start of a segment. Some senders leave out the 0x1C before AM.
# matches "\x1eAM01\x1c"; not "AM01"
_SEGMENT: Final = re.compile(rb"[\x1c-\x1e]\s*(?i:AM)\d\d\s*(?:[\x1c-\x1e]|$)")
# matches "\x1cCAJANE", "\x1c\r\ncajane"; not "\x1c\x1e"
_FIELD: Final = re.compile(rb"[\x1c-\x1e]\s*([0-9A-Za-z]{2})([^\x1c-\x1e]*)")
# 21 characters of a request (23 when the BIN has eight digits) or 6 of a response, then the
# provider's qualifier and id, then the date.
# matches "610066D0B1PCN00000001" "01" "1234567890     " "20240102"; not "610066D0"
_TEXT: Final = rb"[^\x1c-\x1e]"
_HEADER: Final = re.compile(
    rb"[\s\x02]*(?:\d{6}(?:\d\d)??[0-9A-Z]\d[BCDENPS]\d"
    + _TEXT
    + rb"{10}\d|[A-Z]\d[BCDENPS]\d\d{8}"
    + _TEXT
    + rb"{10}\d|[0-9A-Z]\d[BCDENPS]\d\d[A-Z])"
    rb"(?:" + _TEXT + rb"{17}(\d{8})?|" + _TEXT + rb"{0,16})",
    re.IGNORECASE,
)
# A separator as it is or as an escape.
# matches "\u001e", "\x1d", "\034", "#034", "^\", "<FS>", "<0x1C>"; not "\u001f"
_WRITTEN: Final = (
    r"(?:\\u001[c-eC-E]|\\x1[c-eC-E]|\\03[4-6]|#03[4-6]|\^[\\\]\^]|<(?:FS|GS|RS|0x1[C-E])>"
    r"|[\x1c-\x1e])"
)
MARK: Final = _WRITTEN + r"[Aa][Mm]\d\d"
"""Hyperscan expression for a message in a text, with its separators as they are or as escapes."""
_FIRST: Final = re.compile((_WRITTEN + r"{1,2}(?i:AM)\d\d").encode())
_SEPARATOR: Final = re.compile(_WRITTEN.encode())
# The rest of a message, up to a quote, a tag or the end of the line; not other escapes "\u0022"
_REST: Final = re.compile(repeated(_WRITTEN.encode() + rb"|\\(?![ux0])[^\r\n]|[^\"\\<\r\n]", "*"))
_BEFORE: Final = re.compile(rb"[^\"'\\<>\r\n]*\Z")
_RAW: Final = (b"\x1c", b"\x1d", b"\x1e")
_SEPARATORS: Final = MappingProxyType(
    {
        b"c": b"\x1c", b"d": b"\x1d", b"e": b"\x1e",  # \u001c, \x1c
        b"4": b"\x1c", b"5": b"\x1d", b"6": b"\x1e",  # \034
        b"f": b"\x1c", b"g": b"\x1d", b"r": b"\x1e",  # <FS>
        b"\\": b"\x1c", b"]": b"\x1d", b"^": b"\x1e",  # ^\
        **{raw: raw for raw in _RAW},
    }
)  # fmt: skip
"""Separators by the character that tells their escapes apart.

It is the last digit, or the first letter of a name.
"""

_MEMBER: Final = "HEALTH_PLAN_BENEFICIARY_NUMBER"
_PATIENT: Final = MappingProxyType(
    {
        # patient segment
        "C4": "DATE_OF_BIRTH", "CA": "PERSON_NAME", "CB": "PERSON_NAME", "CM": "STREET_ADDRESS",
        "CN": "CITY", "CP": "US_ZIP_CODE",
        "CQ": "PHONE_NUMBER", "HN": "EMAIL_ADDRESS", "CZ": "UNIQUE_CODE",
        # insurance, coordination of benefits
        "C2": _MEMBER, "CC": "PERSON_NAME", "CD": "PERSON_NAME", "C1": _MEMBER, "N5": _MEMBER,
        "2A": _MEMBER,
        "NU": _MEMBER, "MJ": _MEMBER, "A7": "ACCOUNT_NUMBER", "E8": "SERVICE_DATE",
        "UX": "SERVICE_DATE", "UY": "SERVICE_DATE",
        # claim
        "D1": "SERVICE_DATE", "D2": "UNIQUE_CODE", "EN": "UNIQUE_CODE", "EP": "SERVICE_DATE",
        "DE": "SERVICE_DATE", "EK": "UNIQUE_CODE",
        "EV": "UNIQUE_CODE", "EX": "UNIQUE_CODE", "CW": "UNIQUE_CODE", "K5": "UNIQUE_CODE",
        "FU": "SERVICE_DATE", "ZE": "SERVICE_DATE",
        # workers' compensation: the injury, the claim and the employer, whose address counts as the
        # patient's
        "DY": "SERVICE_DATE", "DZ": "ACCOUNT_NUMBER", "CG": "STREET_ADDRESS", "CH": "CITY",
        "CJ": "US_ZIP_CODE", "CK": "PHONE_NUMBER",
        "CL": "PERSON_NAME",
        # prior authorization: the patient's representative
        "PE": "PERSON_NAME", "PF": "PERSON_NAME", "PG": "STREET_ADDRESS", "PH": "CITY",
        "PK": "US_ZIP_CODE", "PY": "UNIQUE_CODE",
        "PB": "SERVICE_DATE", "PC": "SERVICE_DATE", "F3": "UNIQUE_CODE",
    }
)  # fmt: skip
"""Fields of the patient, the cardholder or their relatives.

C3 (person code) and C6 (relationship) number the members of a family, and identify no person.
"""
_PROVIDER: Final = MappingProxyType(
    {
        "DR": "PERSON_NAME", "2J": "PERSON_NAME", "4E": "PERSON_NAME", "PM": "PHONE_NUMBER",
        "2K": "STREET_ADDRESS", "2M": "CITY",
        "2P": "US_ZIP_CODE", "3U": "STREET_ADDRESS", "5J": "CITY", "6D": "US_ZIP_CODE",
        "8F": "PHONE_NUMBER", "UB": "PHONE_NUMBER",
        "TW": "CITY", "TV": "STREET_ADDRESS", "TY": "US_ZIP_CODE",
    }
)  # fmt: skip
_PRESCRIBER_IDS: Final = MappingProxyType({"DB": "EZ", "DL": "2E", "E9": "EY", "TT": "TS"})
"""Provider numbers, and the fields that qualify them: 01 NPI, 12 DEA, 08 state licence."""
_PROVIDER_KINDS: Final = MappingProxyType(
    {"01": "US_HEALTHCARE_NPI", "12": "US_DEA_NUMBER", "08": "LICENSE_NUMBER"}
)
_PATIENT_KINDS: Final = MappingProxyType(
    {
        "01": "US_SOCIAL_SECURITY_NUMBER", "02": "US_DRIVERS_LICENSE_NUMBER", "08": "US_PASSPORT",
        "1J": "MEDICAL_RECORD_NUMBER",
        "EA": "MEDICAL_RECORD_NUMBER", "04": _MEMBER, "05": _MEMBER, "06": _MEMBER, "09": _MEMBER,
        "11": _MEMBER,
    }
)  # fmt: skip
"""331-CX, the kind of 332-CY.

Any other kind is another unique code (military, state, employer, alien, student visa, tribal).
"""
_DATES: Final = MappingProxyType(
    {"SERVICE_DATE": stated.is_day, "DATE_OF_BIRTH": stated.is_birth_or_death}
)
_HEALTH: Final = MappingProxyType(
    {
        "D7": "MEDICATION",
        "TE": "MEDICATION",
        "EA": "MEDICATION",
        "DO": "DIAGNOSIS",
        "H4": "LAB_RESULT",
        "BM": "CLINICAL_NOTE",
    }
)
_PRODUCTS: Final = MappingProxyType({"D7": "E1", "TE": "RE", "EA": "EJ"})
"""Product fields and their qualifiers. With 07 or 09 the product is a service (CPT, HCPCS)."""
_CLAIM_SEGMENTS: Final = frozenset(("01", "04", "07", "22", "25", "29"))
"""AM: patient, insurance and claim, of a request and of a response."""
_HEADER_WIDTH: Final = 64
_HEADER_WIDTHS: Final = (58, 56, 31)
"""The bytes of the headers of F6 requests, of other requests and of responses."""


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is an NCPDP Telecommunication message.

    A text with a message in it is none.
    """
    if b"\x1c" not in head and b"\x1d" not in head and b"\x1e" not in head:
        return False
    first = _SEGMENT.search(head)
    return first is not None and (
        _HEADER.match(head, 0, first.start()) is not None or _header(head, 0, first.start()) is None
    )


def _header(data: bytes, low: int, end: int) -> int | None:
    """Return where the header begins that ends at `end`, if it does not begin before `low`."""
    for width in _HEADER_WIDTHS:
        start = end - width
        header = _HEADER.match(data, start, end) if start >= low else None
        if header is not None:
            return start
    return None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the fields of `data` say. MALFORMED if the header is unknown."""
    message = _Message(evidence)
    for match in evidence.context.timed(_FIELD.finditer(data)):
        raw, start = match[2].rstrip(), match.start(2)  # files end lines before a separator
        value = raw.decode("utf-8", "replace").strip()
        message.field(match[1].decode().upper(), value, (start, start + len(raw)))
    header = _HEADER.match(data, 0, _HEADER_WIDTH)
    first = _FIELD.search(data)
    known = header is not None and first is not None and header.end() <= first.start()
    if header is not None and known and message.personal and header[1]:
        # a date of service alone is about nobody: a rejected claim's response repeats it without a
        # patient
        message.add("SERVICE_DATE", header[1].decode(), "header.D1", header.span(1))
    return Gap.NONE if known else Gap.MALFORMED


def within(data: bytes) -> Iterator[Nested]:
    """The messages in a text, with their separators as they are or written as escapes."""
    at = 0
    while (first := _FIRST.search(data, at)) is not None:
        begin = _header(data, at, first.start())
        if begin is None:
            head = _BEFORE.search(data[max(at, first.start() - _HEADER_WIDTH - 16) : first.start()])
            begin = first.start() - (len(head[0]) if head else 0)
        rest = _REST.match(data, first.start())
        at = rest.end() if rest else first.end()
        text = _separated(data, begin, at)
        yield Nested(text.text(), Location("ncpdp_message", begin, at), declared=False, origin=text)


def _separated(data: bytes, start: int, end: int) -> Derived:
    out, at = Derived(), start
    for match in _SEPARATOR.finditer(data, start, end):
        out.copy(data, at, match.start())
        escape = match[0].lower().strip(b"<>")
        out.put(
            _SEPARATORS[escape[:1] if escape in (b"fs", b"gs", b"rs") else escape[-1:]],
            *match.span(),
        )
        at = match.end()
    out.copy(data, at, end)
    return out


class _Message:
    """Reads fields in order. A value's qualifier stands before it."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._values: dict[str, str] = {}
        self.personal = False

    def field(self, name: str, value: str, place: tuple[int, int]) -> None:
        self._values[name] = value
        if name == "AM":
            self._segment(value, place)
        elif name in _HEALTH:
            self._health(name, value, place)
        elif name in _PROVIDER:
            self._provider(_PROVIDER[name], value, name, place)
        elif name in _PRESCRIBER_IDS:
            kind = _PROVIDER_KINDS.get(self._values.get(_PRESCRIBER_IDS[name], ""))
            if kind:
                self._provider(kind, value, name, place)
        else:
            self._patient(name, value, place)

    def add(self, info_type: str, value: str, name: str, place: tuple[int, int]) -> None:
        """Record a patient's value, unless it stands for none."""
        if not stated.is_nothing(value):
            self._evidence.add("ncpdp_field", info_type, Location(name, *place), Subject.PATIENT)

    def _patient(self, name: str, value: str, place: tuple[int, int]) -> None:
        info_type = _PATIENT.get(name, "")
        if name == "CY":
            info_type = _PATIENT_KINDS.get(self._values.get("CX", ""), "UNIQUE_CODE")
        is_stated = _DATES.get(info_type)
        if not info_type or (is_stated is not None and not is_stated(value)):
            return
        if info_type == _MEMBER and checks.mbi(value):
            info_type = "US_MEDICARE_BENEFICIARY_ID_NUMBER"
        self.personal = True
        self.add(info_type, value, name, place)

    def _provider(self, info_type: str, value: str, name: str, place: tuple[int, int]) -> None:
        if not stated.is_nothing(value):
            self._evidence.add("ncpdp_field", info_type, Location(name, *place), Subject.PROVIDER)

    def _segment(self, value: str, place: tuple[int, int]) -> None:
        if value in _CLAIM_SEGMENTS:
            self._evidence.add(
                "ncpdp_segment", "HEALTH_CLAIM", Location(f"AM{value}", *place), Subject.PATIENT
            )

    def _health(self, name: str, value: str, place: tuple[int, int]) -> None:
        info_type = _HEALTH[name]
        if self._values.get(_PRODUCTS.get(name, "")) in ("07", "09"):
            info_type = "PROCEDURE"
        if not stated.is_nothing(value):
            self._evidence.add("ncpdp_field", info_type, Location(name, *place), Subject.PATIENT)


def _is_in_header(data: bytes, start: int, _end: int) -> bool:
    """Whether a value stands in the header, whose fields have no separators."""
    first = _FIELD.search(data, 0, 2 * _HEADER_WIDTH)
    return first is not None and start < first.start()


_SIZES: Final = MappingProxyType({"STREET_ADDRESS": 30, "EMAIL_ADDRESS": 80})
"""Bytes of such fields. Names have 12 and 15, ids and cities 20."""


def _longest(info_type: str) -> int:
    return _SIZES.get(info_type, 20)


MEDIA: Final = MediaKind("ncpdp", read, masking=Masking(is_fixed=_is_in_header, longest=_longest))
