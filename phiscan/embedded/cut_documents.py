"""Whether a line or a string holds the beginning or a part of a document, and not all of it.

A log that gets a document with line ends writes each of its lines as a record of its own.
"""

import re
from collections.abc import Callable
from itertools import chain
from typing import Final

from phiscan.embedded import elements, printed_json
from phiscan.readers import json_dialects

_JSON_SIGNS: Final = tuple(sign for sign, _ in json_dialects.SIGNS)
_XML_SIGNS: Final = (elements.HEALTH_MARK, "<ClinicalDocument", r"<\?xml\s")
_X12_SIGN: Final = r"(?:ISA|isa)[^\w\s][0-9 ]{2}[^\w\s]"
_HL7V2_SIGN: Final = r"(?:MSH|msh)[^\w\s\"']"
MARKS: Final = (*_JSON_SIGNS, *printed_json.MARKS, *_XML_SIGNS, _X12_SIGN, _HL7V2_SIGN)
"""Hyperscan expressions for a sign of a document that may be cut into lines."""
ESCAPED_MARKS: Final = tuple(
    rf"\\\"{key}\\\"\s*:" for key in ("resourceType", "[0-9A-Fa-f]{8}", r"MSH\.1", r"PID\.\d")
)
"""The same for a key of JSON in a string. Matches rb'\"resourceType\":'; not b'"resourceType":'

One for each key: a single expression for all costs as much as all other marks together.
"""
COLUMNS_MARKS: Final = tuple(
    rf"[A-Za-z_]{delimiter}[A-Za-z_][A-Za-z_]" for delimiter in (",", ";", r"\|", r"\t")
)
"""Hyperscan expressions for the header of a table. Match `n,last`; not `n, last`.

One for each delimiter: Hyperscan is slow on a single expression for all. Cells in quotes
count within strings only: `"a","b"` stands in every line of JSON.
"""
ESCAPED_COLUMNS_MARKS: Final = (
    r"[A-Za-z_]\\t[A-Za-z_][A-Za-z_]",
    r"[A-Za-z_]\\\"(?:[,;|]|\\t)\\\"[A-Za-z_][A-Za-z_]",
)
"""The same in a string of JSON or a literal. Match rb'n\tlast' and rb'n\",\"last'."""
# matches all of these
COLUMNS: Final = re.compile("|".join((*COLUMNS_MARKS, *ESCAPED_COLUMNS_MARKS)).encode())
# One expression for each sign: most of them begin with a fixed letter, and `re` is fast on those.
_SIGNS: Final = tuple(re.compile(mark.encode()) for mark in MARKS)
QUOTED_MARKS: Final = (*_JSON_SIGNS, *ESCAPED_MARKS)
"""Those of the marks that hold a double quote, so that a text without one needs no search."""
_UNQUOTED_SIGNS: Final = tuple(
    sign for sign, mark in zip(_SIGNS, MARKS, strict=True) if mark not in QUOTED_MARKS
)
# The delimiter comes first, because `re` is fast on what begins with one of few letters.
_COLUMNS: Final = tuple(
    re.compile(expression)
    for expression in (
        rb",(?<=[A-Za-z_],)[A-Za-z_]{2}",
        rb"[;|\t](?<=[A-Za-z_].)[A-Za-z_]{2}",
        rb"\\t(?<=[A-Za-z_]..)[A-Za-z_]{2}",
        rb"\\\"(?:[,;|]|\\t)\\\"[A-Za-z_]{2}",
    )
)
_ESCAPED: Final = tuple(re.compile(mark.encode()) for mark in ESCAPED_MARKS)
_XML: Final = re.compile("|".join(_XML_SIGNS).encode())
_X12: Final = re.compile(_X12_SIGN.encode())
_HL7V2: Final = re.compile(_HL7V2_SIGN.encode())


def is_cut(line: bytes) -> bool:
    """Whether a sign of a document stands in `line`, and the rest of the document does not.

    An object has its brackets in pairs, an element ends, an interchange has its trailer (IEA), and
    a message has a patient (PID).
    """
    possible = _SIGNS if b'"' in line else _UNQUOTED_SIGNS
    sign = min((at for at in map(_start_of(line), possible) if at >= 0), default=-1)
    if sign < 0:
        return False
    if _XML.search(line):
        return b"</" not in line
    if _X12.search(line):
        return b"IEA" not in line.upper()
    if _HL7V2.search(line):
        return b"PID" not in line.upper()
    return b"{" not in line[:sign] or line.count(b"{") != line.count(b"}")


def signs(data: bytes) -> set[int]:
    """Where signs of a document or of a table stand."""
    possible = (*_SIGNS, *_ESCAPED) if b'"' in data else _UNQUOTED_SIGNS
    found = (sign.finditer(data) for sign in (*possible, *_COLUMNS))
    return {match.start() for match in chain.from_iterable(found)}


def _start_of(line: bytes) -> Callable[[re.Pattern[bytes]], int]:
    def start(sign: re.Pattern[bytes]) -> int:
        found = sign.search(line)
        return -1 if found is None else found.start()

    return start
