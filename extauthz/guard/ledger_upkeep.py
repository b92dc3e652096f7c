"""Keeps a ledger within its room: measures it, warns, stops at the budget, compresses, indexes.

All of it runs in a thread. No message waits for it, and no failure of it stops a message, except
that at the budget no record is written: then messages are denied, as on a full disk.
"""

import asyncio
import logging
from pathlib import Path
from typing import Final

from extauthz.records import logs
from extauthz.records.ledger import housekeeping, room
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.id_index import IdIndex
from extauthz.records.ledger.room import Room
from extauthz.records.logs import LogEvent

SECONDS: Final = 5.0
"""Seconds between two looks. So long all workers can write beyond the budget."""
_SERIOUS: Final = 90  # per cent
# many starts leave many small segments; each look compresses so many
_PACKED_AT_ONCE: Final = 8
# a ledger of an earlier release has no index; each look adds so many parts of 4 MiB
_BLOCKS_AT_ONCE: Final = 16


class LedgerUpkeep:
    """The upkeep of one worker's ledger.

    Args:
        ledger: the worker's chain. When it is signed, an index of ids is kept: it makes the proof
            of one record quick.
        folder: of the ledger, shared with other workers.
        worker: number of this worker.
        budget: bytes that the folder may take; 0 for all of the disk.
        compresses: whether closed segments are compressed.
    """

    def __init__(
        self, ledger: FileLedger, folder: Path, worker: int, budget: int, *, compresses: bool
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._worker = worker
        self._budget = budget
        self._compresses = compresses
        self._index = IdIndex(folder, worker) if ledger.is_signed else None
        self._share = 0
        self._failed = ""
        self.room = Room(0, 1)

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(SECONDS)

    def look(self) -> None:
        """Measure, warn, and compress. It raises nothing: what fails is logged once."""
        try:
            self._measure()
            if self._compresses and self._pack():
                self._measure()
            self._grow_index()  # last: a full disk must not keep the ledger from being compressed
        except Exception as error:  # noqa: BLE001 - what stops looking would never see room again
            self._say_failed(type(error).__name__)
        else:
            self._failed = ""

    def _grow_index(self) -> None:
        for _ in range(_BLOCKS_AT_ONCE):
            if self._index is None or not self._index.grow():
                break

    def _pack(self) -> bool:
        """Compress some segments. Return whether there were any."""
        for at in range(_PACKED_AT_ONCE):
            if housekeeping.pack_next(self._folder, self._worker) is None:
                return at > 0
        return True

    def _measure(self) -> None:
        self.room = room.measure(self._folder, self._budget)
        self._ledger.has_room = not self._budget or self.room.used < self._budget
        share, before, self._share = self.room.share, self._share, self.room.share
        if share == before:
            return
        level = logging.INFO
        if share > before:
            level = logging.ERROR if share >= _SERIOUS else logging.WARNING
        logs.emit(
            LogEvent.LEDGER_FILLS if share > before else LogEvent.LEDGER_ROOM,
            level,
            percent=self.room.percent,
            used=self.room.used,
            limit=self.room.limit,
            worker=self._worker,
        )

    def _say_failed(self, error: str) -> None:
        """Log a failure once, and not every few seconds."""
        if error != self._failed:
            self._failed = error
            logs.emit(LogEvent.LEDGER_UPKEEP_FAILED, logging.WARNING, error=error)
