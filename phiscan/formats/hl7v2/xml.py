"""HL7 v2 in XML (namespace `urn:hl7-org:v2xml`): segments, fields and components are elements.

A segment is written with delimiters (`hl7v2.lines`). The findings get the ranges of the elements.
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.formats.hl7v2.lines import FieldPlace, Placed, read_segment
from phiscan.syntax.xml_elements import Document, Element
from phiscan.syntax.xml_values import text

NAMESPACE: Final = "urn:hl7-org:v2xml"
_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")  # matches "PID"; not "PID.5"
# matches "PID.5", "XPN.1", "CE_TYPE.1"; not "PID"
_PART: Final = re.compile(r"[A-Z][A-Z0-9]{0,2}(?:_\w+)?\.(\d{1,2})")


class V2XmlReader:
    """Collects the values of a segment, and reads the segment when it closes."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._values: list[Placed] = []

    def element(self, element: Element) -> None:
        """Read one element that has closed."""
        if _PART.fullmatch(element.name):
            value = text(self._document, element)
            if value is not None and element.runs and (place := _place(element)):
                self._values.append(Placed(place, *value))
        elif _SEGMENT.fullmatch(element.name):
            self._segment(element)
            self._values.clear()

    def finish(self) -> None:
        """Do nothing: each segment has been read."""

    def _segment(self, element: Element) -> None:
        """Read the segment whose values have been collected."""
        read_segment(element.name, self._values, (element.content, element.end), self._evidence)


def _place(element: Element) -> FieldPlace | None:
    """The place of an element in its segment; None outside a segment.

    `PID.5/XPN.1/FN.1` is field 5, its repetition, component 1, subcomponent 1.
    """
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
