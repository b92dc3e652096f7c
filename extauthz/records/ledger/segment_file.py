"""The segment of a chain that is being written.

One thread writes. `sync` may run in another one, and never makes the writer wait: a full segment is
put away by the next `sync`, and no lock is held while the disk works, but the one between syncs.

INVARIANT (no false sync): the kernel tells a failure once and then forgets the data. So after one,
every `sync` and `close` fails until `settle` has written the data again, whichever thread was told.
"""

import errno
import os
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extauthz.records.ledger import disk, settling

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
        # segments of which a part may not be on the disk; the open one is always among them
        self._unsure: list[str] = []
        self._is_new = False
        self._has_failed = False
        self._swap = threading.Lock()
        self._syncing = threading.Lock()

    @property
    def has_failed(self) -> bool:
        """Whether something may not be on the disk, although the kernel takes it for written."""
        return self._has_failed

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
            self._unsure.append(name)
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
                raise _io_error()
            with self._swap:
                full, self._full = self._full, []
                file, is_new, self._is_new = self._file, self._is_new, False
                passed = self._unsure[:-1]
            try:
                _put_away(full)
                os.fsync(file)
                if is_new:
                    disk.sync_folder(self._folder)
            except OSError:
                self._has_failed = True
                self._is_new = self._is_new or is_new
                raise
            with self._swap:
                self._unsure = self._unsure[len(passed) :]

    def close(self) -> None:
        """Sync and close everything. It is closed too when the disk fails.

        Raises:
            OSError: some of it may not be on the disk, also when an earlier `sync` was told so.
        """
        with self._syncing, self._swap:
            files, self._full, self._file = [*self._full, self._file], [], -1
            try:
                _put_away([file for file in files if file >= 0])
                if self._is_new:
                    disk.sync_folder(self._folder)
            except OSError:
                self._has_failed = True
                raise
            if self._has_failed:
                raise _io_error()
            self._is_new, self._unsure = False, []

    def settle(self, names: Sequence[str] = ()) -> None:
        """After `close`, put on the disk what may not be there, and begin anew.

        Args:
            names: more segments of which nobody knows whether they are there.

        Raises:
            OSError: they may still not be there.
        """
        with self._syncing, self._swap:
            for name in dict.fromkeys([*names, *self._unsure]):
                settling.write_again(self._folder / name)
            if self._is_new:
                disk.sync_folder(self._folder)
            self._has_failed, self._is_new, self._unsure = False, False, []


def _io_error() -> OSError:
    return OSError(errno.EIO, os.strerror(errno.EIO))


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
