"""Cells by verdict, by namespace, and the one line that a board asks for."""

from collections import Counter

from mesh.posture.acceptance import Accepted
from mesh.posture.audit import Report
from mesh.posture.verdict import Grade, State

Row = tuple[str, int, int, int, int, int]
"""A namespace; its cells; how many are UP, UNKNOWN, DOWN; how many of these are accepted."""


def rows(report: Report, accepted: Accepted) -> list[Row]:
    """Return a row for each namespace, sorted."""
    counts: dict[str, Counter[State]] = {}
    known: Counter[str] = Counter()
    for verdict in report.verdicts:
        space = verdict.cell.workload.namespace
        counts.setdefault(space, Counter())[verdict.state] += 1
        known[space] += accepted.of(verdict) is not None
    return [
        (
            space,
            each.total(),
            each[State.UP],
            each[State.UNKNOWN],
            each[State.DOWN],
            known[space],
        )
        for space, each in sorted(counts.items())
    ]


def board(report: Report, accepted: Accepted) -> str:
    """Return one line for a board. It says `guaranteed` only where every cell is UP."""
    total, counts = len(report.verdicts), report.counts
    if not total:
        return "No cell was found, so nothing is known."
    grades = Counter(each.grade for each in report.verdicts)
    named = [
        f"{grades[grade]:,} {grade}" for grade in Grade if grade is not Grade.NONE and grades[grade]
    ]
    up = counts[State.UP]
    # rounded down: 100 % is said of all cells only
    share = up * 1000 // total / 10
    line = f"The guard is up at {up:,} of {total:,} cells ({share:.1f} %"
    line += f": {', '.join(named)})" if named else ")"
    if up == total:
        return f"{line}. Guaranteed: no cell is DOWN or UNKNOWN."
    known = sum(accepted.of(each) is not None for each in report.verdicts)
    accepts = f", {known:,} of them accepted" if known else ""
    down, unknown = _are(counts[State.DOWN]), _are(counts[State.UNKNOWN])
    return f"{line}; {down} DOWN{accepts}; {unknown} UNKNOWN."


def _are(count: int) -> str:
    return f"{count:,} {'is' if count == 1 else 'are'}"
