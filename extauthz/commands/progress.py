"""The progress of a long command: one line on a terminal, overwritten as it goes."""

import sys
import time
from typing import Final

from extauthz.commands.table import shown

_PAUSE: Final = 0.1  # seconds between two lines; more often would flicker
_WIDTH: Final = 100
_CLEAR: Final = "\r\x1b[K"
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")


class Progress:
    """Counts documents and bytes, and shows them on standard error.

    Args:
        documents: their number.
        size: bytes of all documents together; 0 when unknown.
    """

    def __init__(self, documents: int, size: int) -> None:
        self._documents = documents
        self._size = size
        self._done = self._read = 0
        self._path = ""
        self._said = float("-inf")

    def begin(self, path: str) -> None:
        """A document begins."""
        self._path = path
        self._show()

    def read(self, count: int) -> None:
        """Count `count` more bytes as read."""
        self._read += count
        self._show()

    def end(self) -> None:
        """A document ends."""
        self._done += 1
        self._show()

    def clear(self) -> None:
        """Erase the line before other output."""
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()

    def _show(self) -> None:
        now = time.monotonic()
        if now < self._said + _PAUSE:
            return
        self._said = now
        size = f"{amount(self._read)} of {amount(self._size)}" if self._size else amount(self._read)
        line = f"{self._done}/{self._documents} documents, {size}  {shown(self._path)}"
        sys.stderr.write(f"{_CLEAR}{line[:_WIDTH]}")
        sys.stderr.flush()


class Silent(Progress):
    """Shows nothing, because standard error is no terminal."""

    def __init__(self) -> None:
        super().__init__(0, 0)

    def clear(self) -> None:
        """Nothing was shown."""

    def _show(self) -> None:
        """Nothing to show."""


def amount(size: int) -> str:
    """Return a number of bytes in a readable unit: `45.2 MiB`."""
    number = float(size)
    for unit in _UNITS[:-1]:
        if number < 1024:
            return f"{size} {unit}" if unit == _UNITS[0] else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {_UNITS[-1]}"
