"""The catalogue of one PostgreSQL database: its tables, and what the role may read of them.

One statement lists all tables, from pg_class alone. Nothing of it waits for a lock on a table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atrest.readers.postgres.session import Session
from atrest.source import ReadError, Reason
from atrest.unit import Unit, UnitKind

_NAME: Final = "format('%I.%I', n.nspname, c.relname)"
_FROM: Final = """
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
-- tables, leaves of partitioned tables, filled materialized views: what holds rows of its own
WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND c.relpersistence <> 't'
AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""

# A table's version. It is empty where nothing honest exists: on a replica, whose counters count
# other things, and without track_counts.
#
# The counters of pg_stat_user_tables alone would not do. A crash sets them to zero, and so does
# pg_stat_reset(): the times of those resets are part of the version. TRUNCATE, VACUUM FULL and
# REFRESH write a new file and count nothing: so is relfilenode. ALTER TABLE ... ADD ... DEFAULT
# writes nothing: so are the columns. A grant or a policy shows more or less of the same table: so
# are the rights. Counters are written up to a second after a commit. So a version may be older than
# what was read, and the table is read once more. It is never newer.
_VERSION: Final = """
CASE WHEN pg_is_in_recovery() OR current_setting('track_counts') <> 'on' THEN '' ELSE concat_ws(':',
  c.relfilenode, pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid),
  pg_stat_get_tuples_deleted(c.oid), row_security_active(c.oid),
  (SELECT extract(epoch FROM stats_reset) FROM pg_stat_database WHERE datname = current_database()),
  (SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter),
  (SELECT md5(string_agg(format('%s %s %s %s', a.attnum, a.attname, a.atttypid,
     has_column_privilege(c.oid, a.attnum, 'SELECT')), ',' ORDER BY a.attnum))
   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)) END
"""
_UNITS: Final = f"""
SELECT {_NAME}, c.reltuples::bigint, {_VERSION},
  (c.relpages + coalesce(toast.relpages, 0)) * current_setting('block_size')::bigint
{_FROM}
"""
_IS_HEAP: Final = "(SELECT amname FROM pg_am WHERE pg_am.oid = c.relam) = 'heap'"
_TABLE: Final = f"""
SELECT c.oid::bigint, row_security_active(c.oid), has_table_privilege(c.oid, 'SELECT'),
  c.reltuples::float8, c.relpages::bigint, current_setting('block_size')::bigint, {_IS_HEAP}
{_FROM} AND {_NAME} = :name
"""
_COLUMNS: Final = """
SELECT a.attname, quote_ident(a.attname), has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
  CASE WHEN base.oid = 'bytea'::regtype THEN 'bytes'
       WHEN base.typcategory = 'A' OR base.typtype = 'c' THEN 'json'
       WHEN base.typlen > 0 OR base.typname = 'numeric' THEN 'short'
       ELSE 'text' END
FROM pg_attribute a CROSS JOIN LATERAL (
  WITH RECURSIVE of_domain AS (
    SELECT t.* FROM pg_type t WHERE t.oid = a.atttypid
    UNION ALL SELECT t.* FROM of_domain d JOIN pg_type t ON t.oid = d.typbasetype
    WHERE d.typtype = 'd')
  SELECT * FROM of_domain WHERE typtype <> 'd') base
WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_LARGE_OBJECTS: Final = "SELECT EXISTS (SELECT FROM pg_largeobject_metadata)"


class Form(StrEnum):
    """How a column's cells are read."""

    SHORT = "short"
    TEXT = "text"
    BYTES = "bytes"
    JSON = "json"
    """An array or a row, which PostgreSQL writes as JSON."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the role may read.

    Args:
        name: its name.
        quoted: as SQL.
        form: how its cells are read.
    """

    name: str
    quoted: str
    form: Form

    def text(self) -> str:
        """Return SQL for a cell as text, or as bytes."""
        match self.form:
            case Form.BYTES:
                return f"{self.quoted}::bytea"
            case Form.JSON:
                return f"to_json({self.quoted})::text"
            case _:
                return f"{self.quoted}::text"

    def piece(self, start: int, length: int) -> str:
        """Return SQL for a piece of a cell, in characters or bytes, from 1."""
        whole = self.text()
        return whole if self.form is Form.SHORT else f"substring({whole}, {start}, {length})"


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a table before its rows are read.

    Args:
        name: as SQL; the unit's name.
        columns: those that the role may read.
        hidden: the names of the others.
        is_filtered: whether row-level security hides rows from the role.
        has_places: whether the role may ask where a row lies (`ctid`).
        density: rows a page, as far as known; negative: unknown.
        page_bytes: of a page.
        is_heap: whether it is stored as PostgreSQL itself stores tables: a row lies on a page.
    """

    name: str
    columns: tuple[Column, ...]
    hidden: tuple[str, ...]
    is_filtered: bool
    has_places: bool
    density: float
    page_bytes: int
    is_heap: bool


def units(session: Session, source: str) -> list[Unit]:
    """Return every table, in the order of names."""
    found = []
    for name, rows, version, size in session.run(_UNITS):
        is_known = int(str(rows)) >= 0
        found.append(
            Unit(
                source,
                session.text(str(name)),
                UnitKind.TABLE,
                str(version or ""),
                int(str(size)) if is_known else -1,
                int(str(rows)),
            )
        )
    return sorted(found)


def has_large_objects(session: Session) -> bool:
    """Whether the database holds large objects (pg_largeobject), which lie in no table."""
    return bool(session.run(_LARGE_OBJECTS)[0][0])


def table(session: Session, name: str) -> Table:
    """Look a table up by its name.

    Raises:
        ReadError: it is gone, or the role may read none of its columns.
    """
    found = session.run(_TABLE, name=name)
    if not found:
        raise ReadError(Reason.GONE)
    oid, is_filtered, is_whole, rows, pages, page_bytes, is_heap = found[0]
    columns = session.run(_COLUMNS, oid=oid)
    known = tuple(
        Column(session.text(str(attname)), session.text(str(quoted)), Form(str(form)))
        for attname, quoted, is_allowed, form in columns
        if is_allowed
    )
    hidden = tuple(
        session.text(str(attname)) for attname, _, is_allowed, _ in columns if not is_allowed
    )
    if hidden and not known:
        raise ReadError(Reason.NOT_PERMITTED)
    pages = int(str(pages))
    density = float(str(rows)) / pages if pages > 0 else -1.0
    return Table(
        name, known, hidden, bool(is_filtered), bool(is_whole), density, int(str(page_bytes)),
        bool(is_heap),
    )  # fmt: skip
