"""Delimited text (RFC 4180) as rows, read from its beginning to its end.

Only a text that is plainly a table is read so: its first rows have one number of cells, and the
first of them is a header. Everything else stays a document, which the detectors read as they do in
flight.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from atrest.header import FEWEST_ROWS, is_header
from atrest.manners import Manners
from atrest.readers.pieces import pieces
from atrest.readers.throttle import Pace
from atrest.sample import reservoir
from atrest.source import Budget, Item, Method, Reason, Rows, Sampled, Unread
from phiscan.syntax import csv_rows

_LONGEST_CELL: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text is delimited.

    Args:
        delimiter: between cells.
        columns: the cells of the header.
    """

    delimiter: str
    columns: tuple[str, ...]


def dialect_of(head: bytes, *, is_whole: bool) -> Dialect | None:
    """Return how a text is delimited, or None when it is no table.

    Args:
        head: its first bytes.
        is_whole: whether these are all. If not, the last row may be cut off and is not looked at.
    """
    try:
        text = head[csv_rows.begin(head) :].decode("utf-8", "strict" if is_whole else "ignore")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    for delimiter in csv_rows.DELIMITERS:
        rows = _first_rows(text, delimiter.decode(), is_whole=is_whole)
        if rows and _is_table(rows):
            return Dialect(delimiter.decode(), tuple(name.strip() for name in rows[0]))
    return None


def _first_rows(text: str, delimiter: str, *, is_whole: bool) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = list(reader)
    except csv.Error:
        return []
    return [row for row in (rows if is_whole else rows[:-1]) if row]


def _is_table(rows: list[list[str]]) -> bool:
    return (
        len(rows) >= FEWEST_ROWS
        and all(len(row) == len(rows[0]) for row in rows)
        and is_header(rows[0], rows[1:])
    )


def read(file: BinaryIO, dialect: Dialect, budget: Budget) -> Iterator[Item]:
    """Yield a sample of the rows. A row that is wider or narrower is cut or filled.

    The sample is uniform, and the whole text is read for it.
    """
    csv.field_size_limit(_LONGEST_CELL)
    text = io.TextIOWrapper(file, "utf-8-sig", "replace", newline="")
    body = _Body(text, dialect)
    if budget.rows:
        sample = reservoir(body, budget.rows, budget.seed)
        yield Rows(dialect.columns, sample.rows)
        yield Sampled(Method.ALL if sample.is_all else Method.RANDOM, budget.seed)
    else:
        yield from pieces(dialect.columns, body, Pace.of(Manners()))
        yield Sampled(Method.ALL)
    if body.torn:
        yield Unread(Reason.MALFORMED)
    text.detach()


class _Body:
    """The rows below the header, and whether some of them do not fit it."""

    def __init__(self, text: io.TextIOWrapper, dialect: Dialect) -> None:
        self._reader = csv.reader(text, delimiter=dialect.delimiter)
        self._width = len(dialect.columns)
        self.torn = False

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        is_below = False
        while True:
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                self.torn = True
                continue
            if row and not is_below:
                is_below = True  # the header: the first line that is not blank
            elif row:
                self.torn |= len(row) > self._width
                yield tuple(row[: self._width]) + ("",) * (self._width - len(row))
