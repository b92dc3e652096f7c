r"""Documents in the escapes of another format.

These are XML, a table or a MIME message in a JSON string, and any document in percent-encoding.

    {"ccd": "<?xml version=\"1.0\"?>\n<ClinicalDocument ..."}
    "\u003cPatient xmlns=..."
    %7B%22resourceType%22%3A...

Ranges are mapped back through the escapes, so redaction masks single values. HTML that begins with
`<div>` (a FHIR narrative) is not a document here. The detectors read it in place.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from phiscan.embedded.json_strings import REST, as_document, string_begins
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers import form, multipart
from phiscan.readers.tables import csv as csv_table
from phiscan.syntax.json_places import unescaped
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

_BEGINNING: Final = r"(?:<|\\u003[cC])"
_NAME: Final = r"(?:[?!]|[a-ce-zA-Z_]|d[^i]|di[^v])"
XML_MARKS: Final = (
    rf"\"<{_NAME}",
    rf"\"\s<{_NAME}",
    rf"\s\s<{_NAME}",
    rf"(?:\\[nrt]|\\ufeff)\s?<{_NAME}",
    rf"\\u003[cC]{_NAME}",
)
"""Hyperscan expressions for the beginning of XML in a JSON string.

The first matches `"<Patient`; not `"<div`, with which every FHIR narrative begins. There is one
expression for each of what may come before the `<`. A single expression for all would take as long
as all other marks together.
"""
TURTLE_MARK: Final = r"(?:@prefix|@base|PREFIX|BASE)\s"
"""Hyperscan expression for the declaration of a prefix. Matches `@prefix a`; not `prefix a`."""
TABLE_MARK: Final = r"\\n"
"""Hyperscan expression for a JSON string with line ends."""
MESSAGE_MARK: Final = r"\\n(?:content-(?:type|disposition)|mime-version)\s*:"
r"""Hyperscan expression, caseless, for a JSON string with MIME header fields.

Matches `\nContent-Type:`; not `\nContent:`.
"""
FORM_MARK: Final = r"\w&\w"
"""Hyperscan expression for the second field of a form. Matches `a&b`; not `a & b`."""
PERCENT_MARK: Final = "%[0-9A-Fa-f]{2}"

# matches b'"<Patient ' and b'"\\u003c?'; not b'"<div>' or b'"< 5'
_XML: Final = re.compile(
    rb'"((?:\\[nrt]|\\ufeff|\s){0,8}'
    + _BEGINNING.encode()
    + rb"(?:[?!]|(?!div\b)[A-Za-z_][\w.-]{0,80}(?=[:\s>/\\])))"
)
# matches b'"@prefix fhir: <'; not b'"prefix"'
_TURTLE: Final = re.compile(rb'"((?:\\[nrt]|\s){0,8}(?:@prefix|@base|PREFIX|BASE)\s)')
_CELL: Final = repeated(rb"[\w .:#/()\[\]%'*-]|\\\"", "{0,64}")
# matches b"mrn,last_name,dob"; not b"mrn"
_HEADER: Final = re.compile(_CELL + repeated(rb"(?:[,;|]|\\t)" + _CELL, "+") + rb"(?:\\r)?")
_MESSAGE: Final = re.compile(MESSAGE_MARK.encode(), re.IGNORECASE)
_MESSAGE_HEAD: Final = 4096
_LONGEST_HEADER: Final = 8192
_SHORTEST_ROW: Final = 5
_MAX_HEADERS: Final = 4096
"""The most strings that are checked for a table header. Each costs about 20 us."""
_ENCODED: Final = rb"[\w.~!*'()+/:;,@$-]|%[0-9A-Fa-f]{2}"
_WHOLE: Final = re.compile(rb"\s*+" + repeated(_ENCODED, "+") + rb"\s*+")
# The beginning of JSON, XML, HL7 v2 or X12, for example in a URL of a log.
# matches b"%7B%22ssn%22%3A%22123-45-6789%22%7D"; not b"%20hello%20world%20again"
_TOKEN: Final = re.compile(
    rb"(?<![\w%])(?:%(?:25)*(?:20|0[ADad]))*"  # each %25 is one more time of encoding
    rb"(?:%(?:25)*(?:7[Bb]|5[Bb]|3[Cc])"
    rb"|(?:MSH|FHS|BHS|msh)%(?:25)*7[Cc]|(?:ISA|isa)%(?:25)*(?:2[Aa]|7[Cc]))"
    + repeated(_ENCODED, "{15,}")
)
# Base64 whose + / = are encoded. matches b"QW5hIFJ1aXogU1NO%3D"; not b"QW5hIFJ1aXogU1NO"
_BASE64: Final = re.compile(
    rb"(?<![\w%])(?=[A-Za-z0-9%]{20})[A-Za-z0-9]{4,}+"
    + repeated(rb"%(?:25)*(?:2[BbFf]|3[Dd])[A-Za-z0-9]*+", "+")
)
_PERCENT: Final = re.compile(rb"\+|%[0-9A-Fa-f]{2}")
_ESCAPES: Final = 4
"""The least percent escapes in a text that is encoded as a whole. Paths and words have fewer."""


def xml_strings(data: bytes) -> Iterator[Nested]:
    """Yield the JSON strings that are XML documents."""
    return _strings(_XML, data)


def turtle_strings(data: bytes) -> Iterator[Nested]:
    """Yield the JSON strings that are graphs in Turtle."""
    return _strings(_TURTLE, data)


def _strings(beginning: re.Pattern[bytes], data: bytes) -> Iterator[Nested]:
    """Yield the JSON strings with this beginning. Its group 1 is within the string."""
    at = 0
    while (begin := beginning.search(data, at)) is not None:
        rest = REST.match(data, begin.end(1))
        if rest is None or rest[1] is None:
            return  # the string does not end, so no string after its begin does
        at = rest.end()
        yield as_document(data, begin.start(1), at)


def tables(data: bytes) -> Iterator[Nested]:
    """Yield the JSON strings that are tables: a header with a known label, then a row."""
    end = looked = 0
    while (line := data.find(b"\\n", end)) >= 0:
        begin = string_begins(data, max(end, line - _LONGEST_HEADER), line)
        end = data.find(b'"', line)
        if end < 0:
            return  # the string does not end, so no string after its begin does
        if begin < 0 or not _HEADER.fullmatch(data, begin, line):
            continue
        rest = REST.match(data, line)
        if rest is None or rest[1] is None:
            return
        end = rest.end()
        if end - line < _SHORTEST_ROW:
            continue
        looked += 1
        # INVARIANT (fail closed): a string beyond the limit is taken for a table without a check.
        # The number of embedded documents has its own limit, and exceeding it is a gap.
        head = unescaped(data, begin, min(end, line + _LONGEST_HEADER)).text()
        if looked > _MAX_HEADERS or csv_table.sniff(head):
            yield as_document(data, begin, end, "text/csv")


def messages(data: bytes) -> Iterator[Nested | None]:
    """Yield the JSON strings that are multipart bodies or MIME messages, and None before each."""
    end = 0
    while (field := _MESSAGE.search(data, end)) is not None:
        begin = string_begins(data, end, field.start())
        rest = REST.match(data, field.start())
        if begin < 0 or rest is None or rest[1] is None:
            return  # not in a JSON string, or in one that does not end
        end = rest.end()
        yield None
        # Escapes make a text up to about twice as long. The cut may split an escape at the end, but
        # the sniff needs only the beginning.
        head = unescaped(data, begin, min(end, begin + 2 * _MESSAGE_HEAD)).text()
        if multipart.sniff(head[:_MESSAGE_HEAD]):
            yield as_document(data, begin, end)


def forms(data: bytes) -> Iterator[Nested | None]:
    """Yield the JSON strings that are forms with two fields or more, and None for others."""
    at = 0
    while (sign := data.find(b"&", at)) >= 0:
        begin = string_begins(data, at, sign)
        rest = REST.match(data, sign)
        if rest is None or rest[1] is None:
            return  # the string does not end, so no string after its begin does
        at = rest.end()
        if begin < 0 or data.find(b"=", begin, sign) < 0 or not form.sniff(data[begin:at]):
            yield None
            continue
        yield as_document(data, begin, at, "application/x-www-form-urlencoded")


def percent_encoded(data: bytes) -> Iterator[Nested | None]:
    """Yield the text if it is percent-encoded as a whole, else the documents in it that are.

    Yields None for each escape.
    """
    if _WHOLE.fullmatch(data) and data.count(b"%") >= _ESCAPES:
        yield from _percent(data, 0, len(data))
        return
    for match in chain(_TOKEN.finditer(data), _BASE64.finditer(data)):
        yield from _percent(data, *match.span())


def _percent(data: bytes, start: int, end: int) -> Iterator[Nested | None]:
    # a + is a blank only where no blank is written as %20
    plus = b"+" if data.find(b"%20", start, end) >= 0 else b" "
    text, at = Derived(), start
    for match in _PERCENT.finditer(data, start, end):
        yield None
        text.copy(data, at, match.start())
        text.put(plus if match[0] == b"+" else bytes((int(match[0][1:], 16),)), *match.span())
        at = match.end()
    text.copy(data, at, end)
    yield Nested(text.text(), Location("percent_encoded", start, end), declared=False, origin=text)
