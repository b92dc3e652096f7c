r"""Health documents as programs print their objects: JSON but for quotes and words.

    {'resourceType': 'Patient', 'active': True, 'deceased': None}        Python
    { resourceType: 'Patient', active: true, deceased: undefined }       Node.js
    {"resourceType"=>"Patient", :active=>true, "deceased"=>nil}          Ruby, Perl

They become JSON, with ranges mapped back, and are read as what they then are. A printed object
without a sign of a format of health care is the matter of `phiscan.labelled.printed_objects`.

Cost: each range of nested brackets around a sign is walked twice.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.syntax import literals
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

MARKS: Final = (
    # matches `'resourceType':`, `'00100010' =>` and `"resourceType"=>`; not `"resourceType":`
    r"'(?:resourceType|[0-9A-Fa-f]{8})'\s?(?::|=>)",
    r"\"(?:resourceType|[0-9A-Fa-f]{8})\"\s?=>",
    # matches `resourceType: '` and `:resourceType=>"`; not `resourceType: string`
    r"resourceType\s?(?::|=>)\s?['\"`]",
)
"""Hyperscan expressions for a key that only documents of health care have, as programs print it."""
_SIGN: Final = re.compile("|".join(MARKS).encode())
# matches b"{'a", b"{ a:", b"{:a" and b"[{"; not b"{}"
_OPENS: Final = re.compile(rb"\{\s{0,8}(?:['\"`]|:?[A-Za-z_$])|[\[(]\s{0,8}\{")


def _quoted(quote: str) -> str:
    return quote + rf"[^{quote}\\]*+" + repeated(rf"\\.[^{quote}\\]*+", "*") + quote


_LITERAL: Final = "|".join(map(_quoted, "'\"`"))
# matches a literal whole, and each bracket; not "a"
_BRACKET: Final = re.compile(rf"{_LITERAL}|[{{}}\[\]()]".encode(), re.DOTALL)
_TOKEN: Final = re.compile(
    rf"(?P<literal>{_LITERAL})".encode()
    # a day: matches b"datetime.date(1961, 4, 12)"
    + rb"|(?P<day>(?:datetime\.)?date(?:time)?\((\d{4}), ?(\d{1,2}), ?(\d{1,2})[^()]{0,80}\))"
    # the name of a class before its arguments: matches b"Decimal" of b"Decimal('1.5')"
    rb"|(?P<callee>[A-Za-z_][\w.]{0,80}(?=\())"
    rb"|(?P<word>:?[A-Za-z_$][\w$.]{0,80})"
    rb"|(?P<arrow>=>)|(?P<opens>\()|(?P<closes>\))",
    re.DOTALL,
)
_WORDS: Final = {
    b"None": b"null", b"nil": b"null", b"undefined": b"null", b"undef": b"null", b"null": b"null",
    b"Array": b"null", b"Object": b"null",  # what Node.js shows of what lies too deep
    b"True": b"true", b"true": b"true", b"False": b"false", b"false": b"false",
}  # fmt: skip
# What JSON writes in another way. matches rb"\'", rb"\x41", b'"' and a line end; not b"a"
_SPECIAL: Final = re.compile(
    rb"\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.|[\"\x00-\x1f]", re.DOTALL
)
_MOST_OPEN: Final = 8
"""The most brackets without an end that are walked."""


def find(data: bytes) -> Iterator[Nested | None]:
    """Yield the outermost objects that hold a sign, as JSON, and None for each other bracket.

    An object that does not end reaches to the end of the text.
    """
    at, unclosed, tried = 0, -1, 0
    for sign in _SIGN.finditer(data):
        while at <= sign.start() and (opens := _OPENS.search(data, at, sign.start() + 2)):
            end = _closed(data, opens.start()) if tried < _MOST_OPEN else -1
            if end < 0:
                tried, unclosed = tried + 1, opens.start() if unclosed < 0 else unclosed
                at = opens.start() + 1
                yield None
                continue
            at = end
            if end > sign.start():
                yield _nested(data, opens.start(), end)
                unclosed = -1
        at = max(at, sign.start())  # nothing opens before it
    if unclosed >= 0:
        yield _nested(data, unclosed, len(data))


def _closed(data: bytes, start: int) -> int:
    """Return where the object at `start` ends, or -1 when it does not."""
    depth = 0
    for token in _BRACKET.finditer(data, start):
        if token[0] in (b"{", b"[", b"("):
            depth += 1
        elif token[0] in (b"}", b"]", b")"):
            depth -= 1
            if not depth:
                return token.end()
    return -1


def _nested(data: bytes, start: int, end: int) -> Nested:
    out, at = Derived(), start
    for token in _TOKEN.finditer(data, start, end):
        out.copy(data, at, token.start())
        at = token.end()
        if token["literal"]:
            _add_literal(out, data, *token.span())
        elif token["day"]:
            out.put(b'"%b-%02d-%02d"' % (token[3], int(token[4]), int(token[5])), *token.span())
        elif not token["callee"]:
            out.put(_written(token), *token.span())
    out.copy(data, at, end)
    return Nested(out.text(), Location("json_object", start, end), declared=False, origin=out)


def _written(token: re.Match[bytes]) -> bytes:
    """Return a word, a bracket or an arrow as JSON writes it."""
    if token["word"]:
        return _WORDS.get(token[0]) or b'"%b"' % token[0].lstrip(b":")
    return b":" if token["arrow"] else b"[" if token["opens"] else b"]"


def _add_literal(out: Derived, data: bytes, start: int, end: int) -> None:
    """Append a literal as a string of JSON."""
    out.put(b'"', start, start + 1)
    at = start + 1
    for special in _SPECIAL.finditer(data, start + 1, end - 1):
        out.copy(data, at, special.start())
        meaning = literals.unescaped(data, *special.span()).text().decode("utf-8", "replace")
        out.put(json.dumps(meaning)[1:-1].encode(), *special.span())
        at = special.end()
    out.copy(data, at, end - 1)
    out.put(b'"', end - 1, end)
