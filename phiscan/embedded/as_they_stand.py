"""Health documents in a text as they are: a FHIR resource behind a log line's prefix, a CDA document below HTTP headers.

What the text reader makes of them is labels without an order; read by their own structure they name a patient. A text that is such a
document altogether is none within a text. Cost: each stretch of brackets is walked once.
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
_SIGN: Final = re.compile("|".join(f"(?:{mark})" for mark in JSON_MARKS).encode())
_OPENS: Final = re.compile(rb"\{\s*+\"|\[\s*+\{")
_TOKEN: Final = re.compile(rf"{STRING}|[{{}}\[\]]".encode(), re.DOTALL)
_WHOLE: Final = (b"{", b"[", b'"', b"<")
"""How a document of its own begins: its reader has seen what is in it."""
_ROOT: Final = re.compile(
    rb"(?:<\?xml[^>]{0,200}\?>\s*)?<((?:[\w-]{1,20}:)?[A-Za-z]\w{0,60})\s[^<>]{0,2000}?"
    + XML_MARK.encode()
    + rb"[^<>]*>"
)
# matches `<a:id b="c"/>`; not `<!-- -->`
_TAG: Final = re.compile(rb"<(/?)([^\s/<>]++)(?=[\s/>])[^<>]*?(/?)>")


def json_objects(data: bytes) -> Iterator[Nested]:
    """The outermost objects and arrays in which one of the dialects' signs stands."""
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
    """Where what opens at `start` closes; the end of the text when it is cut off."""
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
    """The elements that begin a vocabulary of health care."""
    if data.lstrip()[:1] in _WHOLE:
        return
    at = 0
    while (root := _ROOT.search(data, at)) is not None:
        at = root.end()
        if data[root.end() - 2 : root.end()] != b"/>":
            at = _end_tag(data, root[1], root.end())
        yield _nested(data, "xml_element", root.start(), at)


def _end_tag(data: bytes, name: bytes, at: int) -> int:
    """Where the element `name` that is open at `at` ends."""
    depth = 1
    # no expression of this name: `re` keeps what it compiles
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
