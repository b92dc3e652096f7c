"""Where a table lies, as data catalogues name it: database, schema and table.

The readers name units as their stores do: `public."odd.name"`, and for servers whose databases have
no schemas `database.table`. Data catalogues want the parts, without the quotes.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from atrest.catalogue import Kept

BUCKETS: Final = frozenset(("s3", "gs", "az"))
HERE: Final = "."
"""The name of a table of a lake that is the source's own folder."""
# matches a quoted part and a plain one: `public`, "odd.name", `odd``name`
_PARTS: Final = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|([^."`]+)')


@dataclass(frozen=True, slots=True)
class Place:
    """A table of a database.

    Args:
        database: above its schemas; empty where a server has none such.
        schema: or the database of a server without schemas; empty where there is neither.
        table: its name.
    """

    database: str
    schema: str
    table: str


def place_of(kept: Kept) -> Place | None:
    """Return where a table lies; None for a unit that is no table of a database."""
    scheme, _, path = parts_of(kept.source)
    match scheme:
        case "postgres":
            return Place(path.strip("/"), *_schema_and_table(kept.name))
        case "duckdb":
            return Place(PurePosixPath(path).stem, *_schema_and_table(kept.name))
        case "mysql":
            return Place("", *_schema_and_table(kept.name))
        case "mongodb":  # its names have no quotes, and collections may have dots
            database, _, collection = kept.name.partition(".")
            return Place("", database, collection)
        case "sqlite":
            return Place(path, "", kept.name)
    return None


def parts_of(source: str) -> tuple[str, str, str]:
    """Return scheme, host and path of a source's name, without its options."""
    scheme, _, rest = source.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return scheme, host, slash + path


def _schema_and_table(name: str) -> tuple[str, str]:
    parts = [
        double.replace('""', '"') or back.replace("``", "`") or plain
        for double, back, plain in _PARTS.findall(name)
    ]
    return (parts[0], parts[1]) if len(parts) == 2 else ("", name)
