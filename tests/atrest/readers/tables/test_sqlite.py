"""SQLite: its own rows, a uniform sample, and never a write."""

import contextlib
import sqlite3

import pytest

from atrest.readers.tables import sqlite
from atrest.source import Budget, Method, ReadError, Reason, Rows, Sampled


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "app.db"
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE patient (mrn INTEGER, name TEXT, photo BLOB)")
        db.executemany(
            "INSERT INTO patient VALUES (?, ?, ?)", ((n, f"name {n}", b"\0") for n in range(4_000))
        )
        db.execute("CREATE TABLE keyed (code TEXT PRIMARY KEY, n INT) WITHOUT ROWID")
        db.executemany("INSERT INTO keyed VALUES (?, ?)", ((f"k{n}", n) for n in range(4_000)))
        db.execute('CREATE TABLE "odd ""name" (a)')
        db.execute("CREATE VIEW v AS SELECT * FROM patient")
    db.close()
    return path


def rows(found):
    return [row for item in found if isinstance(item, Rows) for row in item.rows]


def read(path, table, budget):
    connection = sqlite.connect(path)
    try:
        return list(sqlite.read(connection, table, budget))
    finally:
        connection.close()


def test_tables_and_no_views(database):
    connection = sqlite.connect(database)
    assert sqlite.tables(connection) == ["keyed", 'odd "name', "patient"]
    connection.close()


def test_all_rows(database):
    found = read(database, "patient", Budget(rows=0))
    assert rows(found)[7] == (7, "name 7", b"\0")
    assert len(rows(found)) == 4_000
    assert found[-1] == Sampled(Method.ALL)


@pytest.mark.parametrize("table", ["patient", "keyed"])
def test_a_sample_has_about_so_many_rows_from_everywhere(database, table):
    found = read(database, table, Budget(rows=400, seed=3))
    assert found[-1] == Sampled(Method.BERNOULLI, 3)
    # six standard deviations of a binomial distribution
    assert 286 < len(rows(found)) < 514
    numbers = sorted(row[0] if table == "patient" else row[1] for row in rows(found))
    assert numbers[0] < 200
    assert numbers[-1] > 3_800


def test_the_same_seed_chooses_the_same_rows(database):
    budget = Budget(rows=400, seed=3)
    assert rows(read(database, "patient", budget)) == rows(read(database, "patient", budget))
    assert rows(read(database, "patient", budget)) != rows(
        read(database, "patient", Budget(rows=400, seed=4))
    )


def test_an_odd_name_is_only_a_name(database):
    assert read(database, 'odd "name', Budget()) == [Sampled(Method.ALL)]


def test_it_is_never_written_to(database):
    connection = sqlite.connect(database)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM patient")
    connection.close()


def test_nothing_is_written_beside_it(database):
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    before = {path.name: path.stat().st_mtime_ns for path in database.parent.iterdir()}
    assert len(rows(read(database, "patient", Budget(rows=0)))) == 4_000
    assert {path.name: path.stat().st_mtime_ns for path in database.parent.iterdir()} == before


def test_what_stands_only_in_a_log_in_use_is_read_and_a_log_left_behind_is_named(database):
    db = sqlite3.connect(database)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("INSERT INTO patient VALUES (9999, 'new', NULL)")
    db.commit()
    assert len(rows(read(database, "patient", Budget(rows=0)))) == 4_001
    left = database.with_name("left.db")
    for end in ("", "-wal"):
        left.with_name(left.name + end).write_bytes(
            database.with_name(database.name + end).read_bytes()
        )
    db.close()
    with pytest.raises(ReadError) as error:
        sqlite.connect(left)
    assert error.value.reason is Reason.CHANGED


def test_a_full_text_index_is_read_by_the_tables_behind_it(tmp_path):
    path = tmp_path / "fts.db"
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE VIRTUAL TABLE note USING fts5(body)")
        db.execute("INSERT INTO note VALUES ('SSN 512-44-9031')")
    db.close()
    connection = sqlite.connect(path)
    assert "note_content" in sqlite.tables(connection)
    connection.close()
    assert (1, "SSN 512-44-9031") in rows(read(path, "note_content", Budget()))


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda path: path.write_bytes(b"Ana Ruiz" * 1_000), Reason.ENCRYPTED),
        (lambda path: path.unlink(), Reason.GONE),
    ],
)
def test_what_is_no_database_is_an_error_without_its_content(database, prepare, reason):
    prepare(database)
    with pytest.raises(ReadError) as error:
        sqlite.connect(database)
    assert error.value.reason is reason
    assert "Ana" not in str(error.value)


def test_a_table_that_is_gone_and_a_torn_one(database):
    with pytest.raises(ReadError):
        read(database, "gone", Budget())
    data = bytearray(database.read_bytes())
    data[8_192:40_000] = b"\xff" * (40_000 - 8_192)
    database.write_bytes(data)
    with pytest.raises(ReadError) as error:
        read(database, "patient", Budget(rows=0))
    assert error.value.reason is Reason.MALFORMED
