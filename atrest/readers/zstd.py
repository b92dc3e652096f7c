"""Zstandard streams (RFC 8878) that say when they are cut off."""

import io
from typing import BinaryIO, Final

import zstandard

_CHUNK: Final = 1 << 10
"""Bytes that are unpacked at once. A block of 4 bytes can hold 128 KiB, so this gives 32 MiB."""


class ZstdFile(io.RawIOBase):
    """The content of a compressed stream, of one frame or several.

    `zstandard`'s own reader ends a stream that was cut off as if it were whole.

    Args:
        file: the compressed stream, at its beginning.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = zstandard.ZstdDecompressor().decompressobj()
        self._rest = b""
        self._is_fresh = True

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer.

        Raises:
            EOFError: the stream was cut off.
            ZstdError: it is no Zstandard.
        """
        while not self._rest:
            packed = self._next()
            if not packed:
                return 0
            self._is_fresh = False
            self._rest = self._decoder.decompress(packed)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes:
        """Return compressed bytes for the decoder, which is a new one after the end of a frame."""
        packed = b""
        if self._decoder.eof:
            packed = self._decoder.unused_data
            self._decoder = zstandard.ZstdDecompressor().decompressobj()
            self._is_fresh = True
        packed = packed or self._file.read(_CHUNK)
        if not packed and not self._is_fresh:
            raise EOFError
        return packed
