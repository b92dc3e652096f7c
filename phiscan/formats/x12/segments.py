"""X12 documents as segments with their places: the first half of `phiscan.formats.x12.interchange`, which says what they mean.

An interchange names its own delimiters: the byte after `ISA` parts elements, the byte after ISA-16 ends segments. A document
may hold several interchanges, begin at GS, ST or inside of a transaction, and ISA need not have its fixed width.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phiscan.finding import Location

# "ISA*00*", "ISA|00|"; not "ISA card"
_ISA: Final = re.compile(rb"ISA([^\w \r\n])[\d ]{0,2}\1")
_LINE: Final = re.compile(rb"(?:^|\n)[ \t]*(?=ISA[^\w \r\n])")
# a whole header of up to twenty characters an element, then a group or an acknowledgement
_EMBEDDED: Final = re.compile(
    rb"\s*ISA([^\w \r\n])(?:(?:(?!\1)[^\r\n]){0,20}\1){15}[^\w\s]?[^\w]\s*(?:GS|TA1)\1"
)
_LEAD: Final = re.compile(rb"[\s\xef\xbb\xbf\x00]*")
_LOOPS: Final = rb"(?:BHT|BPR|HL|NM1|N1|N3|N4|CLM|CLP|INS|SBR|TRN|DMG|REF|LX|HI|DTP|PAT|TA1|SV[1235]|SVC|EB|HD|PER)"
_FRAGMENTS: Final = (
    # GS has eight elements, the last a version; ST a number of three digits, a control number,
    # perhaps a version
    re.compile(rb"GS([^\w\s])(?:(?:(?!\1)[^\r\n]){0,40}\1){7}\w{1,12}([^\w ])"),
    re.compile(rb"ST([^\w\s])\d{3}\1\w{1,9}(?:\1\w{0,35})?(?!\1)([^\w ])"),
    re.compile(rb"TA1([^\w\s])\d{9}\1\d{6}\1\d{4}\1[AER]\1\d{3}([^\w ])"),
    re.compile(_LOOPS + rb"(\*)[^~\r\n]{1,256}([~\r\n])\s*" + _LOOPS + rb"\*"),
)
LENGTHS: Final = {b"BIN": 1, b"BDS": 2}
"""Segments of a 275 whose last element is as long as this element says, and may hold any byte."""
_ISA_WIDTH: Final = 400
"""Bytes in which the sixteen elements of an ISA end; by the standard they take 106."""


@dataclass(frozen=True, slots=True)
class X12Delimiters:
    """What parts elements, what ends segments."""

    element: bytes
    segment: bytes


@dataclass(slots=True)
class X12Segment:
    """One segment: its elements (the tag is element 0) and where it starts."""

    tag: str
    elements: list[bytes]
    start: int

    def text(self, number: int) -> str:
        """Element `number`, or nothing; line breaks of files wrapped at a fixed width are taken
        out."""
        if number >= len(self.elements):
            return ""
        raw = self.elements[number]
        if b"\n" in raw:
            raw = raw.replace(b"\r", b"").replace(b"\n", b"")
        return raw.decode("utf-8", "replace").strip()

    def at(self, number: int) -> int:
        """Where element `number` starts."""
        return self.start + sum(map(len, self.elements[:number])) + number

    def location(self, number: int) -> Location:
        """The place of element `number`."""
        at = self.at(number)
        return Location(f"{self.tag}-{number:02d}", at, at + len(self.elements[number]))


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is X12."""
    return _delimiters(head, _lead(head)) is not None


def embedded(head: bytes) -> bool:
    """Whether an interchange begins on a line of `head`, behind text that is not X12 (mail, log,
    mailbox header).

    One that is quoted within a line, as in a manual or a program, is that text's and not a document
    of its own."""
    return any(_EMBEDDED.match(head, m.start()) for m in _LINE.finditer(head))


def interchanges(data: bytes) -> list[Iterator[X12Segment]]:
    """The segments of each interchange of `data`, or of the fragment that it is; nothing when it is
    none."""
    start = _lead(data)
    first = _delimiters(data, start)
    headers = [(m.start(), found) for m in _starts(data) if (found := _isa(data, m)) is not None]
    if first is not None and (not headers or headers[0][0] > start):
        headers.insert(0, (start, first))
    starts = [at for at, _ in headers] + [len(data)]
    return [
        _segments(data, (at, starts[number]), marks)
        for number, (at, marks) in enumerate(headers, 1)
    ]


def _lead(data: bytes) -> int:
    found = _LEAD.match(data)
    return found.end() if found else 0


def _starts(data: bytes) -> Iterator[re.Match[bytes]]:
    """Where `ISA` stands as a segment and not as an element or the end of a word."""
    for match in _ISA.finditer(data):
        before = data[match.start() - 1 : match.start()]
        if not before.isalnum() and before != match[1]:
            yield match


def _delimiters(data: bytes, start: int) -> X12Delimiters | None:
    isa = _ISA.match(data, start)
    if isa is not None:
        return _isa(data, isa)
    for pattern in _FRAGMENTS:
        found = pattern.match(data, start)
        if found is not None:
            return X12Delimiters(found[1], _mark(data, found.start(2)))
    return None


def _isa(data: bytes, match: re.Match[bytes]) -> X12Delimiters | None:
    """The delimiters that this ISA names, or None when its sixteen elements do not follow."""
    at = match.start()
    limit = at + _ISA_WIDTH
    for _ in range(16):
        at = data.find(match[1], at + 1, limit)
        if at < 0:
            return None
    # ISA-16 left out, so that the terminator stands in its place; `~` parts components nowhere
    at += (
        1 if data[at + 1 : at + 2] in (b"~", b"\r", b"\n") or data[at + 2 : at + 3].isalnum() else 2
    )
    mark = _mark(data, at)
    return X12Delimiters(match[1], mark) if mark and not mark.isalnum() else None


def _mark(data: bytes, at: int) -> bytes:
    """The segment terminator at `at`: one byte, or the second one of CR LF."""
    return b"\n" if data[at : at + 2] == b"\r\n" else data[at : at + 1]


def _segments(
    data: bytes, part: tuple[int, int], delimiters: X12Delimiters
) -> Iterator[X12Segment]:
    at, end = part
    while at < end:
        stop = data.find(delimiters.segment, at, end)
        stop = end if stop < 0 else stop
        raw = data[at:stop]
        text = raw.lstrip(b"\r\n \t\x00\x1a")
        start = at + len(raw) - len(text)
        if text[:3] in LENGTHS:
            stop = _counted_end(data, start, stop, delimiters)
            text = data[start:stop]
        text = (
            text.rstrip(b"\r\n\x00\x1a") if text[-1:] in (b"\r", b"\n", b"\x00", b"\x1a") else text
        )
        if text:
            elements = text.split(
                delimiters.element, LENGTHS[text[:3]] + 1 if text[:3] in LENGTHS else -1
            )
            yield X12Segment(elements[0].decode("latin-1").translate(_UNWRAP), elements, start)
        at = stop + 1


_UNWRAP: Final = {10: None, 13: None}


def _counted_end(data: bytes, start: int, stop: int, delimiters: X12Delimiters) -> int:
    """Where a segment ends whose last element has a length; at the delimiter found, if the length
    does not lead to one."""
    number = LENGTHS[data[start : start + 3]]
    head = data[start : start + 64].split(delimiters.element, number + 1)
    if len(head) <= number + 1 or not head[number].isdigit():
        return stop
    end = start + sum(map(len, head[: number + 1])) + number + 1 + int(head[number])
    return end if data[end : end + 1] == delimiters.segment else stop
