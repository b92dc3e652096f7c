"""Content codings (RFC 9110 section 8.4.1): removed before a scan, applied again after a redaction.

A limit bounds the decoded bytes. A coding that is unknown or broken, or that decodes to more bytes
than the limit, is a gap and never an empty document.
"""

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import brotli
import zstandard

from phiscan.finding import Gap
from phiscan.text import charset

MAX_LAYERS: Final = 4
"""The most codings applied to one body. More are a gap."""
_MAX_MEMBERS: Final = 1024
"""The most members of a gzip file or frames of a zstd file. With blocks of 64 KiB (BGZF), 64 MiB.

Each member costs a copy of the bytes after it.
"""
_CHUNK: Final = 65536
_PREVIEW: Final = 1024


class _OverLimitError(Exception):
    pass


class _BrokenError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its content codings, or the reason why they could not be removed.

    Args:
        data: the decoded body.
        encodings: names of the codings that were removed, in the order in which the sender applied
            them.
        gap: why a coding could not be removed.
    """

    data: bytes
    encodings: tuple[str, ...] = ()
    gap: Gap = Gap.NONE


def decode_text(data: bytes, content_encoding: str, limit: int, content_type: str) -> Decoded:
    """Remove the content codings, then convert text to UTF-8.

    Args:
        limit: the most decoded bytes, before the conversion to UTF-8.
    """
    decoded = decode(data, content_encoding, limit)
    if decoded.gap is not Gap.NONE:
        return decoded
    text = charset.to_utf8(decoded.data, content_type)
    codings = (text.coding, *decoded.encodings) if text.coding else decoded.encodings
    return Decoded(text.data, codings, text.gap)


def undo(data: bytes, encodings: tuple[str, ...], limit: int) -> Decoded:
    """Remove exactly the codings that `decode_text` reported.

    So the result is the same, and offsets into it stay valid.
    """
    for name in reversed(encodings):
        step = (
            Decoded(charset.from_coding(data, name))
            if name.startswith(charset.PREFIX)
            else _remove(name, data, limit)
        )
        if step.gap is not Gap.NONE:
            return step
        data = step.data
    return Decoded(data, encodings)


def decode(data: bytes, content_encoding: str, limit: int) -> Decoded:
    """Remove the codings that the Content-Encoding names or, if it names none, that the bytes show.

    Args:
        limit: the most decoded bytes.
    """
    named = [
        name
        for name in (part.strip().lower() for part in content_encoding.split(","))
        if name not in ("", "identity")
    ]
    removed: list[str] = []
    if len(named) > MAX_LAYERS:
        return Decoded(data, (), Gap.OVER_LIMIT)
    for name in reversed(named):
        if name not in _DECODERS:
            return Decoded(data, tuple(reversed(removed)), Gap.UNKNOWN_ENCODING)
        step = _remove(name, data, limit)
        if step.gap is not Gap.NONE:
            return Decoded(data, tuple(reversed(removed)), step.gap)
        data = step.data
        removed.append(name)
    while (name := _by_signature(data)) and not named:
        if len(removed) == MAX_LAYERS:
            return Decoded(data, tuple(reversed(removed)), Gap.OVER_LIMIT)
        step = _remove(name, data, limit)
        if step.gap is not Gap.NONE:
            return Decoded(data, tuple(reversed(removed)), step.gap)
        data = step.data
        removed.append(name)
    return Decoded(data, tuple(reversed(removed)))


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
    if data.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    return "zstd" if data.startswith(b"\x28\xb5\x2f\xfd") else ""


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


def _remove(name: str, data: bytes, limit: int) -> Decoded:
    try:
        return Decoded(_DECODERS[name](data, limit))
    except _OverLimitError:
        return Decoded(b"", (), Gap.OVER_LIMIT)
    except (_BrokenError, zlib.error, brotli.error, zstandard.ZstdError, EOFError):
        return Decoded(b"", (), Gap.MALFORMED)


def _gunzip(data: bytes, limit: int) -> bytes:
    """Decompress all members of a gzip file (RFC 1952 section 2.2).

    Bytes after the last member are an error, because they could hold anything.
    """
    out: list[bytes] = []
    left = limit
    while data:
        member = zlib.decompressobj(wbits=31)
        out.append(_inflate(member, data, left))
        left -= len(out[-1])
        data = member.unused_data
        if len(out) > _MAX_MEMBERS:
            raise _OverLimitError
    return b"".join(out)


def _inflate(stream: "zlib._Decompress", data: bytes, limit: int) -> bytes:
    plain = stream.decompress(data, limit + 1)
    if len(plain) > limit:
        raise _OverLimitError
    if not stream.eof:
        raise _BrokenError
    return plain


def _undeflate(data: bytes, limit: int) -> bytes:
    """Decompress `deflate`: the zlib format (RFC 9110 section 8.4.1.2), or one without its header.

    Some senders omit the zlib header.
    """
    try:
        stream = zlib.decompressobj()
        plain = _inflate(stream, data, limit)
    except (zlib.error, _BrokenError):
        stream = zlib.decompressobj(wbits=-15)
        plain = _inflate(stream, data, limit)
    if stream.unused_data:
        raise _BrokenError
    return plain


def _unbrotli(data: bytes, limit: int) -> bytes:
    stream = brotli.Decompressor()
    out: list[bytes] = []
    size = 0
    while not stream.is_finished():
        step = stream.process(data, output_buffer_limit=_CHUNK)
        if not step and not data:
            raise _BrokenError
        data = b""
        size += len(step)
        if size > limit:
            raise _OverLimitError
        out.append(step)
    return b"".join(out)


def _unzstd(data: bytes, limit: int) -> bytes:
    """Decompress all frames (RFC 8878). RFC 9659 limits the window of a content coding to 8 MiB."""
    out: list[bytes] = []
    size = frames = 0
    while data:
        frames += 1
        if frames > _MAX_MEMBERS:
            raise _OverLimitError
        stream = zstandard.ZstdDecompressor(max_window_size=1 << 23).decompressobj()
        for at in range(0, len(data), 4096):
            step = stream.decompress(data[at : at + 4096])
            size += len(step)
            if size > limit:
                raise _OverLimitError
            out.append(step)
            if stream.eof:
                data = stream.unused_data + data[at + 4096 :]
                break
        else:
            raise _BrokenError
    return b"".join(out)


_PREVIEWS: Final = (("deflate", _preview_deflate), ("br", _preview_brotli))
_DECODERS: Final[Mapping[str, Callable[[bytes, int], bytes]]] = MappingProxyType(
    {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _undeflate, "br": _unbrotli, "zstd": _unzstd}
)
_ENCODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "gzip": lambda data: gzip.compress(data, 6, mtime=0),
        "x-gzip": lambda data: gzip.compress(data, 6, mtime=0),
        "deflate": zlib.compress,
        "br": lambda data: bytes(brotli.compress(data, quality=4)),
        "zstd": lambda data: zstandard.ZstdCompressor(level=3).compress(data),
    }
)
