"""JSON, HL7 v2 messages and X12 interchanges in the strings of JSON.

Ranges are mapped back through the escapes, so redaction masks single values.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.syntax.json_lexer import TEXT
from phiscan.syntax.json_places import unescaped

# matches rb'"{\"patient\": 1}"', rb'"MSH|^~\\&|A"', rb'"\u000bMSH|A"' and b'"ISA*00*"'; not
# b'"{score}"'. Group 2 matches if the string ends.
_STRING: Final = re.compile(
    rb'"((?:\\[nrt"\\]|\\u000[bB]|\s){0,8}'
    rb'(?:[\[{](?:\\[nrt]|\s){0,8}(?:\\+["[{]|[\[{\]}]|\d)|(?:MSH|FHS|BHS|ISA|msh|isa)[^\w\s"])'
    + TEXT.encode()
    + rb')(?:(")|\\?\Z)',
    re.DOTALL,
)
_BEGINS: Final = (b"{\\", b'"{', b'"[', b"MSH", b"FHS", b"BHS", b"ISA", b"msh", b"isa")
MARKS: Final = (
    r"\{\\+\"",
    # A bracket and what may follow it in a document: matches `"[{`; not `"{score}"`. Three
    # expressions, two of them with a fixed length, cost half as much as a single one.
    r"\"[\[{][\\\[{\]}0-9\s]",
    r"\"[ \t][\[{][\\\[{\]}0-9\s]",
    # no line ends here: with them, indented documents would cost twice as much
    r"\"[ \t]{2,8}[\[{][\\\[{\]}0-9\s]",
    r"\"(?:\\[nrt]){1,8}[\[{]",
    r"(?:MSH|FHS|BHS|ISA|msh|isa)[^\w\s]",
    r"\\u000[bB](?:MSH|FHS|BHS|msh)[^\w\s]",  # the frame of MLLP
)


def find(data: bytes) -> Iterator[Nested]:
    """Yield the strings that look like a document."""
    if not any(begin in data for begin in _BEGINS):
        return
    for match in _STRING.finditer(data):
        if match[2] is None:
            return  # the string does not end, so no string after its begin does
        origin = unescaped(data, *match.span(1))
        yield Nested(
            origin.text(),
            Location("json_string", *match.span(1)),
            "",
            declared=False,
            origin=origin,
        )
