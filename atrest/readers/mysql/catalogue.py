"""The catalogue of MySQL and MariaDB: tables, columns, what the role may read of them.

INFORMATION_SCHEMA is asked one database at a time: over all of them its questions take days.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atrest.protection import Evidence, Shield
from atrest.readers.mysql.session import Session
from atrest.source import ReadError, Reason
from atrest.unit import Unit, UnitKind

_SYSTEM: Final = frozenset((b"mysql", b"information_schema", b"performance_schema", b"sys"))
_ELSEWHERE: Final = (
    "FEDERATED CONNECT SPIDER S3 MRG_MYISAM BLACKHOLE SPHINX OQGRAPH PERFORMANCE_SCHEMA".split()
)
"""Engines whose rows lie in other tables or servers. There they are read, or not."""
_TYPES: Final = "'BASE TABLE', 'SYSTEM VERSIONED'"

# A table's version, where something honest exists: InnoDB, MyISAM and Aria keep the time of the
# last change. It is empty where that time is unknown, as after a restart. It counts seconds, so a
# change within the last two is no version yet: another may follow in the same second. ALTER TABLE
# may keep that time, and a grant does: so the columns and what may be read of them belong to it.
_UNITS: Final = f"""
SELECT t.TABLE_NAME, t.TABLE_ROWS, t.DATA_LENGTH,
  IF(t.ENGINE IN ('InnoDB', 'MyISAM', 'Aria') AND t.UPDATE_TIME < NOW() - INTERVAL 2 SECOND,
     CONCAT_WS(' ', t.CREATE_TIME, t.UPDATE_TIME), '')
FROM information_schema.TABLES t
WHERE t.TABLE_SCHEMA = %s AND t.TABLE_TYPE IN ({_TYPES})
AND UPPER(COALESCE(t.ENGINE, '')) NOT IN ({", ".join(f"'{name}'" for name in _ELSEWHERE)})
"""  # noqa: S608 - made of the constants above
_SHAPES: Final = """
SELECT TABLE_NAME, MD5(GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE, PRIVILEGES)
  ORDER BY ORDINAL_POSITION)) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s
GROUP BY TABLE_NAME
"""
_TABLE: Final = f"""
SELECT TABLE_TYPE FROM information_schema.TABLES
WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s AND TABLE_TYPE IN ({_TYPES})
"""  # noqa: S608 - made of the constants above
_COLUMNS: Final = """
SELECT COLUMN_NAME, DATA_TYPE, PRIVILEGES FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION
"""
_KEY: Final = """
SELECT COLUMN_NAME FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s AND INDEX_NAME = 'PRIMARY'
"""
_TABLESPACES: Final = """
SELECT NAME, ENCRYPTION_SCHEME FROM information_schema.INNODB_TABLESPACES_ENCRYPTION
WHERE NAME = %s OR NAME LIKE CONCAT(%s, '#P#%%')
"""
_INTEGERS: Final = frozenset(("tinyint", "smallint", "mediumint", "int", "bigint"))
_LONG: Final = frozenset(
    "char varchar tinytext text mediumtext longtext json "
    "binary varbinary tinyblob blob mediumblob longblob".split()
)
_BINARY: Final = frozenset("binary varbinary tinyblob blob mediumblob longblob".split())
_SHAPED: Final = frozenset(
    "geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection "
    "geomcollection".split()
)
# matches patient, kept_2025; not `a b`, a.b, a-b
_PLAIN: Final = re.compile(r"\w+")
# matches ward.patient, `a``b`.`c.d`; not ward, ward.patient.name
_NAME: Final = re.compile(r"(`(?:[^`]|``)+`|[^`.]+)\.(`(?:[^`]|``)+`|[^`.]+)")


class Form(StrEnum):
    """How a column's cells are read."""

    SHORT = "short"
    TEXT = "text"
    BYTES = "bytes"
    SHAPE = "shape"
    """Geometry, which the server writes as text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the role may read.

    Args:
        name: its name.
        form: how its cells are read.
    """

    name: str
    form: Form

    def text(self, most: int) -> str:
        """Return SQL for the first characters or bytes of a cell."""
        name = quoted(self.name)
        match self.form:
            case Form.SHORT:
                return name
            case Form.SHAPE:
                return f"LEFT(ST_AsText({name}), {most})"
            case _:
                return f"LEFT({name}, {most})"


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a table before its rows are read.

    Args:
        name: as SQL, with `FOR SYSTEM_TIME ALL` where old versions of rows are kept.
        columns: those that the role may read.
        hidden: the names of the others.
        key: the primary key, where it is one integer, as SQL; else empty.
    """

    name: str
    columns: tuple[Column, ...]
    hidden: tuple[str, ...]
    key: str


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return "`" + name.replace("`", "``") + "`"


def unit_name(schema: str, table: str) -> str:
    """Return `schema.table`, quoted where it would be read wrongly."""
    return ".".join(part if _PLAIN.fullmatch(part) else quoted(part) for part in (schema, table))


def parts_of(name: str) -> tuple[str, str]:
    """Return schema and table of a unit's name. Raises ReadError for what is none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ReadError(Reason.GONE)
    schema, table = (
        part[1:-1].replace("``", "`") if part.startswith("`") else part for part in found.groups()
    )
    return schema, table


def schemas(session: Session) -> list[str]:
    """Return the databases that the role knows of, without the system's own."""
    return [_text(name) for (name,) in session.run("SHOW DATABASES") if name not in _SYSTEM]


def units(session: Session, source: str, schema: str) -> Iterator[Unit]:
    """Yield the tables of one database, in no order."""
    session.run("SET SESSION group_concat_max_len = 1048576")
    shapes = {name: _text(shape) for name, shape in session.run(_SHAPES, schema)}
    for name, rows, size, changed in session.run(_UNITS, schema):
        yield Unit(
            source,
            unit_name(schema, _text(name)),
            UnitKind.TABLE,
            f"{_text(changed)} {shapes.get(name, '')}" if changed else "",
            int(size) if size is not None else -1,
            int(rows) if rows is not None else -1,
        )


def table(session: Session, name: str) -> Table:
    """Look a table up by its name.

    Raises:
        ReadError: it is gone, or the role may read none of its columns.
    """
    parts = parts_of(name)
    found = session.run(_TABLE, *parts)
    if not found:
        raise ReadError(Reason.GONE)
    columns = session.run(_COLUMNS, *parts)
    known = [
        Column(_text(column), _form(_text(kind)))
        for column, kind, privileges in columns
        if _may_read(privileges)
    ]
    hidden = [_text(column) for column, _, privileges in columns if not _may_read(privileges)]
    if not known:
        raise ReadError(Reason.NOT_PERMITTED)
    is_versioned = found[0][0] == b"SYSTEM VERSIONED"
    kinds = {_text(column): _text(kind) for column, kind, _ in columns}
    key = [_text(column) for (column,) in session.run(_KEY, *parts)]
    # a key of a versioned table has several rows, one for each of its versions
    has_key = len(key) == 1 and kinds.get(key[0]) in _INTEGERS and not is_versioned
    full = f"{quoted(parts[0])}.{quoted(parts[1])}"
    return Table(
        f"{full} FOR SYSTEM_TIME ALL" if is_versioned else full,
        tuple(known),
        tuple(hidden),
        quoted(key[0]) if has_key and key[0] not in hidden else "",
    )


def tablespace(session: Session, name: str) -> Evidence | None:
    """Return what InnoDB says of a table's encryption; None: nothing.

    The files of a table are named after it, where its name has letters, digits and `_` alone.
    """
    schema, table = parts_of(name)
    if not (schema.isascii() and table.isascii() and _PLAIN.fullmatch(schema + table)):
        return None
    file = f"{schema}/{table}"
    found = session.run(_TABLESPACES, file, file)
    schemes = {_text(scheme) for space, scheme in found}
    if not schemes:
        return None
    shield = Shield.DOWN if "0" in schemes else Shield.UP
    return Evidence("INNODB_TABLESPACES_ENCRYPTION", f"ENCRYPTION_SCHEME {min(schemes)}", shield)


def _may_read(privileges: bytes | None) -> bool:
    return b"select" in (privileges or b"").lower().split(b",")


def _form(kind: str) -> Form:
    if kind in _SHAPED:
        return Form.SHAPE
    if kind in _BINARY:
        return Form.BYTES
    return Form.TEXT if kind in _LONG else Form.SHORT


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
