r"""Documents written with the escapes of another format: XML, a table or a MIME message in a JSON string, anything in percent-encoding.

    {"ccd": "<?xml version=\"1.0\"?>\n<ClinicalDocument ..."}    "\u003cPatient xmlns=..."    %7B%22resourceType%22%3A...

Each byte is traced back through its escape, so redaction masks the values within. A browser's own markup (a narrative in
`<div>`) is no document here: the detectors read it where it stands.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers import csv as csv_table
from phiscan.readers import multipart
from phiscan.syntax.json_lexer import TEXT
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
"""Hyperscan expressions for where XML in a JSON string begins; not `<div`, which every FHIR
narrative is. One expression for all of what may stand before it takes as long as all other marks
together."""
TABLE_MARK: Final = r"\\n"
"""Hyperscan expression for a string of JSON that has lines."""
MESSAGE_MARK: Final = r"\\n(?:content-(?:type|disposition)|mime-version)\s*:"
"""Hyperscan expression, caseless, for a string of JSON that has header fields of MIME: a multipart
body, an e-mail."""
PERCENT_MARK: Final = "%[0-9A-Fa-f]{2}"

_XML: Final = re.compile(
    rb'"((?:\\[nrt]|\\ufeff|\s){0,8}'
    + _BEGINNING.encode()
    + rb"(?:[?!]|(?!div\b)[A-Za-z_][\w.-]{0,80}(?=[:\s>/\\])))"
)
_CELL: Final = repeated(rb"[\w .:#/()\[\]%'*-]|\\\"", "{0,64}")
# mrn,last_name,dob
_HEADER: Final = re.compile(_CELL + repeated(rb"(?:[,;|]|\\t)" + _CELL, "+") + rb"(?:\\r)?")
_MESSAGE: Final = re.compile(MESSAGE_MARK.encode(), re.IGNORECASE)
_MESSAGE_HEAD: Final = 4096
_LONGEST_HEADER: Final = 8192
_SHORTEST_ROW: Final = 5
_MAX_HEADERS: Final = 4096
"""Strings with a line like a header that are looked at closely; each costs some 20 us."""
_REST: Final = re.compile(TEXT.encode() + rb'(?=(")|\\?\Z)', re.DOTALL)
_ENCODED: Final = rb"[\w.~!*'()+/:;,@$-]|%[0-9A-Fa-f]{2}"
_WHOLE: Final = re.compile(rb"\s*+" + repeated(_ENCODED, "+") + rb"\s*+")
# what JSON, XML, HL7 and X12 begin with; in a URL of a log, say
_TOKEN: Final = re.compile(
    rb"(?<![\w%])(?:%(?:20|0[ADad]))*(?:%7[Bb]|%5[Bb]|%3[Cc]|(?:MSH|FHS|BHS)%7[Cc]|ISA(?:%2[Aa]|%7[Cc]))"
    + repeated(_ENCODED, "{15,}")
)
_PERCENT: Final = re.compile(rb"\+|%[0-9A-Fa-f]{2}")
_ESCAPES: Final = 4
"""Percent escapes that a text has which was encoded as a whole; a path or a word has fewer."""


def xml_strings(data: bytes) -> Iterator[Nested]:
    """XML documents that are strings of JSON."""
    at = 0
    while (begin := _XML.search(data, at)) is not None:
        rest = _REST.match(data, begin.end(1))
        if rest is None or rest[1] is None:
            return  # it does not end, and none that begins within it can
        at = rest.end()
        text = unescaped(data, begin.start(1), at)
        yield Nested(
            text.text(), Location("json_string", begin.start(1), at), declared=False, origin=text
        )


def tables(data: bytes) -> Iterator[Nested]:
    """Tables that are strings of JSON: the first line of the string is a header that we can read,
    and a row follows."""
    end = looked = 0
    while (line := data.find(b"\\n", end)) >= 0:
        begin = _string_begins(data, max(end, line - _LONGEST_HEADER), line)
        end = data.find(b'"', line)
        if end < 0:
            return  # the string does not end, and none that begins within it can
        if begin < 0 or not _HEADER.fullmatch(data, begin, line):
            continue
        rest = _REST.match(data, line)
        if rest is None or rest[1] is None:
            return
        end = rest.end()
        if end - line < _SHORTEST_ROW:
            continue
        looked += 1
        # INVARIANT (fail closed): strings that are too many to look at are all taken for tables,
        # and the limit on these holds
        head = unescaped(data, begin, min(end, line + _LONGEST_HEADER)).text()
        if looked > _MAX_HEADERS or csv_table.sniff(head):
            text = unescaped(data, begin, end)
            yield Nested(
                text.text(),
                Location("json_string", begin, end),
                "text/csv",
                declared=False,
                origin=text,
            )


def messages(data: bytes) -> Iterator[Nested | None]:
    """Multipart bodies and MIME messages that are strings of JSON."""
    end = 0
    while (field := _MESSAGE.search(data, end)) is not None:
        begin = _string_begins(data, end, field.start())
        rest = _REST.match(data, field.start())
        if begin < 0 or rest is None or rest[1] is None:
            return  # no string of JSON, or one that does not end
        end = rest.end()
        yield None
        # escapes make a text about twice as long; one may be cut through at the end, what is looked
        # for stands at the beginning
        head = unescaped(data, begin, min(end, begin + 2 * _MESSAGE_HEAD)).text()
        if multipart.sniff(head[:_MESSAGE_HEAD]):
            text = unescaped(data, begin, end)
            yield Nested(
                text.text(), Location("json_string", begin, end), declared=False, origin=text
            )


def _string_begins(data: bytes, start: int, end: int) -> int:
    """Where the string begins in which `end` stands: behind the last quote that is not escaped."""
    at = data.rfind(b'"', start, end)
    while at > start and data[at - 1 : at] == b"\\":
        at = data.rfind(b'"', start, at)
    return at + 1 if at >= 0 else -1


def percent_encoded(data: bytes) -> Iterator[Nested | None]:
    """A text that is percent-encoded as a whole, or else the documents in it that are."""
    if _WHOLE.fullmatch(data) and data.count(b"%") >= _ESCAPES:
        yield from _percent(data, 0, len(data))
        return
    for match in _TOKEN.finditer(data):
        yield from _percent(data, *match.span())


def _percent(data: bytes, start: int, end: int) -> Iterator[Nested | None]:
    # a + is a blank only where no blank is written otherwise
    plus = b"+" if data.find(b"%20", start, end) >= 0 else b" "
    text, at = Derived(), start
    for match in _PERCENT.finditer(data, start, end):
        yield None
        text.copy(data, at, match.start())
        text.put(plus if match[0] == b"+" else bytes((int(match[0][1:], 16),)), *match.span())
        at = match.end()
    text.copy(data, at, end)
    yield Nested(text.text(), Location("percent_encoded", start, end), declared=False, origin=text)
