"""The content of a ledger segment, plain or compressed with zstd.

A closed segment may be compressed as a whole: `ledger-0-000000000001.jsonl.zst` holds exactly the
bytes of `ledger-0-000000000001.jsonl`, so every hash and every line number stays what it was. All
readers of a ledger read segments here.
"""

import contextlib
import errno
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from extauthz.records.ledger import frames
from extauthz.records.ledger.chain import SEGMENT_NAME, chains, unseal
from extauthz.records.ledger.frames import Frame

PACKED: Final = ".zst"
_MIB: Final = 1024 * 1024
# A guard ends a segment at 64 MiB. The bound keeps a forged file from filling the memory.
LARGEST_BYTES: Final = 256 * _MIB


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
    with _opened(path) as file:
        if not path.name.endswith(PACKED):
            return file.read()
        found = io.BytesIO()  # joining a list would take the room twice
        for frame in _frames(file):
            found.write(_unpacked(file, frame))
        return found.getvalue()


def length(path: Path) -> int:
    """Return the number of bytes of a segment's lines. Raises as `content`."""
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not path.name.endswith(PACKED):
            return size
        last = _frames(file)[-1]
        return last.start + last.length


def chunks(path: Path, at: int = 0, *, is_packed: bool) -> Iterator[bytes]:
    """Yield the lines of a segment in pieces of a MiB at most, from position `at` on.

    A segment that an earlier release has compressed is one piece.

    Args:
        path: of the segment.
        at: position in its lines, unpacked.
        is_packed: whether it is compressed.

    Raises:
        OSError, SegmentError: as `content`.
    """
    with _opened(path) as file:
        if not is_packed:
            file.seek(at)
            while chunk := file.read(frames.FRAME_BYTES):
                yield chunk
            return
        for frame in _frames(file):
            if frame.start + frame.length > at:
                yield _unpacked(file, frame)[max(0, at - frame.start) :]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        if status.st_size > LARGEST_BYTES:
            raise SegmentError("no guard wrote this file: it is too large")
        yield file


def _frames(file: BinaryIO) -> list[Frame]:
    def read(at: int, size: int) -> bytes:
        return os.pread(file.fileno(), size, at)

    try:
        return frames.frames(read, os.fstat(file.fileno()).st_size, LARGEST_BYTES)
    except frames.FrameError as error:
        raise SegmentError(str(error)) from None


def _unpacked(file: BinaryIO, frame: Frame) -> bytes:
    try:
        return frames.unpack(os.pread(file.fileno(), frame.size, frame.at), frame.length)
    except frames.FrameError as error:
        raise SegmentError(str(error)) from None


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
