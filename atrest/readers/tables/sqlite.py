"""SQLite: its tables as rows. A database is opened read-only and never written to."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from atrest.readers.errors import from_os
from atrest.source import Budget, Item, Method, ReadError, Reason, Rows, Sampled

MAGIC: Final = b"SQLite format 3\0"
_WAL: Final = b"\x02\x02"
"""Bytes 18 and 19 of a database with a write-ahead log (sqlite.org/fileformat2.html, 1.3.3)."""
_FETCH: Final = 250
_PICKS: Final = 1 << 32


def connect(path: Path) -> sqlite3.Connection:
    """Open a database to read, and write nothing, beside it neither. Raises ReadError.

    SQLite makes files of its own beside a database with a write-ahead log, even to read it. Where
    nobody has it open, there is no log, and the file alone is read as what it is.
    """
    how = "mode=ro&immutable=1" if _is_at_rest(path) else "mode=ro"
    with contextlib.ExitStack() as undone:
        try:
            found = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=5)
            undone.callback(found.close)
            found.execute("PRAGMA query_only = ON")
            found.execute("PRAGMA trusted_schema = OFF")
            found.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error as error:
            raise read_error(error) from None
        undone.pop_all()
    found.text_factory = _text
    return found


def _is_at_rest(path: Path) -> bool:
    """Whether a database has a write-ahead log that nobody uses.

    Raises:
        ReadError: the log has content, and its program is gone. It has to be taken over first.
    """
    try:
        with path.open("rb") as file:
            head = file.read(20)
    except OSError as error:
        raise from_os(error) from None
    if head[18:20] != _WAL:
        return False
    log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    has_log = log.exists() and log.stat().st_size > 0
    if has_log and not shared.exists():
        raise ReadError(Reason.CHANGED, "a write-ahead log that no program has open")
    return not has_log


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
    """Return the names of the tables, those behind full-text indexes too.

    Views and virtual tables are left out: their rows lie in other tables.
    """
    found = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') "
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
