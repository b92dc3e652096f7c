"""A unit: what is read, kept and repeated as a whole."""

from dataclasses import dataclass, field
from enum import StrEnum


class UnitKind(StrEnum):
    """What a unit is."""

    FILE = "file"
    OBJECT = "object"
    TABLE = "table"
    COLLECTION = "collection"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """A file, an object, a table, a collection or a topic.

    Units have a total order, by source and name.

    Args:
        source: the source's name, without credentials: `postgres://db.clinic/ehr`.
        name: the unit's own name in the source: a path, or `schema.table`. It may hold PHI.
        kind: what it is.
        version: changes when the content changes. Empty: unknown, so it is read each time.
        size: bytes, as far as the source says; -1 when unknown.
        rows: rows, as far as the source says; -1 when unknown. A hint, never a fact.
        handle: where the reader finds it again, when the name does not say so. It is never kept.
        is_secret: whether the whole name is a value, so that the catalogue must not show it.
    """

    source: str
    name: str
    kind: UnitKind
    version: str = ""
    size: int = -1
    rows: int = -1
    handle: str = field(default="", repr=False)
    is_secret: bool = False
