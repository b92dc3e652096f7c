"""HL7 v2 messages in ER7 (chapter 2 of the standard): segments, fields, repetitions, components.

MSH may name any delimiters. These are read too: batches (FHS, BHS), MLLP framing (0x0B ... 0x1C
0x0D), segments that end in LF or CRLF as in files, and messages that have lost their header.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence
from phiscan.finding import Gap, Location, Subject
from phiscan.formats.hl7v2 import continuations, cut_texts, escapes, lone, splitting, tabular
from phiscan.formats.hl7v2.delimiters import V2Delimiters
from phiscan.formats.hl7v2.field_places import fields as fields_at
from phiscan.formats.hl7v2.segments import SEGMENTS
from phiscan.formats.hl7v2.types import Part, V2Segment
from phiscan.media_kind import Masking, MediaKind

# A header. It may be in small letters, or have a letter as its field delimiter.
# matches "MSH|^~\&", "msh|^~\&|", "MSHA^~\&A"; not "MSH: ", "msh..."
_START: Final = re.compile(
    rb"[\x0b\s\xef\xbb\xbf]*(?:(?:FHS|BHS|MSH)[^\w\s]{3}"
    rb"|(?i:FHS|BHS|MSH)(?:([^\w\s])(?:(?!\1)[^\w\s]){3,5}\1|([^\r\n])\^~\\&#?\2))"
)
# A message without its header. matches "EVN|A01|20240102", "PID|1||77120^^^H^MR||SANDOVAL^ROSA";
# not the table of processes "PID|USER|COMMAND"
_HEADLESS: Final = re.compile(
    rb"[\x0b\s\xef\xbb\xbf]*(?:EVN\|(?:[A-Z]\d\d)?\|\d{8}"
    rb"|PID\|\d{0,4}\|(?:[^\r\n|]*\|){2}(?:[^\r\n|]*\^[^\r\n|]*\||[^\r\n|]*\|[^\r\n|]*\^))",
    re.IGNORECASE,
)
_LEAD: Final = b"\x0b\xef\xbb\xbf \t\r\n"
"""What may stand before the first segment: MLLP's frame, a byte order mark, blanks."""


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is HL7 v2."""
    if _START.match(head) is not None or _HEADLESS.match(head) is not None:
        return True
    return lone.is_segment(head.lstrip(_LEAD))


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the segments of `data` say. MALFORMED if it does not begin as a message does."""
    message = _Message(evidence)
    for start, end in evidence.context.timed(splitting.segments(data)):
        message.segment(Part(data[start:end], start))
    evidence.nested += escapes.documents(data)
    if cut_texts.may_have_any(data):
        cut_texts.joined(data, evidence.context.timed(splitting.segments(data)), evidence)
    gap = continuations.joined(data, evidence)
    return gap if sniff(data) else Gap.MALFORMED


class _Message:
    """Reads segments in order, with the delimiters of the last header."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._delimiters = V2Delimiters()
        self._columns: tuple[tabular.Column, ...] = ()

    def segment(self, part: Part) -> None:
        text = part.text.lstrip(_LEAD)
        name = text[:3].decode("latin-1").upper()
        own = _OWN.get(name)
        if own is not None:
            own(self, part, name)
            return
        known = SEGMENTS.get(name)
        if known is None and not name.startswith("Z"):
            return
        fields = part.split(self._delimiters.field)
        value_type = (
            fields[2].text.strip().decode("latin-1") if name == "OBX" and len(fields) > 2 else ""
        )
        segment = V2Segment(self._evidence, self._delimiters, Subject.PATIENT, value_type)
        if known is None:
            self._unknown(segment, fields, name)
            return
        health, table = known
        if health:
            self._say(health, name, part)
        for number, reader in table.items():
            if number < len(fields) and fields[number].text:  # most fields are empty
                for repetition in fields[number].split(self._delimiters.repetition):
                    reader(segment, repetition, f"{name}-{number}")

    def _header(self, part: Part, _: str) -> None:
        self._delimiters = V2Delimiters.of(part.text.lstrip(_LEAD)) or self._delimiters

    def _define(self, part: Part, _: str) -> None:
        """Read what the columns of a tabular answer are."""
        fields = part.split(self._delimiters.field)
        segment = V2Segment(self._evidence, self._delimiters, Subject.PATIENT)
        self._columns = tabular.columns(segment, fields[2]) if len(fields) > 2 else ()

    def _row(self, part: Part, name: str) -> None:
        """Read a row of a tabular answer."""
        fields = part.split(self._delimiters.field)
        segment = V2Segment(self._evidence, self._delimiters, Subject.PATIENT)
        health = tabular.read(segment, fields[1:], self._columns)
        if health:
            self._say(health, name, part)

    def _say(self, health: str, name: str, part: Part) -> None:
        place = Location(name, part.start, part.start + len(name))
        self._evidence.add("hl7_segment", health, place, Subject.PATIENT)

    def _unknown(self, segment: V2Segment, fields: list[Part], name: str) -> None:
        """Read a site-defined segment. No table names its fields, so only their shapes count."""
        for number, field in enumerate(fields[1:], 1):
            for part in field.split(self._delimiters.repetition):
                first = part.split(self._delimiters.component)[0]
                if checks.ssn(segment.text(first)) and b"-" in first.text:
                    segment.add("US_SOCIAL_SECURITY_NUMBER", first, f"{name}-{number}")


_OWN: Final[Mapping[str, Callable[[_Message, Part, str], None]]] = {
    **dict.fromkeys(("MSH", "FHS", "BHS"), _Message._header),
    "RDF": _Message._define,
    "RDT": _Message._row,
}
"""Segments that no table of fields reads."""

MEDIA: Final = MediaKind(
    "hl7v2",
    read,
    names_providers=True,
    unescaped=escapes.decoded,
    fields=fields_at,
    masking=Masking(partial_dates=True),
)
