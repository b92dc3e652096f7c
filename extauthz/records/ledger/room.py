"""How much room a ledger has: what it takes, and how much it may still take.

The limit is the budget or what the disk has, whichever is nearer.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHARES: Final = (50, 75, 90, 95, 100)
"""Per cent of the room. The guard says when one of them is reached."""


@dataclass(frozen=True, slots=True)
class Room:
    """The room of one folder, shared by its workers.

    Args:
        used: bytes of all files in the folder.
        limit: bytes that they may take: at most the budget, and at most what the disk has.
    """

    used: int
    limit: int

    @property
    def percent(self) -> int:
        """The share that is used, 0 to 100; 100 means that no record more is written."""
        return 100 if self.used >= self.limit else self.used * 100 // self.limit

    @property
    def share(self) -> int:
        """The largest of `SHARES` that is reached, or 0."""
        return max((share for share in SHARES if self.percent >= share), default=0)


def measure(folder: Path, budget: int) -> Room:
    """Measure a folder.

    Args:
        folder: of the ledger.
        budget: bytes that all its files may take; 0 for all of the disk.

    Raises:
        OSError: the folder cannot be read.
    """
    used = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                used += entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue  # compressed or archived meanwhile
    limit = used + shutil.disk_usage(folder).free
    return Room(used, min(budget, limit) if budget else limit)
