"""Tables drawn in a text with `|`, as in Markdown, consoles and e-mails.

    | Patient | MRN     |        | Patient | Ana Ruiz |
    |---------|---------|   or   | MRN     | 7730145  |
    | Ana     | 7730145 |

A row of labels names the columns of the rows below. Otherwise a label names the next cell of its
own row. Cost: linear; a text without `|` is not read.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from phiscan.labelled.records import Labelled
from phiscan.words.labels import read_label
from phiscan.words.name_shape import is_name
from phiscan.words.relations import is_relation

_ROW: Final = re.compile(rb"[^\n]{0,400}\|[^\n]{0,1600}")
# Emphasis and blanks around the content of a cell.
_AROUND: Final = b" \t*_`~\r"
# matches "|---|:--:|", "+-----+"; not "| - |x"
_RULE: Final = re.compile(rb"[|+:=\-\s]+")
_LONGEST: Final = 120
"""Bytes of the longest cell that is a value."""


class _Cell(NamedTuple):
    """The content of a cell, with its range in the document."""

    text: bytes
    start: int
    end: int


# A row between bars, or the line below a header. matches "| Ana | 1 |", "|---|---|", "--- | ---"
_DRAWN: Final = re.compile(
    rb"^[ \t]*\|[^\n]*\|[ \t]*\r?$|^[ \t]*[|+]?[ \t]*:?-{2,}[-:|+ \t]*\|[-:|+ \t]*\r?$",
    re.MULTILINE,
)


def is_drawn(head: bytes) -> bool:
    """Whether a text begins with a table drawn for people, and not with `a|b|c` for a program."""
    return _DRAWN.search(head) is not None


def rows(data: bytes) -> Iterator[Labelled]:
    """The labelled values of the drawn tables in `data`."""
    header: list[str] = []
    reached = -1
    for match in _ROW.finditer(data) if b"|" in data else ():
        if match.start() != reached:
            header = []
        reached = match.end() + 1
        if _RULE.fullmatch(match[0]):
            continue
        cells = list(_cells(data, *match.span()))
        labels = [_label(cell) for cell in cells]
        if header and len(header) == len(cells) and not any(labels):
            yield from _below(header, cells, match.start())
        elif len(cells) > 2 and sum(map(bool, labels)) > len(cells) // 2:
            header = labels
        else:
            yield from _beside(labels, cells)


def _cells(data: bytes, start: int, end: int) -> Iterator[_Cell]:
    for piece in re.finditer(rb"[^|]+", data[start:end]):
        text = piece[0].strip(_AROUND)
        at = start + piece.start() + len(piece[0]) - len(piece[0].lstrip(_AROUND))
        if text or piece.start() > 0:
            yield _Cell(text, at, at + len(text))


def _label(cell: _Cell) -> str:
    """The label that a cell is, or ""."""
    text = cell.text.rstrip(b" :").decode("utf-8", "replace")
    if not 2 <= len(text) <= 40:
        return ""
    read = read_label(text)
    known = read.rule is not None or read.subject is not None or is_relation(text)
    return text if known else ""


def _below(header: Sequence[str], cells: Sequence[_Cell], record: int) -> Iterator[Labelled]:
    for label, cell in zip(header, cells, strict=True):
        if label:
            yield from _value(label, cell, record + 1)


def _beside(labels: Sequence[str], cells: Sequence[_Cell]) -> Iterator[Labelled]:
    for label, cell, own in zip(labels, cells[1:], labels[1:], strict=False):
        if label and not own:
            yield from _value(label, cell, 0)


def _value(label: str, cell: _Cell, record: int) -> Iterator[Labelled]:
    if not cell.text or len(cell.text) > _LONGEST:
        return
    text = cell.text.decode("utf-8", "replace")
    read = read_label(label)
    if read.rule is not None:
        yield Labelled((label,), text, cell.start, cell.end, record)
    elif is_name(text):
        # "| Patient | Ana Ruiz |", "| Daughter | Ana Ruiz |"
        whose = label if read.subject is not None else "person"
        yield Labelled((whose, "name"), text, cell.start, cell.end, record)
