"""`ledger-WORKER.ids`: where the record of an id stands, 8 bytes a record.

It is derived from the ledger and never trusted. What it points at is read and checked, and what it
does not name may be there all the same. It is a series of blocks, each of a part of one segment:

    magic, first record of the segment, from, to, entries, CRC-32 of these and of the entries
    first 4 bytes of an id, position of its line; sorted

Positions are those of the lines unpacked, so compressing a segment changes nothing. A block is on
the disk before the next one is written. So a crash can only spoil the last one.
"""

import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from extauthz.records.ledger import segments
from extauthz.records.ledger.chain import SEGMENT_NAME, chains
from extauthz.records.ledger.segments import PACKED, SegmentError

PART_BYTES: Final = 4 * 1024 * 1024
"""So many bytes of a segment that grows have no block yet, at most, but for the last seconds."""
_MAGIC: Final = b"PGIDS001"
_HEAD: Final = struct.Struct("<8sQIIII")
_PREFIX_BYTES: Final = 4
_ENTRY_BYTES: Final = 8
_MOST_ENTRIES: Final = 1024 * 1024  # a forged index must not fill the memory
_SAFELY: Final = os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would make the reader wait for ever
# matches the key in `"id":"fbe263f1a8d8459f9a3a5f5c28dd4f0e"`; not `"id":"FBE2..."`, and not one
# within a text, where the quotes are escaped
_ID: Final = re.compile(rb'"id":"([0-9a-f]{8})[0-9a-f]{24}"')
# matches `fbe263f1a8d8459f9a3a5f5c28dd4f0e`; not `fbe263f1`
WHOLE_ID: Final = re.compile(r"[0-9a-f]{32}")


def index_name(worker: int) -> str:
    """Return the name of a worker's index."""
    return f"ledger-{worker}.ids"


@dataclass(frozen=True, slots=True)
class Block:
    """One block, as its head says it.

    Args:
        segment: number of the first record of the segment.
        start: position in the segment's lines from which its entries are,
        end: and up to which.
        at: position of its entries in the index.
        count: of its entries.
        check: the CRC-32 that it should have.
    """

    segment: int
    start: int
    end: int
    at: int
    count: int
    check: int

    @property
    def after(self) -> int:
        """Where the next block begins."""
        return self.at + self.count * _ENTRY_BYTES

    def fits(self, entries: bytes) -> bool:
        """Whether these are the entries as they were written, and the head too."""
        head = _head(self.segment, self.start, self.end, self.count, 0)
        return self.check == zlib.crc32(entries, zlib.crc32(head))


def positions(entries: bytes, identity: str) -> Iterator[int]:
    """Yield the positions at which the line of an id may begin. The id has 32 digits."""
    prefix = bytes.fromhex(identity)[:_PREFIX_BYTES]
    low, high = 0, len(entries) // _ENTRY_BYTES
    while low < high:
        middle = (low + high) // 2
        if _entry(entries, middle)[:_PREFIX_BYTES] < prefix:
            low = middle + 1
        else:
            high = middle
    while (found := _entry(entries, low)).startswith(prefix):
        yield _position(found)
        low += 1


def made(segment: int, start: int, lines: bytes) -> bytes:
    """Return the block of whole lines.

    Args:
        segment: number of the first record of their segment.
        start: position of the lines in it.
        lines: each with its newline.
    """
    # an entry is one number, so numbers are sorted, and not texts
    entries = sorted(
        int(found[1], 16) << 32 | start + lines.rfind(b"\n", 0, found.start()) + 1
        for found in _ID.finditer(lines)
    )
    body = struct.pack(f">{len(entries)}Q", *entries)
    head = (segment, start, start + len(lines), len(entries))
    check = zlib.crc32(body, zlib.crc32(_head(*head, 0)))
    return _head(*head, check) + body


class IdFile:
    """An index that is open for reading. It may grow meanwhile, or be written again.

    Raises:
        OSError: it is not there, or cannot be read.
    """

    def __init__(self, folder: Path, worker: int) -> None:
        self._file = os.open(folder / index_name(worker), os.O_RDONLY | _SAFELY)

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks, up to where the file was cut off or is no index. Raises OSError."""
        at = 0
        while len(data := os.pread(self._file, _HEAD.size, at)) == _HEAD.size:
            magic, segment, start, end, count, check = _HEAD.unpack(data)
            if magic != _MAGIC or count > _MOST_ENTRIES:
                return
            block = Block(segment, start, end, at + _HEAD.size, count, check)
            yield block
            at = block.after

    def entries(self, block: Block) -> bytes:
        """Return the entries of a block: fewer where the file was cut off. Raises OSError."""
        return os.pread(self._file, block.count * _ENTRY_BYTES, block.at)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


@contextmanager
def opened(folder: Path, worker: int) -> Iterator[IdFile]:
    """Open a worker's index for reading. Raises OSError."""
    file = IdFile(folder, worker)
    try:
        yield file
    finally:
        file.close()


class IdIndex:
    """Writes the index of one worker's chain. One thread uses it.

    It begins by reading what is there. A block that was torn, or that does not fit the ledger, is
    made again.

    Args:
        folder: of the ledger.
        worker: its number.
    """

    def __init__(self, folder: Path, worker: int) -> None:
        self._folder = folder
        self._worker = worker
        self._size = 0  # of the index
        self._ends: dict[int, int] | None = None  # up to where each segment has blocks
        self._whole: set[int] = set()  # closed segments that have all

    def grow(self) -> bool:
        """Add the next block, if enough lines have none. Return whether there was one.

        Raises:
            OSError: a file cannot be read or written. The next call writes the block again.
        """
        if self._ends is None:
            self._ends = self._resume()
        for segment, path, is_open in self._segments():
            if segment in self._whole:
                continue
            with suppress(FileNotFoundError, SegmentError):  # archived meanwhile, or damaged
                if self._add(segment, path, self._ends, is_open=is_open):
                    return True
        return False

    def _add(self, segment: int, path: Path, ends: dict[int, int], *, is_open: bool) -> bool:
        start = ends.get(segment, 0)
        if is_open and path.stat().st_size - start < PART_BYTES:
            return False
        lines = bytearray()
        for chunk in segments.chunks(path, start, is_packed=path.name.endswith(PACKED)):
            lines += chunk
            if len(lines) >= PART_BYTES and b"\n" in chunk:
                break
        del lines[lines.rfind(b"\n") + 1 :]
        if not lines:
            if not is_open:
                self._whole.add(segment)
            return False
        self._write(made(segment, start, bytes(lines)))
        ends[segment] = start + len(lines)
        return True

    def _write(self, block: bytes) -> None:
        path = self._folder / index_name(self._worker)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | _SAFELY, 0o600)
        try:
            os.ftruncate(file, self._size)
            if os.pwrite(file, block, self._size) != len(block):
                raise OSError("short write")
            os.fsync(file)
        finally:
            os.close(file)
        self._size += len(block)

    def _segments(self) -> Iterator[tuple[int, Path, bool]]:
        """Yield number, path, and whether it is the newest, of each segment."""
        names = chains(p.name for p in self._folder.iterdir()).get(self._worker, [])
        for name in names:
            yield _number(name), self._folder / name, name == names[-1]

    def _resume(self) -> dict[int, int]:
        """Go on behind the last block that holds. Return up to where each segment has blocks."""
        found: list[Block] = []
        with suppress(FileNotFoundError), opened(self._folder, self._worker) as file:
            found = list(file.blocks())
            while found and not found[-1].fits(file.entries(found[-1])):
                found.pop()
            here = {segment: path for segment, path, _ in self._segments()}
            last = next((block for block in reversed(found) if block.segment in here), None)
            if last is not None and not _points(here[last.segment], file.entries(last)):
                found = []  # it is of another ledger
        self._size = found[-1].after if found else 0
        self._whole = set()
        return {block.segment: block.end for block in found}


def line_at(path: Path, at: int) -> bytes:
    """Return the line of a segment that begins at a position, without its newline.

    Raises:
        OSError, SegmentError: the segment cannot be read.
    """
    found = bytearray()
    for chunk in segments.chunks(path, at, is_packed=path.name.endswith(PACKED)):
        line, newline, _ = chunk.partition(b"\n")
        found += line
        if newline:
            break
    return bytes(found)


def _points(path: Path, entries: bytes) -> bool:
    """Whether the first entry of a block points at a line with such an id."""
    first = _entry(entries, 0)
    if not first:
        return True
    with suppress(SegmentError):
        found = _ID.search(line_at(path, _position(first)))
        return found is not None and first.startswith(bytes.fromhex(found[1].decode()))
    return False


def _head(segment: int, start: int, end: int, count: int, check: int) -> bytes:
    return _HEAD.pack(_MAGIC, segment, start, end, count, check)


def _entry(entries: bytes, number: int) -> bytes:
    return entries[number * _ENTRY_BYTES : (number + 1) * _ENTRY_BYTES]


def _position(entry: bytes) -> int:
    return int.from_bytes(entry[_PREFIX_BYTES:], "big")


def _number(name: str) -> int:
    match = SEGMENT_NAME.fullmatch(name)
    return int(match["start"]) if match else 0
