"""The escape sequences of HL7 v2 (chapter 2, section 2.7), decoded with their ranges.

    541\\X2D\\27         hexadecimal          541-27
    O\\T\\Brien          a delimiter          O&Brien
    \\H\\, \\N\\          highlighting         nothing
    \\.br\\, \\.sp3\\      formatted text       a line end
    \\C2842\\, \\M2442\\   a character set      nothing
    \\Zpause\\           a site's own one     nothing

Receivers that do not know a site's own sequence show what it holds. So that is read too: once more
at the end of the text, behind the words before it.

Cost: a search for each escape character, and nothing in a text that has none.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.formats.hl7v2.delimiters import V2Delimiters
from phiscan.formats.hl7v2.splitting import HEADERS
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

_CONTEXT: Final = 48
"""Bytes before a site's own sequence that are read again with it."""
_DOCUMENT: Final = 32
"""The fewest bytes of a sequence in hexadecimal that may be a document."""
# A header and its delimiters, behind a break. matches "\rMSH|^~\&", "\nmsh|^~!&"; not "\rMSA|AA|1"
_HEADER: Final = re.compile(
    rb"[\r\n\x0b\x0c\x1c-\x1e][ \t\xef\xbb\xbf]{0,8}((?i:MSH|FHS|BHS).{5})", re.DOTALL
)
_USUAL: Final = b"^~\\&"
"""The usual MSH-2."""
_LEAD: Final = b" \t\xef\xbb\xbf\x0b\r\n"
_HEAD: Final = 64
# What stands between two escape characters.
# matches "X2D", "F", ".br", ".sp+2", "C2842", "Zpause"; not "temp", "&|EHR"
_SEQUENCE: Final = re.compile(
    rb"(?i:X)(?P<hex>"
    + repeated(rb"[0-9A-Fa-f]{2}[ \r\n]?", "+")
    + rb")|(?P<delimiter>[FSTREP])|[HN]|\.(?P<format>br|sp|in|ti|sk|ce|fi|nf) ?[+-]?\d{0,4}"
    rb"|(?P<own>Z[^|\r\n]{0,200}|[CM][0-9A-Fa-f]{2,6}|[A-Z])"
)
_FORMATS: Final = {
    **dict.fromkeys((b"br", b"sp", b"ce"), b"\n"),
    **dict.fromkeys((b"in", b"ti", b"sk"), b" "),
}
_Sequence = re.Match[bytes]


def decoded(data: bytes) -> Derived | None:
    """The messages in `data` without escape sequences, or None if they have none."""
    if _has_none(data):
        return None
    out, at = Derived(), 0
    unknown: list[_Sequence] = []
    for begin, end, delimiters in _messages(data):
        for sequence in _sequences(data, begin, end, delimiters.escape):
            start, stop = sequence.start() - 1, sequence.end() + 1
            out.copy(data, at, start)
            out.put(_meaning(sequence, delimiters), start, stop)
            at = stop
            if sequence["own"]:
                unknown.append(sequence)
    if not at:
        return None
    out.copy(data, at, len(data))
    for sequence in unknown:
        start, stop = sequence.span()
        out.put(b"\n", start, stop)
        words = data.find(b" ", max(0, start - 1 - _CONTEXT), start - 1)
        if words >= 0:
            out.copy(data, words, start - 1)
        out.put(b" ", start, stop)
        out.copy(data, start + 1, stop)
    return out


def plain(value: bytes, delimiters: V2Delimiters) -> bytes:
    """Return a value of a message without escape sequences."""
    out, at = [], 0
    for sequence in _sequences(value, 0, len(value), delimiters.escape):
        out += [value[at : sequence.start() - 1], _meaning(sequence, delimiters)]
        at = sequence.end() + 1
    return b"".join([*out, value[at:]])


def documents(data: bytes) -> Iterator[Nested]:
    """The sequences in hexadecimal that are long enough for a document. Each is a guess."""
    for begin, end, delimiters in () if _has_none(data) else _messages(data):
        for sequence in _sequences(data, begin, end, delimiters.escape):
            if sequence["hex"] and len(sequence["hex"]) >= 2 * _DOCUMENT:
                place = Location("hl7_escape", sequence.start() - 1, sequence.end() + 1)
                yield Nested(_meaning(sequence, delimiters), place, declared=False)


def _has_none(data: bytes) -> bool:
    """Whether each header names the usual escape character, and no other place has it."""
    upper = data.upper()
    headers = sum(upper.count(name) for name in HEADERS)
    return headers == data.count(_USUAL) == data.count(_USUAL[2:3])


def _messages(data: bytes) -> Iterator[tuple[int, int, V2Delimiters]]:
    """The range of each message behind its delimiters, and the delimiters."""
    at, delimiters = 0, V2Delimiters()
    first = data[:_HEAD].lstrip(_LEAD)
    if first[:3].upper() in HEADERS:
        delimiters = V2Delimiters.of(first) or delimiters
    for header in _HEADER.finditer(data):
        yield at, header.start(), delimiters
        at, delimiters = header.end(), V2Delimiters.of(header[1]) or delimiters
    yield at, len(data), delimiters


def _sequences(data: bytes, begin: int, end: int, escape: bytes) -> Iterator[_Sequence]:
    """The escape sequences in a range: matches of what stands between two escape characters."""
    at = data.find(escape, begin, end)
    while at >= 0:
        stop = data.find(escape, at + 1, end)
        if stop < 0:
            return
        found = _SEQUENCE.fullmatch(data, at + 1, stop)
        if found is not None:
            yield found
            stop = data.find(escape, stop + 1, end)
        at = stop


def _meaning(sequence: _Sequence, delimiters: V2Delimiters) -> bytes:
    """What an escape sequence stands for."""
    if sequence["hex"]:
        return bytes.fromhex(sequence["hex"].decode())
    if sequence["format"]:
        return _FORMATS.get(sequence["format"], b"")
    return {
        b"F": delimiters.field,
        b"S": delimiters.component,
        b"T": delimiters.subcomponent,
        b"R": delimiters.repetition,
        b"E": delimiters.escape,
        b"P": b"#",
    }.get(sequence["delimiter"] or b"", b"")
