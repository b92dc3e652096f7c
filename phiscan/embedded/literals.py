r"""Texts with documents in them, within the strings of JSON and the literals of programs and logs.

    {"message": "Received body: {\"resourceType\": ...}"}
    level=info msg="got <Patient xmlns=\"http://hl7.org/fhir\">"
    {"body": "\u004dSH|^~\\&|..."}

The string as a whole becomes a nested text. There, whatever finds documents within a text goes on,
also in a string within it. A string that is a document from its first byte on is the matter of
`json_strings` and `escaped`.

In a document that was read as JSON, each string with a sign of a document counts, because nothing
reads documents in it as they stand. In any other text only a sign that is written with escapes
counts, because the rest is read as it stands.

Ranges are mapped back through the escapes, so redaction masks single values.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from phiscan.embedded import printed_json, references
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.formats.hl7v2 import lone
from phiscan.syntax import json_places
from phiscan.syntax import literals as any_literals
from phiscan.text.offsets import Derived

_QUOTE: Final = r"\\+(?:\"|u0022)"
_LESS: Final = r"(?:<|\\+u003[cC])"
_HEALTH: Final = r"(?:http:\\*/\\*/hl7\.org\\*/fhir|urn:hl7-org:v|http:\\*/\\*/www\.ncpdp)"
# Signs with escapes, as expressions of both Hyperscan and `re`.
ESCAPED_MARKS: Final = (
    # an object of JSON: matches rb'{\"a' and rb'{\n  \"a'; not b'{"a'
    rf"\{{(?:\s|\\+[nrt]){{0,20}}{_QUOTE}",
    # a namespace of a health vocabulary: matches rb'xmlns=\"urn:hl7-org:v3'; not without backslash
    rf"xmlns(?::\w{{1,20}})?\s?(?:=|\\+u003[dD])\s?(?:\\+[\"']|\\+u002[27]){_HEALTH}",
    r"<\?xml\s[^<>\"]{0,20}\\+[\"']|\\+u003[cC]\?xml",
    # A letter, a digit or a bracket as an escape. No encoder has to write it so.
    # matches rb"\u004d"; not rb"\u003c", which many encoders write
    r"\\u00(?:[46][1-9a-fA-F]|[57][0-9aAbB]|3[0-9])",
)
"""Hyperscan expressions for signs of a document that are written with escapes."""
_PLAIN_MARKS: Final = (
    rf"xmlns(?::\w{{1,20}})?\s?=\s?'{_HEALTH}",
    r"<\?xml\s",
    rf"{_LESS}ClinicalDocument",
    r"(?:MSH|FHS|BHS|msh)[^\w\s\"]",
    lone.MARK,
    r"(?:ISA|isa)[^\w\s\"][0-9 ]{2}",
    *references.MARKS,
    *printed_json.MARKS,
)
STRING_MARKS: Final = (*ESCAPED_MARKS, *_PLAIN_MARKS)
"""Hyperscan expressions for signs of a document within a string of JSON."""


def _compiled(marks: tuple[str, ...]) -> tuple[re.Pattern[bytes], ...]:
    """Compile marks for `re`, whose runs of backslashes must not be tried twice."""
    return tuple(re.compile(mark.replace("\\\\+", "\\\\++").encode()) for mark in marks)


_ESCAPED_SIGNS: Final = _compiled(ESCAPED_MARKS)
_STRING_SIGNS: Final = _compiled(STRING_MARKS)
_SHORTEST: Final = 12
"""The least bytes of a document. They hold a labelled number."""
_BACKSLASH: Final = 0x5C


def in_strings(data: bytes) -> Iterator[Nested]:
    """Yield the strings of a JSON document that hold a sign of a document."""
    yield from _holding(data, _STRING_SIGNS, json_places.unescaped)


def in_literals(data: bytes) -> Iterator[Nested]:
    """Yield the literals of a text that hold a sign of a document in escapes.

    A literal without quotes around it reaches over its line.
    """
    yield from _holding(data, _ESCAPED_SIGNS, any_literals.unescaped)


def _holding(
    data: bytes,
    signs: tuple[re.Pattern[bytes], ...],
    unescaped: Callable[[bytes, int, int], Derived],
) -> Iterator[Nested]:
    seen: set[int] = set()
    for sign in signs:
        at = 0
        while (found := sign.search(data, at)) is not None:
            start, end = _around(data, found.start(), at)
            at = max(end, found.end())
            if start not in seen and end - start >= _SHORTEST:
                seen.add(start)
                text = unescaped(data, start, end)
                yield Nested(
                    text.text(), Location("string", start, end), declared=False, origin=text
                )


def _around(data: bytes, at: int, low: int) -> tuple[int, int]:
    """Return the string or literal around `at`: between unescaped quotes, or to the line's ends.

    Args:
        low: an offset outside of strings, before which nothing is looked at.
    """
    line = data.rfind(b"\n", low, at) + 1 or low
    start = at
    while (start := data.rfind(b'"', line, start)) >= 0 and _is_escaped(data, start, line):
        pass
    end = data.find(b"\n", at)
    line_end = len(data) if end < 0 else end
    end = at
    while (end := data.find(b'"', end, line_end)) >= 0 and _is_escaped(data, end, line):
        end += 1
    return (line if start < 0 else start + 1), (line_end if end < 0 else end)


def _is_escaped(data: bytes, at: int, low: int) -> bool:
    """Whether an odd number of backslashes stands before `at`."""
    first = at
    while first > low and data[first - 1] == _BACKSLASH:
        first -= 1
    return (at - first) % 2 == 1
