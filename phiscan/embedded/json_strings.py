"""Documents in the strings of JSON, with the way back from each of their bytes: JSON in JSON, a message of HL7 v2 or X12.

Redaction masks the values within such a document, because its escapes are undone piece by piece.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.syntax.json_lexer import TEXT
from phiscan.syntax.json_places import unescaped

# "{\"patient\": ...}", "MSH|^~\\&|...\rPID|...", "\u000bMSH|...", "ISA*00*..."
_STRING: Final = re.compile(
    rb'"((?:\\[nrt"\\]|\\u000[bB]|\s){0,8}(?:[\[{](?:\\[nrt]|\s){0,8}(?:\\+["[{]|[\[{\]}]|\d)|(?:MSH|FHS|BHS|ISA)[^\w\s"])'
    + TEXT.encode()
    + rb')(?:(")|\\?\Z)',
    re.DOTALL,
)
_BEGINS: Final = (b"{\\", b'"{', b'"[', b"MSH", b"FHS", b"BHS", b"ISA")
MARKS: Final = (
    r"\{\\+\"",
    # what a document goes on with: `"{score}"` is none. Three expressions, of which two have one
    # length, cost half of one
    r"\"[\[{][\\\[{\]}0-9\s]",
    r"\"[ \t][\[{][\\\[{\]}0-9\s]",
    r"\"[ \t]{2,8}[\[{][\\\[{\]}0-9\s]",  # a line's end makes indented documents cost twice as much
    r"\"(?:\\[nrt]){1,8}[\[{]",
    r"(?:MSH|FHS|BHS|ISA)[^\w\s]",
    r"\\u000[bB](?:MSH|FHS|BHS)[^\w\s]",  # the frame of MLLP
)


def find(data: bytes) -> Iterator[Nested]:
    """The strings that look like a document."""
    if not any(begin in data for begin in _BEGINS):
        return
    for match in _STRING.finditer(data):
        if match[2] is None:
            return  # it does not end, and none that begins within it can
        origin = unescaped(data, *match.span(1))
        yield Nested(
            origin.text(),
            Location("json_string", *match.span(1)),
            "",
            declared=False,
            origin=origin,
        )
