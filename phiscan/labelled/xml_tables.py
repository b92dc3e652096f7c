"""Tables in XML: elements that name the columns, and rows of as many cells behind them.

    <columns><column>ssn</column><column>dob</column></columns>       a label as the text
    <FIELD name="ssn"/><FIELD name="dob"/>                            a label as an attribute
    <definition><column-name>ssn</column-name></definition>...        a label within
    <row><cell>...</cell><cell>...</cell></row>                       a row

The words do not matter, the shape does. A header is the elements of one name in one element, if at
least one has a label as its text, as an attribute without a text, or within it. A row is an element
that holds as many elements of one name, each with one value, behind the nearest such header. A
table is believed if a cell has a shape that few values have: any two lists of one length look like
labels and a row.

Cost: a step for each element. A row is compared with the last _HEADERS headers only.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from phiscan.labelled.name_values import is_known_name
from phiscan.labelled.records import Labelled
from phiscan.syntax.xml_elements import Element, Value
from phiscan.text.normalise import plain
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.labels import is_distinct, read_label

_HEADERS: Final = 8
_FARTHEST: Final = 5
"""The most elements around a header or a row within what is around both."""
_MOST_COLUMNS: Final = 2000
# What may be a label of a column. matches "last_name", "Date of birth"; not "E11.9", "Ana, Ruiz"
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z_ .#/-]{1,60}")
_SAMPLE: Final = 40
"""Cells of labels by which a table is believed."""


class _Child(NamedTuple):
    """An element that has closed.

    Args:
        is_cell: whether it holds one value or nothing.
        value: the value.
        label: the label that it gives to a column, or "".
    """

    is_cell: bool
    value: Value | None
    label: str


@dataclass(slots=True, eq=False)
class _Header:
    """The elements that name columns, and the cells that their rows hold.

    Args:
        columns: the elements.
        around: the offsets of the elements around them.
        cells: the values of the rows that have a label.
    """

    columns: list[_Child]
    around: frozenset[int]
    cells: list[Labelled] = field(default_factory=list)


class XmlTables:
    """Takes the elements of a document as they close, and finds its tables."""

    def __init__(self) -> None:
        self._open: dict[int, dict[str, list[_Child]]] = {}
        self._recent: deque[_Header] = deque(maxlen=_HEADERS)
        self._filled: list[_Header] = []

    def element(self, element: Element, value: Value | None, given: str) -> None:
        """Take an element with its text and the label that its attributes give."""
        groups = self._open.pop(element.start, None)
        if groups is not None and self._recent and len(groups) == 1:
            self._row(element, next(iter(groups.values())))
        if element.parent is None:
            return
        siblings = self._open.setdefault(element.parent.start, {}).setdefault(element.name, [])
        if len(siblings) >= _MOST_COLUMNS:
            return
        child = _child(groups, value, given)
        siblings.append(child)
        if child.label and not any(at.columns is siblings for at in self._recent):
            around = frozenset(at.start for at in islice(element.parent.chain(), _FARTHEST))
            self._recent.append(_Header(siblings, around))

    def finish(self) -> Iterator[Labelled]:
        """The cells of the tables that are believed."""
        for header in self._filled:
            if any(map(_is_proven, header.cells[:_SAMPLE])):
                yield from header.cells

    def _row(self, element: Element, cells: list[_Child]) -> None:
        """Take an element that may be a row."""
        header = next(
            (at for at in reversed(self._recent) if _is_above(at, element, cells)),
            None,
        )
        if header is None or 2 * sum(cell.label != "" for cell in cells) > len(cells):
            return
        # a cell that reads as a label makes no header of its row
        for at in [at for at in self._recent if at.columns is cells]:
            self._recent.remove(at)
        if not header.cells:
            self._filled.append(header)
        family = element.parent.start if element.parent is not None else element.start
        above = tuple(at.name for at in element.chain())[::-1]
        for column, cell in zip(header.columns, cells, strict=True):
            if column.label and cell.value is not None and cell.value.text:
                header.cells.append(
                    Labelled((*above, column.label), *cell.value, element.start, family)
                )


def _child(groups: dict[str, list[_Child]] | None, value: Value | None, given: str) -> _Child:
    if value is not None and value.text:
        return _Child(True, value, value.text if _is_label(value.text) else "")
    if groups is None:
        return _Child(True, None, given)
    within = [child for group in groups.values() for child in group[:2]]
    if len(within) == 1:
        return within[0]
    label = next((child.label for child in within if child.label), "")
    return _Child(False, None, label)


def _is_label(text: str) -> bool:
    return _LABEL.fullmatch(text) is not None and read_label(text).rule is not None


def _is_above(header: _Header, row: Element, cells: list[_Child]) -> bool:
    """Whether a header names the cells of a row."""
    return (
        len(header.columns) == len(cells)
        and header.columns is not cells
        and all(cell.is_cell for cell in cells)
        and any(at.start in header.around for at in islice(row.chain(), 1, _FARTHEST + 1))
    )


def _is_proven(cell: Labelled) -> bool:
    """Whether the value has the shape of its label, and few other values have."""
    rule, value = read_label(cell.labels[-1]).rule, plain(cell.value)
    return rule is not None and (
        is_distinct(rule, value)
        or is_known_name(value)
        or (rule.info_type == "PERSON_NAME" and value.lower() in GIVEN_NAMES)
    )
