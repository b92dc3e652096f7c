"""What each source costs at rest: its reader, and a whole scan, beside the driver's plain read.

    python -m bench.atrest.sources

Every source holds the same table: 20,000 rows of a patient and a note, about 300 bytes a row. The
contenders of a source take turns. Figures are processor time of this process, so of one core; a
server's own time is not counted. `scan` reads 2,000 of the rows and runs all detectors on them. A
workbook is a document too: then all 20,000 are scanned besides, and count. It prints Markdown. A
source whose server or tool is not here is left out, and said so.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import boto3
import duckdb
import fastavro
import pg8000.native
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import python_calamine
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from pyarrow import orc
from pymongo import MongoClient

from atrest.detection import Detection
from atrest.examine import examine
from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Rows
from atrest.spec import parse
from atrest.unit import Unit
from bench.atrest import objects
from bench.measure import interleaved
from phiscan.engine import Engine

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "atrest" / "servers"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "atrest" / "readers" / "tables"))
import ferret_server
import kafka_server
import mariadb_server
import postgres_server
import workbooks

ROWS = 20_000
SECONDS = 8.0
NOTE = "Seen for follow-up. No acute distress. Continue current medication and return. " * 3
PASSWORD = postgres_server.PASSWORD
SCANNED = 2_000
Run = Callable[[], int]


@dataclass(frozen=True)
class Contender:
    """One source with its driver.

    Args:
        plain: reads all rows with the driver alone, and returns how many.
        spec: names the source.
        unit: one that holds the table.
        environ: credentials.
        besides: rows that are scanned besides the sample, because they are a document too.
    """

    plain: Run
    spec: str
    unit: str
    environ: Mapping[str, str] = field(default_factory=dict)
    besides: int = 0


def patient(number: int) -> tuple[int, str, str, str, str]:
    """One row."""
    return (number, f"MRN{number:08d}", f"Patient {number}", "1958-03-14", f"{NOTE}{number}")


PATIENTS = [patient(number) for number in range(ROWS)]
BYTES = sum(sum(len(str(cell)) for cell in row) for row in PATIENTS)
NAMES = ("id", "mrn", "name", "born", "note")
ARROW = pa.table([pa.array(column) for column in zip(*PATIENTS, strict=True)], list(NAMES))
COLUMNS = "id int PRIMARY KEY, mrn varchar(20), name varchar(80), born date, note text"


@contextlib.contextmanager
def postgres() -> Iterator[Contender | None]:
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
        yield Contender(lambda: len(plain.run("SELECT * FROM t")), text, "public.t", environ)
        plain.close()


@contextlib.contextmanager
def mariadb() -> Iterator[Contender | None]:
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
        yield Contender(read_plainly, text, "bench.t", environ)
        plain.close()


@contextlib.contextmanager
def mongodb() -> Iterator[Contender | None]:
    """FerretDB beside pymongo."""
    if not ferret_server.PROGRAM.exists():
        yield None
        return
    with ferret_server.ferret_server() as server, server.database("bench") as database:
        names = ("_id", *NAMES[1:])
        database.t.insert_many(dict(zip(names, row, strict=True)) for row in PATIENTS)
        plain: MongoClient[dict[str, object]] = MongoClient("127.0.0.1", server.port)
        text = f"mongodb://127.0.0.1:{server.port}/bench"
        yield Contender(lambda: len(list(plain.bench.t.find())), text, "bench.t")
        plain.close()


@contextlib.contextmanager
def duck() -> Iterator[Contender]:
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

        yield Contender(read_plainly, f"duckdb://{path}", "main.t")


@contextlib.contextmanager
def sqlite() -> Iterator[Contender]:
    """SQLite beside Python's own module."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/bench.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute(f"CREATE TABLE t ({COLUMNS})")
            database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", PATIENTS)
            database.commit()

        def read_plainly() -> int:
            with contextlib.closing(sqlite3.connect(path)) as database:
                return len(database.execute("SELECT * FROM t").fetchall())

        yield Contender(read_plainly, f"sqlite://{path}", "t")


def _csv() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([NAMES, *PATIENTS])
    return text.getvalue().encode()


def _counted(data: bytes) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(data.decode()))) - 1


def _parquet(path: Path) -> Run:
    pq.write_table(ARROW, path)
    return lambda: len(pq.read_table(path).to_pylist())


def _orc(path: Path) -> Run:
    orc.write_table(ARROW, str(path))
    return lambda: len(orc.read_table(str(path)).to_pylist())


def _avro(path: Path) -> Run:
    kinds = [{"name": name, "type": "int" if name == "id" else "string"} for name in NAMES]
    schema = {"type": "record", "name": "Patient", "fields": kinds}
    with path.open("wb") as file:
        fastavro.writer(file, schema, ARROW.to_pylist(), "deflate")

    def read_plainly() -> int:
        with path.open("rb") as file:
            return sum(1 for _ in fastavro.reader(file))

    return read_plainly


def _excel(path: Path) -> Run:
    path.write_bytes(workbooks.xlsx({"patients": [NAMES, *PATIENTS]}))

    def read_plainly() -> int:
        with path.open("rb") as file:
            workbook = python_calamine.CalamineWorkbook.from_filelike(file)
            return len(workbook.get_sheet_by_name("patients").to_python()) - 1

    return read_plainly


def _csv_file(path: Path) -> Run:
    path.write_bytes(_csv())
    return lambda: _counted(path.read_bytes())


@contextlib.contextmanager
def _file(write: Callable[[Path], Run], besides: int = 0) -> Iterator[Contender]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patients"
        yield Contender(write(path), str(path), "patients", besides=besides)


@contextlib.contextmanager
def bucket() -> Iterator[Contender]:
    """S3 by moto beside boto3: an object of CSV."""
    environ = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
    os.environ |= environ
    with objects.store() as endpoint:
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="bench")
        client.put_object(Bucket="bench", Key="patients", Body=_csv())
        yield Contender(
            lambda: _counted(client.get_object(Bucket="bench", Key="patients")["Body"].read()),
            f"s3://bench?endpoint={endpoint}",
            "patients",
        )


@contextlib.contextmanager
def kafka() -> Iterator[Contender | None]:
    """Kafka beside kafka-python: a message of JSON a row."""
    if not kafka_server.IS_THERE:
        yield None
        return
    with kafka_server.broker() as server:
        producer = KafkaProducer(bootstrap_servers=server, linger_ms=50)
        for row in PATIENTS:
            producer.send("patients", json.dumps(dict(zip(NAMES, row, strict=True))).encode())
        producer.flush()
        producer.close()

        def read_plainly() -> int:
            consumer = KafkaConsumer(bootstrap_servers=server, group_id=None)
            places = [
                TopicPartition("patients", number)
                for number in consumer.partitions_for_topic("patients") or ()
            ]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            count = 0
            while count < ROWS:
                count += sum(map(len, consumer.poll(1_000).values()))
            consumer.close()
            return count

        yield Contender(read_plainly, f"kafka://{server}/patients", "patients")


SOURCES: dict[str, Callable[[], contextlib.AbstractContextManager[Contender | None]]] = {
    "CSV file": partial(_file, _csv_file),
    "Parquet file": partial(_file, _parquet),
    "ORC file": partial(_file, _orc),
    "Avro file": partial(_file, _avro),
    "Excel file": partial(_file, _excel, ROWS),
    "S3 (moto), CSV": bucket,
    "SQLite": sqlite,
    "DuckDB": duck,
    "PostgreSQL": postgres,
    "MariaDB": mariadb,
    "FerretDB": mongodb,
    "Kafka": kafka,
}


def measure(contender: Contender, detection: Detection) -> str:
    """Return the cells of one source."""
    source = open_source(parse(contender.spec), Manners(), contender.environ)
    unit = next(
        each for each in source.list() if isinstance(each, Unit) and each.name == contender.unit
    )

    def read() -> int:
        items = source.read(unit, Budget(rows=0))
        return sum(len(item.rows) for item in items if isinstance(item, Rows))

    def scan() -> int:
        budget = Budget(rows=SCANNED)
        profile, error = examine(source.read(unit, budget), detection, budget, lambda _, __: None)
        return 0 if error else profile.rows

    if (contender.plain(), read()) != (ROWS, ROWS):
        sys.exit(f"{contender.spec}: rows are missing")
    scanned = scan() + contender.besides
    runs = {"plain": contender.plain, "read": read, "scan": scan}
    took = interleaved(runs, SECONDS, time.process_time)
    source.close()
    plain, ours, whole = took["plain"], took["read"], took["scan"]
    size = BYTES / ROWS
    return (
        f"{BYTES / plain / 1e6:.0f} | {BYTES / ours / 1e6:.1f} | {ROWS / ours:,.0f} | "
        f"{ours / plain:.1f} | {size * scanned / whole / 1e6:.2f} | {scanned / whole:,.0f}"
    )


def main() -> int:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(prog="bench.atrest.sources", description=__doc__)
    parser.add_argument("sources", nargs="*", help=f"of {', '.join(SOURCES)}; all without any")
    chosen = parser.parse_args().sources or list(SOURCES)
    detection = Detection(Engine.load(), time.monotonic)
    print(f"{ROWS} rows of {BYTES / ROWS:.0f} bytes, a scan of about {SCANNED} of them:")
    print()
    print(
        "| source | plain MB/s | read MB/s | read rows/s | read over plain | scan MB/s | rows/s |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in chosen:
        with SOURCES[name]() as contender:
            cells = measure(contender, detection) if contender else "not run: it is not here ||||||"
        print(f"| {name} | {cells} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
