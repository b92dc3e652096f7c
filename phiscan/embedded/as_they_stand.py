"""Health documents pasted into a text unchanged.

Examples: a FHIR resource after the prefix of a log line, a CDA document after HTTP headers. The
text reader finds only single labels in them. Read by their own structure, they name a patient. A
text that begins like JSON or XML has its own reader and is not searched here.

Cost: each range of nested brackets is walked once.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers import json_dialects
from phiscan.syntax.json_lexer import STRING
from phiscan.text.offsets import excerpt

JSON_MARKS: Final = tuple(sign for sign, _ in json_dialects.SIGNS)
XML_MARK: Final = r"xmlns(?::\w{1,20})?\s?=\s?[\"'](?:http://hl7\.org/fhir|urn:hl7-org:v[23])"
"""Hyperscan expression for the namespace of a health vocabulary.

Matches `xmlns="http://hl7.org/fhir"`; not `xmlns="http://www.w3.org/1999/xhtml"`.
"""
# matches b'"resourceType":' and b'"PID.5"'; not b'"resourceTypes":'
_SIGN: Final = re.compile("|".join(f"(?:{mark})" for mark in JSON_MARKS).encode())
# matches b'{ "a"' and b"[{"; not b"{a}"
_OPENS: Final = re.compile(rb"\{\s*+\"|\[\s*+\{")
# matches b'"a {b}"' whole, and each bracket; not b"a"
_TOKEN: Final = re.compile(rf"{STRING}|[{{}}\[\]]".encode(), re.DOTALL)
_WHOLE: Final = (b"{", b"[", b'"', b"<")
"""How a document that is JSON or XML begins. Its own reader reads all of it."""
# A start tag with such a namespace, after an optional XML declaration.
# matches b'<Patient xmlns="http://hl7.org/fhir">'; not b'<Patient id="1">'
_ROOT: Final = re.compile(
    rb"(?:<\?xml[^>]{0,200}\?>\s*)?<((?:[\w-]{1,20}:)?[A-Za-z]\w{0,60})\s[^<>]{0,2000}?"
    + XML_MARK.encode()
    + rb"[^<>]*>"
)
# matches `<a:id b="c"/>`; not `<!-- -->`
_TAG: Final = re.compile(rb"<(/?)([^\s/<>]++)(?=[\s/>])[^<>]*?(/?)>")


def json_objects(data: bytes) -> Iterator[Nested]:
    """Yield the outermost objects and arrays that hold a sign of a JSON dialect."""
    if data.lstrip()[:1] in _WHOLE:
        return
    at = 0
    for sign in _SIGN.finditer(data):
        while (
            at <= sign.start() and (opens := _OPENS.search(data, at, sign.start() + 2)) is not None
        ):
            at = _closed(data, opens.start())
            if at > sign.start():
                yield _nested(data, "json_object", opens.start(), at)


def _closed(data: bytes, start: int) -> int:
    """Return where the object or array at `start` ends. If it does not end, the end of the text."""
    depth = 0
    for token in _TOKEN.finditer(data, start):
        if token[0] in (b"{", b"["):
            depth += 1
        elif token[0] in (b"}", b"]"):
            depth -= 1
            if not depth:
                return token.end()
    return len(data)


def xml_elements(data: bytes) -> Iterator[Nested]:
    """Yield the elements with the namespace of a health vocabulary."""
    if data.lstrip()[:1] in _WHOLE:
        return
    at = 0
    while (root := _ROOT.search(data, at)) is not None:
        at = root.end()
        if data[root.end() - 2 : root.end()] != b"/>":
            at = _end_tag(data, root[1], root.end())
        yield _nested(data, "xml_element", root.start(), at)


def _end_tag(data: bytes, name: bytes, at: int) -> int:
    """Return where the element `name` ends whose start tag ends at `at`."""
    depth = 1
    # no expression is compiled from `name`, because `re` would cache a word of the document
    for tag in _TAG.finditer(data, at):
        if tag[2] == name:
            depth += -1 if tag[1] else 0 if tag[3] else 1
        if not depth:
            return tag.end()
    return len(data)


def _nested(data: bytes, field: str, start: int, end: int) -> Nested:
    return Nested(
        data[start:end],
        Location(field, start, end),
        declared=False,
        origin=excerpt(data, start, end),
    )
