"""The content of a ledger segment, plain or compressed with zstd.

A closed segment may be compressed as a whole: `ledger-0-000000000001.jsonl.zst` holds exactly the
bytes of `ledger-0-000000000001.jsonl`, so every hash and every line number stays what it was. All
readers of a ledger read segments here.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import zstandard

from extauthz.records.ledger.chain import SEGMENT_NAME, chains, unseal

PACKED: Final = ".zst"
_MIB: Final = 1024 * 1024
# A guard ends a segment at 64 MiB. The bound keeps a forged file from filling the memory.
LARGEST_BYTES: Final = 256 * _MIB
# zstd frames begin so (RFC 8878, 3.1.1)
_MAGIC: Final = b"\x28\xb5\x2f\xfd"


class SegmentError(Exception):
    """A segment is not as a guard writes it. The text is a fragment without the file's name."""


def plain_name(name: str) -> str:
    """Return the name of a segment without its compression."""
    match = SEGMENT_NAME.fullmatch(name)
    return match["plain"] if match else name


def content(path: Path) -> bytes:
    """Return the lines of a segment, as the guard wrote them.

    Raises:
        OSError: the file cannot be read, or is a pipe or a device, which may have no end.
        SegmentError: it is too large, or it is compressed, and cut off or changed.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        if status.st_size > LARGEST_BYTES:
            raise SegmentError("no guard wrote this file: it is too large")
        data = file.read()
    return unpacked(data) if path.name.endswith(PACKED) else data


def unpacked(data: bytes) -> bytes:
    """Return the content of one whole zstd frame. Raises SegmentError."""
    if not data.startswith(_MAGIC):
        raise SegmentError("this is no zstd file")
    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= LARGEST_BYTES:
            raise SegmentError("no guard wrote this zstd file: its size is missing or too large")
        return zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
    except zstandard.ZstdError:
        raise SegmentError("the zstd file is damaged or cut off, or something follows it") from None


def records_from(folder: Path, worker: int, seq: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and line of each record of a chain from number `seq` on, without newlines.

    A line whose own hash does not fit is no record. One segment is in memory at a time.

    Raises:
        OSError: a segment cannot be read.
        SegmentError: one is too large, or a compressed one is damaged.
    """
    names = chains(path.name for path in folder.iterdir()).get(worker, [])
    starts = [int(match["start"]) for match in map(SEGMENT_NAME.fullmatch, names) if match]
    for name, following in zip(names, [*starts, None][1:], strict=True):
        if following is None or following > seq:
            yield from reversed(_from_its_end(content(folder / name), seq))


def _from_its_end(data: bytes, seq: int) -> list[tuple[int, bytes]]:
    """Return number and line of the records from `seq` on, the last one first."""
    found: list[tuple[int, bytes]] = []
    for line in reversed(data.split(b"\n")):
        record = unseal(line)
        if record is None:
            continue
        if record["seq"] < seq:
            break
        found.append((record["seq"], line))
    return found
