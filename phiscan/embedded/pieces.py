r"""Documents cut into the strings of an array, of an object by index, or of a program.

    ["M", "S", "H", "|", ...]                   {"0": "M", "1": "S", ...}
    ["{\"resou", "rceType", ...]                ["{", "  \"resourceType\": \"Patient\",", ...]
    ["eyJyZXNvdXJj", "ZVR5cGUiOi", ...]         "MSH|^~\\&|...\n" + "PID|1||..."

Pieces of one length are joined as they are. Others are lines, which count only with a sign of a
document in them: most lists are lists of words or codes.

Cost: one pass over strings that follow each other. Long lists are decoded once.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from phiscan.embedded import elements
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers.tables import csv as csv_table
from phiscan.syntax import json_places
from phiscan.syntax import literals as any_literals
from phiscan.syntax.json_lexer import STRING, TEXT
from phiscan.text.offsets import Deferred, Derived
from phiscan.text.possessive import repeated

_STRING: Final = STRING.encode()
_CONTENT: Final = re.compile(b'"(' + TEXT.encode() + b')"', re.DOTALL)
# matches b'["a", "b"'; not b'["a"'
_ARRAY: Final = re.compile(
    rb"\[\s*+(" + _STRING + repeated(rb"\s*+,\s*+" + _STRING, "+") + b")", re.DOTALL
)
_MEMBER: Final = rb'"\d{1,7}"\s*+:\s*+' + _STRING
# matches b'{"0": "a", "1": "b", "2": "c"'; not b'{"a": "0"'
_INDEXED: Final = re.compile(
    rb"\{\s*+(" + _MEMBER + repeated(rb"\s*+,\s*+" + _MEMBER, "{2,}") + b")", re.DOTALL
)
_INDEX: Final = re.compile(rb'"(\d{1,7})"\s*+:\s*+"(' + TEXT.encode() + b')"', re.DOTALL)
# matches the lines b'"a\\n" +' and b'"b";'; not b'"a", "b"' on one line
_LINES_OF_CODE: Final = re.compile(
    rb"(" + _STRING + repeated(rb"[ \t]*+[+&.,\\]?[ \t]*+\r?\n\s*+[+&.]?[ \t]*+" + _STRING, "+")
    + b")",
    re.DOTALL,
)  # fmt: skip
ARRAY_MARKS: Final = (r"\[\"", r"\[\s+\"")  # two, because Hyperscan is slower with `\s*`
INDEX_MARK: Final = r"\"[01]\"\s*:\s*\"[^\"]{1,32}\"\s*,\s*\"[12]\"\s*:\s*\""
CODE_MARKS: Final = (r"\\n\"", r"\" \+\n", r"\" \+\r\n")
"""Hyperscan expressions for the end of a literal with a line end, or before a plus sign."""
_FEWEST: Final = 12
"""The least characters of a document, and so of single characters. They hold a labelled number."""
_FIRST: Final = 3
"""The pieces that tell most lists from documents."""
_LONG: Final = 32
"""The least characters of one of two pieces. Two short strings are no document in pieces."""
# What a text or a document has and a list of codes has not.
# matches "MSH|", "a b" and '{"a"'; not "USCAMX"
_SIGN_OF_TEXT: Final = re.compile(r"[\s\"|{}<>=:*~]")
# matches "eyJyZXNvdXJjZVR5cGUi"; not "E11.9E11.65"
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEALTH_NAMESPACE: Final = elements.HEALTH_MARK.replace("[\\\"']", "\\\\*[\\\"']")
# A sign of a document in the lines of a list.
# matches rb'\"resourceType\"', rb'xmlns=\"urn:hl7-org:v3' and b"ISA*00*"; not b'"resourceType"'
_SIGN_OF_LINES: Final = re.compile(
    rb"\\\"(?:resourceType|[0-9A-Fa-f]{8}|MSH\.1|PID\.\d)\\\"\s*:"
    rb"|<\?xml|<ClinicalDocument|ISA[^\w\s\"][0-9 ]{2}[^\w\s\"]|" + _HEALTH_NAMESPACE.encode()
)
_DELIMITERS: Final = ",;|\t"
_HEAD: Final = 16


def arrays(data: bytes) -> Iterator[Nested | None]:
    """Yield the texts that the strings of an array make up, and None for other arrays."""
    for match in _ARRAY.finditer(data):
        yield _joined(data, *match.span(1), _CONTENT)


def indexed(data: bytes) -> Iterator[Nested | None]:
    """Yield the texts that the members of an object by index make up, and None for others."""
    for match in _INDEXED.finditer(data):
        indexes = [int(member[1]) for member in _INDEX.finditer(data, *match.span(1))]
        if indexes == list(range(indexes[0], indexes[0] + len(indexes))):
            yield _joined(data, *match.span(1), _INDEX)
        else:
            yield None


def lines_of_code(data: bytes) -> Iterator[Nested]:
    """Yield the texts that string literals on successive lines of a program make up."""
    for match in _LINES_OF_CODE.finditer(data):
        start, end = match.span(1)
        if _SIGN_OF_LINES.search(data, start, end):
            text = Derived()
            for piece in _CONTENT.finditer(data, start, end):
                any_literals.add_unescaped(text, data, *piece.span(1))
            yield Nested(text.text(), Location("pieces", start, end), declared=False, origin=text)


def _joined(data: bytes, start: int, end: int, piece: re.Pattern[bytes]) -> Nested | None:
    """Return the text that strings make up, or None when they are a list."""
    strings = piece.finditer(data, start, end)
    group = piece.groups
    head = [json_places.decode(match[group]) for match in islice(strings, _FIRST)]
    if not (_may_be_equal(head) or _may_be_lines(data, start, end, head)):
        return None
    pieces = [json_places.decode(match[group]) for match in piece.finditer(data, start, end)]
    separator = _separator(pieces)
    if separator is None:
        return None

    def mapped() -> Derived:
        out, at = Derived(), start
        for number, match in enumerate(piece.finditer(data, start, end)):
            if separator and number:
                out.put(separator, at, match.start(group))
            json_places.add_unescaped(out, data, *match.span(group))
            at = match.end(group)
        return out

    text = separator.join(each.encode("utf-8", "replace") for each in pieces)
    return Nested(
        text, Location("pieces", start, end), declared=False, origin=Deferred(text, mapped)
    )


def _may_be_equal(head: list[str]) -> bool:
    if len(head) < _FIRST:
        return len(head[0]) >= max(len(head[1]), _LONG)
    return len(head[0]) == len(head[1]) >= max(len(head[2]), 1)


def _may_be_lines(data: bytes, start: int, end: int, head: list[str]) -> bool:
    return _SIGN_OF_LINES.search(data, start, end) is not None or any(
        head[0].count(sign) == head[1].count(sign) > 1 for sign in _DELIMITERS
    )


def _separator(pieces: list[str]) -> bytes | None:
    """Return what belongs between the pieces of a document; None when they are a list."""
    size = len(pieces[0])
    if all(len(piece) == size for piece in pieces[:-1]) and len(pieces[-1]) <= size:
        whole = "".join(pieces)
        if len(whole) < _FEWEST:
            return None
        is_text = len(pieces) >= _FIRST and (size == 1 or _SIGN_OF_TEXT.search(whole))
        if is_text or _BASE64.fullmatch(whole):
            # Equally long to the last, they may be identifiers, which as lines are not opaque.
            is_list = not is_text and len(pieces) >= _FIRST and len(pieces[-1]) == size > 1
            return b"\n" if is_list else b""
        return None
    if len(pieces) >= _FIRST and _is_open(pieces):
        return b"" if pieces[0].endswith("\n") else b"\n"
    if csv_table.sniff("\n".join(pieces[:_HEAD]).encode("utf-8", "replace")):
        return b"" if pieces[0].endswith("\n") else b"\n"
    return None


def _is_open(pieces: list[str]) -> bool:
    """Whether the first pieces begin a document that no single piece is."""
    return any(
        piece.count("{") != piece.count("}")
        or (piece.lstrip().startswith("<") and "</" not in piece)
        or (piece.startswith("ISA") and "IEA" not in piece)
        for piece in pieces[:_FIRST]
    )
