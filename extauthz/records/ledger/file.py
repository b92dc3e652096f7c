"""The audit ledger: what was decided, about whom and why, in append-only files.

Records hold principals, classes and counts. They hold no path, address, body, digest of a body, or
value; see `extauthz.records.judgement.ledger_record` for the keys. `extauthz.records.ledger.chain`
defines their form.

Durability: each record goes to the operating system in one write before its answer leaves, so it
survives the death of this process. `sync` writes it to the disk. The worker calls `sync` once a
second and at the end, so a crash of the machine can lose the last second.
"""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from extauthz.records.ledger import segments
from extauthz.records.ledger.chain import ChainHead, Record, chains, last_head, seal, segment_name
from extauthz.records.worker_folder import Purpose, WorkerFolder

# recovery and `audit verify` read a whole segment into memory
SEGMENT_BYTES: Final = 64 * 1024 * 1024


class LedgerError(Exception):
    """The ledger cannot be opened or written.

    The text names the path and the fix, and no record.
    """


_PURPOSE: Final = Purpose("ledger", "the ledger", "writes", LedgerError)


class Ledger(Protocol):
    """Where decisions are recorded. Every implementation keeps a record or raises LedgerError."""

    @property
    def healthy(self) -> bool:
        """Whether the last write succeeded."""

    @property
    def head(self) -> ChainHead:
        """The head of the chain."""

    def append(self, record: dict[str, Any]) -> None:
        """Keep one record. Raises LedgerError when it may be lost."""

    def heal(self) -> None:
        """Try to write again after a failure. Raises LedgerError while that fails."""

    def sync(self) -> None:
        """Put everything on the disk. Raises LedgerError."""

    def close(self) -> None:
        """Sync, and release the files."""


class NoLedger:
    """Keeps nothing: `serve` without `--ledger`. The log says so at the start."""

    healthy: Final = True
    head: Final = ChainHead()

    def append(self, record: dict[str, Any]) -> None:
        """Do nothing."""

    def heal(self) -> None:
        """Do nothing."""

    def sync(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class FileLedger:
    """One worker's chain in a folder. Not thread-safe, except for `sync`.

    Args:
        folder: made when missing, mode 0700.
        worker: number of this worker. Each worker has its own chain, and a lock that keeps other
            processes from writing it.
        now: returns the time as text, ISO 8601 in UTC.
        segment_bytes: a longer segment is followed by a new one.

    Raises:
        LedgerError: the folder cannot be written, or another process writes this chain.
    """

    def __init__(
        self,
        folder: Path,
        worker: int,
        now: Callable[[], str],
        *,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        self._worker = worker
        self._now = now
        self._limit = segment_bytes
        self._size = 0
        self._file = -1
        self._healthy = False
        # `sync` runs in another thread, and must not meet a file that is being replaced
        self._swap = threading.Lock()
        self.head = ChainHead()
        self._folder = WorkerFolder(folder, worker, _PURPOSE)
        try:
            self.heal()
        except LedgerError:
            self._let_go()
            raise

    @property
    def healthy(self) -> bool:
        """Whether the last write succeeded."""
        return self._healthy

    def append(self, record: dict[str, Any]) -> None:
        """Keep one record, with `seq`, `time`, `prev` and `hash` added. Raises LedgerError.

        After a failed write, the next call first heals, so that the ledger is whole again as soon
        as the disk works.
        """
        self.heal()
        try:
            if self._size > self._limit:
                _put_away(self._open(segment_name(self._worker, self.head.seq + 1)))
            self._write(record)
        except OSError as error:
            self._healthy = False
            raise self._folder.cannot("written", error) from None

    def heal(self) -> None:
        """After a failure, close the torn line with a recovery record.

        Raises:
            LedgerError: that is not possible yet.
        """
        if self._healthy:
            return
        try:
            self._continue()
        except OSError as error:
            raise self._folder.cannot("written", error) from None

    def sync(self) -> None:
        """Put everything on the disk. Raises LedgerError."""
        try:
            with self._swap:
                os.fsync(self._file)
        except OSError as error:
            self._healthy = False
            raise self._folder.cannot("synced", error) from None

    def close(self) -> None:
        """Sync, and release the files."""
        try:
            self.sync()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._folder.leave()

    def _continue(self) -> None:
        """Continue the chain at the end of its newest segment.

        A record says that it was continued: `start`, or `recovery` with the number of torn lines.
        """
        names = chains(p.name for p in self._folder.path.iterdir()).get(self._worker, [])
        head, bad = ChainHead(), 0
        for name in reversed(names):
            found, more = self._tail(name)
            bad += more
            if found is not None:
                head = found
                break
        self.head = head
        start = segment_name(self._worker, head.seq + 1)
        is_open = bad and not names[-1].endswith(segments.PACKED)
        before = self._open(names[-1] if is_open else start)
        with contextlib.suppress(OSError):  # that the old file failed has been told
            _put_away(before)
        self._write({"kind": "recovery", "torn": bad} if bad else {"kind": "start"})
        self._healthy = True

    def _tail(self, name: str) -> tuple[ChainHead | None, int]:
        """Return the head of a segment and the number of bad lines after it. End a torn line."""
        path = self._folder.path / name
        try:
            head, bad, torn = last_head(segments.content(path))
        except segments.SegmentError as error:
            raise LedgerError(f"{path}: {error}; restore it from a copy") from None
        if name.endswith(segments.PACKED):
            if head is None:  # the chain would go on in a segment of the same name
                raise LedgerError(f"{path}: no whole record in it; unpack it with `zstd -d --rm`")
            return head, bad + torn
        if torn:
            with path.open("ab") as file:
                file.write(b"\n")
            head, bad, _ = last_head(path.read_bytes())
        return head, bad

    def _open(self, name: str) -> int:
        """Open a segment. Return the file that was open before, or -1."""
        file = os.open(self._folder.path / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with self._swap:
            before, self._file = self._file, file
        self._size = os.fstat(file).st_size
        return before

    def _write(self, record: Record) -> None:
        line, head = seal({**record, "time": self._now()}, self.head)
        written = os.write(self._file, line)
        if written != len(line):
            raise OSError("short write")
        self._size += written
        self.head = head


def _put_away(file: int) -> None:
    """Write a file to the disk, and close it. It is closed too when the disk fails."""
    if file < 0:
        return
    try:
        os.fsync(file)
    finally:
        os.close(file)
