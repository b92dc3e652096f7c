"""XML elements within a text, as they stand: behind the prefix of a log line, in a manual.

An element of a health vocabulary is read wherever it stands, also when it does not end. Any other
element counts only if it ends and the name of an element in it is a known label, as in
`got <patient><ssn>...</ssn></patient>`. Elements of HTML never count, because pages and programs
are full of them.

Theory. One pass over the tags keeps a stack of the elements that are open. Each tag says whether it
is a sign of a document. An element counts when it ends and a sign lies in it, and then replaces the
elements within it. So the cost is linear, whatever does not end.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers import xml
from phiscan.syntax.xml_tokens import local_name
from phiscan.text.offsets import excerpt
from phiscan.words.labels import read_label

HEALTH_MARK: Final = (
    r"xmlns(?::\w{1,20})?\s?=\s?[\"'](?:http://hl7\.org/fhir|urn:hl7-org:v[23]|http://www\.ncpdp\.)"
)
"""Hyperscan expression for the namespace of a health vocabulary.

Matches `xmlns="http://hl7.org/fhir"`; not `xmlns="http://www.w3.org/1999/xhtml"`.
"""
MARKS: Final = (HEALTH_MARK, "<ClinicalDocument", r"</[A-Za-z]")
# matches `<a:id b="c"/>`; not `<!-- -->`
_TAG: Final = re.compile(rb"<(/?)([A-Za-z_][^\s/<>]*+)(?=[\s/>])([^<>]*?)(/?)>")
_XML: Final = b"<?xml"
_PROLOG: Final = 400
"""The most bytes of an XML declaration and the blanks behind it."""


class _Open(NamedTuple):
    """A start tag without its end tag so far."""

    name: bytes
    start: int
    is_health: bool


class _Tags:
    """What the tags so far say."""

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.found: list[tuple[int, int]] = []
        self._names: Counter[bytes] = Counter()
        self._sign = -1

    def take(self, tag: re.Match[bytes]) -> None:
        """Read the next tag."""
        if tag[1]:
            self._close(tag[2], tag.end())
            return
        name = local_name(tag[2])
        is_health = xml.begins_vocabulary(name, tag[3])
        if is_health or (name.lower() not in xml.HTML_NAMES and read_label(name).rule is not None):
            self._sign = tag.start()
        if tag[4]:
            self._end(tag[2], tag.start(), tag.end())
            return
        self.open.append(_Open(tag[2], tag.start(), is_health))
        self._names[tag[2]] += 1

    def _close(self, name: bytes, end: int) -> None:
        """Read an end tag. What is open within its element has no end."""
        if not self._names[name]:
            return
        while True:
            element = self.open.pop()
            self._names[element.name] -= 1
            if element.name == name:
                break
        self._end(name, element.start, end)

    def _end(self, name: bytes, start: int, end: int) -> None:
        if self._sign < start or local_name(name).lower() in xml.HTML_NAMES:
            return
        while self.found and self.found[-1][0] > start:
            self.found.pop()
        self.found.append((start, end))


def find(data: bytes) -> Iterator[Nested]:
    """Yield the outermost elements that count, with their XML declarations."""
    tags = _Tags()
    for tag in _TAG.finditer(data):
        tags.take(tag)
    cut_off = next((element.start for element in tags.open if element.is_health), len(data))
    for start, end in tags.found:
        if start < cut_off:
            yield _nested(data, start, end)
    if cut_off < len(data):
        yield _nested(data, cut_off, len(data))


def _nested(data: bytes, start: int, end: int) -> Nested:
    declared = data.rfind(_XML, max(0, start - _PROLOG), start)
    if declared >= 0 and data[declared:start].rstrip().endswith(b"?>"):
        start = declared
    return Nested(
        data[start:end],
        Location("xml_element", start, end),
        declared=False,
        origin=excerpt(data, start, end),
    )
