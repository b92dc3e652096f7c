"""A sample of a large PostgreSQL table: at random places beside BERNOULLI, in turns.

    python -m bench.atrest.large_tables

A real server on this machine, and a table of 2 GiB for each width of a row. Figures are the
medians of seconds and of pages that the server looked at. Before each read the table's files leave
the system's cache. `--gib` makes the tables larger. The reader chooses one way by the number of
pages; here it is made to go both.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Final

from atrest.manners import Manners
from atrest.readers.postgres import places
from atrest.readers.registry import open_source
from atrest.source import Budget, Rows, Sampled, Source
from atrest.spec import parse
from atrest.unit import Unit

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "atrest" / "servers"))
import postgres_server

_GIB: Final = 1 << 30
_ROUNDS: Final = 3
_WIDTHS: Final = (60, 900, 3_500)
_PAGES: Final = "SELECT heap_blks_read + heap_blks_hit FROM pg_statio_user_tables"
_WAYS: Final = {"bernoulli": 1 << 60, "random": 0}
"""What a page at random is said to cost, so that the reader chooses this way."""


def main() -> int:
    """Parse the command line and print a line for each width and each way."""
    parser = argparse.ArgumentParser(prog="bench.atrest.large_tables", description=__doc__)
    parser.add_argument("--gib", type=float, default=2)
    size = int(parser.parse_args().gib * _GIB)
    programs = postgres_server.programs()
    if programs is None:
        print("not run: no PostgreSQL here (apt-get install postgresql)")
        return 1
    print(f"{'bytes a row':>11} {'GiB':>5} {'way':>10} {'rows':>6} {'seconds':>8} {'pages':>8}")
    with postgres_server.postgres_server(programs) as server:
        for width in _WIDTHS:
            # one page is 8 KiB, and a row has 24 bytes of header and 4 of its line
            count = size // 8192 * (8192 // (width + 28))
            fill = (
                "CREATE UNLOGGED TABLE t (note text)",
                "ALTER TABLE t ALTER note SET STORAGE PLAIN",
                f"INSERT INTO t SELECT rpad(g::text, {width}) FROM generate_series(1, {count}) g",  # noqa: S608
                "VACUUM ANALYZE t",
                "CHECKPOINT",
            )
            with server.database("bench", *fill) as name:
                _compare(server, name, width)
    return 0


def _compare(server: postgres_server.PostgresServer, name: str, width: int) -> None:
    text = f"postgres://postgres@localhost:{server.port}/{name}"
    source = open_source(parse(text), Manners(), {"PGPASSWORD": postgres_server.PASSWORD})
    (unit,) = [each for each in source.list() if isinstance(each, Unit)]
    taken: dict[str, list[tuple[float, int, int]]] = {way: [] for way in _WAYS}
    for seed in range(_ROUNDS):
        for way, cost in _WAYS.items():
            places._RANDOM_COST = cost  # type: ignore[misc]
            before = _looked_at(server, name)
            _forget(server)
            began = time.perf_counter()
            count, method = _read(source, unit, seed)
            took = time.perf_counter() - began
            if method != way:
                sys.exit(f"{way}: the reader chose {method}")
            taken[way].append((took, _looked_at(server, name) - before, count))
    source.close()
    for way, each in taken.items():
        seconds, pages, count = (statistics.median(column) for column in zip(*each, strict=True))
        print(
            f"{width:11} {unit.size / _GIB:5.1f} {way:>10} {count:6.0f} {seconds:8.1f} {pages:8.0f}"
        )


def _read(source: Source, unit: Unit, seed: int) -> tuple[int, str]:
    count, method = 0, ""
    for item in source.read(unit, Budget(seed=seed)):
        if isinstance(item, Rows):
            count += len(item.rows)
        elif isinstance(item, Sampled):
            method = item.method
    return count, method


def _looked_at(server: postgres_server.PostgresServer, name: str) -> int:
    time.sleep(1.5)  # counters are written a second after a transaction's end
    with server.admin(name) as admin:
        return int(str(admin.run(_PAGES)[0][0]))


def _forget(server: postgres_server.PostgresServer) -> None:
    for path in (server.data / "pg" / "base").rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


if __name__ == "__main__":
    sys.exit(main())
