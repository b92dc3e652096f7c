import bz2
import lzma
import zlib

import pyarrow as pa
import pytest
import zstandard

from atrest.readers.tables.packed_blocks import TornError, unpacked
from atrest.source import ReadError, Reason


def snappy(data: bytes) -> bytes:
    packed = pa.Codec("snappy").compress(data, asbytes=True)
    return packed + zlib.crc32(data).to_bytes(4, "big")


PACK = {
    "null": bytes,
    "deflate": lambda data: zlib.compress(data, wbits=-15),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": zstandard.compress,
    "snappy": snappy,
}


@pytest.mark.parametrize("codec", PACK)
def test_each_codec_is_unpacked(codec: str):
    data = b"mrn 00123 " * 1000
    assert unpacked(codec, PACK[codec](data)) == data


@pytest.mark.parametrize("codec", ["deflate", "bzip2", "xz", "zstandard", "snappy"])
def test_a_bomb_is_over_the_limit(codec: str):
    with pytest.raises(ReadError) as caught:
        unpacked(codec, PACK[codec](b"\0" * (65 << 20)))
    assert caught.value.reason is Reason.OVER_LIMIT


@pytest.mark.parametrize("codec", ["deflate", "bzip2", "xz", "zstandard", "snappy"])
def test_torn_bytes_are_torn(codec: str):
    with pytest.raises(TornError):
        unpacked(codec, b"\xff\x07 this was never packed")
