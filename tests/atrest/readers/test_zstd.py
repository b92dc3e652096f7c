"""Zstandard streams, whole and cut off."""

import io
import random

import pytest
import zstandard

from atrest.readers.zstd import ZstdFile

DATA = random.Random(1).randbytes(400_000)  # noqa: S311 - no secret


def unpack(packed):
    return io.BufferedReader(ZstdFile(io.BytesIO(packed))).read()


def test_one_frame_and_several():
    packed = zstandard.compress(DATA)
    assert unpack(packed) == DATA
    assert unpack(packed + packed) == DATA + DATA
    assert unpack(b"") == b""


@pytest.mark.parametrize("cut", [1, 5, 500])
def test_a_stream_that_is_cut_off_says_so(cut):
    with pytest.raises(EOFError):
        unpack(zstandard.compress(DATA)[:-cut])


def test_what_is_no_zstandard_is_an_error():
    with pytest.raises(zstandard.ZstdError):
        unpack(b"\x28\xb5\x2f\xfd" + b"\xff" * 100)


def test_a_bomb_is_unpacked_in_pieces():
    reader = io.BufferedReader(ZstdFile(io.BytesIO(zstandard.compress(b"\0" * (1 << 28)))))
    assert len(reader.read(1 << 20)) == 1 << 20
