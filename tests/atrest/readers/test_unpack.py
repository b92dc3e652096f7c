"""Compressed streams: whole, cut off, and those that ask for too much memory."""

import bz2
import gzip
import io
import lzma
import random

import pytest
import zstandard

from atrest.readers import unpack
from atrest.readers.unpack import BrokenError, TooLargeError, UnpackedFile

DATA = random.Random(1).randbytes(400_000)  # noqa: S311 - no secret
CODECS = [
    (gzip.compress, unpack.gzip),
    (bz2.compress, unpack.bzip2),
    (lzma.compress, unpack.xz),
    (zstandard.compress, unpack.zstd),
]
codecs = pytest.mark.parametrize(("pack", "decoder"), CODECS)


def content(packed, decoder):
    return io.BufferedReader(UnpackedFile(io.BytesIO(packed), decoder)).read()


@codecs
def test_one_stream_and_several_with_zeros_between(pack, decoder):
    packed = pack(DATA)
    assert content(packed, decoder) == DATA
    assert content(packed + bytes(8) + packed + bytes(512), decoder) == DATA + DATA


@codecs
@pytest.mark.parametrize("cut", [1, 5, 500])
def test_a_stream_that_is_cut_off_says_so(pack, decoder, cut):
    with pytest.raises(BrokenError):
        content(pack(DATA)[:-cut], decoder)


@codecs
def test_what_stands_behind_a_stream_is_an_error(pack, decoder):
    with pytest.raises(BrokenError):
        content(pack(b"x") + b"something else", decoder)


@codecs
def test_a_bomb_is_unpacked_in_pieces(pack, decoder):
    reader = io.BufferedReader(UnpackedFile(io.BytesIO(pack(bytes(1 << 26))), decoder))
    assert reader.read(1 << 20) == bytes(1 << 20)


def zstd_of(window):
    parameters = zstandard.ZstdCompressionParameters(window_log=window, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(DATA) + packer.flush()


def xz_of(dictionary):
    return lzma.compress(DATA, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}])


@pytest.mark.parametrize(
    ("fits", "too_large", "decoder"),
    [
        (zstd_of(27), zstd_of(28), unpack.zstd),
        (xz_of(64 << 20), xz_of(256 << 20), unpack.xz),
    ],
)
def test_a_decoder_gets_128_mib_and_no_more(fits, too_large, decoder):
    assert content(fits, decoder) == DATA
    with pytest.raises(TooLargeError, match="OVER_LIMIT"):
        content(too_large, decoder)


def test_a_dictionary_of_lzma_in_a_zip_has_a_limit_too():
    with pytest.raises(TooLargeError):
        unpack.zip_lzma(b"\x09\x04\x05\x00\x5d" + (1 << 30).to_bytes(4, "little"))
    with pytest.raises(BrokenError):
        unpack.zip_lzma(b"\x09\x04\x05\x00")
