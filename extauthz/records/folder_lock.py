"""One process at a time for one worker's files in a folder: a lock that ends with the process, however that ends."""

import fcntl
import os
from pathlib import Path


class BusyError(Exception):
    """Another process holds the lock."""


def take(folder: Path, name: str) -> int:
    """Make the folder when it is missing (mode 0700), lock `name` in it, and return the file
    descriptor that holds the lock.

    Raises:
        BusyError: see there.
        OSError: the folder cannot be used.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if isinstance(error, BlockingIOError):
            raise BusyError from None
        raise
    return lock
