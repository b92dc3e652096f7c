"""MessagePack (github.com/msgpack/msgpack/blob/master/spec.md): one object, or one behind the other."""

import struct
from collections.abc import Iterator
from typing import Final

from phiscan.packed.moment import shown
from phiscan.packed.token import END, MAX_DEPTH, OTHER, Kind, NotPackedError, Token, in_bounds

_NUMBERS: Final = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_SIZED: Final = {
    0xC4: (Kind.BYTES, 1), 0xC5: (Kind.BYTES, 2), 0xC6: (Kind.BYTES, 4), 0xD9: (Kind.TEXT, 1), 0xDA: (Kind.TEXT, 2), 0xDB: (Kind.TEXT, 4),
    0xDC: (Kind.ARRAY, 2), 0xDD: (Kind.ARRAY, 4), 0xDE: (Kind.MAP, 2), 0xDF: (Kind.MAP, 4),
}  # fmt: skip
_EXTENSIONS: Final = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_TIMESTAMP: Final = 0xFF  # type -1


def begins(data: bytes) -> bool:
    """Whether `data` begins as a map or an array does."""
    return 0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of `data`.

    Raises:
        NotPackedError: it is no MessagePack.
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
        if token.kind in (Kind.MAP, Kind.ARRAY):
            open_items.append(items)
            if len(open_items) > MAX_DEPTH:
                raise NotPackedError(deep=True)


def _item(data: bytes, at: int) -> tuple[Token, int, int]:
    """The token at `at`, where the next one begins, and how many items it holds."""
    in_bounds(data, at, 1)
    first = data[at]
    at += 1
    if first <= 0x7F or first >= 0xE0:
        return (
            Token(Kind.NUMBER, ((at - 1, at),), str(first if first <= 0x7F else first - 256)),
            at,
            0,
        )
    if first <= 0x8F:
        return Token(Kind.MAP), at, (first & 0x0F) * 2
    if first <= 0x9F:
        return Token(Kind.ARRAY), at, first & 0x0F
    if first <= 0xBF:
        end = in_bounds(data, at, first & 0x1F)
        return Token(Kind.TEXT, ((at, end),)), end, 0
    return _marked(data, first, at)


def _marked(data: bytes, first: int, at: int) -> tuple[Token, int, int]:
    if first in (0xC0, 0xC2, 0xC3):
        return OTHER, at, 0
    if first in _NUMBERS:
        end = in_bounds(data, at, struct.calcsize(_NUMBERS[first]))
        (number,) = struct.unpack(_NUMBERS[first], data[at:end])
        return Token(Kind.NUMBER, ((at, end),), repr(number) if number else "0"), end, 0
    if first in _SIZED:
        kind, width = _SIZED[first]
        size = int.from_bytes(data[at : in_bounds(data, at, width)])
        at += width
        if kind in (Kind.MAP, Kind.ARRAY):
            return Token(kind), at, size * (2 if kind is Kind.MAP else 1)
        return Token(kind, ((at, in_bounds(data, at, size)),)), at + size, 0
    return _extension(data, first, at)


def _extension(data: bytes, first: int, at: int) -> tuple[Token, int, int]:
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
        return Token(Kind.BYTES, ((start, end),)), end, 0
    seconds = data[start:end] if size == 4 else data[end - 8 : end]
    number = int.from_bytes(seconds, signed=size == 12) & (0x3FFFFFFFF if size == 8 else -1)
    return Token(Kind.NUMBER, ((start, end),), shown(number)), end, 0
