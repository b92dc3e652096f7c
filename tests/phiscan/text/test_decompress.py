"""Each compression: the bytes come out, a bomb and broken bytes are gaps, and the clock counts."""

import bz2
import lzma
import struct
import zlib

import pytest
import zstandard

from phiscan.finding import Gap
from phiscan.text.decompress import Bound, remove

LIMIT = 1 << 20
BOUND = Bound(LIMIT, lambda: False)


def zip_lzma(data: bytes, dictionary: int = 1 << 16) -> bytes:
    """Return method 14 of ZIP: the properties, then the stream with its end mark."""
    coder = {"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": 3, "lp": 0, "pb": 2}
    packed = lzma.compress(data, lzma.FORMAT_RAW, filters=[coder])
    return (
        b"\x09\x04\x05\x00" + bytes([3 + 9 * (0 + 5 * 2)]) + struct.pack("<I", dictionary) + packed
    )


def raw_deflate(data: bytes) -> bytes:
    coder = zlib.compressobj(9, wbits=-15)
    return coder.compress(data) + coder.flush()


PACKED = {
    "raw-deflate": raw_deflate,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip-lzma": zip_lzma,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("method", PACKED)
def test_what_was_packed_comes_out(method):
    data = bytes(range(256)) * 3000
    assert remove(method, PACKED[method](data), BOUND) == (data, Gap.NONE)


@pytest.mark.parametrize("method", PACKED)
def test_a_bomb_is_over_the_limit(method):
    assert remove(method, PACKED[method](bytes(LIMIT + 1)), BOUND) == (b"", Gap.OVER_LIMIT)


@pytest.mark.parametrize("method", ["raw-deflate", "bzip2", "xz", "zstd"])
def test_a_cut_stream_is_malformed(method):
    assert remove(method, PACKED[method](b"payload " * 50)[:-3], BOUND)[1] is Gap.MALFORMED


@pytest.mark.parametrize("method", PACKED)
def test_what_stands_behind_the_stream_is_malformed(method):
    packed = PACKED[method](b"payload " * 50) + b"SSN 512-44-9031"
    assert remove(method, packed, BOUND)[1] is Gap.MALFORMED


@pytest.mark.parametrize("method", PACKED)
def test_no_bytes_are_malformed_or_nothing(method):
    assert remove(method, b"", BOUND)[0] == b""


def test_all_streams_of_a_file_are_read():
    assert remove("bzip2", bz2.compress(b"one ") + bz2.compress(b"two"), BOUND)[0] == b"one two"
    padded = lzma.compress(b"one ") + bytes(4) + lzma.compress(b"two")
    assert remove("xz", padded, BOUND)[0] == b"one two"


def test_many_empty_streams_are_over_the_limit():
    assert remove("bzip2", bz2.compress(b"") * 2000, BOUND)[1] is Gap.OVER_LIMIT


def test_a_dictionary_of_gigabytes_is_not_allocated():
    packed = bytearray(zip_lzma(b"payload"))
    packed[5:9] = struct.pack("<I", 0xFFFFFFFF)
    assert remove("zip-lzma", bytes(packed), BOUND)[1] is Gap.OVER_LIMIT


@pytest.mark.parametrize("method", ["bzip2", "xz", "zip-lzma"])
def test_a_slow_stream_stops_when_time_is_up(method):
    looks = iter([False, True])
    packed = PACKED[method](bytes(3 << 20))
    assert remove(method, packed, Bound(8 << 20, lambda: next(looks)))[1] is Gap.OUT_OF_TIME
