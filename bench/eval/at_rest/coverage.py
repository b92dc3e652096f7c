"""`python -m bench.eval.at_rest.coverage`: whether the stated bound covers the truth.

A table with known shares of rows that hold something is read once a seed, as `phiguard rest scan`
reads it, by the real readers of SQLite and of CSV. It prints how many of the bounds hold the truth:
at least 95 %, or the exit code is 1.
"""

import argparse
import contextlib
import csv
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from atrest.claim import claim
from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Rows, Sampled
from atrest.spec import parse
from bench.eval.score import Ratio

_ROWS: Final = 4_000
_SAMPLE: Final = 400
_SHARES: Final = (0.0, 0.001, 0.01, 0.1, 0.9)
_TARGET: Final = 0.95
_HOLDS: Final = "x"


def main() -> int:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.eval.at_rest.coverage", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="samples of each table")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for store, write in _STORES.items():
            for share in _SHARES:
                spec = write(Path(folder) / f"{store}-{share}", _rows(share))
                ratio = Ratio()
                for seed in range(options.seeds):
                    ratio.count(_covers(spec, seed))
                failed |= ratio.value < _TARGET
                print(
                    f"{store:8} {share:6.1%} of {_ROWS} rows, {_SAMPLE} read: the bound covers it "
                    f"in {ratio.hits} of {ratio.trials}"
                )
    return int(failed)


def _rows(share: float) -> list[tuple[str, str]]:
    """Rows in a random order; a cell of so many of them holds something."""
    count = round(share * _ROWS)
    cells = [_HOLDS] * count + ["-"] * (_ROWS - count)
    random.Random(share).shuffle(cells)
    return [(str(number), cell) for number, cell in enumerate(cells, 1)]


def _covers(spec: str, seed: int) -> bool:
    """Whether the bound of one sample covers the truth, which the reader with all rows counts."""
    hits, seen, uniform = _read(spec, Budget(rows=_SAMPLE, seed=seed))
    truth, total, _ = _read(spec, Budget(rows=0))
    found = claim(hits, seen)
    return uniform and found.least <= truth / total <= found.most


def _read(spec: str, budget: Budget) -> tuple[int, int, bool]:
    """Return the rows that hold something, all that were read, and whether they are uniform."""
    source = open_source(parse(spec), Manners(), {})
    hits = seen = 0
    uniform = False
    try:
        for unit in source.list():
            for item in source.read(unit, budget):  # type: ignore[arg-type]
                if isinstance(item, Rows):
                    hits += sum(row[1] == _HOLDS for row in item.rows)
                    seen += len(item.rows)
                elif isinstance(item, Sampled):
                    uniform = item.method.is_uniform
    finally:
        source.close()
    return hits, seen, uniform


def _sqlite(path: Path, rows: list[tuple[str, str]]) -> str:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (id TEXT, flag TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    connection.close()
    return f"sqlite://{path}"


def _csv(path: Path, rows: list[tuple[str, str]]) -> str:
    path = path.with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "flag"), *rows])
    return str(path)


_STORES: Final[dict[str, Callable[[Path, list[tuple[str, str]]], str]]] = {
    "SQLite": _sqlite,
    "CSV": _csv,
}

if __name__ == "__main__":
    sys.exit(main())
