"""What a scan says when it ends, and what a dry run says."""

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Final

from atrest.catalogue import Kept, entries
from atrest.protection import Shield
from atrest.source import Unlisted
from extauthz.commands.progress import amount
from extauthz.commands.table import aligned, shown
from extauthz.rest.run import Counts, Reading
from extauthz.rest.store import Store
from phiscan.finding import Verdict

_MOST_SHOWN: Final = 20
_PACE: Final = 500_000
"""Bytes a second and worker, before anything was measured: tables full of PHI."""
_ROW_BYTES: Final = 200


def after(counts: Counts, store: Store) -> int:
    """Print what the catalogue holds, and return the exit code."""
    kept = list(store.units())
    phi = [each for each in kept if each.verdict is Verdict.PHI]
    unread = [each for each in kept if each.profile.unread]
    places = store.unlisted()
    lines = [*_table(phi), *_unread(unread, places)]
    lines.append(
        f"{counts.listed} units, {counts.read} read, {counts.unchanged} unchanged; "
        f"{len(phi)} hold PHI"
    )
    shields = Counter(each.protection.stored for each in phi)
    if phi:
        lines.append(
            f"storage of those with PHI: {shields[Shield.UP]} encrypted, {shields[Shield.DOWN]} "
            f"not encrypted, {shields[Shield.UNKNOWN]} not known"
        )
    gaps = sum(bool(each.profile.gaps) for each in kept)
    if gaps:
        lines.append(f"{gaps} not seen whole; `phiguard rest status` says why")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 2 if unread or places else int(bool(phi))


def _table(phi: list[Kept]) -> list[str]:
    if not phi:
        return []
    rows = [("source", "unit", "storage", "what it holds")]
    rows += [
        (shown(each.source), shown(each.name), each.protection.stored.value, _held(each))
        for each in phi[:_MOST_SHOWN]
    ]
    more = len(phi) - _MOST_SHOWN
    rest = [f"and {more} more; `phiguard rest report` lists all"] if more > 0 else []
    return [*aligned(rows), *rest, ""]


def _held(kept: Kept) -> str:
    found = sorted({entry.info_type for entry in entries(kept) if entry.is_sure})
    return ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")


def _unread(unread: list[Kept], places: Iterable[Unlisted]) -> list[str]:
    """Return one line for each unit and place that could not be read."""
    rows = [
        (reason, shown(f"{each.source} {each.name}"), shown(each.detail))
        for each in unread
        for reason in sorted(each.profile.unread)
    ]
    rows += [(p.reason.value, shown(f"{p.source} {p.name}"), shown(p.detail)) for p in places]
    if not rows:
        return []
    more = len(rows) - _MOST_SHOWN
    rest = [f"and {more} more; `phiguard rest status` lists all"] if more > 0 else []
    return ["not read:", *aligned(rows[:_MOST_SHOWN]), *rest, ""]


def dry_run(reading: Reading, store: Store, workers: int) -> int:
    """Print what would be read, and about how long it takes."""
    rows = [("source", "units", "unchanged", "size", "rows")]
    total = 0
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
        unchanged = reading.counts.unchanged - before
        rows.append(
            (shown(feed.source), str(units), str(unchanged), amount(size), str(lines or "-"))
        )
    pace = store.pace() or _PACE
    seconds = total / pace / workers
    sys.stdout.write("".join(f"{line}\n" for line in aligned(rows)))
    basis = "as fast as before" if store.pace() else f"at {amount(_PACE)}/s a worker"
    sys.stdout.write(f"about {seconds / 60:.1f} min with {workers} workers, {basis}\n")
    return 2 if reading.counts.unlisted else 0
