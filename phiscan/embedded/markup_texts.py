"""Texts with documents in them, within XML or HTML: in elements, attributes, CDATA, comments.

    <log><msg>got {&quot;resourceType&quot;:&quot;Patient&quot; ...}</msg></log>
    <event data="PID|1||77120^^^H^MR||SANDOVAL^ROSA"/>

The text as a whole becomes a nested text. A text that is a document from its first byte on is the
matter of the reader of XML.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.embedded import references as written
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.formats.hl7v2 import lone
from phiscan.readers import json_dialects
from phiscan.syntax import xml_values
from phiscan.text.offsets import excerpt

MARKS: Final = (
    *(sign for sign, _ in json_dialects.SIGNS),
    *written.MARKS,
    r"<!(?:\[CDATA\[|--)[^<]{0,200}<[?A-Za-z]",
    r"(?:MSH|FHS|BHS|msh)[^\w\s\"]",
    lone.MARK,
    r"(?:ISA|isa)[^\w\s\"][0-9 ]{2}",
)
"""Hyperscan expressions for a sign of a document within a text of markup."""
_SIGNS: Final = tuple(re.compile(mark.encode()) for mark in MARKS)
_SHORTEST: Final = 12
_SECTIONS: Final = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))


def find(data: bytes) -> Iterator[Nested]:
    """Yield the texts of markup that hold a sign of a document."""
    seen: set[int] = set()
    for sign in _SIGNS:
        at = 0
        while (found := sign.search(data, at)) is not None:
            start, end, is_literal = _around(data, found.end() - 1, at)
            at = max(end, found.end())
            if start not in seen and end - start >= _SHORTEST:
                seen.add(start)
                text = (
                    excerpt(data, start, end)
                    if is_literal
                    else xml_values.unescaped(data, start, end)
                )
                yield Nested(
                    text.text(), Location("markup", start, end), declared=False, origin=text
                )


def _around(data: bytes, at: int, low: int) -> tuple[int, int, bool]:
    """Return the text around `at`, and whether references in it stand for themselves.

    The range is empty when `at` is in a tag and not in a value.

    Args:
        low: an offset outside of texts, before which nothing is looked at.
    """
    for opening, closing in _SECTIONS:
        start = data.rfind(opening, low, at)
        if start >= 0 and data.find(closing, start, at) < 0:
            end = data.find(closing, at)
            return start + len(opening), (len(data) if end < 0 else end), True
    tag, text = data.rfind(b"<", low, at), data.rfind(b">", low, at)
    if tag <= text or tag < 0:
        end = data.find(b"<", at)
        return max(text + 1, low), (len(data) if end < 0 else end), False
    quotes = [(data.rfind(quote, tag, at), quote) for quote in (b'"', b"'")]
    start, quote = max(quotes)
    before = data[tag:start].count(quote) % 2 if start >= 0 else 1
    end = data.find(quote, at)
    return (start + 1, end, False) if not before and end >= 0 else (at, at, False)
