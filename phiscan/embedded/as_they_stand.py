"""Health documents in JSON within a text, as they stand or in a literal of a program.

Examples: a FHIR resource behind the prefix of a log line, in an HTTP dump, in the repr of Python
bytes. The text reader finds only single labels in them. Read by their own structure, they name a
patient.

Cost: each range of nested brackets is walked once. A bracket that never closes costs a walk to the
end of the text, so only the first few are tried.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.readers import json as json_reader
from phiscan.readers import json_dialects
from phiscan.syntax import literals
from phiscan.syntax.json_lexer import STRING
from phiscan.text.offsets import Derived, excerpt
from phiscan.text.possessive import repeated

MARKS: Final = tuple(sign for sign, _ in json_dialects.SIGNS)
# matches b'"resourceType":' and b'"PID.5"'; not b'"resourceTypes":'
_SIGN: Final = re.compile("|".join(f"(?:{mark})" for mark in MARKS).encode())
# matches b'{ "a"', b"[{" and, in a literal, b'{\\n "a"'; not b"{a}"
_BLANKS: Final = repeated(rb"\s|\\[nrt]", "*")
_OPENS: Final = re.compile(rb"\{%b\"|\[%b\{" % (_BLANKS, _BLANKS))
# matches b'"a {b}"' whole, and each bracket; not b"a"
_TOKEN: Final = re.compile(rf"{STRING}|[{{}}\[\]]".encode(), re.DOTALL)
_MOST_OPEN: Final = 8
"""The most brackets without an end that are walked."""


def json_objects(data: bytes) -> Iterator[Nested]:
    """Yield the outermost objects and arrays that hold a sign of a JSON dialect.

    An object that does not end (a line that was cut off) reaches to the next one that does, or to
    the end of the text.
    """
    at, unclosed, tried = 0, -1, 0
    for sign in _SIGN.finditer(data):
        while at <= sign.start() and (opens := _OPENS.search(data, at, sign.start() + 2)):
            end = _closed(data, opens.start()) if tried < _MOST_OPEN else -1
            if end < 0:
                tried, unclosed, at = tried + 1, opens.start(), opens.start() + 1
                continue
            at = end
            if end > sign.start():
                if unclosed >= 0:
                    yield _nested(data, unclosed, opens.start())
                yield _nested(data, opens.start(), end)
                unclosed = -1
        at = max(at, sign.start())  # nothing opens before it
    if unclosed >= 0:
        yield _nested(data, unclosed, len(data))


def _closed(data: bytes, start: int) -> int:
    """Return where the object or array at `start` ends, or -1 when it does not."""
    depth = 0
    for token in _TOKEN.finditer(data, start):
        if token[0] in (b"{", b"["):
            depth += 1
        elif token[0] in (b"}", b"]"):
            depth -= 1
            if not depth:
                return token.end()
    return -1


def _nested(data: bytes, start: int, end: int) -> Nested:
    origin = _readable(data, start, end)
    return Nested(origin.text(), Location("json_object", start, end), declared=False, origin=origin)


def _readable(data: bytes, start: int, end: int) -> Derived:
    r"""Return the object as it stands. If only without its escapes it is JSON, without them.

    A literal in single quotes keeps the double quotes of JSON and escapes the rest:
    `b'{\n  "a": "x \\"y\\""}'`.
    """
    plain = excerpt(data, start, end)
    if data.find(b"\\", start, end) < 0 or json_reader.valid(plain.text()):
        return plain
    decoded = literals.unescaped(data, start, end)
    return decoded if json_reader.valid(decoded.text()) else plain
