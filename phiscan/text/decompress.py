"""Decompresses bytes whose compression is known, within a limit of bytes and of time.

A bomb ends at the limit, whatever it claims: nothing is decoded beyond it. Bytes behind the end of
the compressed data are an error, because they could hold anything.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

import brotli
import zstandard

from phiscan.finding import Gap
from phiscan.scan_context import OutOfTimeError

_MAX_MEMBERS: Final = 1024
"""The most members of a gzip file or frames of a zstd file. With blocks of 64 KiB (BGZF), 64 MiB.

Each member costs a copy of the bytes after it.
"""
_CHUNK: Final = 65536
_STEP: Final = 1 << 20
"""Decoded bytes between two looks at the clock. bzip2 takes some 30 ms for so many."""
_MAX_DICTIONARY: Final = 64 << 20
"""The most bytes that an LZMA decoder may allocate. A header can ask for 4 GiB."""


class OverLimitError(Exception):
    """The decoded bytes, or the memory to decode them, exceed the limit."""


class BrokenError(Exception):
    """The compressed bytes are broken, cut off, or followed by others."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What decoding may cost.

    Args:
        limit: the most decoded bytes.
        late: returns whether time is up.
    """

    limit: int
    late: Callable[[], bool]


class _Stream(Protocol):
    """A decompressor of `bz2` or `lzma`."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


def remove(method: str, data: bytes, bound: Bound) -> tuple[bytes, Gap]:
    """Return the decoded bytes, or why there are none.

    Args:
        method: a key of `DECODERS`.
    """
    try:
        return DECODERS[method](data, bound), Gap.NONE
    except OverLimitError:
        return b"", Gap.OVER_LIMIT
    except OutOfTimeError:
        return b"", Gap.OUT_OF_TIME
    except (BrokenError, zlib.error, brotli.error, zstandard.ZstdError, lzma.LZMAError):
        return b"", Gap.MALFORMED
    except (EOFError, OSError, ValueError):  # bz2 raises these for broken data
        return b"", Gap.MALFORMED


def _gunzip(data: bytes, bound: Bound) -> bytes:
    """Decompress all members of a gzip file (RFC 1952 section 2.2)."""
    out: list[bytes] = []
    left = bound.limit
    while data:
        member = zlib.decompressobj(wbits=31)
        out.append(_inflate(member, data, left))
        left -= len(out[-1])
        data = member.unused_data
        if len(out) > _MAX_MEMBERS:
            raise OverLimitError
    return b"".join(out)


def _inflate(stream: "zlib._Decompress", data: bytes, limit: int) -> bytes:
    plain = stream.decompress(data, limit + 1)
    if len(plain) > limit:
        raise OverLimitError
    if not stream.eof:
        raise BrokenError
    return plain


def _undeflate(data: bytes, bound: Bound) -> bytes:
    """Decompress `deflate`: the zlib format (RFC 9110 section 8.4.1.2), or one without its header.

    Some senders omit the zlib header.
    """
    try:
        stream = zlib.decompressobj()
        plain = _inflate(stream, data, bound.limit)
    except (zlib.error, BrokenError):
        return _raw_deflate(data, bound)
    if stream.unused_data:
        raise BrokenError
    return plain


def _raw_deflate(data: bytes, bound: Bound) -> bytes:
    """Decompress a deflate stream without any header (RFC 1951)."""
    stream = zlib.decompressobj(wbits=-15)
    plain = _inflate(stream, data, bound.limit)
    if stream.unused_data:
        raise BrokenError
    return plain


def _unbrotli(data: bytes, bound: Bound) -> bytes:
    stream = brotli.Decompressor()
    out: list[bytes] = []
    size = 0
    while not stream.is_finished():
        step = stream.process(data, output_buffer_limit=_CHUNK)
        if not step and not data:
            raise BrokenError
        data = b""
        size += len(step)
        if size > bound.limit:
            raise OverLimitError
        out.append(step)
    return b"".join(out)


def _unzstd(data: bytes, bound: Bound) -> bytes:
    """Decompress all frames (RFC 8878). RFC 9659 limits the window of a content coding to 8 MiB."""
    out: list[bytes] = []
    size = frames = 0
    while data:
        frames += 1
        if frames > _MAX_MEMBERS:
            raise OverLimitError
        stream = zstandard.ZstdDecompressor(max_window_size=1 << 23).decompressobj()
        for at in range(0, len(data), 4096):
            step = stream.decompress(data[at : at + 4096])
            size += len(step)
            if size > bound.limit:
                raise OverLimitError
            out.append(step)
            if stream.eof:
                data = stream.unused_data + data[at + 4096 :]
                break
        else:
            raise BrokenError
    return b"".join(out)


def _unbzip2(data: bytes, bound: Bound) -> bytes:
    """Decompress all streams of a bzip2 file."""
    return _all_streams(data, bound, bz2.BZ2Decompressor, b"")


def _unxz(data: bytes, bound: Bound) -> bytes:
    """Decompress all streams of an xz file. Four zero bytes may stand between two."""
    return _all_streams(data, bound, _xz, b"\x00")


def _xz() -> _Stream:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=2 * _MAX_DICTIONARY)


def _all_streams(
    data: bytes, bound: Bound, decompressor: Callable[[], _Stream], padding: bytes
) -> bytes:
    out: list[bytes] = []
    left = bound.limit
    for number in range(_MAX_MEMBERS + 1):
        if not data:
            return b"".join(out)
        if number == _MAX_MEMBERS:
            break
        stream = decompressor()
        step, left = _one_stream(stream, data, left, bound)
        out += step
        data = stream.unused_data.lstrip(padding) if padding else stream.unused_data
    raise OverLimitError


def _one_stream(stream: _Stream, data: bytes, left: int, bound: Bound) -> tuple[list[bytes], int]:
    """Decompress one stream, step by step. Returns its pieces, and how many bytes are left."""
    out: list[bytes] = []
    while not stream.eof:
        if bound.late():
            raise OutOfTimeError
        piece = stream.decompress(data, _STEP)
        if not piece and not data and not stream.eof:
            raise BrokenError
        data = b""
        left -= len(piece)
        if left < 0:
            raise OverLimitError
        out.append(piece)
    return out, left


def _zip_lzma(data: bytes, bound: Bound) -> bytes:
    """Decompress method 14 of ZIP: version:2, size of properties:2, properties:5, LZMA stream.

    APPNOTE.TXT 5.8.8. The properties are lc, lp and pb in one byte, and the dictionary's size.
    """
    if len(data) < 9 or data[2:4] != b"\x05\x00" or data[4] >= 225:
        raise BrokenError
    dictionary = int.from_bytes(data[5:9], "little")
    if dictionary > _MAX_DICTIONARY:
        raise OverLimitError
    literal, position = data[4] % 9, data[4] // 9
    decoder = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": literal,
        "lp": position % 5,
        "pb": position // 5,
    }
    stream: _Stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[decoder])
    out: list[bytes] = []
    rest, left = data[9:], bound.limit
    # the stream may end without a mark: then it ends with its bytes
    while not stream.eof:
        if bound.late():
            raise OutOfTimeError
        piece = stream.decompress(rest, _STEP)
        if not piece and not rest:
            break
        rest = b""
        left -= len(piece)
        if left < 0:
            raise OverLimitError
        out.append(piece)
    if stream.unused_data:
        raise BrokenError
    return b"".join(out)


DECODERS: Final = MappingProxyType(
    {
        "gzip": _gunzip,
        "x-gzip": _gunzip,
        "deflate": _undeflate,
        "br": _unbrotli,
        "zstd": _unzstd,
        "bzip2": _unbzip2,
        "xz": _unxz,
        "raw-deflate": _raw_deflate,
        "zip-lzma": _zip_lzma,
    }
)
"""Every compression by its name. The last two occur in archives only."""
