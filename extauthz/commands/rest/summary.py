"""What a scan says when it ends, and what a dry run says."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from atrest.catalogue import Kept, entries
from atrest.protection import Shield
from extauthz.commands.progress import amount
from extauthz.commands.table import aligned, shown
from extauthz.rest.run import Counts, Reading
from extauthz.rest.store import Store
from phiscan.finding import Verdict

_MOST_SHOWN: Final = 20
_PACE: Final = 230_000
"""Bytes a second and worker, before a scan was measured: dense tables in bench.atrest.examine."""
_ROW_BYTES: Final = 200
_UNIT_SECONDS: Final = 0.002
"""Seconds of a worker for a file of one byte: the mean of `seconds` in a catalogue of 2,000."""


def after(counts: Counts, store: Store) -> int:
    """Print what the catalogue holds, and return the exit code."""
    seen = _Seen()
    for kept in store.told():
        seen.take(kept)
    for place in store.unlisted():
        seen.miss(place.reason.value, place.source, place.name, place.detail)
    lines = [*seen.lines(), *_totals(counts, seen)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 2 if seen.missed or seen.gaps else int(seen.phi > 0)


@dataclass(slots=True)
class _Seen:
    """What of the catalogue is shown, and how much there is: a catalogue can be long."""

    held: list[tuple[str, ...]] = field(default_factory=list)
    unread: list[tuple[str, ...]] = field(default_factory=list)
    shields: Counter[Shield] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    phi: int = 0
    missed: int = 0
    partly: int = 0

    def take(self, kept: Kept) -> None:
        """Take a unit."""
        self.partly += bool(kept.profile.gaps)
        self.gaps.update(set(kept.profile.gaps))
        for reason in sorted(kept.profile.unread):
            self.miss(reason, kept.source, kept.name, kept.detail)
        if kept.verdict is not Verdict.PHI:
            return
        self.phi += 1
        self.shields[kept.protection.stored] += 1
        if len(self.held) < _MOST_SHOWN:
            names = shown(kept.source), shown(kept.name)
            self.held.append((*names, kept.protection.stored.value, _held(kept)))

    def miss(self, reason: str, source: str, name: str, detail: str) -> None:
        """Take a unit or a place that could not be read."""
        self.missed += 1
        if len(self.unread) < _MOST_SHOWN:
            self.unread.append((reason, shown(f"{source} {name}"), shown(detail)))

    def lines(self) -> Iterator[str]:
        """Yield what holds PHI, and what could not be read."""
        if self.held:
            yield from aligned([("source", "unit", "storage", "what it holds"), *self.held])
            yield from _more(self.phi - len(self.held), "report")
        if self.unread:
            yield "not read:"
            yield from aligned(self.unread)
            yield from _more(self.missed - len(self.unread), "status")


def _more(count: int, command: str) -> Iterator[str]:
    if count > 0:
        yield f"and {count} more; `phiguard rest {command}` lists all"
    yield ""


def _totals(counts: Counts, seen: _Seen) -> Iterator[str]:
    yield (
        f"{counts.listed} units, {counts.read} read, {counts.unchanged} unchanged; "
        f"{seen.phi} hold PHI"
    )
    if seen.phi:
        up, down, unknown = (seen.shields[s] for s in (Shield.UP, Shield.DOWN, Shield.UNKNOWN))
        yield (
            f"storage of those with PHI: {up} encrypted, {down} not encrypted, {unknown} not known"
        )
    if seen.partly:
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(seen.gaps.items()))
        yield f"{seen.partly} not seen whole ({why}); `phiguard rest status` lists them"


def _held(kept: Kept) -> str:
    found = sorted({entry.info_type for entry in entries(kept) if entry.is_sure})
    return ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")


def dry_run(reading: Reading, store: Store, workers: int) -> int:
    """Print what would be read, and about how long it takes."""
    rows = [("source", "units", "unchanged", "size", "rows")]
    total = count = 0
    for feed in reading.feeds():
        before = reading.counts.unchanged
        units = size = lines = 0
        for task in feed.tasks:
            units += 1
            known = max(0, task.unit.rows)
            chosen = min(known, task.budget.rows) if task.budget.rows else known
            size += max(0, task.unit.size)
            lines += chosen
            total += max(chosen * _ROW_BYTES, 0 if known else max(0, task.unit.size))
        count += units
        unchanged = reading.counts.unchanged - before
        rows.append(
            (shown(feed.source), str(units), str(unchanged), amount(size), str(lines or "-"))
        )
    measured = store.pace()
    pace = measured or _PACE
    # where units were measured, what each takes is part of the pace
    seconds = (total / pace + (0 if measured else count * _UNIT_SECONDS)) / workers
    sys.stdout.write("".join(f"{line}\n" for line in aligned(rows)))
    basis = "as fast as before" if measured else f"at {amount(_PACE)}/s a worker"
    sys.stdout.write(f"about {seconds / 60:.1f} min with {workers} workers, {basis}\n")
    return 2 if reading.counts.unlisted else 0
