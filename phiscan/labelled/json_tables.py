"""Tables in JSON: labels in one array, and rows or columns of as many cells in others.

    {"columns": ["name", "ssn"], "rows": [["...", "..."]]}
    [["name", "ssn"], ["...", "..."]]                                     a header row
    {"rowType": [{"name": "ssn"}], "data": [["..."]]}                     labels in objects
    {"fields": [{"name": "ssn"}], "rows": [{"f": [{"v": "..."}]}]}        rows and cells in objects
    {"fields": [{"name": "ssn"}], "values": [["...", "..."]]}             columns beside labels
    {"schema": {"ssn": "string"}, "rows": [["..."]]}                      labels with their types
    [["ssn", "..."], ["name", "..."]]                                     a label before its values

The words of an envelope do not matter, its shape does. A header is an array with at least one label
whose value can be recognised. Its rows are the arrays of as many cells for which the object or
array around both is the smallest. An array of as many columns of equal length is a table too; the
reading counts in which more cells have the shape of their labels.

Cost: an object or array without a label costs nothing, unless the text has a header. Then each
array costs a look-up, and each cell of a matching row a step.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from phiscan.labelled.json_schemas import may_have_types, types_by_column
from phiscan.labelled.json_text import JsonText, record_of
from phiscan.labelled.json_wrappers import is_wrapper
from phiscan.labelled.label_paths import LabelPath
from phiscan.labelled.name_values import is_known_name
from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_tree import Box, Scalar
from phiscan.text.normalise import plain
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.labels import is_distinct, read_label

_MOST_COLUMNS: Final = 2000
_HEADER_ROWS: Final = 3
"""The header is one of so many first rows."""
_FARTHEST: Final = 5
"""The most objects and arrays around a header or its rows within what is around both."""
_FARTHEST_ROW: Final = 2
"""The same for a single row, which may be any list."""
_SAMPLE: Final = 40
"""Rows by which a table with as many rows as columns is read either way."""
_DEEPEST_CELL: Final = 3
_FARTHEST_NAME: Final = 2
"""The most objects around a header that may name the table."""
# matches "first_name" and "zipCode"; not "Ames", "E11.9"
_WORD_OF_A_PROGRAM: Final = re.compile(r"[a-z][a-z_]*(?:[A-Z][a-z]+)*")


class Header(NamedTuple):
    """An array that names columns.

    Args:
        box: the array.
        labels: what each item names, or None.
    """

    box: Box
    labels: tuple[LabelPath | None, ...]


class Group(NamedTuple):
    """Arrays that may be rows.

    Args:
        rows: those of one array, or one array alone. Rows may be wrapped in an object:
            `[{"f": [...]}, {"f": [...]}]`.
        is_list: whether they stand in an array.
    """

    rows: list[Box]
    is_list: bool


class Table(NamedTuple):
    """A header with its rows.

    Args:
        header: the header.
        rows: the arrays that are rows, or columns.
        is_columnar: whether they are columns.
    """

    header: Header
    rows: tuple[Box, ...]
    is_columnar: bool


class Tables:
    """Finds and reads the tables of one text."""

    def __init__(self, text: JsonText) -> None:
        self._text = text
        self._headers: dict[int, Header] = {}
        self._by_count: dict[int, list[int]] = defaultdict(list)

    def headers(self) -> Iterable[Header]:
        """All headers, once `read` is exhausted."""
        return self._headers.values()

    def read(self) -> Iterator[Labelled]:
        """The labelled cells of all tables, and the values behind a label in an array."""
        is_typed = may_have_types(self._text.data)
        for box in self._text.boxes:
            header = self._header(box)
            if header is None and is_typed and box.is_object:
                header = self._with_types(box)
            if header is not None:
                self._headers[box.start] = header
                self._by_count[len(header.labels)].append(box.start)
        if not self._headers:
            return
        for group in self._groups():
            table = self._table(group)
            if table is not None:
                yield from self._columns(table) if table.is_columnar else self._rows(table)
        for header in self._headers.values():
            yield from self._behind_label(header)
            yield from self._alternating(header)

    def _header(self, box: Box) -> Header | None:
        """The labels of an array. None if none of them has a rule."""
        if box.is_object or box.parent is None or not self._text.may_name(box):
            return None
        if not box.parent.is_object and not any(
            box is first for first in islice(box.parent.boxes(), _HEADER_ROWS)
        ):
            return None  # a later row
        if not 0 < box.count(self._text.data) <= _MOST_COLUMNS:
            return None
        labels = self._labels(box.items(self._text.data))
        if not any(label is not None and label.rule is not None for label in labels):
            return None
        return Header(box, labels)

    def _with_types(self, box: Box) -> Header | None:
        """The labels of an object that maps columns to types. None if none of them has a rule."""
        labels = types_by_column(self._text, box)
        return Header(box, labels) if any(label and label.rule for label in labels) else None

    def _labels(self, items: Sequence[Scalar | Box]) -> tuple[LabelPath | None, ...]:
        """What each item names: a string itself, an object by one of its members.

        Objects name their columns under one key. It is the key with the most different labels.
        """
        strings = [self._text.label(item) if isinstance(item, Scalar) else None for item in items]
        if any(strings):
            return tuple(strings)
        members = [list(self._members(item)) if isinstance(item, Box) else [] for item in items]
        different: dict[bytes, set[tuple[str, ...]]] = defaultdict(set)
        for named in members:
            for key, label in named:
                if label.rule is not None:
                    different[key].add(label.labels)
        if not different:
            return ()
        best = max(different, key=lambda key: len(different[key]))
        return tuple(
            next((label for key, label in named if key == best), named[0][1] if named else None)
            for named in members
        )

    def _members(self, box: Box) -> Iterator[tuple[bytes, LabelPath]]:
        """The members of an object that are labels, or those of an object in it, by their keys."""
        for item in box.items(self._text.data):
            if isinstance(item, Scalar):
                label = self._text.label(item)
                if label is not None:
                    yield item.key, label
            elif item.is_object and item.flat:
                yield from self._members(item)

    def _groups(self) -> Iterator[Group]:
        """The arrays that may be the rows of one table."""
        groups: dict[tuple[int, bytes], list[Box]] = {}
        for box in self._text.boxes:
            around = box.parent
            if box.is_object or around is None:
                continue
            wrapping = self._list_around(around)
            if not around.is_object:
                groups.setdefault((around.start, b""), []).append(box)
            elif wrapping is not None:
                groups.setdefault((wrapping.start, box.key), []).append(box)
            else:
                yield Group([box], is_list=False)
        yield from (Group(rows, is_list=True) for rows in groups.values())

    def _list_around(self, box: Box) -> Box | None:
        """The list of which an object is an item, if it only wraps a row of it.

        Records hold lists too, which are no rows: `[{"id": 7, "tags": ["a", "b"]}]`. And a record
        may hold its own header: `[{"keys": ["ssn"], "fields": ["..."]}]`.
        """
        above = box.parent
        if above is None or above.parent is None or above.is_object or box.has_scalars():
            return None
        return None if any(inner.start in self._headers for inner in box.boxes()) else above

    def _table(self, group: Group) -> Table | None:
        """The table of which a group may be the rows."""
        rows = group.rows
        if group.is_list and self._are_words(rows):
            return None
        first = next((r for r in rows[:_HEADER_ROWS] if r.start in self._headers), None)
        if first is None:
            return self._beside(group)
        rest = tuple(row for row in rows if row is not first)
        return Table(self._headers[first.start], rest, is_columnar=False) if rest else None

    def _are_words(self, rows: list[Box]) -> bool:
        """Whether all cells are words of programs: `[["first_name", "city"], ["age", "x"]]`."""
        return all(
            isinstance(item, Scalar)
            and self._text.is_string(item)
            and _WORD_OF_A_PROGRAM.fullmatch(self._text.text(item))
            for row in rows[:_SAMPLE]
            for item in row.items(self._text.data)
        )

    def _beside(self, group: Group) -> Table | None:
        """The table of a group whose header stands elsewhere."""
        longest = max(row.count(self._text.data) for row in group.rows[:_SAMPLE])
        if not longest:
            return None
        by_rows = self._nearest(group, longest)
        by_columns = None
        if group.is_list:
            same = len(group.rows) == longest
            by_columns = by_rows if same else self._nearest(group, len(group.rows))
        return self._better(group, by_rows, by_columns)

    def _nearest(self, group: Group, count: int) -> Header | None:
        """The header of `count` labels with the smallest object or array around it and the rows."""
        starts = self._by_count.get(count, [])
        first = group.rows[0]
        at = bisect_left(starts, first.start)
        around = first.parent if group.is_list and first.parent is not None else first
        found = [
            (distance, self._headers[start])
            for start in starts[max(0, at - 1) : at + 1]
            if (
                distance := _distance(
                    around, self._headers[start].box, _FARTHEST if group.is_list else _FARTHEST_ROW
                )
            )
            is not None
        ]
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def _better(
        self, group: Group, by_rows: Header | None, by_columns: Header | None
    ) -> Table | None:
        """The reading by rows or by columns in which more cells have the shape of their labels."""
        found = []
        for header, is_columnar in ((by_rows, False), (by_columns, True)):
            if header is not None:
                table = Table(header, tuple(group.rows), is_columnar)
                found.append((self._shaped(table._replace(rows=table.rows[:_SAMPLE])), table))
        if not found:
            return None
        _, table = max(found, key=lambda pair: pair[0])
        is_sure = group.is_list and not table.header.box.is_object
        return table if is_sure or self._is_proven(table) else None

    def _shaped(self, table: Table) -> int:
        cells = self._columns(table) if table.is_columnar else self._rows(table)
        return sum(
            1
            for cell in cells
            if (rule := read_label(cell.labels[-1]).rule) and rule.shape(plain(cell.value))
        )

    def _is_proven(self, table: Table) -> bool:
        """Whether a cell of a single row has a shape that few values have.

        Any two lists of one length look like labels and a row.
        """
        cells = self._columns(table) if table.is_columnar else self._rows(table)
        return any(map(_is_distinct, cells))

    def _rows(self, table: Table) -> Iterator[Labelled]:
        paths = self._labels_of(table)
        for row in table.rows:
            record = record_of(row)
            for item, labels in zip(row.items(self._text.data), paths, strict=False):
                if labels:
                    for scalar in self._cell(item):
                        yield self._text.labelled(labels, scalar, record)

    def _columns(self, table: Table) -> Iterator[Labelled]:
        for column, labels in zip(table.rows, self._labels_of(table), strict=False):
            for number, item in enumerate(column.items(self._text.data) if labels else ()):
                for scalar in self._cell(item):
                    yield self._text.labelled(labels, scalar, record_of(table.rows[0], number))

    def _labels_of(self, table: Table) -> list[tuple[str, ...]]:
        """The labels of each column, with the keys around the rows before them."""
        above = (*self._text.path(table.rows[0]), *self._about(table.header.box.parent))
        labels = [(*above, *p.labels) if p and p.rule else () for p in table.header.labels]
        is_strong = any(p and p.rule and not p.rule.weak for p in table.header.labels)
        names_somebody = any(read_label(label).subject for each in labels for label in each)
        # a table of machines has a name and an id for each, and nothing that makes them a person's
        return labels if is_strong or names_somebody else [()] * len(labels)

    def _about(self, box: Box | None) -> tuple[str, ...]:
        """The patients whom an object or one around it names: `{"table": "patients", ...}`."""
        for _ in range(_FARTHEST_NAME):
            for item in box.items(self._text.data) if box is not None and box.is_object else ():
                label = self._text.label(item) if isinstance(item, Scalar) else None
                if label is not None and label.rule is None:
                    return label.labels
            box = box.parent if box is not None else None
        return ()

    def _cell(self, item: Scalar | Box, depth: int = 0) -> Iterator[Scalar]:
        """The scalars of a cell, which may be wrapped: `{"v": 1}`, `{"type": "", "value": 1}`."""
        if isinstance(item, Scalar):
            yield item
            return
        items = item.items(self._text.data)
        if len(items) > 1 and item.is_object:
            items = [m for m in items if is_wrapper(decode(m.key))]
        if depth < _DEEPEST_CELL:
            for inner in items:
                yield from self._cell(inner, depth + 1)

    def _behind_label(self, header: Header) -> Iterator[Labelled]:
        """The values behind a label in an array within an array: `[["ssn", "..."], ...]`."""
        first, around = header.labels[0], header.box.parent
        if first is None or first.rule is None or any(header.labels[1:]) or header.box.is_object:
            return
        items = header.box.items(self._text.data)
        if around is None or around.is_object or not isinstance(items[0], Scalar):
            return  # the label of a list within the list: a header above its rows
        labels = (*self._text.path(header.box), *first.labels)
        for number, item in enumerate(items[1:]):
            for scalar in self._cell(item):
                yield self._text.labelled(labels, scalar, record_of(around, number))

    def _alternating(self, header: Header) -> Iterator[Labelled]:
        """The values in a list of labels and values in turn: `["ssn", "...", "name", "..."]`."""
        items, labels = header.box.items(self._text.data), header.labels
        if (
            header.box.is_object
            or len(items) % 2
            or any(labels[1::2])
            or not all(isinstance(i, Scalar) for i in items)
        ):
            return
        record, above = record_of(header.box), self._text.path(header.box)
        found = [
            self._text.labelled((*above, *label.labels), item, record)
            for label, item in zip(labels[::2], items[1::2], strict=True)
            if label is not None and label.rule is not None and isinstance(item, Scalar)
        ]
        if any(map(_is_distinct, found)):
            yield from found


def _is_distinct(cell: Labelled) -> bool:
    """Whether the value has the shape of its label, and few other values have."""
    rule, value = read_label(cell.labels[-1]).rule, plain(cell.value)
    return rule is not None and (
        is_distinct(rule, value)
        or is_known_name(value)
        or (rule.info_type == "PERSON_NAME" and value.lower() in GIVEN_NAMES)
    )


def _distance(rows: Box, header: Box, farthest: int) -> int | None:
    """How many boxes are around two boxes within the smallest box around both.

    None if more than `farthest` are around one of them, or one is in the other.
    """
    above: dict[int, int] = {}
    at: Box | None = rows.parent
    while at is not None and len(above) < farthest:
        above[id(at)] = len(above)
        at = at.parent
    at, count = header.parent, 0
    while at is not None and count < farthest:
        if id(at) in above:
            return above[id(at)] + count
        at, count = at.parent, count + 1
    return None
