"""Compressed blocks of an Avro file, unpacked up to a limit: a bomb costs no memory."""

import bz2
import lzma
import zlib
from typing import Final

import pyarrow as pa
import zstandard

from atrest.readers.unpack import MOST_MEMORY
from atrest.source import ReadError, Reason

LARGEST: Final = 64 << 20
"""A block of more bytes is not read. Writers make blocks of 16 KiB to a few MiB."""
_SNAPPY_CHECK: Final = 4


class TornError(Exception):
    """The bytes are no whole file of their format."""


def unpacked(codec: str, data: bytes) -> bytes:
    """Return the bytes of a block.

    Raises:
        ReadError: it is too long (OVER_LIMIT), or the codec is unknown (NO_READER).
        TornError: it is torn.
    """
    try:
        found = _unpacked(codec, data)
    except (zlib.error, lzma.LZMAError, zstandard.ZstdError, pa.ArrowException, OSError):
        raise TornError from None
    if len(found) > LARGEST:
        raise ReadError(Reason.OVER_LIMIT, "a block of more than 64 MiB")
    return found


def _unpacked(codec: str, data: bytes) -> bytes:
    most = LARGEST + 1
    match codec:
        case "null":
            return data
        case "deflate":
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, most)
        case "bzip2":
            return bz2.BZ2Decompressor().decompress(data, most)
        case "xz":
            return lzma.LZMADecompressor(memlimit=MOST_MEMORY).decompress(data, most)
        case "zstandard":
            decoder = zstandard.ZstdDecompressor(max_window_size=MOST_MEMORY)
            return decoder.stream_reader(data).read(most)
        case "snappy":
            return _snappy(data[:-_SNAPPY_CHECK])  # a checksum follows the block
    raise ReadError(Reason.NO_READER, "an unknown codec")


def _snappy(data: bytes) -> bytes:
    """Unpack a block of Snappy. It begins with its length, seven bits a byte."""
    size = 0
    for at, byte in enumerate(data[:5]):
        size |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            break
    if size > LARGEST:
        raise ReadError(Reason.OVER_LIMIT, "a block of more than 64 MiB")
    return bytes(pa.Codec("snappy").decompress(data, decompressed_size=size, asbytes=True))
