"""X12 documents as segments with their offsets. `phiscan.formats.x12.interchange` reads them.

An interchange names its own delimiters: the byte after `ISA` separates elements, the byte after
ISA-16 ends segments. A document may hold several interchanges. It may begin at GS, ST or inside a
transaction, and ISA may lack its fixed width. Tags and codes may be in small letters.

Some senders end segments otherwise than ISA says, and some receivers begin a segment at each line.
So what looks like a segment within an element is given as one too, behind the segment that it is
in:

    REF*D9*12 <LF> REF*SY*541447788 ~      REF*D9*12<LF>REF*SY*541447788, then REF*SY*541447788
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phiscan.finding import Location

# matches "ISA*00*", "ISA|00|", "isa*00*"; not "ISA card", "isa**"
_ISA: Final = re.compile(rb"(?:ISA|(?i:ISA)(?=[^\w \r\n]\d\d))([^\w \r\n])[\d ]{0,2}\1")
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
    # the same in small letters, with the usual delimiters only.
    # matches "gs*hc*a*b*20240102*1200*1*x*5~", "st*837*0001~", "hl*1**20*1~nm1*"; not "st-837-1-"
    re.compile(rb"(?:gs(?=(?:\*[^*~\r\n]{0,40}){7}\*)|st(?=\*\d{3}\*\d))(\*)[^~\r\n]{1,400}(~)"),
    re.compile(
        _LOOPS.lower() + rb"(\*)[^~\r\n]{1,256}(~)\s*" + _LOOPS.lower() + rb"\*",
    ),
)
# What begins a segment for receivers that split at other delimiters, within an element.
# matches "\nREF*", "~NM1|"; not "\nStreet*"
_WITHIN: Final = re.compile(
    rb"(?P<end>[~\r\n\x0b\x0c\x1c-\x1e])\s*(?P<tag>[A-Za-z][A-Za-z0-9]{1,2})(?P<mark>[^\w\s]|\t)"
)
_ENDS: Final = b"~\r\n\x0b\x0c\x1c\x1d\x1e"
_TAGS: Final = frozenset(
    b"AAA ADX AK1 AK2 AK3 AK4 AK5 AK9 AMT BDS BGN BHT BIN BPR CAS CAT CLM CLP CN1 COB CR1 CR2 CR3 "
    b"CR5 CR6 CRC CTP CTX CUR DMG DSB DTM DTP EB EC EFI ENT EQ FRM GE GS HCP HCR HD HI HL HLH HSD "
    b"ICM IDC IEA III IK3 IK4 IK5 INS ISA IT1 K3 LE LIN LQ LS LUI LX MEA MIA MOA MSG N1 N2 N3 N4 "
    b"NM1 NTE OI PAT PER PLA PLB PRV PS1 PWK QTY RDM REF RMR SBR SE SLN ST STC SV1 SV2 SV3 SV4 SV5 "
    b"SV6 SV7 SVC SVD TA1 TOO TRN TS2 TS3 UM".split()
)
"""The segments of health care transactions."""
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
        """Element `number` in capitals, or "".

        Line breaks of files that wrap at a fixed width are removed.
        """
        if number >= len(self.elements):
            return ""
        raw = self.elements[number]
        if b"\n" in raw:
            raw = raw.replace(b"\r", b"").replace(b"\n", b"")
        return raw.decode("utf-8", "replace").strip().upper()

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
    lowered = data.lower()
    at = lowered.find(b"isa")
    while at >= 0:
        match, before = _ISA.match(data, at), data[at - 1 : at]
        if match is not None and not before.isalnum() and before != match[1]:
            yield match
        at = lowered.find(b"isa", at + 1)


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
    uneven = _has_breaks_within(data[at:end], delimiters)
    while at < end:
        stop = data.find(delimiters.segment, at, end)
        stop = end if stop < 0 else stop
        raw = data[at:stop]
        text = raw.lstrip(b"\r\n \t\x00\x1a")
        start = at + len(raw) - len(text)
        counted = text[:3].upper() in LENGTHS
        if counted:
            stop = _counted_end(data, start, stop, delimiters)
            text = data[start:stop]
        text = (
            text.rstrip(b"\r\n\x00\x1a") if text[-1:] in (b"\r", b"\n", b"\x00", b"\x1a") else text
        )
        if text:
            most = LENGTHS[text[:3].upper()] + 1 if counted else -1
            yield _segment(text.split(delimiters.element, most), start)
            if uneven and not counted:
                yield from _within(text, start, delimiters)
        at = stop + 1


def _segment(elements: list[bytes], start: int) -> X12Segment:
    tag = elements[0].decode("latin-1").translate(_UNWRAP).upper()
    return X12Segment(tag, elements, start)


_UNWRAP: Final = {10: None, 13: None}


def _has_breaks_within(part: bytes, delimiters: X12Delimiters) -> bool:
    """Whether line ends, or what else ends segments, stand anywhere but at the end of one."""
    for end in (b"\r\n", b"\n", b""):
        part = part.replace(delimiters.segment + end, b"")
    return len(part.translate(None, _ENDS)) != len(part)


def _within(text: bytes, start: int, delimiters: X12Delimiters) -> Iterator[X12Segment]:
    """What looks like a segment within the elements of another one."""
    begins = [
        found.start("tag")
        for found in _WITHIN.finditer(text)
        if found["mark"] == delimiters.element != found["end"] and found["tag"].upper() in _TAGS
    ]
    for at, end in zip(begins, [*begins[1:], len(text)], strict=True) if begins else ():
        inner = text[at:end].rstrip(_ENDS + b" ")
        yield _segment(inner.split(delimiters.element), start + at)


def _counted_end(data: bytes, start: int, stop: int, delimiters: X12Delimiters) -> int:
    """Where a segment ends whose last element has a length.

    `stop`, the next terminator, if the length leads to none.
    """
    number = LENGTHS[data[start : start + 3].upper()]
    head = data[start : start + 64].split(delimiters.element, number + 1)
    if len(head) <= number + 1 or not head[number].isdigit():
        return stop
    end = start + sum(map(len, head[: number + 1])) + number + 1 + int(head[number])
    return end if data[end : end + 1] == delimiters.segment else stop
