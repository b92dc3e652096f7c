"""State and catalogue in one SQLite file.

A unit's result is one transaction: its profile, its protection and what changed since it was read
before. A kill leaves a unit either done or not.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from atrest import protection
from atrest.catalogue import Kept
from atrest.diff import Change, ChangeKind, changes
from atrest.profile import Profile
from atrest.source import Reason, Unlisted
from atrest.unit import UnitKind
from extauthz.rest.folder import CatalogueError

_VERSION: Final = 2
_BUSY_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.01
_SCHEMA: Final = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT, detectors TEXT NOT NULL
) STRICT;
CREATE TABLE units (
    key BLOB PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    version TEXT NOT NULL, reading TEXT NOT NULL, detectors TEXT NOT NULL, final INTEGER NOT NULL,
    profile BLOB NOT NULL, protection BLOB NOT NULL, detail TEXT NOT NULL, read_at TEXT NOT NULL,
    seed INTEGER NOT NULL, seconds REAL NOT NULL, is_told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX units_by_name ON units (source, name);
CREATE INDEX units_to_tell ON units (source, name) WHERE is_told = 1;
CREATE TABLE unlisted (
    run INTEGER NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE TABLE changes (
    run INTEGER NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, key BLOB NOT NULL,
    kind TEXT NOT NULL, column_name TEXT NOT NULL, info_type TEXT NOT NULL
) STRICT;
"""
# beside the file: a run that was killed sees all units again, and a million of them are noted
# without a write into the file
_SEEN: Final = "CREATE TEMP TABLE seen (key BLOB PRIMARY KEY) STRICT, WITHOUT ROWID"
_SAW: Final = "INSERT OR IGNORE INTO temp.seen VALUES (?)"
_IS_KNOWN: Final = "SELECT 1 FROM units WHERE key = ? AND version = ? AND reading = ? AND final = 1"
_COLUMNS: Final = (
    "key, source, name, kind, version, detectors, profile, protection, read_at, detail, seed"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Args:
        id: its number, from 1.
        began: ISO 8601 in UTC.
        ended: the same, or empty while it runs or when it was killed.
    """

    id: int
    began: str
    ended: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A change and its unit.

    Args:
        run: in which run it was seen.
        source: the source's name.
        name: the unit's masked name.
        key: of the unit, hexadecimal.
        change: what changed.
    """

    run: int
    source: str
    name: str
    key: str
    change: Change


class Store:
    """The SQLite file.

    Args:
        path: of the file.
        create: whether to make it when it is missing.

    Raises:
        CatalogueError: it cannot be opened, or another version wrote it.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._path = path
        if not create and not path.exists():
            raise CatalogueError(f"{path.parent}: no catalogue; run `phiguard rest scan` first")
        with contextlib.ExitStack() as undone, self._errors():
            self._db = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
            undone.callback(self._db.close)
            self._known = self._db.cursor()
            self._db.execute("PRAGMA synchronous = NORMAL")
            if create:
                self._create()
            version = self._version()
            if version == 0:  # another run is about to create it
                raise CatalogueError(f"{path.parent}: no catalogue; run `phiguard rest scan` first")
            if version != _VERSION:
                raise CatalogueError(
                    f"{path}: written by another version of phiguard; name another folder"
                )
            undone.pop_all()

    def _version(self) -> int:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _create(self) -> None:
        """Make the tables, unless another run has made them, or makes them now."""
        until = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                # SQLite does not wait for this lock by itself
                self._db.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
        with self._transaction():
            if self._version() == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {_VERSION}")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _error(self, error: sqlite3.Error) -> CatalogueError:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        fix = (
            "free space on its disk"
            if name == "SQLITE_FULL"
            else "name a folder that this user can write, on a local disk"
        )
        return CatalogueError(f"{self._path}: {name}; {fix}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do all of it or nothing."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def begin(self, now: str, detectors: str) -> Run:
        """Begin a run, in which no unit was seen yet."""
        with self._errors():
            self._db.execute("DROP TABLE IF EXISTS temp.seen")
            self._db.execute(_SEEN)
            cursor = self._db.execute(
                "INSERT INTO runs (began, detectors) VALUES (?, ?)", (now, detectors)
            )
        return Run(cursor.lastrowid or 0, now, "")

    def end(self, run: Run, now: str, complete: Iterable[str]) -> None:
        """End a run: what a complete listing did not show is gone.

        Args:
            run: which.
            now: ISO 8601 in UTC.
            complete: names of the sources that were listed without a place left out.
        """
        with self._transaction():
            for source in complete:
                gone = self._db.execute(
                    "SELECT key FROM units WHERE source = ? AND key NOT IN temp.seen", (source,)
                ).fetchall()
                for (key,) in gone:
                    old = self._get(key)
                    if old is not None:
                        self._record(run, old, changes(old, None))
                    self._db.execute("DELETE FROM units WHERE key = ?", (key,))
            self._db.execute("UPDATE runs SET ended = ? WHERE id = ?", (now, run.id))

    def is_known(self, key: bytes, version: str, reading: str) -> bool:
        """Whether this content was read so, and reading it again would give the same."""
        try:  # asked for each of a million files, so without what a context costs
            return self._known.execute(_IS_KNOWN, (key, version, reading)).fetchone() is not None
        except sqlite3.Error as error:
            raise self._error(error) from None

    def saw(self, keys: Iterable[bytes]) -> None:
        """Note that units are still there in this run, unchanged."""
        with self._transaction():
            self._db.executemany(_SAW, ((key,) for key in keys))

    def put(self, run: Run, kept: Kept, reading: str, seconds: float) -> list[Change]:
        """Keep a unit's result in place of the one before, and return what changed."""
        key = bytes.fromhex(kept.key)
        with self._transaction():
            changed = changes(self._get(key), kept)
            self._record(run, kept, changed)
            self._db.execute(
                "INSERT OR REPLACE INTO units VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    key,
                    kept.source,
                    kept.name,
                    kept.kind.value,
                    kept.version,
                    reading,
                    kept.detectors,
                    int(kept.is_final),
                    orjson.dumps(kept.profile.to_json()),
                    orjson.dumps(protection.to_json(kept.protection)),
                    kept.detail,
                    kept.read_at,
                    kept.seed,
                    seconds,
                    int(kept.is_told),
                ),
            )
            self._db.execute(_SAW, (key,))
        return changed

    def _get(self, key: bytes) -> Kept | None:
        sql = f"SELECT {_COLUMNS} FROM units WHERE key = ?"  # noqa: S608 - our own columns
        row = self._db.execute(sql, (key,)).fetchone()
        return _kept(row) if row else None

    def _record(self, run: Run, kept: Kept, changed: Iterable[Change]) -> None:
        self._db.executemany(
            "INSERT INTO changes VALUES (?,?,?,?,?,?,?)",
            (
                (
                    run.id,
                    kept.source,
                    kept.name,
                    bytes.fromhex(kept.key),
                    change.kind.value,
                    change.column,
                    change.info_type,
                )
                for change in changed
            ),
        )

    def put_unlisted(self, run: Run, place: Unlisted, shown: str) -> None:
        """Keep a place that could not be listed, under its masked name."""
        with self._errors():
            self._db.execute(
                "INSERT INTO unlisted VALUES (?,?,?,?,?)",
                (run.id, place.source, shown, place.reason.value, place.detail),
            )

    def units(self) -> Iterator[Kept]:
        """Yield what is kept of every unit, in the order of sources and names."""
        with self._errors():
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM units ORDER BY source, name, key"  # noqa: S608
            )
            for row in rows:
                yield _kept(row)

    def told(self) -> Iterator[Kept]:
        """Yield the units of which a scan tells, in the same order: few of a million."""
        with self._errors():
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM units WHERE is_told = 1 "  # noqa: S608
                "ORDER BY source, name, key"
            )
            for row in rows:
                yield _kept(row)

    def unlisted(self) -> list[Unlisted]:
        """Return the places that the last run could not list."""
        with self._errors():
            rows = self._db.execute(
                "SELECT source, name, reason, detail FROM unlisted "
                "WHERE run = (SELECT max(id) FROM runs) ORDER BY source, name"
            ).fetchall()
        return [Unlisted(s, name, Reason(reason), detail) for s, name, reason, detail in rows]

    def runs(self) -> list[Run]:
        """Return all runs, the first one first."""
        with self._errors():
            rows = self._db.execute("SELECT id, began, ended FROM runs ORDER BY id").fetchall()
        return [Run(number, began, ended or "") for number, began, ended in rows]

    def changes(self, since: int) -> list[Changed]:
        """Return what changed in the runs from number `since` on."""
        with self._errors():
            rows = self._db.execute(
                "SELECT run, source, name, key, kind, column_name, info_type FROM changes "
                "WHERE run >= ? ORDER BY run, source, name, kind, column_name, info_type",
                (since,),
            ).fetchall()
        return [
            Changed(run, source, name, key.hex(), Change(ChangeKind(kind), column, info_type))
            for run, source, name, key, kind, column, info_type in rows
        ]

    def pace(self) -> float:
        """Return the bytes a second at which units were read before, or 0."""
        with self._errors():
            rows = self._db.execute(
                "SELECT sum(profile ->> '$.bytes'), sum(seconds) FROM units"
            ).fetchone()
        return rows[0] / rows[1] if rows[0] and rows[1] else 0.0

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _kept(row: tuple[Any, ...]) -> Kept:
    """Return a row as it was kept. Raises CatalogueError for what this release did not write."""
    try:
        return _read(row)
    except (KeyError, TypeError, ValueError):
        raise CatalogueError(
            f"unit {row[0].hex()}: not written by this version of phiguard; name another folder"
        ) from None


def _read(row: tuple[Any, ...]) -> Kept:
    key, source, name, kind, version, detectors, profile, guarded, read_at, detail, seed = row
    return Kept(
        key.hex(),
        source,
        name,
        UnitKind(kind),
        version,
        detectors,
        Profile.from_json(orjson.loads(profile)),
        protection.from_json(orjson.loads(guarded)),
        read_at,
        detail,
        seed,
    )
