"""A SQLite database as a source: one unit a table."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from atrest.manners import Manners
from atrest.protection import Protection
from atrest.readers.disk import Mounts
from atrest.readers.errors import from_os
from atrest.readers.tables import sqlite
from atrest.source import Budget, Item, Reason, Unlisted, Unread
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind


class Sqlite:
    """The tables of one database file.

    Args:
        path: of the file.
        mounts: of this machine.
    """

    def __init__(self, path: Path, mounts: Mounts) -> None:
        self._path = path
        self._mounts = mounts
        self.name = f"sqlite://{path}"

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every table. Raises ReadError when the database cannot be opened."""
        version = self._version()
        with contextlib.closing(sqlite.connect(self._path)) as connection:
            try:
                names = sqlite.tables(connection)
            except sqlite3.Error as error:
                raise sqlite.read_error(error) from None
        for name in names:
            yield Unit(self.name, name, UnitKind.TABLE, version)

    def _version(self) -> str:
        """Return size and time of the file and of its log: a change of any table changes them."""
        parts = []
        try:
            for path in (self._path, self._path.with_name(self._path.name + "-wal")):
                with contextlib.suppress(FileNotFoundError):
                    found = path.stat()
                    parts.append(f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}")
        except OSError as error:
            raise from_os(error) from None
        return " ".join(parts)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield rows of a table. Raises ReadError."""
        with contextlib.closing(sqlite.connect(self._path)) as connection:
            yield from sqlite.read(connection, unit.name, budget)
        if self._version() != unit.version:
            yield Unread(Reason.CHANGED)

    def protection(self, _: Unit) -> Protection:
        """What is known of the disk below the file."""
        try:
            return self._mounts.protection(self._path.stat().st_dev)
        except OSError:
            return Protection()

    def close(self) -> None:
        """Nothing is open."""


def open_source(spec: Spec, _: Manners, __: Mapping[str, str]) -> Sqlite:
    """Open a database file."""
    return Sqlite(Path(spec.path), Mounts.here())
