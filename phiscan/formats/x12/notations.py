"""X12 in other notations, XML or JSON: its elements by their numbers, written as segments again.

    <NM1><NM101>IL</NM101><NM103>Ruiz</NM103></NM1>       the name of an element is its number
    <NM103__MemberLastName>Ruiz</NM103__MemberLastName>   with words behind it
    <ele id="NM103">Ruiz</ele>                            an attribute has the number

So the tables of `x12.interchange` serve every notation. The findings get the ranges of the values
in the document.
"""

import re
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats.x12 import interchange
from phiscan.formats.x12.segments import plain_segments
from phiscan.text.offsets import Derived

SIGN: Final = "NM1[._-]?0?1"
"""An expression for the first element of NM1, which every health care transaction has.

matches "NM101", "NM1.1", "NM1_01"; not "NM1".
"""
_NUMBER: Final = re.compile(
    # matches "NM103", "NM1.3", "HI01-2", "HI0102", "NM103__MemberLastName"; not "NM1"
    r"([A-Z][A-Z0-9]{1,2})(?:[._-](\d{1,2})|(\d\d))(?:[._-]{1,2}(\d{1,2})|(\d\d))?"
    r"(?:[._-]{1,2}[A-Za-z]\w*)?"
)
_ENVELOPE: Final = frozenset("ISA GS GE IEA TA1 UNB UNZ".split())
"""Segments around transactions. They are addresses of companies."""
_DELIMITERS: Final = re.compile(rb"[*~:\r\n]")


class Place(NamedTuple):
    """Where a value belongs: segment, element, and component or 0."""

    tag: str
    element: int
    component: int


def place(number: str) -> Place | None:
    """The place that an element's number names, or None when it is no such number."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return None
    return Place(match[1], int(match[2] or match[3]), int(match[4] or match[5] or 0))


class Segments:
    """Writes the segments of a document, value by value.

    Args:
        data: the document.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = Derived()
        self._last: Place | None = None
        self._holder = -1
        self._first: tuple[int, int] | None = None

    def put(self, at: Place, holder: int, value: bytes, where: tuple[int, int]) -> None:
        """Append a value.

        Args:
            at: its place.
            holder: a number that the elements of one segment share, if they have it.
            value: the decoded value.
            where: its range in the document.
        """
        if at.tag in _ENVELOPE:
            return
        last = self._last
        if last is None or (last.tag, self._holder) != (at.tag, holder) or at <= last:
            self._begin(at.tag, where)
            last = Place(at.tag, 0, 0)
        self._text.put(b"*" * (at.element - last.element), *where)
        same = at.element == last.element
        before = last.component if same else 0
        self._text.put(b":" * (max(at.component, 1) - max(before, 1)), *where)
        clean = _DELIMITERS.sub(b" ", value) if at.component else value
        if clean == self._data[slice(*where)] and not _ENDS.search(clean):
            self._text.copy(self._data, *where)
        else:
            self._text.put(_ENDS.sub(b" ", clean), *where)
        self._last, self._holder = at, holder

    def read(self, evidence: Evidence) -> None:
        """Add what the segments say."""
        if self._first is None:
            return
        found = Evidence(evidence.context)
        interchange.read_segments(plain_segments(self._text.text()), found)
        evidence.absorb(found, Location("x12", *self._first), self._text)
        evidence.nested += found.nested

    def _begin(self, tag: str, where: tuple[int, int]) -> None:
        if self._first is None:
            self._first = where
        else:
            self._text.put(b"~", *where)
        self._text.put(tag.encode(), *where)


_ENDS: Final = re.compile(rb"[*~\r\n]")
"""What would end an element. A composite may be written whole, with its own delimiters."""
