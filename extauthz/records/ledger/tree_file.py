"""`ledger-WORKER.tree`: the stored hashes of one worker's tree, 64 bytes a record.

It is derived from the ledger and never trusted: what is read from it is held against a signed root.
It must stay when segments are moved away, because it stands for their records.
"""

import os
from pathlib import Path

from extauthz.records.ledger.merkle import HASH_BYTES, stored


def tree_name(worker: int) -> str:
    """Return the name of a worker's tree file."""
    return f"ledger-{worker}.tree"


class TreeFile:
    """An open tree file. Another thread may write while this one reads what was written before.

    Args:
        path: made when missing, unless it is only read.
        is_read_only: nothing is written.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        flags = os.O_RDONLY if is_read_only else os.O_RDWR | os.O_CREAT
        self._file = os.open(path, flags, 0o600)

    @property
    def leaves(self) -> int:
        """For how many leaves all hashes are there. Raises OSError."""
        hashes = os.fstat(self._file).st_size // HASH_BYTES
        size = hashes // 2
        while stored(size + 1) <= hashes:
            size += 1
        return size

    def read(self, position: int) -> bytes:
        """Return a stored hash. Raises OSError when it is not there."""
        found = os.pread(self._file, HASH_BYTES, position * HASH_BYTES)
        if len(found) != HASH_BYTES:
            raise OSError("the tree file is too short")
        return found

    def write(self, position: int, hashes: bytes) -> None:
        """Write stored hashes from a position on. Raises OSError."""
        if os.pwrite(self._file, hashes, position * HASH_BYTES) != len(hashes):
            raise OSError("short write")

    def sync(self) -> None:
        """Put the file on the disk. Raises OSError."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
