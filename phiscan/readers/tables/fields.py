"""The columns of a table as text: which column holds a place.

A column is shown by its name if that may be shown, else by its number: `notes`, `column 3`.

Cost: a row in which nothing is asked for costs a search for its end, a row that has quotes costs
one match for each cell.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from phiscan.readers.tables import piped
from phiscan.syntax.csv_rows import DELIMITERS, Cell, begin, headers, passed, row_end, rows
from phiscan.words.field_names import is_shown

_HEAD: Final = 16384
"""The first bytes, in which a text shows whether it is a table."""
_LIKE: Final = 8
"""The most rows that are compared with the header."""
_FEWEST: Final = 3
"""The least columns of a table without a known label. Prose may have a comma in each line."""


def fields(
    data: bytes, offsets: Sequence[int], delimiter: bytes, labels: Sequence[str], body: int
) -> Iterator[str]:
    """Yield the column that holds each offset; empty above the rows.

    Args:
        offsets: in ascending order.
        delimiter: the byte between cells.
        labels: the cells of the header.
        body: the offset of the first row.
    """
    shown = [label if is_shown(label) else f"column {n}" for n, label in enumerate(labels, 1)]
    at, end = body, body
    row: list[Cell] = []
    for offset in offsets:
        if offset < body:
            yield ""
            continue
        while end <= offset and end < len(data):
            at = end
            row, end = passed(data, at, delimiter)
        row = row or next(rows(data, at, delimiter), [])
        column = sum(cell.start <= offset for cell in row)
        yield shown[column - 1] if 0 < column <= len(shown) else f"column {max(column, 1)}"


def of_text(data: bytes, offsets: Sequence[int]) -> Iterator[str]:
    """Yield the column that holds each offset of a text that may be a table, or empty.

    It is a table if its first row can be a header and the next rows have as many cells.
    """
    for delimiter in DELIMITERS:
        labels, body = _header(data, delimiter)
        if labels:
            return fields(data, offsets, delimiter, labels, body)
    return ("" for _ in offsets)


def _header(data: bytes, delimiter: bytes) -> tuple[tuple[str, ...], int]:
    """The names of the columns and the offset of the first row; no names if it is no table."""
    head = data[:_HEAD]
    labels, _ = next(headers(head, begin(data), delimiter, 1), ((), 0))
    if len(labels) < _FEWEST:
        return (), 0
    first, *others = islice(rows(head, begin(data), delimiter), _LIKE + 1)
    if len(data) > _HEAD and len(others) < _LIKE:
        others = others[:-1]  # the last one is cut off
    if (
        not others
        or any(len(row) != len(labels) for row in others)
        or (delimiter == b"|" and piped.is_drawn(head))
    ):
        return (), 0
    return labels, row_end(data, first[-1])
