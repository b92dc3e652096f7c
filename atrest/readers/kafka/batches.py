"""Batches of messages that a producer packed, unpacked within a limit of memory.

The driver unpacks a batch whole. One of a mebibyte can hold gigabytes, and whoever may write to a
topic can write it. So the driver's decoders are replaced. Snappy stays: it cannot pack more than 21
bytes into one.
"""

import io
from collections.abc import Callable
from functools import partial
from typing import Final

import lz4.frame
from kafka.record import default_records, legacy_records

from atrest.readers import unpack
from atrest.readers.unpack import BrokenError, Decoder, TooLargeError, UnpackedFile
from atrest.source import ReadError, Reason

_MOST: Final = 64 << 20
"""Bytes of an unpacked batch. A producer packs 1 MiB together unless it is told otherwise."""


def unpacked(decoder: Callable[[], Decoder], data: bytes, *, has_more: bool = True) -> bytes:
    """Return what a batch holds.

    Args:
        decoder: makes a decoder.
        data: the packed bytes.
        has_more: whether several streams may follow each other.

    Raises:
        ReadError: it is broken (MALFORMED), or holds too much (OVER_LIMIT).
    """
    try:
        file = UnpackedFile(io.BytesIO(data), decoder, has_more=has_more)
        found = io.BufferedReader(file).read(_MOST + 1)
    except (BrokenError, RuntimeError):  # the second is that of LZ4
        raise ReadError(Reason.MALFORMED, "a batch that cannot be unpacked") from None
    if len(found) > _MOST:
        raise TooLargeError("a batch of more than 64 MiB")
    return found


def limit_the_driver() -> None:
    """Let the driver unpack by these decoders, in old batches and in new ones."""
    for records in (default_records, legacy_records):
        records.gzip_decode = partial(unpacked, unpack.gzip)
        one_frame = partial(unpacked, lz4.frame.LZ4FrameDecompressor, has_more=False)
        records.lz4_decode = one_frame
    default_records.zstd_decode = partial(unpacked, unpack.zstd)
