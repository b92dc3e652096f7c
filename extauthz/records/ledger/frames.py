"""A compressed segment as zstd frames that can be unpacked one by one. Pure.

    frame | frame | ... | table

This is the zstd seekable format 0.1.0 (github.com/facebook/zstd, contrib/seekable_format). The
table is a frame that decoders skip (RFC 8878, 3.1.2), so each zstd tool reads the file as one
stream. It ends with the number of frames, a byte of flags, and a magic number:

    magic u32, size u32
    size u32, unpacked size u32      of each frame
    number u32, flags u8, magic u32

A file of an earlier release is one frame without a table.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import zstandard

FRAME_BYTES: Final = 1024 * 1024
"""Unpacked bytes of a frame. `python -m bench.proofs` shows what a record in one costs."""
_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_MOST_FRAMES: Final = 65536  # a forged table must not fill the memory either
_LONGEST_HEADER: Final = 18
_SKIPPED: Final = 0x184D2A5E
_SEEKABLE: Final = 0x8F92EAB1
_HEAD: Final = struct.Struct("<II")
_ENTRY: Final = struct.Struct("<II")
_FOOT: Final = struct.Struct("<IBI")
# Most of a line that does not repeat is hashes and ids, which no level makes smaller.
# `phiguard audit size` prints what it brings.
_LEVEL: Final = 1

Read = Callable[[int, int], bytes]
"""Returns bytes of a file: from a position on, so many. Fewer at its end."""


class FrameError(Exception):
    """A file is not as a guard compresses it. The text is a fragment."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a file.

    Args:
        at: its position in the file.
        size: its bytes.
        start: the position of its content in the whole content.
        length: bytes of its content.
    """

    at: int
    size: int
    start: int
    length: int


def pack(data: bytes) -> bytes:
    """Return one frame."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(data)


def table(sizes: Sequence[tuple[int, int]]) -> bytes:
    """Return the table that follows the frames.

    Args:
        sizes: of each frame, and of its content.
    """
    entries = b"".join(_ENTRY.pack(*each) for each in sizes)
    head = _HEAD.pack(_SKIPPED, len(entries) + _FOOT.size)
    return head + entries + _FOOT.pack(len(sizes), 0, _SEEKABLE)


def frames(read: Read, size: int, largest: int) -> list[Frame]:
    """Return the frames of a file.

    Args:
        read: of the file.
        size: of the file, in bytes.
        largest: bytes of all content. The bound keeps a forged file from filling the memory.

    Raises:
        FrameError: it is no file of frames, or they hold more.
        OSError: from `read`.
    """
    sizes = _listed(read, size) or [(size, _content_size(read(0, _LONGEST_HEADER)))]
    found, at, start = list[Frame](), 0, 0
    for packed, length in sizes:
        found.append(Frame(at, packed, start, length))
        at, start = at + packed, start + length
    if not 0 <= start <= largest:
        raise FrameError("no guard wrote this zstd file: its size is missing or too large")
    return found


def unpack(data: bytes, length: int) -> bytes:
    """Return the content of a frame. Raises FrameError.

    Args:
        data: the whole frame.
        length: of its content.
    """
    try:
        if _content_size(data) == length:
            return zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
    except zstandard.ZstdError:
        pass
    raise FrameError("the zstd file is damaged or cut off, or something follows it")


def _listed(read: Read, size: int) -> list[tuple[int, int]]:
    """Return the sizes that the table lists. Empty when there is no table that fits the file."""
    foot = read(max(0, size - _FOOT.size), _FOOT.size)
    if len(foot) != _FOOT.size:
        return []
    number, _, magic = _FOOT.unpack(foot)
    length = _HEAD.size + number * _ENTRY.size + _FOOT.size
    if magic != _SEEKABLE or not 0 < number <= _MOST_FRAMES or length >= size:
        return []
    found = read(size - length, length)
    if len(found) != length:
        return []
    sizes = list(_ENTRY.iter_unpack(found[_HEAD.size : -_FOOT.size]))
    is_whole = found == table(sizes) and sum(packed for packed, _ in sizes) == size - length
    return sizes if is_whole else []


def _content_size(head: bytes) -> int:
    """Return what a frame says of its size: negative when it says nothing. Raises FrameError."""
    if not head.startswith(_MAGIC):
        raise FrameError("this is no zstd file")
    try:
        return zstandard.frame_content_size(head)
    except zstandard.ZstdError:
        raise FrameError("the zstd file is damaged or cut off, or something follows it") from None
