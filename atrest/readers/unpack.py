"""Compressed streams, unpacked within a limit of memory, that say when they are cut off.

A header of xz can ask for 4 GiB, and one of Zstandard for 2 GiB. Here no decoder gets more than
128 MiB, and what it unpacks is taken in small pieces.
"""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol

import zstandard

from atrest.source import ReadError, Reason

MOST_MEMORY: Final = 128 << 20
"""Bytes that a decoder may allocate. `zstd --long` needs so many, and `xz -9` half of it."""
_PIECE: Final = 1 << 16
_ZSTD_PIECE: Final = 1 << 10
"""Its decoder cannot be asked for less. A block of 4 bytes can hold 128 KiB: this gives 32 MiB."""
_PROPERTIES: Final = 9
_ERRORS: Final = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, ValueError)
"""What decoders raise. bz2 has no error of its own."""


class BrokenError(EOFError):
    """The stream is broken or cut off."""


class TooLargeError(ReadError):
    """The stream needs too much memory, or unpacks to far more than it should."""

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.OVER_LIMIT, detail)


class Decoder(Protocol):
    """A decoder of one stream, like those of `bz2` and `lzma`."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the end."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether it has given all that it could unpack."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Unpack some more."""
        ...


class _Zlib:
    """zlib's decoder with the words of the others."""

    def __init__(self, wbits: int) -> None:
        self._decoder = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


class _Zstd:
    """Zstandard's decoder with the words of the others."""

    needs_input = True

    def __init__(self) -> None:
        decoder = zstandard.ZstdDecompressor(max_window_size=MOST_MEMORY)
        self._decoder = decoder.decompressobj()

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, _: int) -> bytes:
        return self._decoder.decompress(data)


def gzip() -> Decoder:
    """A member of gzip (RFC 1952)."""
    return _Zlib(31)


def deflate() -> Decoder:
    """Deflate without a header (RFC 1951)."""
    return _Zlib(-15)


def bzip2() -> Decoder:
    """A stream of bzip2. It takes 4 MB at most."""
    return bz2.BZ2Decompressor()


def xz() -> Decoder:
    """A stream of xz."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY)


def zstd() -> Decoder:
    """A frame of Zstandard (RFC 8878)."""
    return _Zstd()


def zip_lzma(head: bytes) -> Decoder:
    """LZMA as method 14 of ZIP (APPNOTE.TXT 5.8.8).

    Args:
        head: its first nine bytes: version:2, size of properties:2, properties:5.

    Raises:
        BrokenError: they are others.
        TooLargeError: its dictionary would take too much memory.
    """
    if len(head) < _PROPERTIES or head[2:4] != b"\x05\x00" or head[4] >= 225:
        raise BrokenError
    dictionary = int.from_bytes(head[5:9], "little")
    if dictionary > MOST_MEMORY // 2:
        raise TooLargeError("a dictionary of more than 64 MiB")
    settings = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": head[4] % 9,
        "lp": head[4] // 9 % 5,
        "pb": head[4] // 45,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])


class UnpackedFile(io.RawIOBase):
    """The content of a compressed stream.

    Args:
        file: the compressed bytes.
        decoder: makes a decoder.
        has_more: whether another stream may follow, as a frame of Zstandard or a stream of xz.
        ends_with_file: whether the stream may end where its bytes do, without a mark.
    """

    def __init__(
        self,
        file: BinaryIO,
        decoder: Callable[[], Decoder],
        *,
        has_more: bool = True,
        ends_with_file: bool = False,
    ) -> None:
        self._file = file
        self._new = decoder
        self._decoder = decoder()
        self._has_more = has_more
        self._ends_with_file = ends_with_file
        self._piece = _ZSTD_PIECE if isinstance(self._decoder, _Zstd) else _PIECE
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer.

        Raises:
            BrokenError: the stream is broken or cut off.
            TooLargeError: it needs too much memory.
        """
        while not self._rest:
            packed = b""
            if self._decoder.eof:
                packed = self._following()
                if not packed:
                    return 0
                self._decoder = self._new()
            elif self._decoder.needs_input:
                packed = self._file.read(self._piece)
                if not packed and self._ends_with_file:
                    return 0
                if not packed:
                    raise BrokenError
            self._rest = memoryview(self._unpacked(packed))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    @property
    def is_followed(self) -> bool:
        """Whether bytes stand behind a stream that has ended and after which none may follow."""
        return self._decoder.eof and bool(self._decoder.unused_data or self._file.read(1))

    def _following(self) -> bytes:
        """Return the first bytes of the next stream. Zero bytes may fill a block or a tape."""
        if not self._has_more:
            return b""
        packed = self._decoder.unused_data.lstrip(b"\0")
        while not packed and (more := self._file.read(self._piece)):
            packed = more.lstrip(b"\0")
        return packed

    def _unpacked(self, packed: bytes) -> bytes:
        try:
            return self._decoder.decompress(packed, _PIECE)
        except _ERRORS as error:
            # neither library has another way to tell
            if "emory" in str(error):
                raise TooLargeError("a decoder that needs more than 128 MiB") from None
            raise BrokenError from None
