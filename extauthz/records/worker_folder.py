"""A folder that workers write their files to: who may, and what is said when one cannot."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a folder is for.

    Args:
        lock: the start of the lock's name, `ledger`.
        what: how messages call the contents, `the ledger`.
        doing: what a process does with them, `writes`.
        error: what is raised; its text is one line that names the folder and the fix.
    """

    lock: str
    what: str
    doing: str
    error: type[Exception]


class WorkerFolder:
    """One worker's place in a folder, which no other process may take.

    The lock ends with the process, however that ends.

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
        """The error to raise when the contents cannot be `written`, `synced` or `opened`."""
        why = error.strerror or "the disk is full"
        purpose = self._purpose
        return purpose.error(
            f"{self.path}: {purpose.what} cannot be {done} ({why}); make the folder writable"
        )

    def leave(self) -> None:
        """Let another process have the place. A second call does nothing."""
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1


def _locked(folder: Path, name: str) -> int:
    """The file descriptor that holds the lock. Raises OSError; BlockingIOError when another process
    holds it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
