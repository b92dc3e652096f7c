"""X12 documents as segments with their offsets. `phiscan.formats.x12.interchange` reads them.

An interchange names its own delimiters: the byte after `ISA` separates elements, the byte after
ISA-16 ends segments. A document may hold several interchanges. It may begin at GS, ST or inside a
transaction, and ISA may lack its fixed width.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phiscan.finding import Location

# matches "ISA*00*", "ISA|00|"; not "ISA card"
_ISA: Final = re.compile(rb"ISA([^\w \r\n])[\d ]{0,2}\1")
_LEAD: Final = re.compile(rb"[\s\xef\xbb\xbf\x00]*")  # blanks, a byte order mark, NULs
_LOOPS: Final = (
    rb"(?:BHT|BPR|HL|NM1|N1|N3|N4|CLM|CLP|INS|SBR|TRN|DMG|REF|LX|HI|DTP|PAT|TA1|SV[1235]|SVC|EB|HD"
    rb"|PER)"
)
_FRAGMENTS: Final = (
    # GS: eight elements, the last a version. matches "GS*HC*A*B*20240102*1200*1*X*005010X222A1~"
    re.compile(rb"GS([^\w\s])(?:(?:(?!\1)[^\r\n]){0,40}\1){7}\w{1,12}([^\w ])"),
    # ST: a number of three digits, a control number, perhaps a version.
    # matches "ST*837*0001~"; not "ST*83*0001~"
    re.compile(rb"ST([^\w\s])\d{3}\1\w{1,9}(?:\1\w{0,35})?(?!\1)([^\w ])"),
    # matches "TA1*000000905*240102*1200*A*000~"; not "TA1*905*240102*1200*A*000~"
    re.compile(rb"TA1([^\w\s])\d{9}\1\d{6}\1\d{4}\1[AER]\1\d{3}([^\w ])"),
    # two segments of a loop. matches "HL*1**20*1~NM1*"; not "HL*1**20*1~XX*"
    re.compile(_LOOPS + rb"(\*)[^~\r\n]{1,256}([~\r\n])\s*" + _LOOPS + rb"\*"),
)
LENGTHS: Final = {b"BIN": 1, b"BDS": 2}
"""Segments of a 275 whose last element may hold any byte, and the element with its length."""
_ISA_WIDTH: Final = 400
"""Bytes in which the sixteen elements of an ISA must end. By the standard they take 106."""


@dataclass(frozen=True, slots=True)
class X12Delimiters:
    """The byte between elements, and the byte at the end of segments."""

    element: bytes
    segment: bytes


@dataclass(slots=True)
class X12Segment:
    """One segment: its elements (the tag is element 0), and the offset where it starts."""

    tag: str
    elements: list[bytes]
    start: int

    def text(self, number: int) -> str:
        """Element `number`, or "". Line breaks of files that wrap at a fixed width are removed."""
        if number >= len(self.elements):
            return ""
        raw = self.elements[number]
        if b"\n" in raw:
            raw = raw.replace(b"\r", b"").replace(b"\n", b"")
        return raw.decode("utf-8", "replace").strip()

    def at(self, number: int) -> int:
        """The offset where element `number` starts."""
        return self.start + sum(map(len, self.elements[:number])) + number

    def location(self, number: int) -> Location:
        """The location of element `number`."""
        at = self.at(number)
        return Location(f"{self.tag}-{number:02d}", at, at + len(self.elements[number]))


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is X12."""
    return delimiters(head, _lead(head)) is not None


def interchanges(data: bytes) -> list[Iterator[X12Segment]]:
    """The segments of each interchange in `data`, or of a fragment; empty if it is neither."""
    start = _lead(data)
    first = delimiters(data, start)
    headers = [(m.start(), found) for m in _starts(data) if (found := _isa(data, m)) is not None]
    if first is not None and (not headers or headers[0][0] > start):
        headers.insert(0, (start, first))
    starts = [at for at, _ in headers] + [len(data)]
    return [
        _segments(data, (at, starts[number]), marks)
        for number, (at, marks) in enumerate(headers, 1)
    ]


def plain_segments(data: bytes) -> Iterator[X12Segment]:
    """The segments of a text with `*` between elements and `~` between segments."""
    return _segments(data, (0, len(data)), X12Delimiters(b"*", b"~"))


def _lead(data: bytes) -> int:
    found = _LEAD.match(data)
    return found.end() if found else 0


def _starts(data: bytes) -> Iterator[re.Match[bytes]]:
    """Where `ISA` is a segment's tag, and not an element or the end of a word."""
    for match in _ISA.finditer(data):
        before = data[match.start() - 1 : match.start()]
        if not before.isalnum() and before != match[1]:
            yield match


def delimiters(data: bytes, start: int) -> X12Delimiters | None:
    """The delimiters of the interchange or fragment at `start`; None if there is none."""
    isa = _ISA.match(data, start)
    if isa is not None:
        return _isa(data, isa)
    for pattern in _FRAGMENTS:
        found = pattern.match(data, start)
        if found is not None:
            return X12Delimiters(found[1], _mark(data, found.start(2)))
    return None


def _isa(data: bytes, match: re.Match[bytes]) -> X12Delimiters | None:
    """The delimiters that an ISA names; None if its sixteen elements do not follow."""
    at = match.start()
    limit = at + _ISA_WIDTH
    for _ in range(16):
        at = data.find(match[1], at + 1, limit)
        if at < 0:
            return None
    # ISA-16 is missing if the terminator stands in its place. No sender uses `~` for components.
    at += (
        1 if data[at + 1 : at + 2] in (b"~", b"\r", b"\n") or data[at + 2 : at + 3].isalnum() else 2
    )
    mark = _mark(data, at)
    return X12Delimiters(match[1], mark) if mark and not mark.isalnum() else None


def _mark(data: bytes, at: int) -> bytes:
    """The segment terminator at `at`: one byte, or the LF of CR LF."""
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
    """Where a segment ends whose last element has a length.

    `stop`, the next terminator, if the length leads to none.
    """
    number = LENGTHS[data[start : start + 3]]
    head = data[start : start + 64].split(delimiters.element, number + 1)
    if len(head) <= number + 1 or not head[number].isdigit():
        return stop
    end = start + sum(map(len, head[: number + 1])) + number + 1 + int(head[number])
    return end if data[end : end + 1] == delimiters.segment else stop
