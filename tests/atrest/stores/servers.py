"""The hospital in real servers: `SERVERS` by name, each fills one and yields its spec.

A server that is not here is told with what would bring it.
"""

import contextlib
import datetime
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import boto3
import ferret_server
import kafka_server
import mariadb_server
import orjson
import postgres_server
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from processes import free_port, serving
from stores import local
from stores.hospital import Table, text

GATEWAY: Final = Path(__file__).parents[3] / ".tools" / "versitygw"
_ACCESS, _SECRET = "reader", "not-a-secret-of-anyone"
_BUCKET: Final = "hospital"


class NotHereError(Exception):
    """A server cannot be started here. The text says what is missing."""


Started = tuple[str, Mapping[str, str]]
"""The spec, and what the environment has to say."""
Fill = Callable[[Path, Sequence[Table]], contextlib.AbstractContextManager[Started]]


@contextlib.contextmanager
def postgres(_: Path, tables: Sequence[Table]) -> Iterator[Started]:
    """PostgreSQL."""
    programs = postgres_server.programs()
    if programs is None:
        raise NotHereError("no PostgreSQL (apt-get install postgresql)")
    statements = [sql for table in tables for sql in (local.create(table), local.insert(table))]
    with (
        postgres_server.postgres_server(programs) as server,
        server.database("ehr", *statements) as name,
    ):
        spec = f"postgres://postgres@localhost:{server.port}/{name}"
        yield spec, {"PGPASSWORD": postgres_server.PASSWORD}


@contextlib.contextmanager
def postgres_of_a_reader(statements: Sequence[str]) -> Iterator[str]:
    """PostgreSQL whose role `reader` these statements make, with the password of all servers."""
    programs = postgres_server.programs()
    if programs is None:
        raise NotHereError("no PostgreSQL (apt-get install postgresql)")
    with (
        postgres_server.postgres_server(programs) as server,
        server.database("quoting", *statements) as name,
    ):
        yield f"postgres://reader@localhost:{server.port}/{name}"


@contextlib.contextmanager
def mariadb(_: Path, tables: Sequence[Table]) -> Iterator[Started]:
    """MariaDB."""
    if not mariadb_server.is_installed():
        raise NotHereError("no MariaDB (apt-get install mariadb-server)")
    statements = [sql for table in tables for sql in (local.create(table), local.insert(table))]
    with mariadb_server.mariadb_server() as server, server.database("ehr", *statements) as name:
        spec = f"mysql://admin@127.0.0.1:{server.port}/{name}"
        yield spec, {"MYSQL_PWD": mariadb_server.PASSWORD}


@contextlib.contextmanager
def mongodb(_: Path, tables: Sequence[Table]) -> Iterator[Started]:
    """FerretDB, which speaks MongoDB's protocol."""
    if not ferret_server.PROGRAM.exists():
        raise NotHereError("no FerretDB (make ferretdb)")
    with ferret_server.ferret_server() as server, server.database("ehr") as database:
        for table in tables:
            database[table.name].insert_many(
                {name: _bson(cell) for name, cell in record.items()} for record in table.records()
            )
        yield f"mongodb://127.0.0.1:{server.port}/ehr", {}


def _bson(cell: object) -> object:
    if isinstance(cell, datetime.date):
        return datetime.datetime(cell.year, cell.month, cell.day, tzinfo=datetime.UTC)
    return text(cell) if isinstance(cell, Decimal) else cell


@contextlib.contextmanager
def s3(folder: Path, tables: Sequence[Table]) -> Iterator[Started]:
    """A gateway of S3 that checks every signature. The objects are the files of `csv`."""
    if not GATEWAY.exists():
        raise NotHereError("no S3 gateway (make versitygw)")
    local.STORES["csv"](folder, tables)
    store, sidecar = folder.with_name("store"), folder.with_name("sidecar")
    store.mkdir()
    sidecar.mkdir()
    port = free_port()
    keys = ["--access", _ACCESS, "--secret", _SECRET, "--port", f"127.0.0.1:{port}"]
    with serving([GATEWAY, *keys, "posix", "--sidecar", sidecar, store], "root", port):
        place = f"http://127.0.0.1:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=place,
            region_name="us-east-1",
            aws_access_key_id=_ACCESS,
            aws_secret_access_key=_SECRET,
        )
        client.create_bucket(Bucket=_BUCKET)
        for path in folder.iterdir():
            client.put_object(Bucket=_BUCKET, Key=path.name, Body=path.read_bytes())
        spec = f"s3://{_BUCKET}?endpoint={place}"
        yield spec, {"AWS_ACCESS_KEY_ID": _ACCESS, "AWS_SECRET_ACCESS_KEY": _SECRET}


@contextlib.contextmanager
def kafka(_: Path, tables: Sequence[Table]) -> Iterator[Started]:
    """Kafka: a topic a table, a message a row, as JSON."""
    if not kafka_server.JARS.is_dir():
        raise NotHereError("no Kafka (make kafka)")
    if shutil.which("java") is None:
        raise NotHereError("no Java for Kafka (apt-get install openjdk-17-jre-headless)")
    with kafka_server.broker() as address:
        admin = KafkaAdminClient(bootstrap_servers=address)
        admin.create_topics([NewTopic(table.name, 2, 1) for table in tables])
        admin.close()
        producer = KafkaProducer(bootstrap_servers=address)
        for table in tables:
            for record in table.records():
                message = {
                    name: text(cell) if isinstance(cell, Decimal) else cell
                    for name, cell in record.items()
                }
                producer.send(table.name, orjson.dumps(message))
        producer.flush()
        producer.close()
        yield f"kafka://{address}", {}


SERVERS: Final[Mapping[str, Fill]] = {
    "postgres": postgres,
    "mariadb": mariadb,
    "mongodb": mongodb,
    "s3": s3,
    "kafka": kafka,
}
