"""Where a long body may be cut, so that each piece can be judged on its own.

Some forms are a sequence of elements that each say everything about themselves. A body of such a
form can be longer than anything that a guard could hold, and can be a stream that never ends. Each
run of whole elements is judged and goes on; what is not complete yet stays.

    form                                         element                  goes on
    -------------------------------------------  -----------------------  ------------------------
    gRPC (application/grpc*)                     one framed message       at once
    server-sent events (text/event-stream)       up to the blank line     at once
    NDJSON, in a response                        a line with an object    at once
    NDJSON, in a request                         a line with an object    at 1 MiB, or at the end
    CSV (text/csv)                               a row                    at 1 MiB, or at the end
    multipart (multipart/*)                      a part                   at 1 MiB, or at the end
    any other, or with a content coding,         the whole body           at the end
    or a part of a document

"At once" is for streams whose receiver waits for each element. All others are held up to 1 MiB, so
that a body which fits into Envoy's own buffer is judged as it would be there: whole.

A cut never hides a value. It stands where the form itself separates, and the separating bytes stay
in the body. What an element says needs its neighbours in two forms only: rows of CSV need the
first rows, and a part needs the boundary. A piece has them as `before` and `after`.

A body that does not look like its form is not cut: a sender could call a document NDJSON, CSV or an
event stream, and put a label into one piece and its value into the next.
"""

import re
from collections.abc import Mapping
from typing import Final

import orjson

from mesh.exchange import http_rules
from mesh.exchange.events import Head
from mesh.exchange.pieces import Cutter, Form, Piece
from mesh.message.facts import Direction
from phiscan.readers.multipart import parameters

PIECE: Final = 1 << 20
"""Bytes of whole elements that make a piece where nobody waits for each element."""
_GRPC_PREFIX: Final = 5  # flags:1 length:4, gRPC over HTTP/2
# matches b"\n\n", b"\r\n\r\n", b"\r\r" (HTML, section 9.2.6); not b"\n:\n"
_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_BLANK_BYTES: Final = 4
# A line of an event stream (HTML, section 9.2.6).
# matches b"data: 1\n", b": hello\r\n", b"id\n" and b"\n"; not b'"ssn":\n', b" data: 1\n"
_FIELD: Final = re.compile(rb"(?:(?:data|event|id|retry)?(?::[^\r\n]*+)?)(?:\r\n|\n|\r)")
_BOM: Final = b"\xef\xbb\xbf"
_NDJSON: Final = frozenset(
    f"application/{name}"
    for name in ("x-ndjson", "ndjson", "fhir+ndjson", "jsonl", "x-jsonlines", "jsonlines")
)
_COLUMNS: Final = frozenset(
    ("columns", "column_names", "columnnames", "fields", "header", "headers", "names", "schema")
)
"""Members of a first line that say what the values of later lines are called."""
_ONE_BYTE_BREAKS: Final = frozenset(
    ("", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252")
)
"""Charsets in which the byte of a line break is nothing else. In UTF-16 it is half of a letter."""
_LEAD_ROWS: Final = 16
_LEAD_BYTES: Final = 64 * 1024
_DELIMITER_END: Final = 80
"""The most bytes of a delimiter line behind its boundary. A longer one is not seen."""


def cutter(head: Head) -> Cutter:
    """Return what cuts the body of a message with this head."""
    is_encoded = head.content_encoding.strip().lower() not in ("", "identity")
    if is_encoded or http_rules.is_part(head) or len(head.headers.all("content-type")) != 1:
        return Cutter(Form(), PIECE)
    media = head.content_type.partition(";")[0].strip().lower()
    form, is_live = Form(), False
    if media.startswith("application/grpc") and not media.startswith("application/grpc-web-text"):
        form, is_live = _Grpc(), True
    elif media == "text/event-stream":
        form, is_live = _Events(), True
    elif media in _NDJSON:
        form, is_live = _JsonLines(), head.facts.direction is Direction.RESPONSE
    elif media == "text/csv" and _charset(head.content_type) in _ONE_BYTE_BREAKS:
        form = _Rows()
    elif media.startswith("multipart/") and (boundary := _boundary(head.content_type)):
        form = _Parts(boundary.encode("latin-1", "replace"))
    return Cutter(form, 1 if is_live else PIECE)


def _boundary(content_type: str) -> str:
    """The boundary, or nothing where readers could disagree about it."""
    found = [value for name, value in parameters(content_type) if name == "boundary"]
    return found[0] if len(found) == 1 and "\\" not in found[0] else ""


def _charset(content_type: str) -> str:
    found = [value.lower() for name, value in parameters(content_type) if name == "charset"]
    return ",".join(found)


class _Grpc(Form):
    """Length-prefixed messages (gRPC over HTTP/2, section Length-Prefixed-Message)."""

    def __init__(self) -> None:
        self._next = 0  # where the first message begins that is not whole

    def whole(self, held: bytearray, new: int) -> int:  # noqa: ARG002 - as Form
        while len(held) >= self._next + _GRPC_PREFIX:
            size = int.from_bytes(held[self._next + 1 : self._next + _GRPC_PREFIX])
            if len(held) < self._next + _GRPC_PREFIX + size:
                break
            self._next += _GRPC_PREFIX + size
        return self._next

    def piece(self, body: bytes, *, is_last: bool) -> Piece:
        is_whole = not is_last or len(body) == self._next
        self._next = 0
        return Piece(body, is_whole=is_whole)


class _Events(Form):
    """Events of an event stream, each ended by a blank line.

    A line that is no field of an event ends all cutting: a document would be called a stream.
    """

    def __init__(self) -> None:
        self._end = 0
        self._line = 0  # where the first line begins that was not looked at
        self._are_fields = True
        self._is_first = True

    def whole(self, held: bytearray, new: int) -> int:
        unseen = max(self._end, len(held) - new - _BLANK_BYTES)
        for found in _BLANK_LINE.finditer(held, unseen):
            if not self._are_events(held, found.end()):
                break
            self._end = found.end()
        return self._end

    def _are_events(self, held: bytearray, end: int) -> bool:
        if self._is_first and held.startswith(_BOM):
            self._line = len(_BOM)
        self._is_first = False
        while self._are_fields and self._line < end:
            found = _FIELD.match(held, self._line)
            self._are_fields = found is not None
            self._line = self._line if found is None else found.end()
        return self._are_fields

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        self._end, self._line = 0, max(0, self._line - len(body))
        return Piece(body)


class _JsonLines(Form):
    """Lines that each hold one JSON object. The first other line ends all cutting.

    An object names its values. The values of an array may be named by the line before it, as a
    string may, and so may those of an object behind a first line that names columns.
    """

    def __init__(self) -> None:
        self._end = 0
        self._are_records = True
        self._is_first = True

    def whole(self, held: bytearray, new: int) -> int:
        seen = len(held) - new
        while self._are_records and (at := held.find(b"\n", max(self._end, seen))) >= 0:
            self._are_records = self._is_record(bytes(memoryview(held)[self._end : at]))
            if self._are_records:
                self._end = at + 1
        return self._end

    def _is_record(self, line: bytes) -> bool:
        if not line.strip():
            return True
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            return False
        is_first, self._is_first = self._is_first, False
        return isinstance(value, dict) and not (is_first and _names_columns(value))

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        self._end = 0
        return Piece(body)


class _Rows(Form):
    """Rows of CSV (RFC 4180). A line break between quotes ends no row.

    The row that names the columns may stand below a title, a comment, `sep=;` or blank lines. So
    the first rows are read with each later piece, as they went on: what was masked stays masked.

    Not cut is what cannot be CSV: a document in braces, brackets or tags, and text with NUL bytes,
    which is UTF-16.
    """

    def __init__(self) -> None:
        self._end = 0
        self._is_quoted = False
        self._is_table = True
        self._has_begun = False
        self._lead = b""
        self._is_first = True

    def whole(self, held: bytearray, new: int) -> int:
        start = len(held) - new
        data = bytes(memoryview(held)[start:])
        self._is_table = self._is_table and b"\0" not in data and self._begins(held)
        if not self._is_table:
            return self._end
        for line in data.splitlines(keepends=True):
            start += len(line)
            self._is_quoted ^= line.count(b'"') % 2 == 1
            if line.endswith(b"\n") and not self._is_quoted:
                if self._is_first and not self._end and start > _LEAD_BYTES:
                    self._is_table = False  # later pieces could not be read with this row
                    break
                self._end = start
        return self._end

    def _begins(self, held: bytearray) -> bool:
        """Whether the first byte that tells something may begin a table."""
        if self._has_begun:
            return True
        told = bytes(memoryview(held)[:_LEAD_BYTES]).removeprefix(_BOM).lstrip()[:1]
        self._has_begun = bool(told)
        return told not in (b"{", b"[", b"<") and (bool(told) or len(held) < _LEAD_BYTES)

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        self._end = 0
        return Piece(body, before=self._lead)

    def released(self, body: bytes) -> None:
        if self._is_first:
            self._is_first, self._lead = False, _first_rows(body)


class _Parts(Form):
    """Parts of a multipart body (RFC 2046, section 5.1.1). A piece begins with a delimiter."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\n--" + boundary
        # for the boundary `a`: matches b"\n--a\r\n", b"\n--a-- \n"; not b"\n--ab\r\n"
        self._line = re.compile(
            re.escape(self._delimiter) + rb"(?:--)?[ \t]{0,%d}\r?\n" % (_DELIMITER_END - 4)
        )
        self._end = 0

    def whole(self, held: bytearray, new: int) -> int:
        unseen = max(0, len(held) - new - len(self._delimiter) - _DELIMITER_END)
        for found in self._line.finditer(held, unseen):
            self._end = found.start() + 1
        return self._end

    def piece(self, body: bytes, *, is_last: bool) -> Piece:
        self._end = 0
        return Piece(body, after=b"" if is_last else self._delimiter[1:] + b"--\r\n")


def _first_rows(body: bytes) -> bytes:
    """The first rows, at least one."""
    end = at = rows = 0
    is_quoted = False
    for line in body.splitlines(keepends=True):
        at += len(line)
        is_quoted ^= line.count(b'"') % 2 == 1
        if line.endswith(b"\n") and not is_quoted:
            if end and (rows == _LEAD_ROWS or at > _LEAD_BYTES):
                break
            end, rows = at, rows + 1
    return body[:end]


def _names_columns(value: Mapping[str, object]) -> bool:
    """Whether an object, or an object in it, has a member with the names of columns."""
    inner = (each for each in value.values() if isinstance(each, dict))
    return any(name.lower() in _COLUMNS for each in (value, *inner) for name in each)
