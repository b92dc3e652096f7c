"""Content codings: each round trips, none exceeds its limit, and an unknown one is a gap."""

import bz2
import gzip
import lzma
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from phiscan.finding import Gap
from phiscan.text.content_coding import MAX_LAYERS, decode, encode, unmarked
from phiscan.text.decompress import Bound

LIMIT = 1 << 20
BOUND = Bound(LIMIT, lambda: False)


@given(
    st.binary(min_size=1, max_size=2000),
    st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd"]), min_size=1, max_size=3),
)
def test_what_is_removed_can_be_put_back(data, codings):
    packed = encode(data, tuple(codings))
    decoded = decode(packed, ", ".join(codings), BOUND)
    assert (decoded.data, decoded.encodings, decoded.gap) == (data, tuple(codings), Gap.NONE)


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(LIMIT + 1))),
        ("deflate", zlib.compress(bytes(LIMIT + 1))),
        ("br", brotli.compress(bytes(LIMIT + 1))),
        ("zstd", zstandard.compress(bytes(LIMIT + 1))),
        ("", gzip.compress(bytes(LIMIT + 1))),
    ],
)
def test_a_bomb_is_over_the_limit(coding, bomb):
    assert decode(bomb, coding, BOUND).gap is Gap.OVER_LIMIT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_cut_or_foreign_stream_is_malformed(coding):
    whole = encode(b"payload " * 50, (coding,))
    assert decode(whole[:-3], coding, BOUND).gap is Gap.MALFORMED
    assert decode(b"not packed at all", coding, BOUND).gap is Gap.MALFORMED


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_bytes_behind_the_stream_are_malformed_because_they_could_hold_anything(coding):
    assert (
        decode(encode(b"payload " * 50, (coding,)) + b"SSN 512-44-9031", coding, BOUND).gap
        is Gap.MALFORMED
    )


def test_an_unknown_coding_is_a_gap_and_not_a_clean_document():
    assert decode(b"x", "compress", BOUND).gap is Gap.UNKNOWN_ENCODING
    assert decode(b"x", "gzip, sdch", BOUND).gap is Gap.UNKNOWN_ENCODING


def test_gzip_without_its_header_is_seen():
    decoded = decode(gzip.compress(gzip.compress(b"inner")), "", BOUND)
    assert (decoded.data, decoded.encodings) == (b"inner", ("gzip", "gzip"))


def test_too_many_layers_are_over_the_limit():
    data = b"x"
    for _ in range(MAX_LAYERS + 1):
        data = gzip.compress(data)
    assert decode(data, "", BOUND).gap is Gap.OVER_LIMIT
    assert decode(data, ",".join(["gzip"] * (MAX_LAYERS + 1)), BOUND).gap is Gap.OVER_LIMIT


def test_every_gzip_member_is_read():
    assert decode(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", BOUND).data == b"one two"


def test_deflate_without_its_zlib_header_is_read():
    raw = zlib.compressobj(wbits=-15)
    assert (
        decode(raw.compress(b"raw deflate") + raw.flush(), "deflate", BOUND).data == b"raw deflate"
    )


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (zlib.compress(b"a text, a text, a text"), "deflate"),
        (zlib.compress(b"a text, a text, a text", wbits=-15), "deflate"),
        (brotli.compress(b"a text, a text, a text"), "br"),
        (b"a text that nobody compressed", ""),
        (bytes(range(200, 240)), ""),
    ],
)
def test_a_coding_without_a_mark_is_known_by_what_it_holds(packed, coding):
    assert unmarked(packed, lambda head: head.startswith(b"a text")) == coding


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_compressed_file_is_known_by_its_signature(pack):
    decoded = decode(pack(b"inner " * 9), "", BOUND)
    assert (decoded.data, decoded.gap) == (b"inner " * 9, Gap.NONE)
    assert encode(decoded.data, decoded.encodings) == pack(b"inner " * 9)


@pytest.mark.parametrize("text", [b"BZh is a town", b"BZh9 and more", b"\xfd7z"])
def test_a_text_that_begins_like_a_compressed_file_is_none(text):
    assert decode(text, "", BOUND).encodings == ()


@pytest.mark.parametrize("coding", ["bzip2", "xz", "raw-deflate", "zip-lzma"])
def test_a_header_names_only_codings_of_http(coding):
    assert decode(b"x", coding, BOUND).gap is Gap.UNKNOWN_ENCODING


def test_a_compressed_file_may_be_compressed_for_the_transport_too():
    data = gzip.compress(gzip.compress(b"a note"))
    decoded = decode(data, "gzip", Bound(1000, bool))
    assert (decoded.data, decoded.encodings) == (b"a note", ("gzip", "gzip"))
