"""The observation store: counts who talks to whom on which route, for `policy learn`.

It also counts which identifiers the messages hold. Counting takes one route template and a few
dictionary updates in memory; nothing waits for the disk. Every few seconds, and when the worker
drains, the counts are written whole to a new file that then replaces the old one. So a crash leaves
the old file or the new one, and loses the last seconds of counting. A store that cannot be written
stops no message. It is no audit record (the ledger is), and its counts are written once the disk
works again.

Each worker has its own file, `edges-NUMBER.jsonl` (mode 0600), and continues it after a restart.
Readers merge the files. A file that cannot be continued is renamed and left aside: a guard that
does not start would close the mesh.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from extauthz.records.worker_folder import Purpose, WorkerFolder
from mesh.message.facts import Facts
from mesh.observed import route_template
from mesh.observed.jsonl import CountedEdges, EdgesError, head_line, line_of, load
from mesh.observed.observation import (
    Content,
    Observation,
    Sighting,
    counted_kinds,
    media_kinds,
    merge,
    sighting_of,
)
from mesh.policy.decision import Action, Decision
from mesh.policy.policy import Policy
from phiscan.finding import ScanReport

LIMIT: Final = 10_000
"""Edges that one worker keeps apart: about 4 MB on disk (`python -m bench.edges`)."""

_GLOB: Final = "edges-*.jsonl"
_NOBODY: Final = MappingProxyType[str, str]({})


class ObservationStoreError(Exception):
    """The store cannot be opened or written. The text is one line with the path and the fix."""


_PURPOSE: Final = Purpose("edges", "the edges", "counts", ObservationStoreError)


class EdgeCounter(Protocol):
    """Counts judged messages."""

    @property
    def left_out(self) -> int:
        """The number of messages that were not counted, because the store is full."""

    @property
    def problem(self) -> str:
        """Why an earlier file was set aside; empty when none was."""

    def count(
        self, facts: Facts, decision: Decision, report: ScanReport, policy: Policy | None
    ) -> None:
        """Count one message. `policy` is the one that judged it, or None."""

    def save(self) -> None:
        """Write what has changed. May run in another thread than `count`.

        Raises:
            ObservationStoreError: the file cannot be written.
        """

    def close(self) -> None:
        """Write what has changed, and release the folder. Raises ObservationStoreError."""


class NoEdges:
    """Counts nothing: `serve` without `--edges`."""

    left_out: Final = 0
    problem: Final = ""

    def count(
        self, facts: Facts, decision: Decision, report: ScanReport, policy: Policy | None
    ) -> None:
        """Do nothing."""

    def save(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


NO_EDGES: Final = NoEdges()


@dataclass(slots=True)
class _Tally:
    """The counts of one sighting while they grow.

    Args:
        first, last: the days of the first and the last message.
        count: messages.
        kinds: messages by infoType or media kind, for each field of `Content` in order.
        line: the line that the file holds for it.
        lined: the `count` in `line`.
    """

    first: date
    last: date
    count: int = 0
    kinds: tuple[dict[str, int], ...] = field(
        default_factory=lambda: tuple({} for _ in fields(Content))
    )
    line: bytes = b""
    lined: int = 0

    def add(self, kinds: tuple[frozenset[str], ...], day: date) -> None:
        self.count += 1
        self.last = max(self.last, day)
        for counts, held in zip(self.kinds, kinds, strict=True):
            for kind in held:
                counts[kind] = counts.get(kind, 0) + 1

    def copy(self) -> "_Tally":
        return _Tally(self.first, self.last, self.count, tuple(map(dict, self.kinds)))

    def observation(self, sighting: Sighting) -> Observation:
        content = Content(
            *(MappingProxyType(dict(sorted(counts.items()))) for counts in self.kinds)
        )
        return Observation(sighting, self.count, self.first, self.last, content)


class ObservationStore:
    """One worker's counts. One thread may call `count`, and another `save`.

    Args:
        folder: made when missing, mode 0700.
        worker: its number.
        today: returns the day (UTC).
        limit: edges that are kept apart. Of messages beyond them, only the number is kept.

    Raises:
        ObservationStoreError: the folder cannot be used, or another process counts there.
    """

    def __init__(
        self, folder: Path, worker: int, today: Callable[[], date], *, limit: int = LIMIT
    ) -> None:
        self._file = folder / f"edges-{worker}.jsonl"
        self._today = today
        self._limit = limit
        self._tallies: dict[Sighting, _Tally] = {}
        self._policy: Policy | None = None
        self._words: frozenset[str] = frozenset()
        self._changed = False
        self._counting = threading.Lock()  # `save` must not see a half-counted message
        self._saving = threading.Lock()  # a drain must not write at the same time as the upkeep
        self.left_out = 0
        self.problem = ""
        self._folder = WorkerFolder(folder, worker, _PURPOSE)
        try:
            self._go_on()
        except OSError as error:
            self._folder.leave()
            raise self._folder.cannot("opened", error) from None

    def count(
        self, facts: Facts, decision: Decision, report: ScanReport, policy: Policy | None
    ) -> None:
        """Count one message, judged under this policy. Nothing of the message itself is kept."""
        if self._policy is not policy:
            self._policy = policy
            self._words = route_template.own_words(policy) if policy else frozenset()
        sighting = sighting_of(facts, decision, policy.services if policy else _NOBODY, self._words)
        if sighting is None:
            return
        masked = frozenset(decision.redact if decision.effect is Action.REDACT else ())
        kinds = (*counted_kinds(report), masked, media_kinds(report))
        with self._counting:
            self._changed = True
            tally = self._tally(sighting)
            if tally is None:
                self.left_out += 1
            else:
                tally.add(kinds, self._today())

    def _tally(self, sighting: Sighting) -> _Tally | None:
        tally = self._tallies.get(sighting)
        if tally is None and len(self._tallies) < self._limit:
            today = self._today()
            tally = self._tallies[sighting] = _Tally(today, today)
        return tally

    def save(self) -> None:
        """Write what has changed since the last time. Raises ObservationStoreError."""
        with self._saving:
            self._save()

    def _save(self) -> None:
        with self._counting:  # held only while copies are made, because messages wait for it
            if not self._changed:
                return
            self._changed = False
            tallies = list(self._tallies.items())
            fresh = [
                (sighting, tally, tally.copy())
                for sighting, tally in tallies
                if tally.count != tally.lined
            ]
            head = head_line(len(tallies), left_out=self.left_out, limit=self._limit)
        for sighting, tally, copy in fresh:
            tally.line, tally.lined = line_of(copy.observation(sighting)), copy.count
        try:
            self._write(head + b"".join(tally.line for _, tally in tallies))
        except OSError as error:
            self._changed = True
            raise self._folder.cannot("written", error) from None

    def close(self) -> None:
        """Write what has changed, and release the folder."""
        try:
            self.save()
        finally:
            self._folder.leave()

    def _write(self, data: bytes) -> None:
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)

    def _go_on(self) -> None:
        """Continue the counts of an existing file, or set the file aside."""
        if not self._file.exists():
            return
        try:
            edges = read_file(self._file)
        except EdgesError as error:
            self.problem = str(error)
            names = (self._file.with_suffix(f".unusable-{number}") for number in itertools.count(1))
            self._file.rename(next(name for name in names if not name.exists()))
            return
        self.left_out = edges.left_out
        for each in merge(edges.observations):
            kinds = tuple(dict(getattr(each.content, name.name)) for name in fields(Content))
            self._tallies[each.sighting] = _Tally(each.first, each.last, each.count, kinds)


def read_file(path: Path) -> CountedEdges:
    """Return the edges of one file. Raises EdgesError."""
    try:
        return load(path.read_bytes(), file=str(path))
    except OSError as error:
        raise _unreadable(path, error) from None


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise _unreadable(folder, error) from None


def _unreadable(path: Path, error: OSError) -> EdgesError:
    why = (error.strerror or "cannot be read").lower()
    return EdgesError(f"{path}: {why}; give files or folders that `serve --edges` wrote")


def read(places: Iterable[Path]) -> CountedEdges:
    """Return the edges of files and folders, merged. A file that is named twice counts once.

    Raises:
        EdgesError: a file cannot be read, or a folder holds none.
    """
    files: dict[Path, Path] = {}
    for place in places:
        found = (
            [path for path in _listed(place) if path.match(_GLOB)] if place.is_dir() else [place]
        )
        if not found:
            raise EdgesError(
                f"{place}: holds no {_GLOB}; "
                "give a folder that `serve --edges` wrote after a message was judged"
            )
        files.update((path.resolve(), path) for path in found)
    stores = [read_file(path) for path in files.values()]
    return CountedEdges(
        merge(observation for store in stores for observation in store.observations),
        sum(store.left_out for store in stores),
        max((store.limit for store in stores), default=0),
    )
