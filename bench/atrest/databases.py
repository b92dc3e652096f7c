"""What the readers of databases cost beside the driver's plain read of the same rows.

    python -m bench.atrest.databases

Real servers on this machine, each with the same table: 20,000 rows of a patient and a note, about
300 bytes a row. The contenders take turns. Figures are rows and bytes a second of wall time, the
share of processor time that the client needs (the rest is the server's), and the ratio to the plain
read. A server that is not installed is left out, and said so.
"""

import contextlib
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pg8000.native
import pymysql
from pymongo import MongoClient

from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Rows
from atrest.spec import parse
from atrest.unit import Unit

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "atrest" / "servers"))
import ferret_server
import mariadb_server
import postgres_server

ROWS = 20_000
ROUNDS = 5
NOTE = "Seen for follow-up. No acute distress. Continue current medication and return. " * 3
PASSWORD = postgres_server.PASSWORD
Run = Callable[[], int]


def patient(number: int) -> tuple[int, str, str, str, str]:
    """One row."""
    return (number, f"MRN{number:08d}", f"Patient {number}", "1958-03-14", f"{NOTE}{number}")


PATIENTS = [patient(number) for number in range(ROWS)]
BYTES = sum(sum(len(str(cell)) for cell in row) for row in PATIENTS)
COLUMNS = "id int PRIMARY KEY, mrn varchar(20), name varchar(80), born date, note text"


def reader(text: str, environ: dict[str, str], name: str, rows: int) -> Run:
    """Our reader of one table: how many rows it yields."""
    source = open_source(parse(text), Manners(), environ)
    unit = next(each for each in source.list() if isinstance(each, Unit) and each.name == name)

    def run() -> int:
        items = source.read(unit, Budget(rows=rows))
        return sum(len(item.rows) for item in items if isinstance(item, Rows))

    return run


@contextlib.contextmanager
def postgres() -> Iterator[tuple[Run, Run, Run] | None]:
    """PostgreSQL beside pg8000, which reads all rows at once."""
    programs = postgres_server.programs()
    if programs is None:
        yield None
        return
    with (
        postgres_server.postgres_server(programs) as server,
        server.database("bench", f"CREATE TABLE t ({COLUMNS})") as name,
        server.admin(name) as admin,
    ):
        for start in range(0, ROWS, 1000):
            some = PATIENTS[start : start + 1000]
            values = ", ".join("({}, '{}', '{}', '{}', '{}')".format(*row) for row in some)
            admin.run(f"INSERT INTO t VALUES {values}")  # noqa: S608 - made above
        admin.run("ANALYZE t")
        plain = pg8000.native.Connection(
            "postgres", host="127.0.0.1", port=server.port, database=name, password=PASSWORD
        )
        text = f"postgres://postgres@127.0.0.1:{server.port}/{name}"
        environ = {"PGPASSWORD": PASSWORD}
        yield (
            lambda: len(plain.run("SELECT * FROM t")),
            reader(text, environ, "public.t", 0),
            reader(text, environ, "public.t", ROWS // 10),
        )
        plain.close()


@contextlib.contextmanager
def mariadb() -> Iterator[tuple[Run, Run, Run] | None]:
    """MariaDB beside PyMySQL, which reads all rows at once."""
    if not mariadb_server.is_installed():
        yield None
        return
    with (
        mariadb_server.mariadb_server() as server,
        server.database("bench", f"CREATE TABLE t ({COLUMNS})") as name,
    ):
        with server.admin(name) as admin:
            admin.executemany("INSERT INTO t VALUES (%s, %s, %s, %s, %s)", PATIENTS)
        plain = pymysql.connect(
            user="admin",
            password=PASSWORD,
            host="127.0.0.1",
            port=server.port,
            database=name,
        )

        def read_plainly() -> int:
            with plain.cursor() as cursor:
                cursor.execute("SELECT * FROM t")
                return len(cursor.fetchall())

        text = f"mysql://admin@127.0.0.1:{server.port}/{name}"
        environ = {"MYSQL_PWD": PASSWORD}
        yield (
            read_plainly,
            reader(text, environ, "bench.t", 0),
            reader(text, environ, "bench.t", ROWS // 10),
        )
        plain.close()


@contextlib.contextmanager
def mongodb() -> Iterator[tuple[Run, Run, Run] | None]:
    """FerretDB beside pymongo."""
    if not ferret_server.PROGRAM.exists():
        yield None
        return
    with ferret_server.ferret_server() as server, server.database("bench") as database:
        names = ("_id", "mrn", "name", "born", "note")
        database.t.insert_many(dict(zip(names, row, strict=True)) for row in PATIENTS)
        plain: MongoClient[dict[str, object]] = MongoClient("127.0.0.1", server.port)
        text = f"mongodb://127.0.0.1:{server.port}/bench"
        yield (
            lambda: len(list(plain.bench.t.find())),
            reader(text, {}, "bench.t", 0),
            reader(text, {}, "bench.t", ROWS // 10),
        )
        plain.close()


@contextlib.contextmanager
def duck() -> Iterator[tuple[Run, Run, Run]]:
    """DuckDB beside its own fetchall, each opening the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/bench.duckdb"
        with duckdb.connect(path) as database:
            database.execute(f"CREATE TABLE t ({COLUMNS})")
            database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", PATIENTS[:2000])
            database.execute(
                "INSERT INTO t SELECT id + 2000 * n, mrn, name, born, note || n "
                "FROM t, range(1, 10) r(n)"
            )

        def read_plainly() -> int:
            with duckdb.connect(path, read_only=True) as database:
                return len(database.execute("SELECT * FROM t").fetchall())

        text = f"duckdb://{path}"
        yield read_plainly, reader(text, {}, "main.t", 0), reader(text, {}, "main.t", ROWS // 10)


def measure(runs: tuple[Run, Run, Run]) -> list[tuple[int, float, float]]:
    """Rows, median seconds and median processor seconds of the client, of each contender."""
    taken: list[list[tuple[float, float]]] = [[] for _ in runs]
    rows = [run() for run in runs]
    for _ in range(ROUNDS):
        for place, run in enumerate(runs):
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            taken[place].append((time.perf_counter() - wall, time.process_time() - cpu))
    return [
        (count, statistics.median(w for w, _ in each), statistics.median(c for _, c in each))
        for count, each in zip(rows, taken, strict=True)
    ]


def main() -> int:
    """Print the table."""
    print(f"{ROWS} rows of {BYTES / ROWS:.0f} bytes; {ROUNDS} rounds in turns, medians")
    print(f"{'store':10} {'read':8} {'rows':>6} {'rows/s':>8} {'MB/s':>6} {'CPU':>5} {'cost':>6}")
    for name, store in (
        ("PostgreSQL", postgres), ("MariaDB", mariadb), ("FerretDB", mongodb), ("DuckDB", duck),
    ):  # fmt: skip
        with store() as runs:
            if runs is None:
                print(f"{name:10} not run: not installed")
                continue
            found = measure(runs)
        plain = found[0][2]
        for kind, (rows, wall, cpu) in zip(("plain", "reader", "sample"), found, strict=True):
            size = BYTES / ROWS * rows
            print(
                f"{name:10} {kind:8} {rows:6} {rows / wall:8.0f} {size / wall / 1e6:6.1f} "
                f"{cpu / wall:5.0%} {cpu / plain:5.2f}x"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, with the plain reads: {peak:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
