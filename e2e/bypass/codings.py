"""Compressed bodies, and headers that lie about the compression."""

import bz2
import gzip
import io
import lzma
import zlib
from typing import Final

import brotli
import zstandard

from e2e.bypass.technique import GATES, Sent, Technique, Value, post

UNSCANNABLE: Final = "UNSCANNABLE"
_BOMB: Final = 17 << 20


def _coded(value: Value, body: bytes, *codings: str) -> Sent:
    return post(value, body, "text/plain", *(f"content-encoding: {each}" for each in codings))


def _text(value: Value) -> bytes:
    return value.text.encode()


def _raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def _gzip_with_name(data: bytes, name: str) -> bytes:
    """A gzip member whose header names a file (RFC 1952, section 2.3.1)."""
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=out, mtime=0) as member:
        member.write(data)
    return out.getvalue()


def _gzip_with_field(data: bytes, extra: bytes) -> bytes:
    """A gzip member whose header has an extra field."""
    field = b"AB" + len(extra).to_bytes(2, "little") + extra
    plain = gzip.compress(data, mtime=0)
    return plain[:3] + b"\x04" + plain[4:10] + len(field).to_bytes(2, "little") + field + plain[10:]


def _skippable(data: bytes) -> bytes:
    """A frame of zstd that decoders skip (RFC 8878, section 3.1.2)."""
    return b"\x50\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


def _brotli_metadata(data: bytes) -> bytes:
    """An empty stream of brotli with one metadata block (RFC 7932, section 9.2)."""
    bits = 3 << 2 | 1 << 5 | len(data) - 1 << 7
    return bits.to_bytes(2, "little") + data + b"\x03"


def _halves(value: Value) -> tuple[bytes, bytes]:
    body = _text(value)
    return body[:32], body[32:]


def _stacked(value: Value, times: int) -> Sent:
    body = _text(value)
    for _ in range(times):
        body = gzip.compress(body, mtime=0)
    return _coded(value, body, ", ".join(["gzip"] * times))


def _lie(name: str, hope: str, coding: str, encode=bytes) -> Technique:
    """A header that names another coding than the bytes have."""
    return Technique(
        name, hope, lambda v: _coded(v, encode(_text(v)), coding), UNSCANNABLE, UNSCANNABLE
    )


TECHNIQUES: Final = (
    Technique(
        "gzip", "compressed is not read", lambda v: _coded(v, gzip.compress(_text(v)), "gzip")
    ),
    Technique(
        "x-gzip in capitals",
        "an old name of gzip",
        lambda v: _coded(v, gzip.compress(_text(v)), "X-GZIP"),
    ),
    Technique(
        "value in the second member",
        "the guard reads one member of gzip",
        lambda v: _coded(v, gzip.compress(b"ok\n") + gzip.compress(_text(v)), "gzip"),
    ),
    Technique(
        "value over two members",
        "no member holds the whole number",
        lambda v: _coded(v, b"".join(map(gzip.compress, _halves(v))), "gzip"),
    ),
    Technique(
        "zlib", "two forms have one name", lambda v: _coded(v, zlib.compress(_text(v)), "deflate")
    ),
    Technique(
        "raw deflate",
        "the second form of the name",
        lambda v: _coded(v, _raw_deflate(_text(v)), "deflate"),
    ),
    Technique(
        "brotli", "a coding without magic", lambda v: _coded(v, brotli.compress(_text(v)), "br")
    ),
    Technique("zstd", "a young coding", lambda v: _coded(v, _zstd(_text(v)), "zstd")),
    Technique(
        "two frames of zstd",
        "the guard reads one frame",
        lambda v: _coded(v, _zstd(b"ok\n") + _zstd(_text(v)), "zstd"),
    ),
    Technique(
        "two codings in one header",
        "the guard removes one",
        lambda v: _coded(v, brotli.compress(gzip.compress(_text(v))), "gzip, br"),
    ),
    Technique(
        "two codings in two headers",
        "the guard takes one of the headers",
        lambda v: _coded(v, brotli.compress(gzip.compress(_text(v))), "gzip", "br"),
    ),
    Technique("four codings", "the guard stops at three", lambda v: _stacked(v, 4)),
    Technique(
        "five codings",
        "the guard stops at four",
        lambda v: _stacked(v, 5),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    Technique(
        "second coding that is not named",
        "the guard removes what the header names",
        lambda v: _coded(v, gzip.compress(gzip.compress(_text(v))), "gzip"),
    ),
    Technique(
        "coding that no header names",
        "the receiver looks at the bytes, the guard at the header",
        lambda v: _coded(v, gzip.compress(_text(v))),
    ),
    Technique(
        "brotli that no header names",
        "without magic nobody knows it",
        lambda v: _coded(v, brotli.compress(_text(v) * 20)),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    Technique(
        "raw deflate that no header names",
        "without magic nobody knows it",
        lambda v: _coded(v, _raw_deflate(_text(v) * 20)),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    Technique("bzip2", "no coding of HTTP", lambda v: _coded(v, bz2.compress(_text(v)))),
    Technique("xz", "no coding of HTTP", lambda v: _coded(v, lzma.compress(_text(v)))),
    Technique(
        "lzma",
        "the form of xz without magic",
        lambda v: _coded(v, lzma.compress(_text(v), lzma.FORMAT_ALONE)),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    _lie("gzip that is none", "what cannot be decoded is not read", "gzip"),
    _lie("brotli that is gzip", "two readers decode differently", "br", gzip.compress),
    _lie("gzip that is zlib", "a lenient receiver tries both", "gzip", zlib.compress),
    _lie("unknown coding", "the receiver knows a coding of its own", "x-own"),
    _lie("compress", "an old coding that nobody implements", "compress"),
    _lie("coding with a parameter", "a name that is none", "gzip;q=1", gzip.compress),
    _lie(
        "coding with a letter behind", "a lenient receiver takes the prefix", "gzipx", gzip.compress
    ),
    Technique(
        "empty names of codings",
        "the guard stops at the first name",
        lambda v: _coded(v, gzip.compress(_text(v)), ", identity,, gzip"),
    ),
    Technique(
        "gzip cut off",
        "the receiver keeps what it could decode",
        lambda v: _coded(v, gzip.compress(_text(v))[:-9], "gzip"),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    Technique(
        "gzip without its check sum",
        "the receiver does not check",
        lambda v: _coded(v, gzip.compress(_text(v))[:-8] + bytes(8), "gzip"),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    Technique(
        "bomb",
        "the guard gives up and lets pass",
        lambda v: _coded(v, gzip.compress(bytes(_BOMB) + _text(v), mtime=0), "gzip"),
        UNSCANNABLE,
        UNSCANNABLE,
    ),
    *(
        Technique(
            f"text behind {name}",
            "what stands behind the end is not read",
            lambda v, coding=coding, encode=encode: _coded(v, encode(b"ok") + _text(v), coding),
            UNSCANNABLE,
            UNSCANNABLE,
        )
        for name, coding, encode in (
            ("gzip", "gzip", gzip.compress),
            ("zlib", "deflate", zlib.compress),
            ("raw deflate", "deflate", _raw_deflate),
            ("brotli", "br", brotli.compress),
            ("zstd", "zstd", _zstd),
        )
    ),
    Technique(
        "file name of gzip",
        "the header of gzip is not read",
        lambda v: _coded(v, _gzip_with_name(b"ok", v.text), "gzip"),
    ),
    Technique(
        "extra field of gzip",
        "the header of gzip is not read",
        lambda v: _coded(v, _gzip_with_field(b"ok", _text(v)), "gzip"),
    ),
    Technique(
        "frame of zstd that is skipped",
        "what decoders skip is not read",
        lambda v: _coded(v, _skippable(_text(v)) + _zstd(b"ok"), "zstd"),
    ),
    Technique(
        "metadata of brotli",
        "what decoders skip is not read",
        lambda v: _coded(v, _brotli_metadata(_text(v)), "br"),
        known_open=dict.fromkeys(GATES, "metadata blocks of brotli have no mark to find them by"),
    ),
)
