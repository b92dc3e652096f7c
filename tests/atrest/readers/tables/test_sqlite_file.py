"""A database file in a folder or in a bucket gives the same rows."""

import contextlib
import io
import sqlite3

import pytest

from atrest.readers.tables import sqlite_file
from atrest.source import Budget, ReadError, Reason, Rows, Unread


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "app.db"
    db = sqlite3.connect(path)
    for name in ("a", "b"):
        db.execute(f"CREATE TABLE {name} (mrn)")
        db.execute(f"INSERT INTO {name} VALUES (7)")
    db.commit()
    db.close()
    return path


def test_all_tables_of_a_file_and_of_bytes(path):
    with path.open("rb") as file:
        found = list(sqlite_file.read(file, Budget()))
    assert found == list(sqlite_file.read(io.BytesIO(path.read_bytes()), Budget()))
    assert [item.table for item in found if isinstance(item, Rows)] == ["a", "b"]


def test_a_local_file_is_read_by_its_path_whatever_its_size(path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "_MOST_IN_MEMORY", 100)
    with path.open("rb") as file:
        assert [i.table for i in sqlite_file.read(file, Budget()) if isinstance(i, Rows)] == [
            "a",
            "b",
        ]


def test_a_database_with_a_write_ahead_log_is_read_from_bytes_too(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    found = list(sqlite_file.read(io.BytesIO(path.read_bytes()), Budget()))
    assert [item.table for item in found if isinstance(item, Rows)] == ["a", "b"]


def test_bytes_that_are_too_many_are_not_read(path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "_MOST_IN_MEMORY", 100)
    found = list(sqlite_file.read(io.BytesIO(path.read_bytes()), Budget()))
    assert found == [Unread(Reason.OVER_LIMIT)]


def test_a_torn_database_is_an_error(path):
    data = path.read_bytes()[:1_000]
    with pytest.raises(ReadError):
        list(sqlite_file.read(io.BytesIO(data + b"\xff" * 7_000), Budget()))
