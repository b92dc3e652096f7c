"""An object as a file that can seek: each read asks for the bytes that it needs, and some more."""

import io
from collections.abc import Callable
from typing import Final

_FIRST: Final = 256 << 10
_LARGEST: Final = 8 << 20

Fetch = Callable[[int, int], bytes]


class RangeFile(io.RawIOBase):
    """A file over a function that returns ranges of bytes.

    Who reads on from where the last range ended gets twice as much each time, up to 8 MiB. Who
    jumps begins anew: formats of data lakes read a little here and there.

    Args:
        fetch: returns the bytes from an offset to before another one.
        size: of the whole, in bytes.
    """

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._at = 0
        self._begin = 0
        self._held = b""
        self._ahead = _FIRST

    def hold(self, data: bytes) -> None:
        """Take the first bytes, which were fetched before."""
        self._begin, self._held = 0, data

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can seek."""
        return True

    def tell(self) -> int:
        """Return where it stands."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere. Nothing is fetched."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, up to the end of the object."""
        wanted = min(len(buffer), max(0, self._size - self._at))
        filled = 0
        while filled < wanted:
            data = self._next(wanted - filled)
            if not data:
                break
            buffer[filled : filled + len(data)] = data
            filled += len(data)
            self._at += len(data)
        return filled

    def _next(self, wanted: int) -> bytes:
        """Return at least one byte from here on, and at most `wanted`."""
        inside = self._at - self._begin
        if not 0 <= inside < len(self._held):
            goes_on = inside == len(self._held) and self._held
            self._ahead = min(self._ahead * 2, _LARGEST) if goes_on else _FIRST
            end = min(self._size, self._at + min(max(wanted, self._ahead), _LARGEST))
            self._held = self._fetch(self._at, end)
            self._begin, inside = self._at, 0
        return self._held[inside : inside + wanted]
