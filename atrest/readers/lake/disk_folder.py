"""The folder of a table on a disk of this machine."""

import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from atrest.readers.errors import from_os
from atrest.source import ReadError, Reason


class DiskFolder:
    """A folder. Metadata that points out of it, by a link too, is not followed.

    Args:
        root: its path.
        opener: opens a file of a disk.
    """

    def __init__(self, root: Path, opener: Callable[[Path], BinaryIO]) -> None:
        self._root = root
        self._opener = opener

    def names(self, below: str) -> Sequence[str]:
        """Return the names of the files in a folder below. Raises ReadError."""
        folder = self._root / below
        try:
            if folder.is_symlink() or not folder.is_dir():
                return []
            return sorted(each.name for each in folder.iterdir() if not each.is_symlink())
        except OSError as error:
            raise from_os(error) from None

    def open(self, path: str) -> BinaryIO:
        """Open a regular file below. Raises ReadError."""
        place = self._root / path
        try:
            if not place.resolve().is_relative_to(self._root.resolve()):
                raise ReadError(Reason.NOT_PERMITTED)
            if not stat.S_ISREG(place.lstat().st_mode):
                raise ReadError(Reason.NOT_A_FILE)
        except OSError as error:
            raise from_os(error) from None
        return self._opener(place)
