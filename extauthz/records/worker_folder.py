"""A folder that workers write their files to: its lock, and its error messages."""

import errno
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FILE: Final = "this is a file; give a folder"
_ROOM: Final = "make room on the disk"
_FIXES: Final = {
    errno.EEXIST: _FILE,
    errno.ENOTDIR: _FILE,
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EIO: "the disk failed; mend or replace it",
    errno.EMFILE: "raise the limit of open files",
    errno.ENFILE: "raise the limit of open files",
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a folder is for.

    Args:
        lock: the start of the lock file's name, `ledger`.
        what: the contents as messages name them, `the ledger`.
        doing: what a process does with them, `writes`.
        error: the exception to raise. Its text is one line with the folder and the fix.
    """

    lock: str
    what: str
    doing: str
    error: type[Exception]


class WorkerFolder:
    """One worker's place in a folder. No other process may take it.

    The lock ends with the process, even when that crashes.

    Args:
        path: made when missing, mode 0700.
        worker: its number.
        purpose: of the folder.

    Raises:
        Purpose.error: the folder cannot be used, or another process has the worker's place.
    """

    def __init__(self, path: Path, worker: int, purpose: Purpose) -> None:
        self.path = path
        self._purpose = purpose
        try:
            self._lock = _locked(path, f"{purpose.lock}-{worker}.lock")
        except BlockingIOError:
            raise purpose.error(
                f"{path}: another process {purpose.doing} {purpose.what} of worker {worker}; "
                "give each its own folder"
            ) from None
        except OSError as error:
            raise self.cannot("opened", error) from None

    def cannot(self, done: str, error: OSError) -> Exception:
        """Return the error for contents that cannot be `written`, `synced` or `opened`."""
        why = error.strerror or "the disk is full"
        # a short write has no number: the disk took less than it was given
        fix = _FIXES.get(error.errno or errno.ENOSPC, "make the folder writable")
        purpose = self._purpose
        return purpose.error(f"{self.path}: {purpose.what} cannot be {done} ({why}); {fix}")

    def leave(self) -> None:
        """Release the place. A second call does nothing."""
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1


def _locked(folder: Path, name: str) -> int:
    """Return the file descriptor that holds the lock.

    Raises:
        BlockingIOError: another process holds it.
        OSError: the folder or the lock file cannot be used.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
