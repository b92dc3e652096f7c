"""HL7 version 2 in XML (namespace `urn:hl7-org:v2xml`): the segments, fields and components of a message, each an element.

A message is written again with delimiters and given to `hl7v2`, whose tables say what its fields are; the findings are put
back where the elements stand.
"""

import re
from bisect import bisect_right
from typing import Final

from phiscan.evidence import Evidence, Spot
from phiscan.media import hl7v2
from phiscan.media.xml_elements import Document, Element, Value
from phiscan.media.xml_values import text

NAMESPACE: Final = "urn:hl7-org:v2xml"
_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_PART: Final = re.compile(r"[A-Z][A-Z0-9]{0,2}(?:_\w+)?\.(\d{1,2})")
_DELIMITERS: Final = re.compile(r"[|^~\\&\r\n\x0b\x1c]")
_HEADER: Final = b"MSH|^~\\&|\r"

Place = tuple[int, ...]


class V2XmlReader:
    """Collects the values of a segment as its elements close, and reads the segment when it closes."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._values: list[tuple[Place, Value]] = []

    def element(self, element: Element) -> None:
        """Take one element that has closed."""
        if _PART.fullmatch(element.name):
            value = text(self._document, element)
            if value is not None and element.runs and (place := _place(element)):
                self._values.append((place, value))
        elif _SEGMENT.fullmatch(element.name):
            self._segment(element)
            self._values.clear()

    def finish(self) -> None:
        """Nothing waits: each segment has been read."""

    def _segment(self, element: Element) -> None:
        """Write the segment with delimiters, remembering where each value came from, and read it."""
        line = _Line(element.name)
        for place, value in sorted(self._values):  # a segment is read in order, whatever order it is sent in
            line.put(place, value)
        found = Evidence()
        hl7v2.read(_HEADER + bytes(line.text), found)
        for finding in found.findings:
            start, end = line.origin(finding.location.start - len(_HEADER), element)
            spot = Spot(finding.location.field, start, end)
            self._evidence.add(finding.detector, finding.info_type, spot, finding.subject, finding.likelihood)


class _Line:
    """A segment with delimiters that grows value by value, and the ranges of these."""

    def __init__(self, name: str) -> None:
        self.text = bytearray(name.encode())
        self._at: Place = (0, 0, 1, 1)
        self._starts: list[int] = []
        self._sources: list[Value] = []

    def put(self, place: Place, value: Value) -> None:
        """Append a value at its field, repetition (by start), component and subcomponent."""
        field, repetition, component, sub = place
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
        self._at = place
        self._starts.append(len(self.text))
        self._sources.append(value)
        self.text += _DELIMITERS.sub(" ", value.text).encode("utf-8", "replace")

    def origin(self, start: int, element: Element) -> tuple[int, int]:
        """The document's range for a finding: the value that it begins in, or the whole segment."""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return element.content, element.end
        return self._sources[index].start, self._sources[index].end


def _place(element: Element) -> Place | None:
    """`PID.5/XPN.1/FN.1` is field 5, its repetition, component 1, subcomponent 1; None outside of a segment."""
    numbers: list[int] = []
    repetition = 0
    for at in element.chain():
        part = _PART.fullmatch(at.name)
        if part is None:
            if not _SEGMENT.fullmatch(at.name) or not numbers:
                return None
            component, sub = ([*numbers[-2::-1], 1, 1])[:2]
            return numbers[-1], repetition, max(component, 1), max(sub, 1)
        numbers.append(int(part[1]))
        repetition = at.start
    return None
