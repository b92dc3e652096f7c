r"""Values of HL7 v2 that are cut over two segments of one text.

    NTE|1||her number is 541-2 <CR> NTE|2||7-8860 <CR>
    OBX|1|TX|NOTE^Note||mail ana@ <CR> OBX|2|TX|NOTE^Note||example.com <CR>

Senders cut a long text into lines, one a segment, and some cut within a word. A document in which a
number or an address may be cut is read once more without what stands between its parts. A text that
is cut between words is not: its words are read as they stand, and together they would be others.

Cost: nothing where no two texts follow each other. Else a look at the ends of each.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Location
from phiscan.formats.hl7v2.delimiters import V2Delimiters
from phiscan.formats.hl7v2.splitting import HEADERS, Span
from phiscan.text.offsets import Derived

_FIELD: Final = {b"NTE": 3, b"OBX": 5}
"""The field that holds the text."""
_TEXT_TYPES: Final = frozenset((b"TX", b"FT", b"ST"))
_BREAK: Final = rb"\r\n\x0b\x0c\x1c-\x1e"
# Two texts behind each other. matches b"\rNTE|1||a\rnte|", b"\nOBX|1|TX|a\n OBX|"
_PAIR: Final = re.compile(
    rb"[%b][ \t]*(NTE|OBX)[^\w%b][^%b]*[%b][ \t%b]*\1[^\w%b]" % ((_BREAK,) * 6), re.IGNORECASE
)
_END: Final = re.compile(rb"[\w@.+/-]{1,64}\Z", re.ASCII)
_BEGIN: Final = re.compile(rb"[\w@.+/-]{1,64}", re.ASCII)
_DIGIT: Final = re.compile(rb"[0-9]")
_LEAD: Final = b" \t\xef\xbb\xbf"


class _Text(NamedTuple):
    """The text of a segment: which texts it may go on with, and its range."""

    group: bytes
    start: int
    end: int


def joined(data: bytes, segments: Iterator[Span], evidence: Evidence) -> None:
    """Nest the document with cut values joined, if it has any.

    Args:
        segments: of the document.
    """
    out, at, before, marks = Derived(), 0, None, V2Delimiters()
    reached = 0
    for start, end in segments:
        if start < reached:
            continue  # a longer reading of what was read
        reached = end
        line = data[start:end].lstrip(_LEAD)
        if line[:3].upper() in HEADERS:
            marks, before = V2Delimiters.of(line) or marks, None
            continue
        text = _text(line, end - len(line), marks)
        if before and text and _is_cut(data, before, text):
            out.copy(data, at, before.end)
            at = text.start
        before = text
    if at:
        out.copy(data, at, len(data))
        place = Location("hl7_message", 0, len(data))
        evidence.nested.append(Nested(out.text(), place, declared=False, origin=out))


def may_have_any(data: bytes) -> bool:
    """Whether two texts follow each other."""
    return _PAIR.search(data) is not None


def _text(line: bytes, start: int, marks: V2Delimiters) -> _Text | None:
    name = line[:3].upper()
    number = _FIELD.get(name)
    if number is None:
        return None
    fields = line.split(marks.field, number + 1)
    if len(fields) <= number or (name == b"OBX" and fields[2].upper() not in _TEXT_TYPES):
        return None
    begin = start + sum(map(len, fields[:number])) + number
    group = name + (fields[3] if number > 3 else b"")
    return _Text(group, begin, begin + len(fields[number]))


def _is_cut(data: bytes, before: _Text, text: _Text) -> bool:
    """Whether a number or an address may begin in one text and go on in the other."""
    if before.group != text.group or before.end > text.start:
        return False
    end = _END.search(data, max(before.start, before.end - 64), before.end)
    begin = _BEGIN.match(data, text.start, text.end)
    if end is None or begin is None:
        return False
    has_number = _DIGIT.search(end[0]) and _DIGIT.search(begin[0])
    return bool(has_number) or b"@" in end[0] or b"@" in begin[0]
