"""What the guard asks of a ledger: keep each record, or say that it may be lost.

`extauthz.records.ledger.file` keeps records in files.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from extauthz.records.ledger.chain import ChainHead, Record

Kept = Callable[[], None]
"""Called when it is known that a record is in the ledger."""
Entry = tuple[Record, Kept]


class LedgerError(Exception):
    """The ledger cannot be opened or written.

    The text names the path and the fix, and no record.
    """


class Ledger(Protocol):
    """Where decisions are recorded. Every implementation keeps a record or raises LedgerError."""

    @property
    def healthy(self) -> bool:
        """Whether the last write succeeded."""

    @property
    def head(self) -> ChainHead:
        """The head of the chain."""

    @property
    def written(self) -> int:
        """The bytes that this process wrote."""

    @property
    def checkpoint(self) -> str:
        """The newest signed checkpoint, or empty text."""

    @property
    def is_full(self) -> bool:
        """Whether the next record begins a new segment."""

    def append(self, record: Record) -> None:
        """Keep one record. Raises LedgerError when it may be lost."""

    def append_all(self, entries: Iterable[Entry], *, in_place: bool = False) -> None:
        """Keep records together: in one segment, and with one sync where each is synced.

        The next record is asked for only when the one before is written. After a failure, the one
        that failed is called kept by `heal`, in its thread, if it was written after all.

        Args:
            entries: the records.
            in_place: in the open segment, even if it is full.

        Raises:
            LedgerError: those that are not called kept may be lost.
        """

    async def kept(self) -> None:
        """Wait until the records so far are as safe as was asked for. Raises LedgerError."""

    def check(self) -> None:
        """Raise LedgerError while no record can be written. It never waits for the disk."""

    def heal(self) -> None:
        """Make the ledger whole after a failure. Raises LedgerError while that fails.

        It may take seconds, and run in another thread. Meanwhile each `append` fails at once.
        """

    def sync(self) -> None:
        """Put everything on the disk. Raises LedgerError."""

    def upkeep(self) -> Callable[[], None]:
        """Return the work of each second, for another thread. It raises LedgerError."""

    def close(self) -> None:
        """Sync, and release the files."""


class NoLedger:
    """Keeps nothing: `serve` without `--ledger`. The log says so at the start."""

    healthy: Final = True
    head: Final = ChainHead()
    checkpoint: Final = ""
    written: Final = 0
    is_full: Final = False

    def append(self, record: Record) -> None:
        """Do nothing."""

    def append_all(self, entries: Iterable[Entry], *, in_place: bool = False) -> None:  # noqa: ARG002 - of the protocol
        """Call each record kept."""
        for _, kept in entries:
            kept()

    async def kept(self) -> None:
        """Do nothing."""

    def check(self) -> None:
        """Do nothing."""

    def heal(self) -> None:
        """Do nothing."""

    def sync(self) -> None:
        """Do nothing."""

    def upkeep(self) -> Callable[[], None]:
        """Return nothing to do."""
        return self.sync

    def close(self) -> None:
        """Do nothing."""
