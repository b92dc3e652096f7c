"""A SQLite database: a unit a table, whose version changes with the file."""

import sqlite3

import pytest

from atrest.manners import Manners
from atrest.protection import Shield
from atrest.readers.sqlite_source import open_source
from atrest.source import Budget, ReadError, Rows
from atrest.spec import parse
from atrest.unit import Unit, UnitKind


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "app.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE patient (mrn, name)")
    db.execute("INSERT INTO patient VALUES (1, 'x')")
    db.commit()
    yield path, db
    db.close()


def test_tables_are_units(database):
    path, db = database
    source = open_source(parse(f"sqlite://{path}"), Manners(), {})
    (unit,) = source.list()
    assert (unit.name, unit.kind) == ("patient", UnitKind.TABLE)
    rows = next(iter(source.read(unit, Budget())))
    assert rows == Rows(("mrn", "name"), [(1, "x")])
    assert source.protection(unit).stored is not Shield.DOWN
    db.execute("INSERT INTO patient VALUES (2, 'y')")
    db.commit()
    assert next(iter(source.list())).version != unit.version


def test_a_database_that_is_not_there_is_an_error(tmp_path):
    source = open_source(parse(f"sqlite://{tmp_path}/none.db"), Manners(), {})
    with pytest.raises(ReadError):
        list(source.list())
    assert source.protection(Unit("s", "n", UnitKind.TABLE)).stored is Shield.UNKNOWN
