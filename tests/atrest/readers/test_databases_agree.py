"""One table in every database: the detectors find the same in all of them."""

import contextlib

import duckdb
import ferret_server
import mariadb_server
import orjson
import postgres_server
import pytest
from reading import opened

from atrest.examine import examine
from atrest.source import Budget, Method, Rows, Sampled

COLUMNS = ("_id", "mrn", "full_name", "dob", "ssn", "record", "note")
GIVEN = ("Maria", "Jose", "Ana", "Pedro", "Luis")
FAMILY = ("Ruiz", "Lopez", "Garcia", "Smith")


def patient(number):
    """A row. Every tenth has no SSN, and one of 50 has a name in its note."""
    name = f"{GIVEN[number % 5]} {FAMILY[number % 4]}"
    record = {"patient": {"name": name, "born": f"19{30 + number % 60}-03-14"}}
    return (
        number,
        str(7_000_000 + 31 * number),
        name,
        f"19{30 + number % 60}-0{1 + number % 9}-1{number % 10}",
        None if number % 10 == 0 else f"{100 + number:03d}-{10 + number % 80}-{1000 + number}",
        record,
        "Patient Ana Ruiz was seen today." if number % 50 == 0 else "stable",
    )


PATIENTS = [patient(number) for number in range(300)]
CREATE = (
    "CREATE TABLE patient (_id int PRIMARY KEY, mrn varchar(20), full_name varchar(80), dob date, "
    "ssn varchar(20), record text, note text)"
)


def literal(cell):
    if cell is None:
        return "NULL"
    text = orjson.dumps(cell).decode() if isinstance(cell, dict) else str(cell)
    return f"'{text}'"


INSERT = "INSERT INTO patient VALUES " + ", ".join(
    f"({', '.join(literal(cell) for cell in row)})" for row in PATIENTS
)


@contextlib.contextmanager
def postgres(_):
    found = postgres_server.programs()
    if found is None:
        pytest.skip("not run: no PostgreSQL here (apt-get install postgresql)")
    with (
        postgres_server.postgres_server(found) as server,
        server.database("ehr", CREATE, INSERT) as name,
    ):
        text = f"postgres://postgres@localhost:{server.port}/{name}"
        yield text, {"PGPASSWORD": postgres_server.PASSWORD}


@contextlib.contextmanager
def mariadb(_):
    if not mariadb_server.is_installed():
        pytest.skip("not run: no MariaDB here (apt-get install mariadb-server)")
    with mariadb_server.mariadb_server() as server, server.database("ehr", CREATE, INSERT) as name:
        text = f"mysql://admin@127.0.0.1:{server.port}/{name}"
        yield text, {"MYSQL_PWD": mariadb_server.PASSWORD}


@contextlib.contextmanager
def mongodb(_):
    if not ferret_server.PROGRAM.exists():
        pytest.skip("not run: no FerretDB here (make ferretdb, which needs Go)")
    with ferret_server.ferret_server() as server, server.database("ehr") as database:
        database.patient.insert_many(dict(zip(COLUMNS, row, strict=True)) for row in PATIENTS)
        yield f"mongodb://127.0.0.1:{server.port}/ehr", {}


@contextlib.contextmanager
def duck(folder):
    path = folder / "ehr.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute(CREATE)
        database.execute(INSERT)
    yield f"duckdb://{path}", {}


def look(detection, items):
    found = examine(items, detection, Budget(), lambda rows, size: None)
    return found[0]


@pytest.mark.parametrize("store", [postgres, mariadb, mongodb, duck])
def test_the_same_is_found_in_every_database(detection, tmp_path, store):
    expected = look(detection, [Rows(COLUMNS, PATIENTS), Sampled(Method.ALL)])
    assert {hit.info_type for hit in expected.columns["ssn"].hits} == {"US_SOCIAL_SECURITY_NUMBER"}
    assert "patient.name" in {hit.field for hit in expected.columns["record"].hits}
    with store(tmp_path) as (text, environ):
        source = opened(text, environ)
        (unit,) = source.list()
        found = look(detection, source.read(unit, Budget()))
        source.close()
    assert found.columns == expected.columns
    assert (found.rows, found.methods, found.gaps) == (300, {"all": 1}, {})
