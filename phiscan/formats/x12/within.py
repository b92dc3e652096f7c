r"""X12 interchanges within a text: behind the prefix of a log line, in a mail, in a program.

They stand there as they are, or in a literal that writes line ends as `\n`. A functional group or a
transaction without its envelope counts too.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.formats.x12.segments import X12Delimiters, delimiters
from phiscan.syntax import literals
from phiscan.text.offsets import excerpt

MARKS: Final = (
    # matches "ISA*00*", "isa*00*"; not "VISA 00"
    r"(?:ISA|isa)[^\w\s][0-9 ]{2}[^\w\s]",
    # matches "GS*HC*", "gs*hc*"; not "GS HC"
    r"(?:GS[^\w\s][A-Z]{2}[^\w\s]|gs\*[a-z]{2}\*)",
    # matches "ST*837*0001", "st*837*0001"; not "ST*LOUIS"
    r"(?:ST[^\w\s][0-9]{3}[^\w\s]|st\*[0-9]{3}\*)[0-9]",
)
"""Hyperscan expressions for the start of an interchange, a group or a transaction."""
_START: Final = re.compile(
    rb"(?<![A-Za-z0-9])(?:ISA([^\w\s])[\d ]{2}\1|GS([^\w\s])[A-Z]{2}\2|ST([^\w\s])\d{3}\3\d)",
    re.IGNORECASE,
)
_HEAD: Final = 1024
"""The most bytes of a start that are looked at."""
# Where a segment begins on a line of its own. matches b"\nNM1*" and b"\nnm1*"; not b"\nName*"
_NEXT_LINE: Final = re.compile(rb"\r?\n[ \t]*[A-Za-z][A-Za-z0-9]{1,2}([^\w\s])")
# matches the escape in rb"~\nGS*"; not that in rb"C:\new"
_WRITTEN_END: Final = re.compile(rb"\\[rn](?:\\n)?\s*[A-Z][A-Z0-9]{1,2}[^\w\s]", re.IGNORECASE)
_LAST: Final = {b"I": b"IEA", b"G": b"GE", b"S": b"SE"}


def find(data: bytes) -> Iterator[Nested]:
    """Yield the interchanges, groups and transactions in a text that is none itself."""
    at = 0
    while (start := _START.search(data, at)) is not None:
        at = start.end()
        marks = delimiters(data[start.start() : start.start() + _HEAD], 0)
        if marks is None:
            continue
        at = _end(data, start.start(), marks)
        begin = start.start()
        text = (
            literals.unescaped(data, begin, at)
            if _WRITTEN_END.search(data, begin, at)
            else excerpt(data, begin, at)
        )
        yield Nested(
            text.text(), Location("x12_interchange", begin, at), declared=False, origin=text
        )


def _end(data: bytes, start: int, marks: X12Delimiters) -> int:
    """Return the end of the segment that closes what begins at `start`.

    When there is none, the end of the last line that begins with a segment.
    """
    last = _LAST[data[start : start + 1].upper()] + marks.element
    if data[start : start + 1].islower():
        last = last.lower()
    at = start
    while (at := data.find(last, at + 1)) >= 0:
        if not data[at - 1 : at].isalnum() or data[at - 2 : at - 1] == b"\\":
            stop = data.find(marks.segment, at)
            return len(data) if stop < 0 else stop + 1
    end = data.find(b"\n", start)
    while end >= 0 and (line := _NEXT_LINE.match(data, end)) and line[1] == marks.element:
        end = data.find(b"\n", line.end())
    return len(data) if end < 0 else end
