"""Where a long body may be cut, so that each piece can be judged on its own.

Some forms are a sequence of elements that each say everything about themselves. A body of such a
form can be longer than anything that a guard could hold, and can be a stream that never ends. Each
run of whole elements is judged and goes on; what is not complete yet stays.

    form                                         element                  goes on
    -------------------------------------------  -----------------------  ------------------------
    gRPC (application/grpc*)                     one framed message       at once
    server-sent events (text/event-stream)       up to the blank line     at once
    NDJSON, in a response                        a line that is JSON      at once
    NDJSON, in a request                         a line that is JSON      at 1 MiB, or at the end
    CSV (text/csv)                               a row                    at 1 MiB, or at the end
    multipart (multipart/*)                      a part                   at 1 MiB, or at the end
    any other, or with a content coding,         the whole body           at the end
    or a part of a document

"At once" is for streams whose receiver waits for each element. All others are held up to 1 MiB, so
that a body which fits into Envoy's own buffer is judged as it would be there: whole.

A cut never hides a value. It stands where the form itself separates, and the separating bytes stay
in the body. What an element says needs its neighbours in two forms only: rows of CSV need the
header row, and a part needs the boundary. A piece has them as `before` and `after`.

NDJSON whose lines are not JSON is not cut: a sender could call a document NDJSON, and put a label
into one piece and its value into the next.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson

from mesh.exchange import http_rules
from mesh.exchange.events import Head
from mesh.message.facts import Direction

PIECE: Final = 1 << 20
"""Bytes of whole elements that make a piece where nobody waits for each element."""
_GRPC_PREFIX: Final = 5  # flags:1 length:4, gRPC over HTTP/2
# matches b"\n\n", b"\r\n\r\n", b"\r\r" (HTML, section 9.2.6); not b"\n:\n"
_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_BLANK_BYTES: Final = 4
# matches `multipart/form-data; boundary=abc` and `; boundary="a b"`; not `; xboundary=abc`
_BOUNDARY: Final = re.compile(r";\s*boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\",]{1,200}))", re.I)
_NDJSON: Final = frozenset(
    f"application/{name}"
    for name in ("x-ndjson", "ndjson", "fhir+ndjson", "jsonl", "x-jsonlines", "jsonlines")
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole elements of a body.

    Args:
        body: their bytes.
        before: what a reader needs in front of them.
        after: what a reader needs behind them.
        is_whole: False when the last element is cut off.
    """

    body: bytes = field(repr=False)
    before: bytes = field(default=b"", repr=False)
    after: bytes = field(default=b"", repr=False)
    is_whole: bool = True

    @property
    def document(self) -> bytes:
        """What is scanned."""
        return self.before + self.body + self.after

    def body_of(self, document: bytes) -> bytes | None:
        """The body within a document that was masked. None when its ends were masked too."""
        end = len(document) - len(self.after)
        if not (document.startswith(self.before) and document.endswith(self.after)):
            return None
        return document[len(self.before) : end] if len(self.before) <= end else None


class Form(Protocol):
    """Knows where the elements of one body end. It sees all bytes once, in their order."""

    def whole(self, held: bytearray, new: int) -> int:
        """Return how many bytes at the start of `held` are whole elements.

        Args:
            held: the bytes that have not been taken.
            new: how many bytes at its end were not there at the last call.
        """

    def piece(self, body: bytes, *, is_last: bool) -> Piece:
        """Return bytes that are taken as a piece. The last one ends with the body."""


class Cutter:
    """Cuts one body.

    Args:
        form: where its elements end.
        least: bytes of whole elements that make a piece before the end of the body.
    """

    def __init__(self, form: Form, least: int) -> None:
        self._form = form
        self._least = least
        self._held = bytearray()
        self._whole = 0

    @property
    def held(self) -> int:
        """The number of bytes that have not been taken."""
        return len(self._held)

    @property
    def is_live(self) -> bool:
        """Whether a receiver waits for each element."""
        return self._least == 1

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        self._held += data
        self._whole = self._form.whole(self._held, len(data))

    def take(self) -> Piece | None:
        """Take the whole elements, when they make a piece."""
        return self._taken(self._whole, is_last=False) if self._whole >= self._least else None

    def rest(self) -> Piece:
        """Take everything. Nothing may be fed after that."""
        return self._taken(len(self._held), is_last=True)

    def _taken(self, size: int, *, is_last: bool) -> Piece:
        body = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        self._whole = 0
        return self._form.piece(body, is_last=is_last)


def cutter(head: Head) -> Cutter:
    """Return what cuts the body of a message with this head."""
    is_encoded = head.content_encoding.strip().lower() not in ("", "identity")
    if is_encoded or http_rules.is_part(head) or len(head.headers.all("content-type")) != 1:
        return Cutter(_Whole(), PIECE)
    media = head.content_type.partition(";")[0].strip().lower()
    boundary = _BOUNDARY.search(head.content_type) if media.startswith("multipart/") else None
    form: Form = _Whole()
    is_live = False
    if media.startswith("application/grpc") and not media.startswith("application/grpc-web-text"):
        form, is_live = _Grpc(), True
    elif media == "text/event-stream":
        form, is_live = _Events(), True
    elif media in _NDJSON:
        form, is_live = _JsonLines(), head.facts.direction is Direction.RESPONSE
    elif media == "text/csv":
        form = _Rows()
    elif boundary is not None:
        form = _Parts((boundary[1] or boundary[2]).encode("latin-1", "replace"))
    return Cutter(form, 1 if is_live else PIECE)


class _Whole:
    """A body that cannot be cut."""

    def whole(self, held: bytearray, new: int) -> int:  # noqa: ARG002 - as Form
        return 0

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        return Piece(body)


class _Grpc:
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


class _Events:
    """Events of an event stream, each ended by a blank line."""

    def __init__(self) -> None:
        self._end = 0

    def whole(self, held: bytearray, new: int) -> int:
        unseen = max(self._end, len(held) - new - _BLANK_BYTES)
        for found in _BLANK_LINE.finditer(held, unseen):
            self._end = found.end()
        return self._end

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        self._end = 0
        return Piece(body)


class _JsonLines:
    """Lines that each hold one JSON value. The first other line ends all cutting."""

    def __init__(self) -> None:
        self._end = 0
        self._are_json = True

    def whole(self, held: bytearray, new: int) -> int:
        seen = len(held) - new
        while self._are_json and (at := held.find(b"\n", max(self._end, seen))) >= 0:
            self._are_json = _is_json(bytes(memoryview(held)[self._end : at]))
            if self._are_json:
                self._end = at + 1
        return self._end

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        self._end = 0
        return Piece(body)


class _Rows:
    """Rows of CSV (RFC 4180). A line break between quotes ends no row."""

    def __init__(self) -> None:
        self._end = 0
        self._is_quoted = False
        self._header: bytes | None = None  # with its line break
        self._is_first = True

    def whole(self, held: bytearray, new: int) -> int:
        start = len(held) - new
        for line in bytes(memoryview(held)[start:]).splitlines(keepends=True):
            start += len(line)
            self._is_quoted ^= line.count(b'"') % 2 == 1
            if line.endswith(b"\n") and not self._is_quoted:
                self._end = start
                if self._header is None:
                    self._header = bytes(memoryview(held)[:start])
        return self._end

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - as Form
        self._end = 0
        before = b"" if self._is_first else self._header or b""
        self._is_first = False
        return Piece(body, before=before)


class _Parts:
    """Parts of a multipart body (RFC 2046, section 5.1.1). A piece begins with a delimiter."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\n--" + boundary
        self._end = 0

    def whole(self, held: bytearray, new: int) -> int:
        unseen = max(0, len(held) - new - len(self._delimiter))
        at = held.rfind(self._delimiter, unseen)
        self._end = at + 1 if at >= 0 else self._end
        return self._end

    def piece(self, body: bytes, *, is_last: bool) -> Piece:
        self._end = 0
        return Piece(body, after=b"" if is_last else self._delimiter[1:] + b"--\r\n")


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line or b"null")
    except orjson.JSONDecodeError:
        return False
    return True
