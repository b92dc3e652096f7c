"""HL7 version 2 in another notation: a segment's values, each at its place, are written with delimiters and read by `hl7v2`.

Its tables say what the fields are; the findings are put back where the values stand.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats.hl7v2 import messages as hl7v2

_DELIMITERS: Final = re.compile(r"[|^~\\&\r\n\x0b\x1c]")
_ENDS: Final = re.compile(r"[|\r\n\x0b\x1c]")
_HEADER: Final = b"MSH|^~\\&|\r"

FieldPlace = tuple[int, int, int, int]
"""Field, repetition (anything that grows), component and subcomponent of a value."""


class Placed(NamedTuple):
    """A value and where it stands in its segment and in the document.

    Args:
        written: the value is a whole field with its own delimiters, `RUIZ^ANA`.
    """

    place: FieldPlace
    text: str
    start: int
    end: int
    written: bool = False


def read_segment(
    name: str, values: Iterable[Placed], whole: tuple[int, int], evidence: Evidence
) -> None:
    """Read one segment. What it is as a whole stands at `whole`."""
    line = _Line(name)
    for value in sorted(values):  # a segment is read in order, whatever order it is sent in
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
    """A segment with delimiters that grows value by value, and the ranges of these."""

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
        """The document's range of the value that a finding begins in; None for the segment's own
        name."""
        index = bisect_right(self._starts, start) - 1
        return None if index < 0 else self._sources[index]
