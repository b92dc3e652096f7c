"""The segment of a chain that is being written.

One thread writes. `sync` may run in another one, and never makes the writer wait: a full segment is
put away by the next `sync`, and no lock is held while the disk works, but the one between syncs.

INVARIANT (no false sync): the kernel tells a failure once and then forgets the data. So after one,
every `sync` fails until `close`, whichever thread was told.
"""

import errno
import os
import stat
import threading
from pathlib import Path
from typing import Final

from extauthz.records.ledger import disk

# a pipe that nobody reads must not stop the guard
_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK


class SegmentFile:
    """The open segment of a folder, and full ones that are not on the disk yet.

    Args:
        folder: of the ledger.
    """

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._file = -1
        self._full: list[int] = []
        self._is_new = False
        self._has_failed = False
        self._swap = threading.Lock()
        self._syncing = threading.Lock()

    def open(self, name: str) -> None:
        """Go on in this segment, which is made when it is missing. Raises OSError.

        A link, a device or a pipe in its place would swallow the records.
        """
        file = os.open(self._folder / name, _FLAGS, 0o600)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise OSError(errno.EINVAL, "Not a regular file")
        with self._swap:
            if self._file >= 0:
                self._full.append(self._file)
            self._file = file
            self._is_new = True
        self.size = os.fstat(file).st_size

    def write(self, line: bytes) -> None:
        """Give a line to the operating system. Raises OSError when a part of it may be missing."""
        written = os.write(self._file, line)
        if written != len(line):
            raise OSError("short write")
        self.size += written

    def sync(self) -> None:
        """Put everything that was written before on the disk, with the names of the files.

        Raises:
            OSError: some of it may not be there.
        """
        with self._syncing:
            if self._has_failed:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            with self._swap:
                full, self._full = self._full, []
                file, is_new, self._is_new = self._file, self._is_new, False
            try:
                _put_away(full)
                os.fsync(file)
                if is_new:
                    disk.sync_folder(self._folder)
            except OSError:
                self._has_failed = True
                self._is_new = self._is_new or is_new
                raise

    def close(self) -> None:
        """Sync and close everything. It is closed too when the disk fails. Raises OSError."""
        with self._syncing, self._swap:
            files, self._full, self._file = [*self._full, self._file], [], -1
            self._has_failed = False
            _put_away([file for file in files if file >= 0])
            if self._is_new:
                disk.sync_folder(self._folder)
                self._is_new = False


def _put_away(files: list[int]) -> None:
    """Sync and close each file, whatever fails. Raises OSError for the last failure."""
    failed: OSError | None = None
    for file in files:
        try:
            os.fsync(file)
        except OSError as error:
            failed = error
        finally:
            os.close(file)
    if failed is not None:
        raise failed
