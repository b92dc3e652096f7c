"""Work on closed segments: which they are, how they are compressed, and who may do it.

A segment is closed when a later one of its chain holds a whole record. The guard never opens it
again, not even after a crash.

Each step leaves the ledger whole when the process dies after it:

1. the compressed form is written to `NAME.zst.part`, frame by frame, and synced;
2. it is read back, unpacked and compared;
3. it is renamed to `NAME.zst`: both forms are there, and readers take the plain one;
4. the plain form is removed.
"""

import contextlib
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from extauthz.records.ledger import disk, frames, segments
from extauthz.records.ledger.chain import chains, last_head, unseal

PART: Final = ".part"
LOCK: Final = "ledger-housekeeping.lock"


class HousekeepingError(Exception):
    """Closed segments cannot be worked on. The text is one line: the file, and what is wrong."""


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold the folder's closed segments. The value is False when another process holds them.

    The guard goes on writing meanwhile. The lock ends with the process.

    Raises:
        OSError: the lock file cannot be made.
    """
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)


def closed(folder: Path, names: Sequence[str]) -> list[str]:
    """Return the closed segments of one chain.

    Args:
        folder: of the ledger.
        names: all segments of the chain, in its order.

    Raises:
        OSError: a segment cannot be read.
        SegmentError: a compressed segment is damaged.
    """
    for at in range(len(names) - 1, 0, -1):
        if _holds_record(folder / names[at]):
            return list(names[:at])
    return []


def pack_next(folder: Path, worker: int) -> Path | None:
    """Compress the first closed segment of a worker that is plain. Return its new path, or None.

    Raises:
        HousekeepingError: the segment and its compressed form differ, or a file is damaged.
        OSError: a file cannot be read or written. The plain segment is still there.
    """
    names = chains(p.name for p in folder.iterdir()).get(worker, [])
    plain = (n for n in names[:-1] if not n.endswith(segments.PACKED) and _ends_whole(folder / n))
    name = next(plain, None)
    if name is None:
        return None
    with alone(folder) as is_alone:
        if not is_alone:
            return None
        try:
            if name not in closed(folder, names):
                return None
        except segments.SegmentError as error:
            raise HousekeepingError(f"{folder}: {error}") from None
        packed = folder / (name + segments.PACKED)
        pack(folder / name, packed)
        (folder / name).unlink()
        disk.sync_folder(folder)
        return packed


def pack(source: Path, target: Path) -> None:
    """Write a plain segment to `target`, compressed, read it back, and compare.

    A `.part` that a killed process left is written again. The source stays.

    Raises:
        HousekeepingError: what was read back is not the source.
        OSError: a file cannot be read or written.
    """
    part = target.with_name(target.name + PART)
    with source.open("rb") as plain:
        size = os.fstat(plain.fileno()).st_size
        with _private(part) as out:
            digest = _compress(plain, out, size)
            out.flush()
            os.fsync(out.fileno())
    if unpacked_digest(part) != digest:
        part.unlink()
        raise HousekeepingError(f"{part}: what was written is not what was read; it was removed")
    part.replace(target)
    disk.sync_folder(target.parent)


def packed_size(data: bytes) -> int:
    """Return how many bytes the compressed form of these lines has."""
    sizes = [(len(frame), len(chunk)) for frame, chunk in _packed(io.BytesIO(data))]
    return sum(size for size, _ in sizes) + len(frames.table(sizes))


def unpacked_digest(path: Path) -> str:
    """Return the SHA-256 of a segment's lines, plain or compressed. Empty when it is damaged.

    It holds a frame in memory. Raises OSError.
    """
    found = hashlib.sha256()
    is_packed = path.name.removesuffix(PART).endswith(segments.PACKED)
    try:
        for chunk in segments.chunks(path, is_packed=is_packed):
            found.update(chunk)
    except segments.SegmentError:
        return ""
    return found.hexdigest()


def _compress(plain: BinaryIO, out: BinaryIO, size: int) -> str:
    """Compress exactly `size` bytes. Return their SHA-256. Raises HousekeepingError."""
    read, sizes = hashlib.sha256(), list[tuple[int, int]]()
    for frame, chunk in _packed(plain):
        read.update(chunk)
        out.write(frame)
        sizes.append((len(frame), len(chunk)))
    if sum(length for _, length in sizes) != size:
        raise HousekeepingError(f"{plain.name}: it changed while it was compressed")
    out.write(frames.table(sizes))
    return read.hexdigest()


def _packed(plain: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield each frame, and its content. An empty file is one empty frame."""
    chunk = plain.read(frames.FRAME_BYTES)
    yield frames.pack(chunk), chunk
    while chunk := plain.read(frames.FRAME_BYTES):
        yield frames.pack(chunk), chunk


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _holds_record(path: Path) -> bool:
    if not path.is_file():  # who opens a pipe waits for ever
        return False
    if not path.name.endswith(segments.PACKED):
        with path.open("rb") as file:  # a segment can be large, and its first line is seldom torn
            if unseal(file.readline().rstrip(b"\n")) is not None:
                return True
    return last_head(segments.content(path))[0] is not None


def _ends_whole(path: Path) -> bool:
    """Whether the last line is whole. A torn one stays plain, so that it can be looked at."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
