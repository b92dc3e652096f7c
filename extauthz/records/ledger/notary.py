"""The tree of one worker's chain while it grows, and the checkpoints that are signed of it.

The ledger's thread adds leaves. Hashes are written, and checkpoints signed, in another thread,
after the records are on the disk: a crash of the machine never makes a signed checkpoint wrong.

INVARIANT (one history): what does not fit the newest checkpoint beside the ledger is never signed.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from extauthz.records import logs
from extauthz.records.ledger import checkpoints, merkle, note_files, notes
from extauthz.records.ledger.checkpoints import Checkpoint, Manifest
from extauthz.records.ledger.merkle import Tree, leaf_hash, stored
from extauthz.records.ledger.notes import Signer
from extauthz.records.ledger.tree_file import TreeFile, tree_name
from extauthz.records.logs import LogEvent

Lines = Callable[[int], Iterator[tuple[int, bytes]]]
"""Yields number and line of each record from a number on."""


class GapError(Exception):
    """Records and the hashes that stand for them are missing. The message is a fragment."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How a ledger is signed.

    Args:
        signer: the private key.
        rotations: notes by which earlier keys handed over, one by one, to this one.
        records: a checkpoint is signed after so many records,
        seconds: and after so many seconds, when there is a new record.
        copies: a folder for a copy of each manifest, or None.
    """

    signer: Signer = field(repr=False)
    rotations: tuple[str, ...] = ()
    records: int = 10_000
    seconds: float = 60.0
    copies: Path | None = None


class Notary(Protocol):
    """What follows a chain and signs it."""

    @property
    def note(self) -> str:
        """The newest checkpoint that was signed here, or empty text."""

    def follow(self, seq: int, lines: Lines) -> None:
        """Bring the tree to record `seq`, the last one of the chain. Raises GapError, OSError."""

    def news(self) -> list[dict[str, Any]]:
        """Return what the ledger is to record of the notary itself."""

    def append(self, line: bytes) -> None:
        """Add the line of the next record, without its newline."""

    def work(self, *, is_last: bool = False) -> Callable[[], None]:
        """Return work for another thread, for when all records so far are on the disk."""

    def close(self) -> None:
        """Release the files."""


class NoNotary:
    """Signs nothing."""

    note: Final = ""

    def follow(self, seq: int, lines: Lines) -> None:
        """Do nothing."""

    def news(self) -> list[dict[str, Any]]:
        """Return nothing."""
        return []

    def append(self, line: bytes) -> None:
        """Do nothing."""

    def work(self, *, is_last: bool = False) -> Callable[[], None]:  # noqa: ARG002 - of the protocol
        """Return nothing to do."""
        return _nothing

    def close(self) -> None:
        """Do nothing."""


class TreeNotary:
    """Signs the tree of one worker's chain.

    Args:
        folder: of the ledger.
        worker: its number.
        signing: how.
        now: returns the time as text, ISO 8601 in UTC.

    Raises:
        OSError: the tree file cannot be opened.
    """

    def __init__(self, folder: Path, worker: int, signing: Signing, now: Callable[[], str]) -> None:
        self._folder = folder
        self._worker = worker
        self._signing = signing
        self._now = now
        own = signing.signer.public
        self._keys = checkpoints.predecessors(own, signing.rotations)
        self._file = TreeFile(folder / tree_name(worker))
        self._tree = Tree()
        self._first = b""  # leaf hash of record 1
        self._has_begun = False
        self._is_altered = False
        self._is_failing = False
        self._is_closed = False
        # hashes that are not in the file yet: of the ledger's thread, and of the other one
        self._new = bytearray()
        self._new_at = 0
        self._chunks: deque[tuple[int, bytes]] = deque()
        self._writing = threading.Lock()
        self._signed = 0
        self._due = 0.0
        self.note = ""

    def follow(self, seq: int, lines: Lines) -> None:
        """Bring the tree to record `seq`, the last one of the chain. Raises GapError, OSError."""
        if self._is_altered:
            return
        if self._has_begun and self._tree.size <= seq:
            self._is_altered = not self._grow(seq, lines)
            return
        last = note_files.checkpoints_in(self._folder, self._keys).get(self._worker)
        if last is None or not self._resumes(last, seq):
            first = next((number for number, _ in lines(1)), 1)
            if self._file.leaves < first - 1:
                raise GapError(f"records 1 to {first - 1} and the tree file that stands for them")
            self._restart(first - 1)
        is_whole = self._grow(seq, lines)
        self._has_begun = True
        self._is_altered = not is_whole or (last is not None and not self._fits(last))
        if self._is_altered:
            logs.emit(LogEvent.LEDGER_ALTERED, logging.ERROR, worker=self._worker)
        self._signed = last.size if last is not None else 0

    def news(self) -> list[dict[str, Any]]:
        """Return the record of a key that has signed nothing here yet."""
        own = (self._signing.signer.public,)
        if self._worker in note_files.checkpoints_in(self._folder, own):
            return []
        rotations = list(self._signing.rotations)
        return [{"kind": "key", "key": str(own[0]), "rotations": rotations}]

    def append(self, line: bytes) -> None:
        """Add the line of the next record, without its newline."""
        if self._is_altered:
            return
        leaf = leaf_hash(line)
        if not self._tree.size:
            self._first = leaf
        self._new += b"".join(self._tree.append(leaf))

    def work(self, *, is_last: bool = False) -> Callable[[], None]:
        """Return work for another thread, for when all records so far are on the disk.

        It writes hashes. When it is time, or for the last time, it signs a checkpoint.
        """
        if self._is_altered:
            return _nothing
        self._hand_over()
        size = self._tree.size
        new = size - self._signed
        is_due = is_last or new >= self._signing.records or time.monotonic() >= self._due
        if not new or not is_due:
            return self._keep
        name = self._signing.signer.public.name
        tree = Checkpoint(checkpoints.origin(name, self._first), size, self._tree.root())
        return lambda: self._keep(tree)

    def close(self) -> None:
        """Release the files."""
        with self._writing:
            if not self._is_closed:
                self._file.close()
            self._is_closed = True

    def _hand_over(self) -> None:
        """Give new hashes to the other thread."""
        self._chunks.append((self._new_at, bytes(self._new)))
        self._new, self._new_at = bytearray(), stored(self._tree.size)

    def _keep(self, tree: Checkpoint | None = None) -> None:
        """Write the hashes that were handed over, and sign. Failures are logged, once."""
        with self._writing:
            if self._is_closed:
                return
            try:
                self._write()
                if tree is not None:
                    self._file.sync()
                    self._sign(tree)
                    self._is_failing = False
            except OSError:
                if not self._is_failing:
                    logs.emit(LogEvent.CHECKPOINT_FAILED, logging.ERROR, worker=self._worker)
                self._is_failing = True

    def _write(self) -> None:
        while self._chunks:
            self._file.write(*self._chunks[0])
            self._chunks.popleft()

    def _sign(self, tree: Checkpoint) -> None:
        """Sign a checkpoint and the manifest with it. Raises OSError."""
        signer, time_ = self._signing.signer, self._now()
        note = notes.sign(tree.text, signer)
        note_files.replace(self._folder / note_files.checkpoint_name(self._worker), note)
        self.note = note
        others = note_files.checkpoints_in(self._folder, self._keys).values()
        trees = {each.origin: each for each in (*others, tree)}
        manifest = Manifest(signer.public.name, time_, tuple(trees.values()))
        note = notes.sign(manifest.text, signer)
        note_files.replace(self._folder / note_files.MANIFEST, note)
        if self._signing.copies is not None:
            when = time_.replace(":", "")
            note_files.add(self._signing.copies / f"manifest-{when}-{tree.chain}.note", note)
        logs.emit(LogEvent.CHECKPOINT, note=note, worker=self._worker)
        self._signed, self._due = tree.size, time.monotonic() + self._signing.seconds

    def _resumes(self, last: Checkpoint, seq: int) -> bool:
        """Go on from the tree file at the newest checkpoint, if both fit."""
        if last.size > seq or last.size > self._file.leaves or not last.size:
            return False
        if merkle.root(self._file.read, last.size) != last.root:
            return False
        self._restart(last.size)
        return True

    def _restart(self, size: int) -> None:
        """Go on from the first leaves of the tree file."""
        with self._writing:
            self._chunks.clear()
        self._tree = Tree(size, self._file.read)
        self._new, self._new_at = bytearray(), stored(size)
        if size:
            self._first = self._file.read(0)

    def _grow(self, seq: int, lines: Lines) -> bool:
        """Add the leaves of the records up to `seq`. Return whether all of them are there."""
        if self._tree.size == seq:
            return True
        for number, line in lines(self._tree.size + 1):
            if number == self._tree.size + 1 <= seq:
                self.append(line)
        return self._tree.size == seq

    def _fits(self, last: Checkpoint) -> bool:
        """Whether the tree goes on from a checkpoint. Raises OSError."""
        self._hand_over()
        with self._writing:
            self._write()
        name = last.origin.rpartition("/")[0]
        return (
            last.size <= self._tree.size
            and last.origin == checkpoints.origin(name, self._first)
            and merkle.root(self._file.read, last.size) == last.root
        )


def _nothing() -> None:
    """Do nothing."""


NO_NOTARY: Final = NoNotary()
