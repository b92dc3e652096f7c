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
# b'"{score}"'. Group 2 matches if the string ends. A quote behind a backslash begins no string, but
# one within a string, which has the escapes of two levels.
_STRING: Final = re.compile(
    rb'(?<!\\)"((?:\\[nrt"\\]|\\u000[bB]|\s){0,8}'
    rb'(?:[\[{](?:\\[nrt]|\s){0,8}(?:\\+["[{]|[\[{\]}]|\d)|(?:MSH|FHS|BHS|ISA|msh|isa)[^\w\s"])'
    + TEXT.encode()
    + rb')(?:(")|\\?\Z)',
    re.DOTALL,
)
# The rest of a JSON string. Group 1 matches if the string ends.
# matches b'a\\"b' before b'"', with group 1; and b'a\\"b' at the end of the text, without it
REST: Final = re.compile(TEXT.encode() + rb'(?=(")|\\?\Z)', re.DOTALL)
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
        yield as_document(data, *match.span(1))


def string_begins(data: bytes, start: int, end: int) -> int:
    """Return where the JSON string around `end` begins: after the last unescaped quote, or -1."""
    at = data.rfind(b'"', start, end)
    while at > start and data[at - 1 : at] == b"\\":
        at = data.rfind(b'"', start, at)
    return at + 1 if at >= 0 else -1


def as_document(data: bytes, begin: int, end: int, content_type: str = "") -> Nested:
    """Return the string from `begin` to `end` as a document without its escapes."""
    text = unescaped(data, begin, end)
    place = Location("json_string", begin, end)
    return Nested(text.text(), place, content_type, declared=False, origin=text)
