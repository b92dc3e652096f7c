"""Detection at rest: what `examine` costs beside a plain read of the same rows.

`python -m bench.atrest.examine` prints processor time of one core, because the machine may be busy.
Each table is read from SQLite by its real reader. `plain` fetches the same rows and looks at no
cell. `--profile` prints where the time of one table goes.
"""

import argparse
import contextlib
import cProfile
import pstats
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from atrest.detection import Detection
from atrest.examine import examine
from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Rows
from atrest.spec import parse
from atrest.unit import Unit
from bench.eval.at_rest import nested, ordinary
from bench.eval.at_rest.identifying import BY_NAME
from bench.eval.at_rest.person import people
from bench.eval.people import Invent
from bench.measure import interleaved, show
from phiscan.engine import Engine

_ROWS: Final = 1_000
_PERSONAL: Final = ("record number", "full name", "birth date", "ssn", "phone", "diagnosis code")
Table = tuple[tuple[str, ...], list[tuple[object, ...]]]


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.atrest.examine", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each table")
    parser.add_argument("--profile", choices=tuple(_TABLES), help="profile this table")
    options = parser.parse_args()
    detection = Detection(Engine.load(), time.monotonic)
    print(f"{'table':16}{'plain':>12}{'examine':>12}{'rows/s':>10}{'MB/s':>8}{'times':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in _TABLES.items():
            columns, rows = make(Invent(name))
            path = Path(folder) / f"{name.replace(' ', '_')}.db"
            _write(path, columns, rows)
            if options.profile == name:
                _profile(partial(_examined, path, detection))
            elif not options.profile:
                _measure(name, path, rows, detection, options.seconds)


def _measure(
    name: str, path: Path, rows: list[tuple[object, ...]], detection: Detection, seconds: float
) -> None:
    medians = interleaved(
        {"plain": partial(_plain, path), "examine": partial(_examined, path, detection)},
        seconds,
        time.process_time,
    )
    plain, ours = medians["plain"], medians["examine"]
    size = sum(len(str(cell)) for row in rows for cell in row)
    print(
        f"{name:16}{show(plain):>12}{show(ours):>12}{len(rows) / ours:10.0f}"
        f"{size / ours / 1e6:8.2f}{ours / plain:7.0f}x"
    )


def _profile(run: Callable[[], object]) -> None:
    run()
    profiler = cProfile.Profile()
    profiler.runcall(run)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def _plain(path: Path) -> int:
    return sum(
        len(item.rows) for unit, items in _items(path) for item in items if isinstance(item, Rows)
    )


def _examined(path: Path, detection: Detection) -> None:
    for _, items in _items(path):
        examine(items, detection, Budget(rows=0), lambda _, __: None)


def _items(path: Path):  # noqa: ANN202 - units with what their reader yields
    source = open_source(parse(f"sqlite://{path}"), Manners(), {})
    for unit in source.list():
        if isinstance(unit, Unit):
            yield unit, source.read(unit, Budget(rows=0))
    source.close()


def _write(path: Path, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE t ({names})")
        # the names are ours
        connection.executemany(f"INSERT INTO t VALUES ({marks})", rows)  # noqa: S608
    connection.close()


def _dense(invent: Invent, *, coded: bool = False) -> Table:
    kinds = [BY_NAME[name] for name in _PERSONAL]
    names = [f"c_{n}" if coded else kind.useful[0] for n, kind in enumerate(kinds)]
    persons = people(invent, _ROWS, "en")
    return tuple(names), [tuple(kind.value(p, invent) for kind in kinds) for p in persons]


def _clean(invent: Invent) -> Table:
    kinds = ordinary.TABLES["purchase_order"]
    return tuple(kinds), [tuple(value(invent) for value in kinds.values()) for _ in range(_ROWS)]


def _json(invent: Invent) -> Table:
    persons = people(invent, _ROWS, "en")
    return ("id", "payload"), [
        (number, nested.profile_json(person, invent)) for number, person in enumerate(persons)
    ]


def _states(invent: Invent) -> Table:
    states = [nested.settings_json(invent) for _ in range(40)]
    return ("id", "state"), [(number, states[number % 40]) for number in range(_ROWS)]


def _settings(invent: Invent) -> Table:
    return ("id", "config"), [(number, nested.settings_json(invent)) for number in range(_ROWS)]


_TABLES: Final[dict[str, Callable[[Invent], Table]]] = {
    "dense": _dense,
    "dense, coded": partial(_dense, coded=True),
    "clean": _clean,
    "JSON of people": _json,
    "JSON of settings": _settings,
    "JSON, repeated": _states,
}

if __name__ == "__main__":
    main()
