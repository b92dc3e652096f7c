r"""HL7 v2 within a text: messages, and segments without their message.

A text holds them as they stand, over several lines, or on one line with the CR between segments
written as an escape (`\r`, `#015` of syslog, `^M`) or lost to a blank.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.formats.hl7v2 import lone
from phiscan.syntax import literals
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

MARK: Final = r"(?:MSH|FHS|BHS|msh)[^\w\s]"
"""Hyperscan expression for the start of a message in a text. matches "MSH|"; not "MSH "."""
# A header within a text. matches 'got MSH|^~\\&|'; not "MSH|a|"
_HEADER: Final = re.compile(
    rb"(?:(?<!\w)|(?<=\\x0b)|(?<=\\x0B)|(?<=#013)|(?<=<VT>))(?:MSH|FHS|BHS|msh)"
    rb"([^\w\s\"'])[^\w\s]{3,5}\1"
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
_LINE: Final = re.compile(rb"[^\r\n\x0b\x1c]*+")
# The CR between segments as logs, forms and programs write it, before a segment.
# matches "\r", "\x0d", "#015", "<CR>", "^M" and "&#13;" before "PID|"; not before "pid|"
_WRITTEN_CR: Final = re.compile(
    rb"(?:\\r\\n|\\r|\\n|\\x0[dD]|\\u000[dD]|\\015|#015(?:#012)?|#012|\^M|\xe2\x90\x8d"
    rb"|<(?:0x)?0[dD]>|<[cC][rR]>(?:<[lL][fF]>)?|\[CR\]|\{CR\}|&#(?:13|x0?[dD]);)"
    rb"[ \t]*(?=[A-Z][A-Z0-9]{2}[^\w\s])"
)
# A blank where a CR was, before a segment. matches " " before "PID|1|"; not before "PID " or "A|"
_LOST_CR: Final = re.compile(
    rb"[ \t]{1,8}(?=(?:EVN|PID|PD1|NK1|PV1|PV2|IN1|GT1|OBR|OBX|ORC|DG1|AL1|NTE|MSH)\|)"
)
# The backslash of MSH-2 within a literal of a program. matches "MSH|^~\\\\&"; not "MSH|^~\\&"
_ESCAPED: Final = re.compile(rb"(?:MSH|FHS|BHS)[^\w\s]{1,3}\\\\")
_PARTNERS: Final = {b'"': b'"', b"'": b"'", b"`": b"`", b"(": b")", b"[": b"]", b"<": b">"}
_AFTER: Final = b" \t\r\n,;)]}>."
"""What may follow the quote that ends a quotation."""


def find(data: bytes) -> Iterator[Nested]:
    """The messages in a text that is none itself, such as a log or a mail, and lone segments."""
    at = 0
    while (begin := _HEADER.search(data, at)) is not None:
        yield from _lone(data, at, begin.start())
        found = _MESSAGE.match(data, begin.start())
        end = found.end() if found else begin.end()
        yield _nested(data, begin.start(), _quoted_end(data, begin.start(), end))
        at = end
    yield from _lone(data, at, len(data))


def written(data: bytes) -> Iterator[Nested]:
    """The messages in a document that begins as one, if their segments end in escapes."""
    at = 0
    while (begin := _HEADER.search(data, at)) is not None:
        found = _MESSAGE.match(data, begin.start())
        at = found.end() if found else begin.end()
        if _WRITTEN_CR.search(data, begin.start(), at):
            yield _nested(data, begin.start(), at)


def _lone(data: bytes, at: int, end: int) -> Iterator[Nested]:
    while (begin := lone.START.search(data, at, end)) is not None:
        line = _LINE.match(data, begin.start(), end)
        at = line.end() if line else begin.end()
        if lone.is_segment(data, begin.start()):
            yield _nested(data, begin.start(), _quoted_end(data, begin.start(), at))
        else:
            at = begin.end()


def _quoted_end(data: bytes, start: int, end: int) -> int:
    """Return where the quotation ends that begins with `start`; `end` when there is none."""
    partner = _PARTNERS.get(data[start - 1 : start]) if start else None
    at = start
    while partner is not None and (at := data.find(partner, at, end)) >= 0:
        at += 1
        if at == end or data[at] in _AFTER:
            return at - 1
    return end


def _nested(data: bytes, start: int, end: int) -> Nested:
    text = _with_ends(data, start, end)
    return Nested(text.text(), Location("hl7_message", start, end), declared=False, origin=text)


def _with_ends(data: bytes, start: int, end: int) -> Derived:
    """Return the message with its segments apart and without the escapes of a literal."""
    if _ESCAPED.match(data, start, end):
        return literals.unescaped(data, start, end)
    apart = _WRITTEN_CR
    if data.find(b"\r", start, end) < 0 and not _WRITTEN_CR.search(data, start, end):
        apart = _LOST_CR
    out, at = Derived(), start
    for match in apart.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(b"\r", *match.span())
        at = match.end()
    out.copy(data, at, end)
    return out
