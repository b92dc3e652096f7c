"""What a dry run of a scan at rest says: what would be read, and about how long it takes."""

from typing import Annotated, Final, TypedDict

from extauthz.rest.run import Reading
from extauthz.rest.store import Store
from extauthz.terminal import tables
from extauthz.terminal.progress import amount

_PACE: Final = 230_000
"""Bytes a second and worker, before a scan was measured: dense tables in bench.atrest.examine."""
_ROW_BYTES: Final = 200
_UNIT_SECONDS: Final = 0.002
"""Seconds of a worker for a file of one byte: the mean of `seconds` in a catalogue of 2,000."""
_HEAD: Final = ("source", "units", "unchanged", "size", "rows")


class SourcePlan(TypedDict):
    """What would be read of a source."""

    source: str
    units: int
    unchanged: Annotated[int, "units that would not have to be read"]
    bytes: Annotated[int, "as far as the source says it"]
    rows: Annotated[int, "as far as the source says it; chosen ones only"]


class Rehearsed(TypedDict):
    """With --dry-run: what would be read."""

    sources: list[SourcePlan]
    seconds: Annotated[float, "about how long it takes"]
    workers: int
    measured: Annotated[bool, "whether the pace is that of earlier scans"]


def rehearsed(reading: Reading, store: Store, workers: int) -> Rehearsed:
    """Return what would be read."""
    sources: list[SourcePlan] = []
    total = count = 0
    for feed in reading.feeds():
        before = reading.counts.unchanged
        units = size = rows = 0
        for task in feed.tasks:
            units += 1
            known = max(0, task.unit.rows)
            chosen = min(known, task.budget.rows) if task.budget.rows else known
            size += max(0, task.unit.size)
            rows += chosen
            total += max(chosen * _ROW_BYTES, 0 if known else max(0, task.unit.size))
        count += units
        unchanged = reading.counts.unchanged - before
        sources.append(
            SourcePlan(source=feed.source, units=units, unchanged=unchanged, bytes=size, rows=rows)
        )
    measured = store.pace()
    # where units were measured, what each takes is part of the pace
    seconds = (total / (measured or _PACE) + (0 if measured else count * _UNIT_SECONDS)) / workers
    return Rehearsed(sources=sources, seconds=seconds, workers=workers, measured=bool(measured))


def lines(found: Rehearsed) -> list[str]:
    """Return it as lines for people."""
    rows = [
        (
            each["source"],
            str(each["units"]),
            str(each["unchanged"]),
            amount(each["bytes"]),
            str(each["rows"] or "-"),
        )
        for each in found["sources"]
    ]
    basis = "as fast as before" if found["measured"] else f"at {amount(_PACE)}/s a worker"
    minutes, workers = found["seconds"] / 60, found["workers"]
    return [
        *tables.lines(rows, _HEAD),
        f"about {minutes:.1f} min with {workers} workers, {basis}",
    ]
