"""SQLite: its tables as rows. A database is opened read-only and never written to."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from atrest.source import Budget, Item, Method, ReadError, Reason, Rows, Sampled

MAGIC: Final = b"SQLite format 3\0"
_FETCH: Final = 250
_PICKS: Final = 1 << 32


def connect(path: Path) -> sqlite3.Connection:
    """Open a database to read. Raises ReadError."""
    try:
        found = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)
        found.execute("PRAGMA query_only = ON")
        found.execute("PRAGMA trusted_schema = OFF")
        found.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        raise read_error(error) from None
    found.text_factory = _text
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def read_error(error: sqlite3.Error) -> ReadError:
    """Return the error of a unit: the name of SQLite's code, and never its text."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    reasons = {
        "SQLITE_NOTADB": Reason.ENCRYPTED,  # an encrypted database looks like this, or a torn one
        "SQLITE_CANTOPEN": Reason.NOT_PERMITTED,
        "SQLITE_AUTH": Reason.NOT_PERMITTED,
        "SQLITE_BUSY": Reason.OUT_OF_TIME,
        "SQLITE_INTERRUPT": Reason.OUT_OF_TIME,
    }
    return ReadError(reasons.get(name, Reason.MALFORMED), name)


def tables(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables. Views are left out: their rows lie in tables."""
    found = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in found]


def read(
    connection: sqlite3.Connection, table: str, budget: Budget, *, label: str = ""
) -> Iterator[Item]:
    """Yield the rows of a table: all, or each with the same chance.

    Args:
        connection: of `connect`.
        table: its name.
        budget: how many rows.
        label: what `Rows.table` says.

    Raises:
        ReadError: the table is gone, or the database is torn.
    """
    try:
        with contextlib.closing(connection.cursor()) as cursor:
            sql, method = _statement(cursor, table, budget)
            cursor.execute(sql)
            columns = tuple(column for column, *_ in cursor.description)
            while rows := cursor.fetchmany(_FETCH):
                yield Rows(columns, rows, label)
            yield Sampled(method, budget.seed)
    except sqlite3.Error as error:
        raise read_error(error) from None


def _statement(cursor: sqlite3.Cursor, table: str, budget: Budget) -> tuple[str, Method]:
    """Return the statement that chooses the rows, and how it does.

    Each row is chosen by a hash of the seed and its rowid, so every row has the same chance, and
    about as many are chosen as the budget allows. To cut the last of them off would never show the
    newest rows.
    """
    name = '"' + table.replace('"', '""') + '"'
    every = f"SELECT * FROM {name}"  # noqa: S608 - an identifier, quoted above
    if not budget.rows:
        return every, Method.ALL
    (count,) = cursor.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
    if count <= budget.rows:
        return every, Method.ALL
    limit = int(_PICKS * budget.rows / count)
    cursor.connection.create_function("phiguard_pick", 1, _picker(budget.seed), deterministic=True)
    key = "rowid" if _has_rowid(cursor, name) else "random()"
    return f"{every} WHERE phiguard_pick({key}) < {limit}", Method.BERNOULLI


def _has_rowid(cursor: sqlite3.Cursor, name: str) -> bool:
    try:
        cursor.execute(f"SELECT rowid FROM {name} LIMIT 1")  # noqa: S608 - quoted
    except sqlite3.Error:
        return False
    return True


class _picker:  # noqa: N801 - a function with a seed
    """Gives each rowid a place from 0 to 2**32, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed.to_bytes(8, "big", signed=True)

    def __call__(self, rowid: int) -> int:
        data = self._seed + rowid.to_bytes(8, "big", signed=True)
        return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "big")
