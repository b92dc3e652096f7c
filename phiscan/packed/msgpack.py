"""MessagePack (github.com/msgpack/msgpack/blob/master/spec.md): one object, or several in a row."""

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

_NUMBERS: Final = {
    0xCA: ">f", 0xCB: ">d",
    0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
"""The `struct` format of each number, by its first byte."""
_SIZED: Final = {
    0xC4: (PackedKind.BYTES, 1), 0xC5: (PackedKind.BYTES, 2), 0xC6: (PackedKind.BYTES, 4),
    0xD9: (PackedKind.TEXT, 1), 0xDA: (PackedKind.TEXT, 2), 0xDB: (PackedKind.TEXT, 4),
    0xDC: (PackedKind.ARRAY, 2), 0xDD: (PackedKind.ARRAY, 4),
    0xDE: (PackedKind.MAP, 2), 0xDF: (PackedKind.MAP, 4),
}  # fmt: skip
"""The kind and the width of the length field in bytes, by first byte."""
_EXTENSIONS: Final = {0xC7: 1, 0xC8: 2, 0xC9: 4}
"""The width of an extension's length field in bytes, by first byte."""
_TIMESTAMP: Final = 0xFF  # type -1


def begins(data: bytes) -> bool:
    """Whether `data` begins with a map or an array."""
    return 0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF


def tokens(data: bytes) -> Iterator[PackedToken]:
    """Yield the tokens of `data`.

    Raises:
        NotPackedError: `data` is not MessagePack.
    """
    at, open_items = 0, [0]
    while at < len(data) or len(open_items) > 1:
        if len(open_items) > 1 and not open_items[-1]:
            open_items.pop()
            yield END
            continue
        open_items[-1] -= 1
        token, at, items = _item(data, at)
        yield token
        if token.kind in (PackedKind.MAP, PackedKind.ARRAY):
            open_items.append(items)
            if len(open_items) > MAX_DEPTH:
                raise NotPackedError(deep=True)


def _item(data: bytes, at: int) -> tuple[PackedToken, int, int]:
    """Return the token at `at`, the offset of the next one, and the number of items it contains."""
    in_bounds(data, at, 1)
    first = data[at]
    at += 1
    if first <= 0x7F or first >= 0xE0:
        return (
            PackedToken(
                PackedKind.NUMBER, ((at - 1, at),), str(first if first <= 0x7F else first - 256)
            ),
            at,
            0,
        )
    if first <= 0x8F:
        return PackedToken(PackedKind.MAP), at, (first & 0x0F) * 2
    if first <= 0x9F:
        return PackedToken(PackedKind.ARRAY), at, first & 0x0F
    if first <= 0xBF:
        end = in_bounds(data, at, first & 0x1F)
        return PackedToken(PackedKind.TEXT, ((at, end),)), end, 0
    return _marked(data, first, at)


def _marked(data: bytes, first: int, at: int) -> tuple[PackedToken, int, int]:
    if first in (0xC0, 0xC2, 0xC3):
        return OTHER, at, 0
    if first in _NUMBERS:
        end = in_bounds(data, at, struct.calcsize(_NUMBERS[first]))
        (number,) = struct.unpack(_NUMBERS[first], data[at:end])
        return PackedToken(PackedKind.NUMBER, ((at, end),), repr(number) if number else "0"), end, 0
    if first in _SIZED:
        kind, width = _SIZED[first]
        size = int.from_bytes(data[at : in_bounds(data, at, width)])
        at += width
        if kind in (PackedKind.MAP, PackedKind.ARRAY):
            return PackedToken(kind), at, size * (2 if kind is PackedKind.MAP else 1)
        return PackedToken(kind, ((at, in_bounds(data, at, size)),)), at + size, 0
    return _extension(data, first, at)


def _extension(data: bytes, first: int, at: int) -> tuple[PackedToken, int, int]:
    if first in _EXTENSIONS:
        width = _EXTENSIONS[first]
        size = int.from_bytes(data[at : in_bounds(data, at, width)])
        at += width
    elif 0xD4 <= first <= 0xD8:
        size = 1 << first - 0xD4
    else:
        raise NotPackedError
    end = in_bounds(data, at, size + 1)
    start = at + 1
    if data[at] != _TIMESTAMP or size not in (4, 8, 12):
        return PackedToken(PackedKind.BYTES, ((start, end),)), end, 0
    seconds = data[start:end] if size == 4 else data[end - 8 : end]
    number = int.from_bytes(seconds, signed=size == 12) & (0x3FFFFFFFF if size == 8 else -1)
    return PackedToken(PackedKind.NUMBER, ((start, end),), shown(number)), end, 0
