"""Streams of which the beginning was read already."""

import io
from typing import BinaryIO


def take(file: BinaryIO, size: int) -> bytes:
    """Read so many bytes. Files that unpack may give fewer at once."""
    parts: list[bytes] = []
    while size > 0 and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def from_start(head: bytes, rest: BinaryIO) -> BinaryIO:
    """Return a stream of the bytes that were read already, and then the rest."""
    return io.BufferedReader(_Chained(head, rest))


class _Chained(io.RawIOBase):
    """The bytes already read, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer."""
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
