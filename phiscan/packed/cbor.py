"""CBOR (RFC 8949): one item, or a sequence of items (RFC 8742).

Of the tags, those for epoch times and big numbers count. Encrypted COSE (RFC 9052) cannot be read.
"""

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

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_INDEFINITE: Final = 31
_BREAK: Final = 0xFF
_EPOCH_TIME: Final = 1
_BIGNUMS: Final = (2, 3)
_ENCRYPTED: Final = (16, 96)
"""The tags of COSE_Encrypt0 and COSE_Encrypt."""
_FLOATS: Final = {25: ">e", 26: ">f", 27: ">d"}
_FOREVER: Final = 1 << 70
"""The count of items left in a container that ends with a break, not after a number of items."""


def begins(data: bytes) -> bool:
    """Whether `data` begins with an array, a map or a tag."""
    return data[0] >> 5 in (_ARRAY, _MAP, _TAG)


def tokens(data: bytes) -> Iterator[PackedToken]:
    """Yield the tokens of `data`.

    Raises:
        NotPackedError: `data` is not CBOR, or it is encrypted.
    """
    return _Reader(data).tokens()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._open = [_FOREVER]

    def tokens(self) -> Iterator[PackedToken]:
        while self._at < len(self._data) or len(self._open) > 1:
            if self._closes():
                self._open.pop()
                yield END
                continue
            self._open[-1] -= 1
            token, items = self._item()
            yield token
            if token.kind in (PackedKind.MAP, PackedKind.ARRAY):
                self._open.append(items)
                if len(self._open) > MAX_DEPTH:
                    raise NotPackedError(deep=True)

    def _closes(self) -> bool:
        """Whether the innermost container ends here. Skips the break of one without a length."""
        if len(self._open) == 1:
            return False
        if self._open[-1] > _FOREVER >> 1:
            in_bounds(self._data, self._at, 1)
            if self._data[self._at] != _BREAK:
                return False
            self._at += 1
            return True
        return not self._open[-1]

    def _item(self) -> tuple[PackedToken, int]:
        """Return the next token, and the number of items that it contains."""
        major, count, info = self._head()
        tag = -1
        while major == _TAG:
            if count in _ENCRYPTED:
                raise NotPackedError(encrypted=True)
            tag = count
            major, count, info = self._head()
        if major in (_ARRAY, _MAP):
            items = _FOREVER if info == _INDEFINITE else count * (2 if major == _MAP else 1)
            return PackedToken(PackedKind.MAP if major == _MAP else PackedKind.ARRAY), items
        if major in (_BYTES, _TEXT):
            return self._string(major, count, info, tag), 0
        return self._number(major, count, info, tag), 0

    def _head(self) -> tuple[int, int, int]:
        """Return major type, argument and additional information (RFC 8949 section 3)."""
        in_bounds(self._data, self._at, 1)
        first = self._data[self._at]
        self._at += 1
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info, info
        if info == _INDEFINITE and major in (_BYTES, _TEXT, _ARRAY, _MAP):
            return major, 0, info
        if info > 27:
            raise NotPackedError
        end = in_bounds(self._data, self._at, 1 << info - 24)
        count = int.from_bytes(self._data[self._at : end])
        self._at = end
        return major, count, info

    def _string(self, major: int, size: int, info: int, tag: int) -> PackedToken:
        kind = PackedKind.TEXT if major == _TEXT else PackedKind.BYTES
        spans = tuple(self._chunks(major)) if info == _INDEFINITE else (self._span(size),)
        if tag in _BIGNUMS and kind is PackedKind.BYTES and size <= 16:
            return PackedToken(
                PackedKind.NUMBER, spans, str(int.from_bytes(self._data[slice(*spans[0])]))
            )
        return PackedToken(kind, spans)

    def _chunks(self, major: int) -> Iterator[tuple[int, int]]:
        while True:
            in_bounds(self._data, self._at, 1)
            if self._data[self._at] == _BREAK:
                self._at += 1
                return
            chunk, size, info = self._head()
            if chunk != major or info == _INDEFINITE:
                raise NotPackedError
            yield self._span(size)

    def _span(self, size: int) -> tuple[int, int]:
        start, self._at = self._at, in_bounds(self._data, self._at, size)
        return start, self._at

    def _number(self, major: int, count: int, info: int, tag: int) -> PackedToken:
        """Return an integer, a float, or another simple value."""
        # a mask writes zeros in the argument, so a zero argument is 0 for a negative number too
        is_masked = info >= 24 and not count
        number: float = count if major == _UNSIGNED or is_masked else -1 - count
        span = (self._at - (1 << info - 24), self._at) if info >= 24 else (self._at - 1, self._at)
        if major > _TAG:
            if info not in _FLOATS:
                return OTHER
            (number,) = struct.unpack(_FLOATS[info], self._data[slice(*span)])
        return PackedToken(
            PackedKind.NUMBER,
            (span,),
            shown(number) if tag == _EPOCH_TIME else repr(number) if number else "0",
        )
