"""Tags for OpenMetadata, as its Python SDK takes them: one request a line.

First the classification `PHI` with a tag for each infoType (`OMetaTagAndClassification`), then a
line for each column and tag (`ColumnTag`, for `patch_column_tags`). That call adds tags and leaves
those of people alone. Written from openmetadata-ingestion 2.0.7.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from atrest.catalogue import Kept
from atrest.exports.names import json_line, title_of
from atrest.exports.tags import CLASSIFICATION, TABLES, Tagged, tag_of, tagged

# what OpenMetadata's SDK writes in place of what no name may hold
_RESERVED: Final = {
    "::": "__reserved__colon__",
    ">": "__reserved__arrow__",
    '"': "__reserved__quote__",
    "\n": "__reserved__newline__",
    "\r": "__reserved__carriage_return__",
    "\t": "__reserved__tab__",
}
_ABOUT: Final = "Protected health information (45 CFR 160.103) that phiguard found"


def lines(
    units: Callable[[], Iterable[Kept]],
    services: Mapping[str, str],
    *,
    everything: bool = False,
) -> Iterator[str]:
    """Yield the lines. Units that are no tables are left out: they have no columns.

    Args:
        units: returns what is kept. Called twice: for the tags, and for the columns.
        services: OpenMetadata's names of database services, by the names of sources. A source that
            is not in it has the name of its host.
        everything: also what is only possible and in few rows.
    """

    def tables() -> Iterator[Tagged]:
        return (u for u in tagged(units(), everything=everything) if u.kept.kind in TABLES)

    used = {name for unit in tables() for _, types in unit.columns for name in types}
    for info_type in sorted(used):
        yield json_line(_tag(info_type))
    for unit in tables():
        table = table_fqn(unit.kept, services)
        for column, types in unit.columns:
            for info_type in types:
                yield json_line(_column(f"{table}.{_quoted(column)}", info_type))


def table_fqn(kept: Kept, services: Mapping[str, str]) -> str:
    """Return a table's fully qualified name: `service.database.schema.table`.

    A database without schemas has OpenMetadata's schema `default`.
    """
    _, _, rest = kept.source.partition("://")
    host, _, path = rest.partition("/")
    service = services.get(kept.source) or host or path.rpartition("/")[2]
    schema, dot, table = kept.name.partition(".")
    if not dot:
        schema, table = "default", kept.name
    database = path.strip("/").rpartition("/")[2] or "default"
    return ".".join(map(_quoted, (service, database, schema, table)))


def _quoted(name: str) -> str:
    """Return a part of a name as OpenMetadata writes it: in quotes where it has a dot."""
    for text, word in _RESERVED.items():
        name = name.replace(text, word)
    return f'"{name}"' if "." in name else name


def _tag(info_type: str) -> dict[str, Any]:
    return {
        "fqn": tag_of(info_type),
        "classification_request": {"name": CLASSIFICATION, "description": _ABOUT},
        "tag_request": {
            "classification": CLASSIFICATION,
            "name": info_type,
            "description": title_of(info_type),
        },
    }


def _column(fqn: str, info_type: str) -> dict[str, Any]:
    label = {
        "tagFQN": tag_of(info_type),
        "source": "Classification",
        "labelType": "Automated",
        "state": "Suggested",
    }
    return {"column_fqn": fqn, "tag_label": label}
