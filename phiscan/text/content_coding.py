"""Content codings (RFC 9110 section 8.4.1): removed before a scan, applied again after a redaction.

A limit bounds the decoded bytes. A coding that is unknown or broken, or that decodes to more bytes
than the limit, is a gap and never an empty document.

The signatures of compressed files (bzip2, xz) count as well. `decompress`, beside this, decodes.
"""

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import brotli
import zstandard

from phiscan.finding import Gap
from phiscan.text import aws_chunked, charset, decompress, skipped
from phiscan.text.decompress import Bound

MAX_LAYERS: Final = 4
"""The most codings applied to one body. More are a gap."""
_PREVIEW: Final = 1024


class Decoded(NamedTuple):
    """A body without its content codings, or the reason why they could not be removed.

    Args:
        data: the decoded body.
        encodings: names of the codings that were removed, in the order in which the sender applied
            them.
        gap: why a coding could not be removed.
        skipped: texts in the coded bytes that no decoder returns.
    """

    data: bytes
    encodings: tuple[str, ...] = ()
    gap: Gap = Gap.NONE
    skipped: bytes = b""


def decode_text(data: bytes, content_encoding: str, bound: Bound, content_type: str) -> Decoded:
    """Remove the content codings, then convert text to UTF-8.

    Args:
        bound: of the decoded bytes, before the conversion to UTF-8.
    """
    decoded = decode(data, content_encoding, bound)
    if decoded.gap is not Gap.NONE:
        return decoded
    text = charset.to_utf8(decoded.data, content_type)
    codings = (text.coding, *decoded.encodings) if text.coding else decoded.encodings
    return Decoded(text.data, codings, text.gap, decoded.skipped)


def undo(data: bytes, encodings: tuple[str, ...], limit: int) -> Decoded:
    """Remove exactly the codings that `decode_text` reported.

    So the result is the same, and offsets into it stay valid.
    """
    for name in reversed(encodings):
        step = (
            Decoded(charset.from_coding(data, name))
            if name.startswith(charset.PREFIX)
            else _remove(name, data, Bound(limit, _never))
        )
        if step.gap is not Gap.NONE:
            return step
        data = step.data
    return Decoded(data, encodings)


def decode(data: bytes, content_encoding: str, bound: Bound) -> Decoded:
    """Remove the codings that the Content-Encoding names, then those that the bytes show.

    Args:
        bound: of the decoded bytes of each coding.
    """
    named = _named(content_encoding) if content_encoding else []
    removed: list[str] = []
    beside: list[bytes] = []
    if len(named) > MAX_LAYERS:
        return Decoded(data, (), Gap.OVER_LIMIT)
    for name in reversed(named):
        if name not in _NAMES:
            return Decoded(data, tuple(reversed(removed)), Gap.UNKNOWN_ENCODING)
        step = _remove(name, data, bound)
        if step.gap is not Gap.NONE:
            return Decoded(data, tuple(reversed(removed)), step.gap)
        beside.append(skipped.texts(name, data))
        data = step.data
        removed.append(name)
    while name := _by_signature(data):  # a file may be compressed, whatever the header names
        if len(removed) == MAX_LAYERS:
            return Decoded(data, tuple(reversed(removed)), Gap.OVER_LIMIT)
        step = _remove(name, data, bound)
        if step.gap is not Gap.NONE:
            return Decoded(data, tuple(reversed(removed)), step.gap)
        beside.append(skipped.texts(name, data))
        data = step.data
        removed.append(name)
    return Decoded(data, tuple(reversed(removed)), skipped=b"\n".join(filter(None, beside)))


def _named(content_encoding: str) -> list[str]:
    """Return the codings of a Content-Encoding in the order in which they were applied.

    S3 names aws-chunked first and removes it first: `aws-chunked,gzip`.
    """
    names = (part.strip().lower() for part in content_encoding.split(","))
    return sorted(
        (name for name in names if name not in ("", "identity")),
        key=lambda name: name == aws_chunked.NAME,
    )


def encode(data: bytes, encodings: tuple[str, ...]) -> bytes:
    """Apply the codings again that `decode_text` removed."""
    for name in encodings:
        data = (
            charset.to_coding(data, name)
            if name.startswith(charset.PREFIX)
            else _ENCODERS[name](data)
        )
    return data


def _by_signature(data: bytes) -> str:
    """Return the coding that the first bytes show, or empty.

    Some senders forget the Content-Encoding header, and an attacker may leave it out.
    """
    name = ""
    if data[:1] in _FIRST:
        name = next((name for name, sign in _SIGNATURES if sign.match(data)), "")
    return name or (aws_chunked.NAME if aws_chunked.shows(data) else "")


def _remove(name: str, data: bytes, bound: Bound) -> Decoded:
    if name == aws_chunked.NAME:
        plain, gap = aws_chunked.remove(data, bound)
    else:
        plain, gap = decompress.remove(name, data, bound)
    return Decoded(plain, (), gap)


def _never() -> bool:
    return False


def unmarked(data: bytes, plausible: Callable[[bytes], bool]) -> str:
    """Return the coding of bytes without a signature, by decoding their beginning.

    Args:
        plausible: returns whether the decoded bytes look like a document. Random bytes sometimes
            decode to something.

    Returns:
        `deflate`, `br` or empty.
    """
    for name, preview in _PREVIEWS:
        try:
            head = preview(data)
        except (zlib.error, brotli.error):
            continue
        if head and plausible(head):
            return name
    return ""


def _preview_deflate(data: bytes) -> bytes:
    has_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0  # RFC 1950 section 2.2
    return zlib.decompressobj(wbits=15 if has_header else -15).decompress(data, _PREVIEW)


def _preview_brotli(data: bytes) -> bytes:
    return bytes(brotli.Decompressor().process(data, output_buffer_limit=_PREVIEW))


_PREVIEWS: Final = (("deflate", _preview_deflate), ("br", _preview_brotli))
_NAMES: Final = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd", aws_chunked.NAME))
"""The content codings that a header may name (IANA, HTTP Content Coding Registry)."""
_SIGNATURES: Final = (
    ("gzip", re.compile(rb"\x1f\x8b\x08")),
    # a frame of data, or one that decoders skip
    ("zstd", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")),
    ("xz", re.compile(rb"\xfd7zXZ\x00")),
    # a block, or the end of an empty file; matches b"BZh91AY&SY"; not b"BZhou"
    ("bzip2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")),
)
_FIRST: Final = frozenset(bytes((first,)) for first in (*b"\x1f\x28\xfdB", *range(0x50, 0x60)))
"""The first bytes of the signatures. A look at one byte is cheaper than a match of each."""
_ENCODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "gzip": lambda data: gzip.compress(data, 6, mtime=0),
        "x-gzip": lambda data: gzip.compress(data, 6, mtime=0),
        "deflate": zlib.compress,
        "br": lambda data: bytes(brotli.compress(data, quality=4)),
        "zstd": lambda data: zstandard.ZstdCompressor(level=3).compress(data),
        "bzip2": bz2.compress,
        "xz": lzma.compress,
    }
)
