"""Records that the kernel may have forgotten, and how they come to the disk after all.

When the kernel cannot write a page, it says so at the next `fsync`, once. Then it takes the page
for written: a later `fsync` succeeds without it. Nobody can ask the disk what it has. So what is
not known to be there is read, held against the chain, and written once more, the same bytes in the
same places. That makes the pages new for the kernel, and its answer speaks of them again.
"""

import os
from pathlib import Path

import orjson

from extauthz.records.ledger import segments
from extauthz.records.ledger.chain import ChainHead, chains
from extauthz.records.ledger.segments import PACKED


def write_again(path: Path) -> None:
    """Write the bytes of a file once more in their places, and sync it.

    A file that is gone is left out: it was compressed or archived, and each of these syncs its copy
    before it removes the file.

    Raises:
        OSError: some of it may not be on the disk.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    try:
        data = segments.content(path)
        at = 0
        while at < len(data):
            at += os.pwrite(file, data[at:], at)
        os.fsync(file)
    finally:
        os.close(file)


def newest_plain(folder: Path, worker: int) -> list[str]:
    """Return the name of a chain's newest segment, if it is there and plain. Raises OSError."""
    names = chains(path.name for path in folder.iterdir()).get(worker, [])
    return [name for name in names[-1:] if not name.endswith(PACKED)]


def has_all(folder: Path, worker: int, after: int, head: ChainHead) -> bool:
    """Whether the records behind number `after` can be read, each following the one before.

    Args:
        folder: of the ledger.
        worker: of the chain.
        after: number of the last record that is on the disk.
        head: the last record that was written.

    Raises:
        OSError: a segment cannot be read.
        segments.SegmentError: a compressed segment is damaged.
    """
    seq, previous = after, ""
    for number, line in segments.records_from(folder, worker, after + 1):
        if seq == head.seq:  # a line of which the writer was told that it failed, and is whole
            break
        record = orjson.loads(line)
        if number != seq + 1 or previous not in ("", record["prev"]):
            return False
        seq, previous = number, record["hash"]
    return seq >= head.seq and previous in ("", head.hash)
