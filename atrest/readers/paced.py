"""Files and tables of this machine and of buckets, no faster than allowed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from atrest.readers.throttle import Pace
from atrest.sample import weight_of
from atrest.source import Document, Item, Rows

_BUFFER: Final = 256 << 10


@dataclass(slots=True)
class Meter:
    """Counts the bytes that are read, and waits for them.

    What comes out of a file can be more than was read of it here: a compressed text, or a database
    that its own library reads. Then that counts.

    Args:
        pace: rows and bytes a second.
    """

    pace: Pace
    _read: int = 0
    _yielded: int = 0

    def file(self, file: BinaryIO) -> BinaryIO:
        """Return a file whose reads wait."""
        return io.BufferedReader(_PacedFile(file, self), _BUFFER) if self.pace.bytes.rate else file

    def take(self, size: int) -> None:
        """Wait for bytes that are about to be read."""
        self._read += size
        self.pace.bytes.take(size)

    def items(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield items when their rows, and bytes that nobody counted, are allowed."""
        for item in items:
            if isinstance(item, Rows):
                self.pace.rows.take(len(item.rows))
                self._yielded += sum(map(weight_of, item.rows))
            elif isinstance(item, Document):
                self._yielded += len(item.data)
            if self._yielded > self._read:
                self.take(self._yielded - self._read)
            yield item


class _PacedFile(io.RawIOBase):
    """A file that waits before it reads."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._file = file
        self._meter = meter

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def fileno(self) -> int:
        return self._file.fileno()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._meter.take(len(data))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
