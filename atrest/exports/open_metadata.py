"""Tags for OpenMetadata, as its Python SDK takes them: one request a line.

First the classification `PHI` with a tag for each infoType (`OMetaTagAndClassification`), then a
line for each column and tag (`ColumnTag`, for `patch_column_tags`). That call adds tags and leaves
those of people alone. Written from openmetadata-ingestion 2.0.7.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from atrest.catalogue import Kept
from atrest.exports.names import json_line, title_of
from atrest.exports.places import Place, parts_of, place_of
from atrest.exports.tags import CLASSIFICATION, Tagged, tag_of, tagged

# what OpenMetadata's SDK writes in place of what no name may hold
_RESERVED: Final = {
    "::": "__reserved__colon__",
    ">": "__reserved__arrow__",
    '"': "__reserved__quote__",
    "\n": "__reserved__newline__",
    "\r": "__reserved__carriage_return__",
    "\t": "__reserved__tab__",
}
_DEFAULT: Final = "default"
_ABOUT: Final = "Protected health information (45 CFR 160.103) that phiguard found"


def lines(
    units: Callable[[], Iterable[Kept]],
    services: Mapping[str, str],
    *,
    everything: bool = False,
) -> Iterator[str]:
    """Yield the lines. Units that are no tables of a database are left out: they have no columns.

    Args:
        units: returns what is kept. Called twice: for the tags, and for the columns.
        services: OpenMetadata's names of database services, by the names of sources. A source that
            is not in it has the name of its host.
        everything: also what is only possible and in few rows.
    """

    def tables() -> Iterator[tuple[Tagged, Place]]:
        for unit in tagged(units(), everything=everything):
            place = place_of(unit.kept)
            if place is not None:
                yield unit, place

    used = {name for unit, _ in tables() for _, types in _columns(unit) for name in types}
    for info_type in sorted(used):
        yield json_line(_tag(info_type))
    for unit, place in tables():
        table = table_fqn(unit.kept, place, services)
        for column, types in _columns(unit):
            for info_type in types:
                yield json_line(_column(f"{table}.{_quoted(column)}", info_type))


def _columns(unit: Tagged) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tags of columns. Those of the unit as a whole have no place in this form."""
    return (each for each in unit.columns if each[0])


def table_fqn(kept: Kept, place: Place, services: Mapping[str, str]) -> str:
    """Return a table's fully qualified name: `service.database.schema.table`.

    OpenMetadata says `default` for a database above schemas that are databases themselves (MySQL,
    MongoDB), and for the schema of a database without schemas.
    """
    _, host, path = parts_of(kept.source)
    service = services.get(kept.source) or host or PurePosixPath(path).name
    parts = (PurePosixPath(place.database).name, place.schema)
    return ".".join(map(_quoted, (service, *(part or _DEFAULT for part in parts), place.table)))


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
