"""Texts in compressed bytes that no decoder returns: headers of gzip, and frames of zstd.

They can hold anything, and a receiver may read them: the name of a file, a comment, an extra field
(RFC 1952 section 2.3.1), a frame that decoders skip (RFC 8878 section 3.1.2).
"""

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

# The header of a gzip member with one of the flags FEXTRA, FNAME and FCOMMENT.
# matches b"\x1f\x8b\x08\x08"; not b"\x1f\x8b\x08\x00"
_MEMBER: Final = re.compile(rb"\x1f\x8b\x08[\x04-\x1f].{6}", re.DOTALL)
_EXTRA: Final = 4
_STRINGS: Final = (8, 16)
"""The flags of a file's name and of a comment, in their order in the header."""
# matches b"\x50\x2a\x4d\x18" and the size behind it; not a frame of data, b"\x28\xb5\x2f\xfd"
_SKIPPED_FRAME: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18(.{4})", re.DOTALL)
# matches b"Ana Ruiz"; not b"BC\x02\x00"
_TEXT: Final = re.compile(rb"[\t\r\n\x20-\x7e\x80-\xff]{4,}")


def texts(coding: str, data: bytes) -> bytes:
    """Return the texts that a decoder of this coding skips, one a line.

    Args:
        coding: a content coding.
        data: the bytes before it was removed.
    """
    places = _PLACES.get(coding)
    if places is None:
        return b""
    return b"\n".join(text for part in places(data) for text in _TEXT.findall(part))


def _of_gzip(data: bytes) -> Iterator[bytes]:
    for member in _MEMBER.finditer(data):
        flags, at = data[member.start() + 3], member.end()
        if flags & _EXTRA:
            size = int.from_bytes(data[at : at + 2], "little")
            yield data[at + 2 : at + 2 + size]
            at += 2 + size
        for flag in _STRINGS:
            if flags & flag and (end := data.find(b"\x00", at)) >= 0:
                yield data[at:end]
                at = end + 1


def _of_zstd(data: bytes) -> Iterator[bytes]:
    for frame in _SKIPPED_FRAME.finditer(data):
        yield data[frame.end() : frame.end() + int.from_bytes(frame[1], "little")]


_PLACES: Final = MappingProxyType[str, Callable[[bytes], Iterator[bytes]]](
    {"gzip": _of_gzip, "x-gzip": _of_gzip, "zstd": _of_zstd}
)
