"""Reads FHIR in XML (https://hl7.org/fhir/xml.html): the same resources as in JSON.

Each element becomes the frame or the leaf that JSON would have, and `fhir.resources.ResourceReader`
reads it. JSON's arrays have no counterpart: a repeated element has the path of an array's item.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.fhir import tables
from phiscan.formats.fhir.resources import Resource, ResourceReader
from phiscan.syntax.json_places import Places
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import add_base64
from phiscan.words.labels import is_masked

NAMESPACE: Final = "http://hl7.org/fhir"
_CONTENT: Final = frozenset(("data", "content"))
"""`Attachment.data` and `Binary.data`; `Binary.content` before R4. They hold base64."""
_PHOTO: Final = "photo"
_PLACES: Final = Places(lambda _: True, tables.ELEMENTS.__contains__)


# The first elements of a resource whose namespace somebody has dropped: values are attributes.
# matches b'<id value="7"/>', b'<name><family value="'; not b"<name>Haddad</name>"
_CONTENT_BEGINS: Final = re.compile(
    rb"\s*+(?:<[a-z]\w*+>\s*+){0,3}<[a-z]\w*+\s++value\s*+=\s*+[\"']"
)


def is_resource(name: str, data: bytes, content: int) -> bool:
    """Whether an element without a namespace is a FHIR resource all the same.

    Args:
        name: the element's name.
        data: the document.
        content: the offset of the element's content.
    """
    return name in tables.RESOURCES and _CONTENT_BEGINS.match(data, content) is not None


class _XmlResourceReader(ResourceReader):
    """Reads values as XML writes them.

    Health information has the range of its whole resource, so that a mask keeps the tags.
    """

    def __init__(
        self, document: Document, evidence: Evidence, resource: Resource, end: int
    ) -> None:
        self._document = document
        self._end = end
        super().__init__(document.data, evidence, resource)

    def _value(self, leaf: Leaf) -> str:
        return self._document.decode(self._data[leaf.start : leaf.end])

    def _attachments(self, elements: object) -> None:
        """Do nothing: `FhirXmlReader` nests attachments, also those outside a resource."""

    def _health(self, *, about_patient: bool) -> None:
        kind = self._resource.kind
        start = self._resource.frame.start
        # an empty resource starts where its tag ends
        location = Location(kind, start - (start == self._end), self._end)
        subject = Subject.PATIENT if about_patient else Subject.NOBODY
        self._evidence.add(
            "fhir_resource", tables.HEALTH.get(kind, "PATIENT_RECORD"), location, subject
        )


class FhirXmlReader:
    """Reads elements in the order in which they close. A resource is read when it closes."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._frames: dict[int, Frame | None] = {}
        self._leaves: dict[int, list[Leaf]] = {}

    def element(self, element: Element) -> None:
        """Read one element, or keep it for its resource."""
        if _is_resource(element):
            self._resource(element)
        else:
            attributes = self._document.attributes(element)
            if "value" in attributes and element.name in tables.WANTED:
                self._leaf(element.parent, element.name, attributes["value"])
            if "url" in attributes:
                self._leaf(element, "url", attributes["url"])
            if element.name in _CONTENT and "value" in attributes:
                self._attachment(element, attributes["value"])
        self._frames.pop(element.start, None)

    def finish(self) -> None:
        """Do nothing: each resource has been read."""

    def _leaf(self, holder: Element | None, key: str, value: Value) -> None:
        frame = self._frame(holder)
        if frame is not None:
            leaf = Leaf(frame.place[key.encode()], value.start, value.end, frame)
            self._leaves.setdefault(_outermost(frame).start, []).append(leaf)

    def _frame(self, element: Element | None) -> Frame | None:
        """The frame of an element in a resource: one for each, so that siblings share it."""
        if element is None:
            return None
        if element.start not in self._frames:
            above = None if _is_resource(element) else self._frame(element.parent)
            self._frames[element.start] = None
            if _is_resource(element) or above is not None:
                place = (_PLACES.top if above is None else above.place)[element.name.encode()]
                self._frames[element.start] = Frame(place, element.content, above)
        return self._frames[element.start]

    def _resource(self, element: Element) -> None:
        frame = self._frame(element)
        if frame is not None:
            resource = Resource(element.name, frame, self._leaves.pop(element.content, []))
            _XmlResourceReader(self._document, self._evidence, resource, element.end).read()

    def _attachment(self, element: Element, value: Value) -> None:
        """Nest the base64 of an attachment. A photograph is itself an identifier and not read."""
        if (
            element.parent is not None
            and element.parent.name != _PHOTO
            and not is_masked(value.text)
        ):
            add_base64(self._evidence, value, shown_path(element.path(), tables.KNOWN), "")


def _outermost(frame: Frame) -> Frame:
    while frame.parent is not None:
        frame = frame.parent
    return frame


def _is_resource(element: Element) -> bool:
    """Whether an element is a resource.

    It may be at the top, or in `contained`, `resource` and other elements for any resource.
    """
    return element.name in tables.RESOURCES
