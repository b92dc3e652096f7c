r"""Documents of which each line is a string in a record of its own, in JSON.

    {"log": "{\n", "stream": "stdout"}                              Docker, one record a line
    {"MESSAGE": "  \"resourceType\": \"Patient\",", ...}            the journal, GELF, ECS
    {"body": {"stringValue": "ISA*00*          *..."}}              OTLP; "message" in CloudWatch
    ["1704164645000000000", "MSH|^~\\&|A|B"]                        Loki
    {"MESSAGE": [77, 83, 72, 124, ...]}                             the journal, for any bytes

Strings with the same key are joined, if one of them holds a sign of a document and not all of it.

Cost: one pass over the strings of a document in which such a sign occurs.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from phiscan.embedded import byte_by_byte, printed_json
from phiscan.embedded.cut_documents import (
    COLUMNS,
    COLUMNS_MARKS,
    ESCAPED_COLUMNS_MARKS,
    ESCAPED_MARKS,
    is_cut,
)
from phiscan.embedded.prefixed_lines import FIELD
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers.tables import csv as csv_table
from phiscan.syntax import json_places
from phiscan.syntax.json_lexer import TEXT
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

_NAMESPACE: Final = (
    r"xmlns(?::\w{1,20})?\s?=\s?\\*[\"'](?:http:\\*/\\*/hl7\.org\\*/fhir|urn:hl7-org:v)"
)
MARKS: Final = (
    *ESCAPED_MARKS,
    *printed_json.MARKS,
    _NAMESPACE,
    r"<ClinicalDocument",
    r"\\u003[cC]ClinicalDocument",
    r"(?:ISA|isa)[^\w\s][0-9 ]{2}[^\w\s]",
    r"(?:MSH|msh)[^\w\s\"]",
    COLUMNS_MARKS[0],
    *ESCAPED_COLUMNS_MARKS,
)
"""Hyperscan expressions for a sign of a document within a string of JSON."""
# A member with its string, or the line of Loki behind its time in nanoseconds.
# matches b'"log": "{\\n"' and b'["1704164645000000000", "a"'; not b'"log": 1'
_STRINGS: Final = re.compile(
    rb'(?:"(?P<key>[^"\\]{1,128})"\s{0,8}:|\[\s{0,8}"\d{10,25}"\s{0,8},)\s{0,8}"(?P<text>'
    + TEXT.encode()
    + rb')"',
    re.DOTALL,
)
# A member with its bytes. matches b'"MESSAGE": [77, 83]'; not b'"a": [1.5]'
_BYTES: Final = re.compile(
    rb'"(?P<key>[^"\\]{1,128})"\s{0,8}:\s{0,8}\[\s{0,8}(?P<text>\d{1,3}'
    + repeated(rb"\s{0,8},\s{0,8}\d{1,3}", "*")
    + rb")\s{0,8}\]"
)
_NUMBER: Final = re.compile(rb"\d{1,3}")
# matches what the marks match
_SIGN: Final = re.compile("|".join(MARKS).encode())
# matches the numbers of a list in which such a byte stands: b"78, 34, 65"; not b"1, 2, 3"
_BYTE_SIGN: Final = re.compile("|".join(byte_by_byte.NUMBER_MARKS).encode())
_FEWEST: Final = 2
_BYTE: Final = 256


def strings(data: bytes) -> Iterator[Nested | None]:
    """Yield the texts that strings with the same key make up, and None for each other key."""
    return _same(data, _STRINGS, _SIGN, _Form(_of_string, json_places.add_unescaped))


def byte_lists(data: bytes) -> Iterator[Nested | None]:
    """Yield the texts that lists of bytes with the same key make up, and None for other keys."""
    return _same(data, _BYTES, _BYTE_SIGN, _Form(_of_bytes, _add_bytes))


class _Form(NamedTuple):
    """How the lines are written.

    Args:
        decode: returns what a string or a list stands for.
        add: appends that, with its range in the document.
    """

    decode: Callable[[bytes], bytes]
    add: Callable[[Derived, bytes, int, int], None]


def _same(
    data: bytes, expression: re.Pattern[bytes], sign: re.Pattern[bytes], form: _Form
) -> Iterator[Nested | None]:
    """Yield the documents in members with the same key, of which one holds a `sign`."""
    members: dict[bytes, list[tuple[int, int]]] = {}
    for match in expression.finditer(data):
        members.setdefault(match["key"] or b"", []).append(match.span("text"))
    for places in members.values():
        if len(places) >= _FEWEST and any(sign.search(data, *place) for place in places):
            yield _joined(data, places, sign, form)
        else:
            yield None


def _joined(
    data: bytes, places: list[tuple[int, int]], sign: re.Pattern[bytes], form: _Form
) -> Nested | None:
    """Return the strings in `places` as one text, if a cut document is in them."""
    begins, media = _begins(data, places, sign, form)
    if begins is None:
        return None
    ends = form.decode(data[slice(*places[begins])]).endswith(b"\n")
    out = Derived()
    for number, (start, end) in enumerate(places[begins:]):
        if number and not ends:
            out.put(b"\n", start - 1, start)
        form.add(out, data, start, end)
    return Nested(out.text(), Location(FIELD, 0, len(data)), media, declared=False, origin=out)


def _begins(
    data: bytes, places: list[tuple[int, int]], sign: re.Pattern[bytes], form: _Form
) -> tuple[int | None, str]:
    """Return the string with which a document begins, and its media type where that is known."""
    table: int | None = None
    for number, place in enumerate(places):
        if sign.search(data, *place) is None:
            continue
        text = form.decode(data[slice(*place)])
        if is_cut(text):
            return 0, ""
        if table is None and number + 1 < len(places) and COLUMNS.search(text):
            row = form.decode(data[slice(*places[number + 1])])
            if csv_table.sniff(b"%b\n%b\n" % (text.rstrip(), row.rstrip())):
                table = number
    return table, "text/csv"


def _of_string(raw: bytes) -> bytes:
    return json_places.decode(raw).encode("utf-8", "replace")


def _of_bytes(raw: bytes) -> bytes:
    """The bytes of a list; empty when a number is no byte."""
    numbers = [int(number[0]) for number in _NUMBER.finditer(raw)]
    return bytes(numbers) if max(numbers) < _BYTE else b""


def _add_bytes(out: Derived, data: bytes, start: int, end: int) -> None:
    if _of_bytes(data[start:end]):
        for number in _NUMBER.finditer(data, start, end):
            out.put(bytes((int(number[0]),)), *number.span())
