"""`python -m bench.eval.at_rest`: makes the hospital, reads it, and prints recall and precision.

A column is said to hold something when the catalogue has a sure entry of it about individuals.
With `--gate` it exits with 1 when a target is missed.
"""

import argparse
import sys
import time
from collections import defaultdict
from typing import Final

from atrest.catalogue import Kept, entries
from atrest.detection import Detection
from atrest.examine import examine
from atrest.protection import Protection
from atrest.source import Budget, Method, Rows, Sampled
from atrest.unit import UnitKind
from bench.eval.at_rest import peer
from bench.eval.at_rest.hospital import hospital
from bench.eval.at_rest.made import Style, Table
from bench.eval.at_rest.score import Said, Score
from bench.eval.score import Ratio
from phiscan.engine import Engine
from phiscan.finding import Verdict
from phiscan.identifiers import INFO_TYPES

_TARGETS: Final = {
    **dict.fromkeys(Style, 0.99),
    Style.CODED: 0.95,
    Style.MISLEADING: 0.95,
    Style.BARE: 0.0,
}
_PRECISION: Final = 0.99


def main() -> int:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.eval.at_rest", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="a hospital of another seed")
    parser.add_argument("--seeds", type=int, default=1, help="so many hospitals, added up")
    parser.add_argument("--no-peer", action="store_true", help="leave presidio-structured out")
    parser.add_argument("--show-faults", action="store_true", help="print what was wrong")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a target is missed")
    options = parser.parse_args()
    started = time.process_time()
    tables = [
        table
        for seed in range(options.seed, options.seed + options.seeds)
        for table in hospital(seed)
    ]
    score = _ours(tables)
    _describe(tables)
    _print("phiguard", score)
    print(f"seed {options.seed}, {time.process_time() - started:.1f} s of CPU")
    if options.show_faults:
        print("\n".join(sorted(score.faults)))
    if not options.no_peer:
        theirs, why = peer.measure(tables)
        if theirs is None:
            print(f"presidio-structured did not run: {why}")
        else:
            _print("presidio-structured", theirs)
    failures = _failures(score)
    print("\n".join(failures) if failures else "all targets met")
    return 1 if options.gate and failures else 0


def _ours(tables: list[Table]) -> Score:
    detection = Detection(Engine.load(), time.monotonic)
    score = Score()
    for table in tables:
        kept = _kept(table, detection)
        score.take(table, _said(kept), is_phi=kept.verdict is Verdict.PHI)
    return score


def _kept(table: Table, detection: Detection) -> Kept:
    items = [
        Rows(tuple(column.name for column in table.columns), table.rows()),
        Sampled(Method.ALL),
    ]
    profile, _ = examine(items, detection, Budget(), lambda _, __: None)
    return Kept("", "", table.name, UnitKind.TABLE, "", "", profile, Protection(), "")


def _said(kept: Kept) -> Said:
    said: dict[str, set[str]] = defaultdict(set)
    for entry in entries(kept):
        if entry.is_individuals:
            identifier = INFO_TYPES[entry.info_type].identifier
            said[entry.column].add(identifier.value if identifier else "+")
    return said


def _describe(tables: list[Table]) -> None:
    columns = [column for table in tables for column in table.columns]
    phi = sum(column.truth is not None for column in columns)
    print(
        f"{len(tables)} tables, {len(columns)} columns, {phi / len(columns):.0%} of them of "
        "individuals"
    )


def _print(tool: str, score: Score) -> None:
    print(f"\n{tool:22}{'recall':>26}{'right class':>26}")
    for style in Style:
        print(f"{style.value:22}{_cell(score.recall[style]):>26}{_cell(score.right[style]):>26}")
    print(f"precision of columns  {_cell(score.precision):>26}")
    if score.whole.trials:
        print(f"precision of tables   {_cell(score.tables):>26}")
        print(f"recall of tables      {_cell(score.whole):>26}")


def _cell(ratio: Ratio) -> str:
    """`97.5% [95.1 98.9] 240`: share, Wilson 95% interval, trials."""
    if not ratio.trials:
        return "-"
    low, high = ratio.interval()
    return f"{ratio.value:.1%} [{low * 100:.1f} {abs(high) * 100:.1f}] {ratio.trials}"


def _failures(score: Score) -> list[str]:
    measured = [
        *((style.value, score.recall[style], least) for style, least in _TARGETS.items()),
        ("precision of columns", score.precision, _PRECISION),
        ("precision of tables", score.tables, _PRECISION),
    ]
    return [
        f"missed: {name} {ratio.value:.1%}, target {least:.0%}"
        for name, ratio, least in measured
        if ratio.value < least
    ]


if __name__ == "__main__":
    sys.exit(main())
