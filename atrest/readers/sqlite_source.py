"""A SQLite database as a source: one unit a table."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from atrest.manners import Manners
from atrest.protection import Protection
from atrest.readers.database_file import DatabaseFile
from atrest.readers.disk import Mounts
from atrest.readers.paced import Meter
from atrest.readers.tables import sqlite
from atrest.readers.throttle import Pace
from atrest.source import Budget, Item, Reason, Unlisted, Unread
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind


class Sqlite:
    """The tables of one database file.

    Args:
        path: of the file.
        mounts: of this machine.
        manners: how many rows and bytes a second.
    """

    def __init__(self, path: Path, mounts: Mounts, manners: Manners) -> None:
        self._path = path
        self._file = DatabaseFile(path, "-wal", mounts)
        self._meter = Meter(Pace.of(manners))
        self.name = f"sqlite://{path}"

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every table. Raises ReadError when the database cannot be opened."""
        version = self._file.version()
        with contextlib.closing(sqlite.connect(self._path)) as connection:
            try:
                names = sqlite.tables(connection)
            except sqlite3.Error as error:
                raise sqlite.read_error(error) from None
        for name in names:
            yield Unit(self.name, name, UnitKind.TABLE, version)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield rows of a table. Raises ReadError."""
        with contextlib.closing(sqlite.connect(self._path)) as connection:
            yield from self._meter.items(sqlite.read(connection, unit.name, budget))
        if self._file.version() != unit.version:
            yield Unread(Reason.CHANGED)

    def protection(self, _: Unit) -> Protection:
        """What is known of the disk below the file."""
        return self._file.protection()

    def close(self) -> None:
        """Nothing is open."""


def open_source(spec: Spec, manners: Manners, _: Mapping[str, str]) -> Sqlite:
    """Open a database file."""
    return Sqlite(Path(spec.path), Mounts.here(), manners)
