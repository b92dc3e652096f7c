"""A connection is ended in the middle of a table: named, and no word of any row is said.

The servers are real. What is not here is said.
"""

import contextlib
import gc
import logging
import shutil
import socket

import ferret_server
import kafka_server
import mariadb_server
import postgres_server
import pytest
from canaries import BODY
from canaries_at_rest import leaks, tables
from kafka import KafkaProducer
from pymongo import MongoClient
from reading import everything_said, opened
from stores import local

from atrest.source import Budget, ReadError, Reason, Rows, Unread
from atrest.unit import Unit

pytestmark = pytest.mark.slow
ROWS = 3_000
WIDE = tables()[1]  # the one with a whole document in each row


def statements():
    """The table of canaries, with so many rows that it is not read to its end at once."""
    others = ", ".join(list(WIDE.columns)[1:])
    doubled = [
        f"INSERT INTO useless SELECT id + {len(WIDE.rows) * 2**turn}, {others} FROM useless"  # noqa: S608
        for turn in range(7)
    ]
    return [local.create(WIDE), local.insert(WIDE), *doubled]


@contextlib.contextmanager
def postgres():
    """PostgreSQL, and how an administrator ends every other connection."""
    programs = postgres_server.programs()
    if programs is None:
        pytest.skip("NOT RUN: no PostgreSQL here (apt-get install postgresql)")
    with (
        postgres_server.postgres_server(programs) as server,
        server.database("ehr", *statements()) as name,
    ):

        def end():
            with server.admin() as admin:
                admin.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = 'ehr' AND pid <> pg_backend_pid()"
                )

        spec = f"postgres://postgres@localhost:{server.port}/{name}"
        yield spec, {"PGPASSWORD": postgres_server.PASSWORD}, end


@contextlib.contextmanager
def mariadb():
    """MariaDB, and how an administrator ends every other connection."""
    if not mariadb_server.is_installed():
        pytest.skip("NOT RUN: no MariaDB here (apt-get install mariadb-server)")
    with (
        mariadb_server.mariadb_server() as server,
        server.database("ehr", *statements()) as name,
    ):

        def end():
            with server.admin() as admin:
                admin.execute("SELECT id FROM information_schema.processlist WHERE db = 'ehr'")
                for (number,) in admin.fetchall():
                    admin.execute(f"KILL {number}")

        spec = f"mysql://admin@127.0.0.1:{server.port}/{name}"
        yield spec, {"MYSQL_PWD": mariadb_server.PASSWORD}, end


@contextlib.contextmanager
def mongodb():
    """FerretDB, which is ended itself."""
    if not ferret_server.PROGRAM.exists():
        pytest.skip("NOT RUN: no FerretDB (make ferretdb)")
    with contextlib.ExitStack() as running:
        server = running.enter_context(ferret_server.ferret_server())
        with MongoClient("127.0.0.1", server.port) as client:
            rows = list(WIDE.records())
            client.ehr.useless.insert_many(
                {**rows[number % len(rows)], "_id": number} for number in range(ROWS)
            )
        yield f"mongodb://127.0.0.1:{server.port}/ehr", {}, running.close


@contextlib.contextmanager
def kafka():
    """Kafka, whose broker is ended itself."""
    if not kafka_server.JARS.is_dir() or shutil.which("java") is None:
        pytest.skip(kafka_server.MISSING)
    with contextlib.ExitStack() as running:
        address = running.enter_context(kafka_server.broker())
        producer = KafkaProducer(bootstrap_servers=address)
        for _ in range(ROWS):
            producer.send("useless", BODY)
        producer.flush()
        producer.close()
        yield f"kafka://{address}/useless", {}, running.close
    for left in gc.get_objects():  # the driver closes no socket to a broker that went away
        if isinstance(left, socket.socket):
            left.close()


def rest_of(items):
    """Why the rest was not read, and all that the error says."""
    try:
        return {item.reason for item in items if isinstance(item, Unread)}, ""
    except ReadError as error:
        return {error.reason}, everything_said(error)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of Kafka's driver, as above
@pytest.mark.parametrize("store", [postgres, mariadb, mongodb, kafka])
def test_a_connection_that_ends_within_a_table_is_named_without_a_value(store, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with store() as (spec, environ, end):
        caplog.clear()  # what the producers said
        source = opened(spec, environ)
        (unit,) = [each for each in source.list() if isinstance(each, Unit)]
        items = source.read(unit, Budget(rows=0))
        first = next(item for item in items if isinstance(item, Rows))
        assert leaks(repr(first.rows).encode()), "rows with values were read before"
        end()
        reasons, error = rest_of(items)
        source.close()
    assert reasons
    assert reasons <= {Reason.UNREACHABLE, Reason.OUT_OF_TIME}
    said = caplog.text + "".join(capfd.readouterr()) + error
    assert leaks(said.encode()) == set()
