"""X12 as XML, as translators write it: each element of a segment is an element of XML.

No standard defines it. The names that occur are those of `x12.notations`. Loops and groups around
the segments have any name.
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.formats.x12 import notations
from phiscan.syntax.xml_elements import Document, Element
from phiscan.syntax.xml_values import text

_SIGN: Final = re.compile(notations.SIGN.encode())


def sniff(data: bytes) -> bool:
    """Whether an XML document has elements of NM1."""
    return b"NM1" in data and _SIGN.search(data) is not None


class X12XmlReader:
    """Collects the elements of segments in document order. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._segments = notations.Segments(document.data)

    def element(self, element: Element) -> None:
        """Take the value of one element."""
        if not element.leaf or not element.runs:
            return
        at = self._place(element)
        value = text(self._document, element)
        if at is not None and value is not None and value.text.strip():
            where = (value.start, value.end)
            self._segments.put(
                at, self._holder(element), value.text.encode("utf-8", "replace"), where
            )

    def finish(self) -> None:
        """Add what the segments say."""
        self._segments.read(self._evidence)

    def _place(self, element: Element) -> notations.Place | None:
        """The place of an element by its name, or by its attribute `id`."""
        at = notations.place(element.name)
        if at is not None:
            return at
        attributes = self._document.attributes(element)
        given = attributes.get("id") or attributes.get("Id")
        if given is not None:
            return notations.place(given.text)
        if "Sequence" in attributes and element.parent is not None:
            around = self._place(element.parent)  # <subelement Sequence="2">
            number = attributes["Sequence"].text
            if around is not None and number.isdigit() and len(number) <= 2:
                return around._replace(component=int(number))
        return None

    def _holder(self, element: Element) -> int:
        """The offset of the segment's own element, or of what is around the elements."""
        at = element.parent
        while at is not None and self._place(at) is not None:
            at = at.parent
        return at.start if at is not None else -1
