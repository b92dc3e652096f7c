"""Reads MessagePack, CBOR and BSON as the JSON with the same content.

The JSON is a nested document, so FHIR resources, tables and labels are found in it as in any JSON.
Its ranges are mapped back to the binary document. The formats state lengths, so a mask has as many
bytes as the value. The mask of a number is zero in as many bytes.
"""

import re
from functools import partial
from typing import Final

import orjson

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.packed import TOKENS, NotPackedError, PackedKind, PackedToken, declared, sniff
from phiscan.readers import magic
from phiscan.text.offsets import Derived

# matches "\x00" and "\x7f"; not "\t"
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# matches b'"' and b"\n"; not b"'"
_ESCAPED: Final = re.compile(rb'["\\\x00-\x1f]+')
# matches "-1.5e-07"; not "inf" or "2024-05-17"
_PLAIN_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_LEAST_DOCUMENT: Final = 16
"""The least bytes of a byte string that may be a document."""


def numbers(name: str, data: bytes) -> list[tuple[int, int]]:
    """Return the ranges of numbers, dates and binary identifiers in `data`, in order.

    Args:
        name: the format, a key of `TOKENS`.
    """
    return [
        span
        for t in TOKENS[name](data)
        if t.kind in (PackedKind.NUMBER, PackedKind.ID)
        for span in t.spans
    ]


def read(name: str, data: bytes, evidence: Evidence) -> Gap:
    """Add the JSON of `data` and its byte strings as nested documents.

    Args:
        name: the format, a key of `TOKENS`.
    """
    writer = _Json(data)
    gap = Gap.NONE
    try:
        for token in evidence.context.timed(TOKENS[name](data)):
            writer.write(token)
    except NotPackedError as error:
        gap = Gap.ENCRYPTED if error.encrypted else Gap.OVER_LIMIT if error.deep else Gap.MALFORMED
    text = writer.finished()
    evidence.nested.append(
        Nested(
            text.text(),
            Location(name, 0, len(data)),
            "application/x-ndjson",
            declared=False,
            origin=text,
        )
    )
    evidence.nested += writer.documents
    return gap


class _Json:
    """Writes tokens as JSON, one document a line.

    `documents` collects byte strings that may be documents themselves.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = Derived()
        # for each open container: whether it is a map, and the number of its items so far
        self._open: list[tuple[bool, int]] = []
        self._at = 0
        self.documents: list[Nested] = []

    def write(self, token: PackedToken) -> None:
        """Append one token."""
        if token.kind is PackedKind.END:
            is_map, items = self._open.pop()
            self._sign(b"null" if is_map and items % 2 else b"")
            self._sign(b"}" if is_map else b"]")
            self._sign(b"" if self._open else b"\n")
            return
        self._separate()
        if token.kind in (PackedKind.MAP, PackedKind.ARRAY):
            self._sign(token.kind.value.encode())
            self._open.append((token.kind is PackedKind.MAP, 0))
        elif token.spans:
            self._at = token.spans[-1][1]
            self._value(token)
        else:
            self._sign(
                b'""'
                if self._is_key
                else token.shown.encode() or (b'""' if token.kind is PackedKind.TEXT else b"null")
            )

    def finished(self) -> Derived:
        """Return the whole text. Closes the containers that a truncated document leaves open."""
        while self._open:
            self.write(PackedToken(PackedKind.END))
        return self._text

    def _separate(self) -> None:
        """Write what goes before the next item: a comma, or the colon after a key."""
        if not self._open:
            return
        is_map, items = self._open[-1]
        self._sign(b":" if is_map and items % 2 else b"," if items else b"")
        self._open[-1] = is_map, items + 1

    @property
    def _is_key(self) -> bool:
        return bool(self._open) and self._open[-1][0] and self._open[-1][1] % 2 == 1

    def _value(self, token: PackedToken) -> None:
        """Write an item that has content."""
        if token.shown:
            start, end = token.spans[0]
            bare = (
                token.kind is PackedKind.NUMBER
                and not self._is_key
                and _PLAIN_NUMBER.fullmatch(token.shown)
            )
            masked = token.shown.strip("0") == ""
            shown = ("0" if masked else token.shown) if bare or masked else f'"{token.shown}"'
            self._text.put(
                (f'"{shown}"' if self._is_key and masked else shown).encode(), start, end
            )
        elif token.kind is PackedKind.TEXT or _is_text(token.text(self._data)):
            self._sign(b'"')
            for start, end in token.spans:
                self._string(start, end)
            self._sign(b'"')
        else:
            self._bytes(token)

    def _bytes(self, token: PackedToken) -> None:
        content = token.text(self._data)
        if len(content) >= _LEAST_DOCUMENT:
            location = Location("bytes", token.spans[0][0], token.spans[-1][1])
            known = magic.known(content) or magic.encrypted(content)
            self.documents.append(Nested(content, location, declared=known or bool(sniff(content))))
        self._sign(b'""' if self._is_key else b"null")

    def _string(self, start: int, end: int) -> None:
        """Write the content of a string, or one chunk of it, with JSON escapes."""
        at = start
        for match in _ESCAPED.finditer(self._data, start, end):
            self._text.copy(self._data, at, match.start())
            self._text.put(orjson.dumps(match[0].decode())[1:-1], *match.span())
            at = match.end()
        self._text.copy(self._data, at, end)

    def _sign(self, sign: bytes) -> None:
        self._text.put(sign, self._at, self._at)


def _is_text(content: bytes) -> bool:
    try:
        return bool(content) and _UNPRINTABLE.search(content.decode()) is None
    except UnicodeDecodeError:
        return False


def _zero(number: bytes) -> bytes:
    return bytes(len(number))


def _kind(name: str) -> MediaKind:
    masking = Masking(same_length=True, numbers=partial(numbers, name), zero=_zero)
    return MediaKind(name, partial(read, name), is_searchable=False, masking=masking)


_BY_NAME: Final = {name: _kind(name) for name in TOKENS}
KINDS: Final = tuple(_BY_NAME.values())
"""The media kinds of MessagePack, CBOR and BSON."""


def look_declared(sample: Sample) -> MediaKind | None:
    """The kind that the Content-Type names, if it is one of KINDS."""
    return _BY_NAME.get(declared(sample.declared))


def look(sample: Sample) -> MediaKind | None:
    """The kind that the bytes show, if it is one of KINDS."""
    return _BY_NAME.get(sniff(sample.data))
