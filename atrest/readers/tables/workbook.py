"""Workbooks as rows, sheet by sheet.

The rows are read besides the document, and not in its place: the document has what stands in no
cell, and shows numbers in their formats (`536904431` as `536-90-4431`). The rows say in how many of
them a column holds what was found.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from atrest.header import is_header
from atrest.picks import Picks
from atrest.readers.tables import workbook_extent
from atrest.source import Budget, Item, Method, ReadError, Reason, Rows, Sampled

_MOST_ROWS: Final = 250
_LOOKED_AT: Final = 20
"""The header is sought in so many rows: titles stand above it."""
Row = Sequence[object]


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield a uniform sample of the rows of each sheet, hidden ones too.

    Raises:
        ReadError: the workbook is torn, or would take too much memory.
    """
    workbook_extent.check(file)
    try:
        with CalamineWorkbook.from_filelike(file) as workbook:
            for name in workbook.sheet_names:
                yield from _sheet(name, workbook.get_sheet_by_name(name), budget)
    except (CalamineError, OverflowError, ValueError) as error:
        raise ReadError(Reason.MALFORMED, type(error).__name__) from None
    except BaseException as error:
        # what a fault in the library's Rust raises is no Exception, and would end the process
        if type(error).__name__ != "PanicException":
            raise
        raise ReadError(Reason.MALFORMED, "PanicException") from None


def _sheet(name: str, sheet: CalamineSheet, budget: Budget) -> Iterator[Item]:
    first = list(islice(sheet.iter_rows(), _LOOKED_AT))
    at = header_of(first)
    if at < 0:
        return
    columns = tuple(str(cell).strip() for cell in first[at])
    below = islice(sheet.iter_rows(), at + 1, None)
    total = sum(1 for _ in sheet.iter_rows()) - at - 1
    picks = Picks(total, budget.rows, budget.seed)
    waiting: list[tuple[object, ...]] = []
    for number, row in enumerate(below):
        if picks.within(number, 1) and any(cell != "" for cell in row):
            waiting.append(tuple(_cell(cell) for cell in row))
        if len(waiting) == _MOST_ROWS:
            yield Rows(columns, waiting, name)
            waiting = []
    if waiting:
        yield Rows(columns, waiting, name)
    yield Sampled(Method.ALL if picks.is_all else Method.RANDOM, budget.seed)


def header_of(rows: Sequence[Row]) -> int:
    """Return which of a sheet's first rows is its header, or -1 when it is no table.

    The rows above it are titles. The document has a table without a header.
    """
    for at, row in enumerate(rows[:-1]):
        names = [cell if isinstance(cell, str) else "" for cell in row]
        if is_header(names, [[str(cell) for cell in below] for below in rows[at + 1 :]]):
            return at
    return -1


def _cell(cell: object) -> object:
    """Return a cell as a person sees it: numbers are kept with a fraction even where it is zero."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell if cell != "" else None
