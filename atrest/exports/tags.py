"""Which tags a catalogue gives to the columns of tables: one for each infoType.

What was found in a unit that is no table, in a document, or in a row as a whole has no column, so
its tag stands on the unit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from atrest.catalogue import Kept, entries
from atrest.globs import MASK
from atrest.profile import NAME, TABLE
from atrest.unit import UnitKind

CLASSIFICATION: Final = "PHI"
_TABLES: Final = frozenset((UnitKind.TABLE, UnitKind.COLLECTION))


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of one unit.

    Args:
        kept: the unit.
        columns: infoTypes by column, both sorted; the column without a name is the unit itself.
    """

    kept: Kept
    columns: tuple[tuple[str, tuple[str, ...]], ...]


def tagged(units: Iterable[Kept], *, everything: bool = False) -> Iterator[Tagged]:
    """Yield the units with tags.

    Left out is a unit whose name is masked: no catalogue of data knows it by that name.

    Args:
        units: what is kept.
        everything: also what is only possible and in few rows.
    """
    for kept in units:
        if MASK in kept.name:
            continue
        found: dict[str, set[str]] = {}
        for entry in entries(kept):
            if entry.column != NAME and (everything or entry.is_sure):
                column = entry.column if kept.kind in _TABLES and entry.column != TABLE else ""
                found.setdefault(column, set()).add(entry.info_type)
        if found:
            columns = ((name, tuple(sorted(types))) for name, types in sorted(found.items()))
            yield Tagged(kept, tuple(columns))


def tag_of(info_type: str) -> str:
    """Return the name of an infoType's tag: `PHI.PERSON_NAME`."""
    return f"{CLASSIFICATION}.{info_type}"
