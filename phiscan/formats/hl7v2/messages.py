"""HL7 v2 messages in ER7 (chapter 2 of the standard): segments, fields, repetitions, components.

MSH may name any delimiters. These are read too: batches (FHS, BHS), MLLP framing (0x0B ... 0x1C
0x0D), segments that end in LF or CRLF as in files or in an escape that a log wrote for CR, and
messages that have lost their header.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location, Subject
from phiscan.formats.hl7v2 import escapes, splitting
from phiscan.formats.hl7v2.delimiters import V2Delimiters
from phiscan.formats.hl7v2.segments import SEGMENTS
from phiscan.formats.hl7v2.types import Part, V2Segment
from phiscan.media_kind import Masking, MediaKind
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

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
# The CR between segments as logs and forms write it, before a segment.
# matches "\r", "\x0d", "<CR>" and "&#13;" before "PID|"; not before "pid|"
_WRITTEN_CR: Final = re.compile(
    rb"(?:\\r\\n|\\r|\\n|\\x0[dD]|\\u000[dD]|<(?:0x0[dD]|[cC][rR])>|&#(?:13|x0?[dD]);)"
    rb"[ \t]*(?=[A-Z][A-Z0-9]{2}[^\w\s])"
)
# A header within a text. matches 'got MSH|^~\&|'; not "MSH|a|"
_WITHIN: Final = re.compile(
    rb"(?:(?<![\w\"])|(?<=\\x0b)|(?<=\\x0B)|(?<=<VT>))(?:MSH|FHS|BHS|msh)([^\w\s\"'])[^\w\s]{3,5}\1"
)
# The rest of a message: the rest of its line, then lines that are segments. Lines that end in LF
# are a field's, if the line behind them ends in CR.
# matches "|A\rPID|1" of "|A\rPID|1\rBye", "|A\rPID|1||12 Elm\nReno" of "|A\rPID|1||12 Elm\nReno\r"
_MESSAGE: Final = re.compile(
    rb"[^\r\n]*+"
    + repeated(
        rb"[\r\n\x1c]+(?:[A-Z][A-Z0-9]{2}|[a-z][a-z0-9]{2}(?=\|))[^\w\s][^\r\n]*+"
        rb"|" + repeated(rb"\n(?![^\r\n]*MSH)[^\r\n]{0,4096}+", "{1,8}") + rb"(?=\r(?!\n))",
        "*",
    )
)
MARK: Final = r"(?:MSH|FHS|BHS|msh)[^\w\s]"
"""Hyperscan expression for the start of a message in a text. matches "MSH|"; not "MSH "."""


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is HL7 v2."""
    return _START.match(head) is not None or _HEADLESS.match(head) is not None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the segments of `data` say. MALFORMED if it does not begin as a message does."""
    if not sniff(data):
        return Gap.MALFORMED
    message = _Message(evidence)
    for start, end in evidence.context.timed(splitting.segments(data)):
        message.segment(Part(data[start:end], start))
    evidence.nested += escapes.documents(data)
    return Gap.NONE


def within(data: bytes) -> Iterator[Nested]:
    """The messages in a text, such as a log or a mail.

    A message that is all of `data` counts only if its segments end in escapes.
    """
    whole, at = sniff(data), 0
    while (begin := _WITHIN.search(data, at)) is not None:
        found = _MESSAGE.match(data, begin.start())
        at = found.end() if found else begin.end()
        if not whole or _WRITTEN_CR.search(data, begin.start(), at):
            text = _with_ends(data, begin.start(), at)
            yield Nested(
                text.text(), Location("hl7_message", begin.start(), at), declared=False, origin=text
            )


def _with_ends(data: bytes, start: int, end: int) -> Derived:
    out, at = Derived(), start
    for match in _WRITTEN_CR.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(b"\r", *match.span())
        at = match.end()
    out.copy(data, at, end)
    return out


class _Message:
    """Reads segments in order, with the delimiters of the last header."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._delimiters = V2Delimiters()

    def segment(self, part: Part) -> None:
        text = part.text.lstrip()
        name = text[:3].decode("latin-1").upper()
        if name in ("MSH", "FHS", "BHS"):
            self._header(text)
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
            self._evidence.add(
                "hl7_segment", health, Location(name, part.start, part.start + 3), Subject.PATIENT
            )
        for number, reader in table.items():
            if number < len(fields):
                for repetition in fields[number].split(self._delimiters.repetition):
                    reader(segment, repetition, f"{name}-{number}")

    def _header(self, text: bytes) -> None:
        self._delimiters = V2Delimiters.of(text) or self._delimiters

    def _unknown(self, segment: V2Segment, fields: list[Part], name: str) -> None:
        """Read a site-defined segment. No table names its fields, so only their shapes count."""
        for number, field in enumerate(fields[1:], 1):
            for part in field.split(self._delimiters.repetition):
                first = part.split(self._delimiters.component)[0]
                if checks.ssn(segment.text(first)) and b"-" in first.text:
                    segment.add("US_SOCIAL_SECURITY_NUMBER", first, f"{name}-{number}")


MEDIA: Final = MediaKind(
    "hl7v2",
    read,
    names_providers=True,
    unescaped=escapes.decoded,
    masking=Masking(partial_dates=True),
)
