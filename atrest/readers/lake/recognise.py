"""Which folders are tables of a lake, and the rows of such a table."""

from collections.abc import Iterable, Iterator
from typing import Final

from atrest.readers import extras
from atrest.readers.lake.table import LOG, METADATA, Folder, Table
from atrest.source import Budget, Item, ReadError, Reason, Unread
from atrest.unit import Unit, UnitKind

_EXTRA: Final = "rest-lake"
_ENDINGS: Final = {LOG: (".json", ".checkpoint.parquet"), METADATA: (".metadata.json",)}
_MODULES: Final = {LOG: "atrest.readers.lake.delta", METADATA: "atrest.readers.lake.iceberg"}
HERE: Final = "."
"""The name of a table that is the source's own folder."""


def roots(paths: Iterable[str]) -> list[str]:
    """Return the folders that may be tables, in order: their files tell.

    Args:
        paths: of files.
    """
    found = set()
    for path in paths:
        folder, _, name = path.rpartition("/")
        root, _, last = folder.rpartition("/")
        if last in _ENDINGS and name.endswith(_ENDINGS[last]):
            found.add(root)
    return sorted(found)


def table_of(folder: Folder) -> Table | None:
    """Return the table in a folder, or None when there is none.

    What cannot be read as a table is none: then every file in it is a unit of its own, so that
    nothing is left out.
    """
    try:
        return _table(folder)
    except ReadError:
        return None


def _table(folder: Folder) -> Table | None:
    for below, module in _MODULES.items():
        if any(name.endswith(_ENDINGS[below]) for name in folder.names(below)):
            table: Table = extras.load(module, "read", _EXTRA)(folder)
            return table
    return None


def unit_of(table: Table, source: str, name: str) -> Unit:
    """Return a table as a unit."""
    counts = [file.rows for file in table.files]
    rows = -1 if -1 in counts else sum(counts)
    return Unit(source, name or HERE, UnitKind.TABLE, table.version, rows=rows)


def items(folder: Folder, unit: Unit, budget: Budget) -> Iterator[Item]:
    """Yield a sample of the live rows of a table. Raises ReadError when it is none any longer."""
    table = _table(folder)
    if table is None:
        raise ReadError(Reason.GONE)
    yield from extras.load("atrest.readers.lake.rows", "read", _EXTRA)(table, folder, budget)
    if table.version != unit.version:
        yield Unread(Reason.CHANGED)
