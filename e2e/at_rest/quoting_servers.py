"""Servers that hold records which break what reads them: their drivers' errors quote values.

Files are broken below the running servers. `QUOTING` has each server by name.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import ferret_server
import kafka_server
import mariadb_server
import pymysql
from canaries import BODY, CANARIES
from canaries_at_rest import NAMED, SSN
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError
from stores.servers import NotHereError

NAME: Final = CANARIES["patientName"]
_ROWS: Final = 30


@dataclass(frozen=True)
class Quoting:
    """A server that is scanned.

    Args:
        spec: names it.
        broken: units that cannot be read, by what their names have in common.
        errors: the texts of what the driver raises when it reads them plainly.
        environ: credentials.
    """

    spec: str
    broken: frozenset[str]
    errors: str
    environ: Mapping[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def mariadb() -> Iterator[Quoting]:
    """MariaDB: the files of tables are torn, and columns that are computed warn of each row."""
    if not mariadb_server.is_installed():
        raise NotHereError("no MariaDB (apt-get install mariadb-server)")
    columns = (
        "(id int PRIMARY KEY, name varchar(40), ssn varchar(20)) ENGINE=MyISAM CHARSET utf8mb4"
    )
    computed = "born date AS (CAST(name AS date)) VIRTUAL, n bigint AS (ssn * 9e18) VIRTUAL"
    files = ("cut", "undecodable", NAMED)
    statements = [
        f"CREATE TABLE computed (id int PRIMARY KEY, name text, ssn text, {computed})",
        *(f"CREATE TABLE `{name}` {columns}" for name in files),
        *(
            f"INSERT INTO `{name}` (id, name, ssn) VALUES ({number}, '{NAME}', '{SSN}')"  # noqa: S608
            for name in ("computed", *files)
            for number in range(_ROWS)
        ),
        "FLUSH TABLES",
    ]
    with mariadb_server.mariadb_server() as server, server.database("torn", *statements) as name:
        with server.admin(name) as admin:
            admin.execute("SELECT @@datadir")
            folder = Path(admin.fetchall()[0][0]) / name
            _torn(folder / "cut.MYD", lambda data: data[: len(data) // 2])
            _torn(folder / "undecodable.MYD", lambda data: data.replace(b"Zebulon", b"\xffebulon"))
            next(folder.glob("SSN*.MYI")).write_bytes(BODY)
            errors = [_failure(admin, table) for table in ("cut", "undecodable", NAMED)]
        spec = f"mysql://admin@127.0.0.1:{server.port}/{name}"
        environ = {"MYSQL_PWD": mariadb_server.PASSWORD}
        yield Quoting(spec, frozenset(("torn.cut", "torn.`SSN")), "\n".join(errors), environ)


def _torn(path: Path, tear: Callable[[bytes], bytes]) -> None:
    path.write_bytes(tear(path.read_bytes()))


def _failure(admin: pymysql.cursors.Cursor, table: str) -> str:
    try:
        admin.execute(f"SELECT * FROM `{table}`")  # noqa: S608 - named above
    except (pymysql.Error, UnicodeDecodeError) as error:
        return repr(error)
    raise AssertionError(table)


@contextlib.contextmanager
def mongodb() -> Iterator[Quoting]:
    """FerretDB: documents in its SQLite file are no longer what their schema says."""
    if not ferret_server.PROGRAM.exists():
        raise NotHereError("no FerretDB (make ferretdb)")
    record = {"name": NAME, "ssn": SSN, "number": int(SSN.replace("-", ""))}
    broken = {
        "cut": lambda text: text[:-5],
        "unquoted": lambda text: text.replace(f'"{SSN}"', SSN),
        "fraction": lambda text: text.replace('"number":536228790', '"number":536228790.5'),
        "dates": lambda text: text.replace('{"t":"string"}', '{"t":"date"}'),
    }
    with ferret_server.ferret_server() as server, server.database("torn") as database:
        for name in broken:
            database[name].insert_many({"_id": number, **record} for number in range(_ROWS))
        database[NAMED].insert_one(record)
        with contextlib.closing(
            sqlite3.connect(server.certificate.parent / "data" / "torn.sqlite")
        ) as file:
            _rewrite(file, broken)
        errors = []
        for name in broken:
            try:
                list(database[name].find())
            except PyMongoError as error:
                errors.append(repr(error))
        spec = f"mongodb://127.0.0.1:{server.port}/torn"
        yield Quoting(spec, frozenset(f"torn.{name}" for name in broken), "\n".join(errors))


def _rewrite(file: sqlite3.Connection, broken: Mapping[str, Callable[[str], str]]) -> None:
    """Break one document of each collection. An index would refuse what is no JSON."""
    found = file.execute("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    for name in [name for kind, name in found if kind == "index"]:
        file.execute(f'DROP INDEX "{name}"')
    for collection, tear in broken.items():
        table = next(name for kind, name in found if name.startswith(f"{collection}_"))
        query = f'SELECT rowid, _ferretdb_sjson FROM "{table}" LIMIT 1 OFFSET {_ROWS // 2}'  # noqa: S608
        row, text = file.execute(query).fetchone()
        change = f'UPDATE "{table}" SET _ferretdb_sjson = ? WHERE rowid = ?'  # noqa: S608
        file.execute(change, (tear(text), row))
    file.commit()


@contextlib.contextmanager
def kafka() -> Iterator[Quoting]:
    """Kafka: records in its files have another checksum, or end too early."""
    if not kafka_server.JARS.is_dir():
        raise NotHereError("no Kafka (make kafka)")
    if shutil.which("java") is None:
        raise NotHereError("no Java for Kafka (apt-get install openjdk-17-jre-headless)")
    topics = ("turned", "short", NAMED)
    with kafka_server.broker_with_files() as (address, files):
        admin = KafkaAdminClient(bootstrap_servers=address)
        admin.create_topics([NewTopic(name, 1, 1) for name in topics])
        admin.close()
        producer = KafkaProducer(bootstrap_servers=address)
        for topic in topics:
            for _ in range(_ROWS):
                producer.send(topic, BODY, NAME.encode(), [("ssn", SSN.encode())]).get(30)
        producer.close()
        for topic in ("turned", NAMED):
            _patch(files / f"{topic}-0", b"Zebulon", b"zebulon")
        _patch(files / "short-0", b"", b"\0\0\0\5", at=8)  # the length of the first batch
        errors = [_refusal(address, topic) for topic in topics]
        broken = frozenset(("turned", "short", "SSN"))
        yield Quoting(f"kafka://{address}", broken, "\n".join(errors))


def _patch(folder: Path, old: bytes, new: bytes, at: int = -1) -> None:
    """Write some bytes into a log where it lies: the broker has it open."""
    (path,) = folder.glob("*.log")
    with path.open("r+b") as file:
        file.seek(at if at >= 0 else path.read_bytes().index(old))
        file.write(new)


def _refusal(address: str, topic: str) -> str:
    consumer = KafkaConsumer(bootstrap_servers=address, group_id=None)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    try:
        consumer.poll(timeout_ms=10_000)
    except KafkaError as error:
        return repr(error)
    finally:
        consumer.close()
    raise AssertionError(topic)


QUOTING: Final[Mapping[str, Callable[[], contextlib.AbstractContextManager[Quoting]]]] = {
    "mariadb": mariadb,
    "mongodb": mongodb,
    "kafka": kafka,
}
