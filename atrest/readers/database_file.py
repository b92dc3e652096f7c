"""A database that is one file of this machine, and its log beside it."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from atrest.protection import Protection
from atrest.readers.disk import Mounts
from atrest.readers.errors import from_os


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """A database's file.

    Args:
        path: of the file.
        log: what the name of its write-ahead log has more.
        mounts: of this machine.
    """

    path: Path
    log: str
    mounts: Mounts

    def version(self) -> str:
        """Return size and time of the file and of its log: a change of any table changes them.

        Raises:
            ReadError: they cannot be asked.
        """
        try:
            found = [self.path.stat()]
            with contextlib.suppress(FileNotFoundError):
                found.append(self.path.with_name(self.path.name + self.log).stat())
        except OSError as error:
            raise from_os(error) from None
        return " ".join(f"{each.st_size}:{each.st_mtime_ns}:{each.st_ino}" for each in found)

    def protection(self) -> Protection:
        """What is known of the disk below the file."""
        try:
            return self.mounts.protection(self.path.stat().st_dev)
        except OSError:
            return Protection()
