"""A DuckDB database as a source: one unit a table. The file is opened to read alone.

DuckDB reads 2,048 values of a column at once, whatever is asked for. It gets a limit of memory and
no folder for what does not fit, so no cell is ever written to a disk. A table whose values do not
fit says so.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from atrest.manners import Manners
from atrest.protection import Protection
from atrest.readers.database_file import DatabaseFile
from atrest.readers.disk import Mounts
from atrest.readers.pieces import pieces
from atrest.readers.throttle import Pace
from atrest.sample import Row
from atrest.source import Budget, Item, Method, ReadError, Reason, Sampled, Unlisted, Unread
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "128MB",
    "temp_directory": "",
    "threads": "1",  # only so does a seed choose the same rows again
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_FETCH: Final = 25
_ROW: Final = 64 << 20
"""The long cells of one row share so many bytes."""
_TABLES: Final = """
SELECT schema_name, table_name, estimated_size FROM duckdb_tables()
WHERE database_name = 'd' AND NOT internal AND NOT temporary
"""
_COLUMNS: Final = """
SELECT column_name, data_type FROM duckdb_columns()
WHERE database_name = 'd' AND schema_name = ? AND table_name = ? ORDER BY column_index
"""
# matches patient, kept_2025; not a.b, 2nd
_PLAIN: Final = re.compile(r"[^\W\d]\w*")
# matches STRUCT(a INTEGER), MAP(VARCHAR, VARCHAR), INTEGER[], INTEGER[3]; not VARCHAR, ENUM('a]')
_NESTED: Final = re.compile(r"(?:STRUCT|MAP|UNION)\(.*\)|(?!ENUM\().*\[\d*\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the database.

    Args:
        schema: its schema.
        table: its name.
        rows: as DuckDB counts them.
    """

    schema: str
    table: str
    rows: int

    @property
    def name(self) -> str:
        """The unit's name."""
        return ".".join(
            part if _PLAIN.fullmatch(part) else _quoted(part) for part in (self.schema, self.table)
        )

    @property
    def sql(self) -> str:
        """The name in a statement."""
        return f"d.{_quoted(self.schema)}.{_quoted(self.table)}"


class _Cells:
    """How the cells of a row are read.

    Args:
        columns: their names and types.
        limit: of a cell at most so many bytes are looked at.
    """

    def __init__(self, columns: Sequence[tuple[str, str]], limit: int) -> None:
        long = sum(_is_long(kind) for _, kind in columns)
        self._limit = limit
        # one more tells that the cell was cut
        self._most = min(limit + 1, max(1024, _ROW // max(1, long)))
        self.names = tuple(name for name, _ in columns)
        self.sql = ", ".join(self._sql(_quoted(name), kind) for name, kind in columns)
        self.cut: set[str] = set()
        """The columns of which a cell was too long."""

    def _sql(self, name: str, kind: str) -> str:
        """Return SQL for a cell as text, or as bytes."""
        if kind == "BLOB":
            return f"array_slice({name}, 1, {self._most})"
        if _NESTED.fullmatch(kind):
            return f"left(to_json({name})::VARCHAR, {self._most})"
        text = f"{name}::VARCHAR"
        return f"left({text}, {self._most})" if _is_long(kind) else text

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, and keep in mind which columns were cut."""
        for row in rows:
            for name, cell in zip(self.names, row, strict=True):
                if isinstance(cell, (str, bytes)) and self._most <= len(cell) <= self._limit:
                    self.cut.add(name)
            yield row


class Duckdb:
    """The tables of one database file.

    Args:
        path: of the file.
        mounts: of this machine.
        manners: how fast it may be read.
    """

    def __init__(self, path: Path, mounts: Mounts, manners: Manners) -> None:
        self._path = path
        self._file = DatabaseFile(path, ".wal", mounts)
        self._pace = Pace.of(manners)
        self.name = f"duckdb://{path}"

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every table. Raises ReadError when the database cannot be opened."""
        version = self._file.version()
        with self._opened() as connection:
            found = _tables(connection)
        yield from sorted(
            Unit(self.name, each.name, UnitKind.TABLE, version, rows=each.rows) for each in found
        )

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield rows of a table: all, or each with the same chance. Raises ReadError."""
        with self._opened() as connection:
            table = next((each for each in _tables(connection) if each.name == unit.name), None)
            if table is None:
                raise ReadError(Reason.GONE)
            columns = connection.execute(_COLUMNS, [table.schema, table.table]).fetchall()
            cells = _Cells(columns, budget.document_bytes)
            sample, method = _sample(connection, table, budget)
            connection.execute(f"SELECT {cells.sql} FROM {table.sql} {sample}")  # noqa: S608
            yield from pieces(cells.names, cells.of(_fetched(connection)), self._pace)
        yield from (Unread(Reason.OVER_LIMIT, name) for name in sorted(cells.cut))
        yield Sampled(method, budget.seed)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            with duckdb.connect(config=_CONFIG) as connection:
                path = str(self._path).replace("'", "''")
                connection.execute(f"ATTACH '{path}' AS d (READ_ONLY)")
                connection.execute("SET enable_external_access = false")
                connection.execute("SET lock_configuration = true")
                yield connection
        except duckdb.Error as error:
            raise _read_error(error) from None

    def protection(self, _: Unit) -> Protection:
        """What is known of the disk below the file."""
        return self._file.protection()

    def close(self) -> None:
        """Nothing is open."""


def open_source(spec: Spec, manners: Manners, _: Mapping[str, str]) -> Duckdb:
    """Open a database file."""
    return Duckdb(Path(spec.path), Mounts.here(), manners)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[_Table]:
    return [_Table(*row) for row in connection.execute(_TABLES).fetchall()]


def _sample(
    connection: duckdb.DuckDBPyConnection, table: _Table, budget: Budget
) -> tuple[str, Method]:
    """Return the clause that chooses rows, and how it does. The file knows how many there are."""
    (count,) = connection.execute(f"SELECT count(*) FROM {table.sql}").fetchall()[0]  # noqa: S608
    if not budget.rows or count <= budget.rows:
        return "", Method.ALL
    percent = f"{100 * budget.rows / count:.10f}"
    seed = budget.seed % (1 << 31)
    return f"TABLESAMPLE bernoulli({percent} PERCENT) REPEATABLE ({seed})", Method.BERNOULLI


def _fetched(connection: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := connection.fetchmany(_FETCH):
        yield from rows


def _is_long(kind: str) -> bool:
    return kind in ("VARCHAR", "JSON", "BLOB") or _NESTED.fullmatch(kind) is not None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read_error(error: duckdb.Error) -> ReadError:
    """Return the error of a unit: its class, and never its text, which may quote a value."""
    reasons: tuple[tuple[type[duckdb.Error], Reason], ...] = (
        (duckdb.OutOfMemoryException, Reason.OVER_LIMIT),
        (duckdb.PermissionException, Reason.NOT_PERMITTED),
        (duckdb.CatalogException, Reason.GONE),
        (duckdb.InterruptException, Reason.OUT_OF_TIME),
    )
    name = type(error).__name__
    if isinstance(error, duckdb.IOException):
        text = str(error)
        if "lock" in text:
            return ReadError(Reason.UNREACHABLE, "another process writes to it")
        if "encrypt" in text:
            return ReadError(Reason.ENCRYPTED, name)
    reason = next((reason for kind, reason in reasons if isinstance(error, kind)), None)
    return ReadError(reason or Reason.MALFORMED, name)
