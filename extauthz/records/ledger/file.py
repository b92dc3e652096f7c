"""The audit ledger: what was decided, about whom and why, in append-only files.

Records hold principals, classes and counts. They hold no path, address, body, digest of a body, or
value; see `extauthz.records.judgement.ledger_record` for the keys. `extauthz.records.ledger.chain`
defines their form.

Durability: each record goes to the operating system in one write before its answer leaves, so it
survives the death of this process. `sync` writes it to the disk. The worker calls `sync` once a
second and at the end. `extauthz.records.ledger.durability` says when else it is called.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from extauthz.records.ledger import segments, settling
from extauthz.records.ledger.chain import (
    ChainHead,
    Record,
    seal,
    segment_name,
    torn_digest,
)
from extauthz.records.ledger.durability import Fsync, SharedSync
from extauthz.records.ledger.ending import ending
from extauthz.records.ledger.keeper import Entry, Kept, LedgerError
from extauthz.records.ledger.notary import NO_NOTARY, GapError, Notary, Signing, TreeNotary
from extauthz.records.ledger.segment_file import SegmentFile
from extauthz.records.worker_folder import Purpose, WorkerFolder

# recovery and `audit verify` read a whole segment into memory
SEGMENT_BYTES: Final = 64 * 1024 * 1024
SCHEMA: Final = 2
"""The version of the records' keys (`docs/ledger.schema.json`). Version 1 does not say it."""
NOTHING: Final[Record] = MappingProxyType({})
# random bytes, so that the first records of two chains are never the same
_NONCE_BYTES: Final = 16


def _nothing() -> None:
    """Do nothing."""


_PURPOSE: Final = Purpose("ledger", "the ledger", "writes", LedgerError)


class FileLedger:
    """One worker's chain in a folder. One thread writes; `sync` and `heal` may run in another.

    INVARIANT (one writer): while the ledger is healthy, only `append_all` writes to the chain, and
    otherwise only `heal`. `_chain` is held meanwhile, and `append_all` never waits for it.

    Args:
        folder: made when missing, mode 0700.
        worker: number of this worker. Each worker has its own chain, and a lock that keeps other
            processes from writing it.
        now: returns the time as text, ISO 8601 in UTC.
        about: what a record of kind `start` or `recovery` says of the process that writes.
        fsync: when records are put on the disk.
        signing: how checkpoints are signed, or None for none.
        segment_bytes: a longer segment is followed by a new one.

    Attributes:
        has_room: whether the folder is within its budget. While it is false, no record is written.
            `extauthz.guard.ledger_upkeep` sets it.
        is_signed: whether checkpoints are signed.

    Raises:
        LedgerError: the folder cannot be written, or another process writes this chain.
    """

    def __init__(  # noqa: PLR0913 - all but three only tune what is written
        self,
        folder: Path,
        worker: int,
        now: Callable[[], str],
        about: Record = NOTHING,
        *,
        fsync: Fsync = Fsync.SECOND,
        signing: Signing | None = None,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        self._worker = worker
        self._now = now
        self._fsync = fsync
        self._about = about
        self._limit = segment_bytes
        self.written = 0
        self._chain = threading.Lock()
        self._healthy = False
        self._is_closed = False
        self._has_begun = False
        self.has_room = True
        # numbers of records: up to `_safe` they are on the disk, up to `_lost` some may never be
        self._safe = 0
        self._lost = 0
        self._failure = OSError()
        # hash of a record whose write has failed, which may be whole
        self._unsure: tuple[str, Kept] | None = None
        self._shared = SharedSync(self.sync)
        self.head = ChainHead()
        self.is_signed = signing is not None
        self._folder = WorkerFolder(folder, worker, _PURPOSE)
        self._segment = SegmentFile(folder)
        self._notary: Notary = NO_NOTARY
        try:
            if signing is not None:
                self._notary = self._sworn(signing)
            self.heal()
        except LedgerError:
            with contextlib.suppress(LedgerError):  # why it cannot begin is said already
                self.close()
            raise

    @property
    def healthy(self) -> bool:
        """Whether the last write succeeded."""
        return self._healthy

    @property
    def checkpoint(self) -> str:
        """The newest checkpoint that this process has signed, or empty text."""
        return self._notary.note

    @property
    def is_full(self) -> bool:
        """Whether the next record begins a new segment."""
        return self._segment.size > self._limit

    def append(self, record: Record) -> None:
        """Keep one record, as `append_all` does. Raises LedgerError."""
        self.append_all(((record, _nothing),))

    def append_all(self, entries: Iterable[Entry], *, in_place: bool = False) -> None:
        """Keep records, with `schema`, `seq`, `time`, `prev` and `hash` added to each.

        After a failure it fails until `heal` has succeeded, and at once while another thread heals.
        """
        if not self._chain.acquire(blocking=False):
            raise self._unhealed()
        try:
            self.check()
            self._append_all(entries, in_place=in_place)
            if self._fsync is Fsync.EACH:
                self.sync()
        finally:
            self._chain.release()

    def _append_all(self, entries: Iterable[Entry], *, in_place: bool) -> None:
        try:
            if self.is_full and not in_place:
                self._segment.open(segment_name(self._worker, self.head.seq + 1))
            for record, kept in entries:
                self._write(record, kept)
        except OSError as error:
            self._healthy = False
            raise self._folder.cannot("written", error) from None

    async def kept(self) -> None:
        """Wait until the records so far are as safe as was asked for. Raises LedgerError."""
        if self._fsync is not Fsync.GROUP:
            return
        seq = self.head.seq
        while self._safe < seq and self._lost < seq:
            with contextlib.suppress(LedgerError):  # `_lost` says whose record it was
                await self._shared.join()
        if self._lost >= seq:  # also when a later sync went well
            raise self._folder.cannot("synced", self._failure)

    def check(self) -> None:
        """Raise LedgerError while no record can be written. It never waits for the disk."""
        self._check_room()
        if self._is_closed or not self._healthy:
            raise self._unhealed()

    def heal(self) -> None:
        """After a failure, close the torn line with a recovery record.

        It reads and writes again what may not be on the disk. That can take seconds.

        Raises:
            LedgerError: that is not possible yet, `has_room` is false, or the ledger is closed.
        """
        with self._chain:
            self._check_room()
            if self._is_closed:
                raise self._unhealed()
            if self._healthy:
                return
            try:
                self._continue()
            except OSError as error:
                raise self._folder.cannot("written", error) from None

    def sync(self) -> None:
        """Put everything on the disk. Raises LedgerError."""
        seq = self.head.seq
        try:
            self._segment.sync()
        except OSError as error:
            self._lose(error)  # first: a healed ledger syncs, and that says nothing of these
            self._healthy = False
            raise self._folder.cannot("synced", error) from None
        self._safe = max(self._safe, seq)

    def upkeep(self) -> Callable[[], None]:
        """Return the work of each second, for another thread. It raises LedgerError."""
        sign = self._notary.work()

        def work() -> None:
            self.sync()
            sign()

        return work

    def close(self) -> None:
        """Sync, and release the files. They are released too when the disk fails.

        It waits for a thread that heals. After it, nothing is written.
        """
        with self._chain:
            self._is_closed = True
            try:
                self._segment.close()
                self._notary.work(is_last=True)()
            except OSError as error:
                raise self._folder.cannot("synced", error) from None
            finally:
                self._notary.close()
                self._folder.leave()

    def _check_room(self) -> None:
        if not self.has_room:
            self._healthy = False
            raise LedgerError(
                f"{self._folder.path}: the ledger has used its budget; "
                "archive closed segments with `phiguard audit archive`"
            )

    def _unhealed(self) -> LedgerError:
        why = "is closed" if self._is_closed else "failed, and is not healed yet"
        return LedgerError(f"{self._folder.path}: the ledger {why}; see what was said before")

    def _sworn(self, signing: Signing) -> Notary:
        try:
            return TreeNotary(self._folder.path, self._worker, signing, self._now)
        except OSError as error:
            raise self._folder.cannot("opened", error) from None

    def _follow(self) -> None:
        """Bring the tree to the head. Raises LedgerError, OSError."""
        path, worker = self._folder.path, self._worker
        try:
            self._notary.follow(self.head.seq, lambda seq: segments.records_from(path, worker, seq))
        except GapError as error:
            raise LedgerError(f"{path}: no {error}; restore them from a copy") from None
        except segments.SegmentError as error:
            raise LedgerError(f"{path}: {error}; restore it from a copy") from None

    def _lose(self, error: OSError) -> None:
        """Note that a sync failed: the kernel may forget what it could not write.

        The next sync would succeed without it.
        """
        self._lost, self._failure = self.head.seq, error

    def _continue(self) -> None:
        """Continue the chain at its end.

        A record says that it was continued: `start`, or `recovery` with the number of torn lines
        and their digest.
        """
        try:
            self._segment.close()
        except OSError as error:  # the write that failed has told it
            self._lose(error)
        try:
            self._settle()
            end = ending(self._folder.path, self._worker)
        except segments.SegmentError as error:
            raise LedgerError(str(error)) from None
        self.head = end.head
        unsure, self._unsure = self._unsure, None
        if unsure is not None and end.head.hash == unsure[0]:
            unsure[1]()
        self._safe = max(self._safe, end.head.seq)
        self._follow()
        self._segment.open(end.name)
        nonce = os.urandom(_NONCE_BYTES).hex()
        record: dict[str, Any] = {**self._about, "kind": "start", "nonce": nonce}
        if end.torn:
            record |= {
                "kind": "recovery",
                "torn": len(end.torn),
                "tornHash": torn_digest(end.torn),
            }
        self._write(record)
        for record in self._notary.news():
            self._write(record)
        self._healthy = True

    def _settle(self) -> None:
        """Put on the disk what may not be there. Raises LedgerError, OSError, SegmentError.

        Who wrote here before may have been told that a sync failed, so at the start nothing is sure
        of the newest segment.
        """
        folder, worker = self._folder.path, self._worker
        if not self._has_begun:
            self._segment.settle(settling.newest_plain(folder, worker))
            self._has_begun = True
        elif self._segment.has_failed:
            if not settling.has_all(folder, worker, self._safe, self.head):
                raise LedgerError(
                    f"{folder}: the disk has lost records after number {self._safe}, which were "
                    "written; replace the disk, and start phiguard again"
                )
            self._segment.settle()

    def _write(self, record: Record, kept: Kept = _nothing) -> None:
        line, head = seal({**record, "schema": SCHEMA, "time": self._now()}, self.head)
        self._unsure = head.hash, kept  # a write that fails may have missed the newline only
        self._segment.write(line)
        self._unsure = None
        self.written += len(line)
        self.head = head
        self._notary.append(line[:-1])
        kept()
