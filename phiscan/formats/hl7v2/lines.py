"""HL7 v2 in other notations: a segment's values are written with delimiters, then read as ER7.

So the tables of `hl7v2.segments` serve every notation. The findings get the ranges of the values in
the document.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats.hl7v2 import messages as hl7v2

# What would end a value within a field. matches "^"; not "/"
_DELIMITERS: Final = re.compile(r"[|^~\\&\r\n\x0b\x1c]")
_ENDS: Final = re.compile(r"[|\r\n\x0b\x1c]")  # what would end a field. matches "|"; not "^"
_HEADER: Final = b"MSH|^~\\&|\r"

FieldPlace = tuple[int, int, int, int]
"""Field, repetition, component and subcomponent of a value. Repetitions only have to ascend."""


class Placed(NamedTuple):
    """A value, with its place in the segment and its range in the document.

    Args:
        place: where it belongs in the segment.
        text: the value.
        start: its first byte in the document.
        end: the byte after its last one.
        written: whether the value is a whole field with its own delimiters: `RUIZ^ANA`.
    """

    place: FieldPlace
    text: str
    start: int
    end: int
    written: bool = False


def read_segment(
    name: str, values: Iterable[Placed], whole: tuple[int, int], evidence: Evidence
) -> None:
    """Read one segment. Findings about the segment as such get the range `whole`."""
    line = _Line(name)
    for value in sorted(values):  # the sender's order may be another one
        line.put(value)
    found = Evidence()
    hl7v2.read(_HEADER + bytes(line.text), found)
    for finding in found.findings:
        start, end = line.origin(finding.location.start - len(_HEADER)) or whole
        location = Location(finding.location.field, start, end)
        evidence.add(
            finding.detector, finding.info_type, location, finding.subject, finding.likelihood
        )


class _Line:
    """A segment that is written value by value, with the document's range of each value."""

    def __init__(self, name: str) -> None:
        self.text = bytearray(name.encode())
        self._at: FieldPlace = (0, 0, 1, 1)
        self._starts: list[int] = []
        self._sources: list[tuple[int, int]] = []

    def put(self, value: Placed) -> None:
        """Append a value at its field, repetition, component and subcomponent."""
        field, repetition, component, sub = value.place
        last = self._at
        if field != last[0]:
            self.text += b"|" * max(field - last[0], 1)
        elif repetition != last[1]:
            self.text += b"~"
        if (field, repetition) != last[:2]:
            last = (field, repetition, 1, 1)
        if component != last[2]:
            self.text += b"^" * max(component - last[2], 1)
            last = (field, repetition, component, 1)
        self.text += b"&" * max(sub - last[3], 0)
        self._at = value.place
        self._starts.append(len(self.text))
        self._sources.append((value.start, value.end))
        self.text += (
            (_ENDS if value.written else _DELIMITERS)
            .sub(" ", value.text)
            .encode("utf-8", "replace")
        )

    def origin(self, start: int) -> tuple[int, int] | None:
        """The document's range of the value at `start`; None for the segment's own name."""
        index = bisect_right(self._starts, start) - 1
        return None if index < 0 else self._sources[index]
