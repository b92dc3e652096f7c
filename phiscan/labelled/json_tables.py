"""JSON in which labels are values: pairs of a name and a value, and tables of columns and rows.

[{"name": "ssn", "value": "..."}]
{"columns": ["name", "ssn"], "rows": [["...", "..."]]}
[["name", "ssn"], ["...", "..."]]
"""

from collections.abc import Iterator
from typing import Final

from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.words.labels import read_label

_NAMES: Final = frozenset(
    "name key label field question attribute column parameter title property text prompt "
    "displayName".split()
)
_VALUES: Final = frozenset(
    "value val answer content valueString valueDate valueDateTime valueInteger response valueText "
    "stringValue".split()
)
_COLUMNS: Final = frozenset("columns headers header fields schema cols columnNames".split())
_ROWS: Final = frozenset("rows data values records results items tuples".split())
WANTED: Final = _NAMES | _VALUES | _COLUMNS | _ROWS | {""}
"""Keys whose scalars are read. The empty key belongs to an array at the top."""


def read(data: bytes, leaves: list[Leaf]) -> Iterator[Labelled]:
    """The labelled values that `leaves` hold as pairs and as tables."""
    yield from _pairs(data, leaves)
    yield from _tables(data, leaves)


def _pairs(data: bytes, leaves: list[Leaf]) -> Iterator[Labelled]:
    labels: dict[int, Leaf] = {}
    values: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        if leaf.key in _VALUES:
            for frame in (leaf.frame, _holder(leaf.frame)):
                values.setdefault(id(frame), []).append(leaf)
        elif leaf.key in _NAMES and leaf.frame.is_object:
            labels.setdefault(id(leaf.frame), leaf)
    for place, label in labels.items():
        text = decode(data[label.start : label.end])
        if place not in values or read_label(text).rule is None:
            continue
        # The pairs of one list are one record, so a name counts where a birth date is beside it.
        record = id(label.frame.parent or label.frame)
        for leaf in values[place]:
            path = (*label.frame.place.path, text)
            yield Labelled(path, decode(data[leaf.start : leaf.end]), leaf.start, leaf.end, record)


def _holder(frame: Frame) -> Frame | None:
    """The object around a value that is itself an object or a list.

    Example: `{"text": "SSN", "answer": [{"valueString": "..."}]}`.
    """
    above = frame.parent
    while above is not None and not above.is_object:
        above = above.parent
    return above


def _tables(data: bytes, leaves: list[Leaf]) -> Iterator[Labelled]:
    rows: dict[int, tuple[Frame, Frame, list[Leaf]]] = {}
    columns: dict[int, list[str]] = {}
    for leaf in leaves:
        row, table = leaf.frame, leaf.frame.parent
        if table is not None and not row.is_object and not table.is_object:
            rows.setdefault(id(row), (row, table, []))[2].append(leaf)
        elif _is_column(leaf):
            columns.setdefault(id(_around_columns(row)), []).append(
                decode(data[leaf.start : leaf.end])
            )
    firsts: dict[int, list[str]] = {}
    for row, table, cells in rows.values():
        header = columns.get(id(table.parent)) if table.place.key in _ROWS else None
        if header is None and id(table) not in firsts:
            firsts[id(table)] = [decode(data[cell.start : cell.end]) for cell in cells]
            continue
        for label, cell in zip(header or firsts[id(table)], cells, strict=False):
            yield Labelled(
                (*table.place.path, label),
                decode(data[cell.start : cell.end]),
                cell.start,
                cell.end,
                id(row),
            )


def _is_column(leaf: Leaf) -> bool:
    """Whether a leaf names a column: `"columns": ["ssn"]`, `"columns": [{"name": "ssn"}]`."""
    path = leaf.path
    return path[-1:] != () and (
        path[-1] in _COLUMNS or (leaf.key in _NAMES and len(path) > 1 and path[-2] in _COLUMNS)
    )


def _around_columns(frame: Frame) -> Frame | None:
    """The object that holds the columns, whether these are strings or objects with a name."""
    above: Frame | None = frame
    while above is not None and above.place.key in _COLUMNS:
        above = above.parent
    return above
