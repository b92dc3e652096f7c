"""BSON 1.1 (bsonspec.org): one document, or several in a row as `mongodump` writes them."""

import struct
from collections.abc import Iterator
from typing import Final

from phiscan.packed.moment import shown
from phiscan.packed.token import (
    END,
    MAX_DEPTH,
    OTHER,
    NotPackedError,
    PackedKind,
    PackedToken,
    in_bounds,
)

_LEAST: Final = 5  # bytes of an empty document: its length and a NUL
_DOUBLE, _STRING, _DOCUMENT, _ARRAY, _BINARY, _OBJECT_ID, _DATE = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x07,
    0x09,
)
_REGEX = 0x0B
_STRINGS: Final = (_STRING, 0x0D, 0x0E)
_INTEGERS: Final = {0x10: 4, 0x12: 8}
_FIXED: Final = {0x06: 0, 0x08: 1, 0x0A: 0, 0x11: 8, 0x13: 16, 0x7F: 0, 0xFF: 0}
"""Bytes of the values that identify nobody, by type.

Undefined, boolean, null, replication timestamp, decimal, and the minimum and maximum keys.
"""
_UUIDS: Final = (3, 4)


_TYPES: Final = frozenset(
    (_DOUBLE, *_STRINGS, _DOCUMENT, _ARRAY, _BINARY, _OBJECT_ID, _DATE, _REGEX, *_INTEGERS, *_FIXED)
)


def begins(data: bytes) -> bool:
    """Whether `data` begins like a BSON document.

    It must begin with the length of a document that ends with NUL, then the type of an element.
    """
    size = int.from_bytes(data[:4], "little")
    return _LEAST < size <= len(data) and data[size - 1] == 0 and data[4] in _TYPES


def tokens(data: bytes) -> Iterator[PackedToken]:
    """Yield the tokens of `data`.

    Raises:
        NotPackedError: `data` is not BSON.
    """
    at = 0
    ends: list[tuple[int, bool]] = []
    while at < len(data) or ends:
        if not ends:
            at = _opened(data, at, ends, is_map=True)
            yield PackedToken(PackedKind.MAP)
            continue
        end, is_map = ends[-1]
        if at >= end:
            raise NotPackedError
        in_bounds(data, at, 1)
        kind = data[at]
        at += 1
        if kind == 0:
            ends.pop()
            if at != end:
                raise NotPackedError
            yield END
            continue
        name = at, _nul(data, at)
        at = name[1] + 1
        if is_map:
            yield PackedToken(PackedKind.TEXT, (name,))
        if kind in (_DOCUMENT, _ARRAY):
            at = _opened(data, at, ends, is_map=kind == _DOCUMENT)
            yield PackedToken(PackedKind.MAP if kind == _DOCUMENT else PackedKind.ARRAY)
        else:
            token, at = _value(data, kind, at)
            yield token


def _opened(data: bytes, at: int, ends: list[tuple[int, bool]], *, is_map: bool) -> int:
    """Push the end of the document at `at` and return the offset of its first element."""
    end = at + max(_LEAST, int.from_bytes(data[at : in_bounds(data, at, 4)], "little"))
    if len(ends) == MAX_DEPTH:
        raise NotPackedError(deep=True)
    ends.append((end, is_map))
    return at + 4


def _value(data: bytes, kind: int, at: int) -> tuple[PackedToken, int]:
    """Return the value of an element, and the offset of the next element."""
    if kind in _STRINGS:
        size = int.from_bytes(data[at : in_bounds(data, at, 4)], "little")
        if not size:
            raise NotPackedError
        end = in_bounds(data, at + 4, size)
        return PackedToken(PackedKind.TEXT, ((at + 4, end - 1),)), end  # the size counts the NUL
    if kind in _INTEGERS or kind in (_DATE, _DOUBLE):
        return _number(data, kind, at)
    if kind == _BINARY:
        size = int.from_bytes(data[at : in_bounds(data, at, 4)], "little")
        span = at + 5, in_bounds(data, at + 5, size)
        is_id = data[at + 4] in _UUIDS and size == 16
        return (
            PackedToken(PackedKind.ID, (span,), data[slice(*span)].hex())
            if is_id
            else PackedToken(PackedKind.BYTES, (span,))
        ), span[1]
    if kind == _OBJECT_ID:
        end = in_bounds(data, at, 12)
        return PackedToken(PackedKind.ID, ((at, end),), data[at:end].hex()), end
    if kind == _REGEX:
        return OTHER, _nul(data, _nul(data, at) + 1) + 1
    if kind not in _FIXED:
        raise NotPackedError
    return OTHER, in_bounds(data, at, _FIXED[kind])


def _number(data: bytes, kind: int, at: int) -> tuple[PackedToken, int]:
    end = in_bounds(data, at, _INTEGERS.get(kind, 8))
    if kind == _DOUBLE:
        (real,) = struct.unpack("<d", data[at:end])
        return PackedToken(PackedKind.NUMBER, ((at, end),), repr(real) if real else "0"), end
    number = int.from_bytes(data[at:end], "little", signed=True)
    return PackedToken(
        PackedKind.NUMBER, ((at, end),), shown(number / 1000) if kind == _DATE else str(number)
    ), end


def _nul(data: bytes, at: int) -> int:
    """Return the offset of the NUL that ends the string at `at`."""
    end = data.find(b"\0", at)
    if end < 0:
        raise NotPackedError
    return end
