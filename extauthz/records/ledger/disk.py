"""Files and names of files that are on the disk when the call returns."""

import os
from pathlib import Path


def write(path: Path, data: bytes, *, is_new: bool = False) -> None:
    """Write a whole file that only its owner can read.

    Args:
        path: of the file.
        data: its content.
        is_new: no file may be there before.

    Raises:
        OSError: the file cannot be written, or some of it may not be on the disk.
    """
    flag = os.O_EXCL if is_new else os.O_TRUNC
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk: of new files, and of renamed or removed ones.

    Raises:
        OSError: some of them may not be there.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
