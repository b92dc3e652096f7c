"""The live files of a table as the rows of one table."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from atrest.picks import Picks
from atrest.readers.lake.table import DataFile, Folder, Table
from atrest.readers.tables import arrow_rows, parquet
from atrest.readers.tables.arrow_errors import as_read_errors
from atrest.source import Budget, Item, Method, ReadError, Reason, Rows, Sampled, Unread

_MOST_FILES: Final = 200
"""A uniform sample of a table with thousands of files would touch nearly all of them."""


def read(table: Table, folder: Folder, budget: Budget) -> Iterator[Item]:
    """Yield a sample of the live rows.

    It is uniform, unless the table has more than 200 files and the budget is not for all rows. Then
    files are drawn at random, and rows uniformly from these (`BLOCKS`). A file that cannot be read
    is named, and the others are read.
    """
    files = [each for each in table.files if each.path]
    if len(files) < len(table.files):
        yield Unread(Reason.GONE, "files that lie elsewhere")
    is_uniform = not budget.rows or len(files) <= _MOST_FILES
    if not is_uniform:
        chance = random.Random(budget.seed)  # noqa: S311 - a sample, not a secret
        files = sorted(chance.sample(files, _MOST_FILES), key=lambda each: each.path)
    counted: list[tuple[DataFile, int]] = []
    for file in files:
        try:
            counted.append((file, _count(file, folder)))
        except ReadError as error:
            yield Unread(error.reason, file.path)
    picks = Picks(sum(count for _, count in counted), budget.rows, budget.seed)
    reading = _Reading(table, folder, picks, budget.document_bytes)
    start = 0
    for file, count in counted:
        if picks.within(start, count):
            yield from reading.file(file, start)
        start += count
    yield Sampled(arrow_rows.method_of(picks) if is_uniform else Method.BLOCKS, budget.seed)


def _count(file: DataFile, folder: Folder) -> int:
    """Return how many rows a file has by its own word. The table's metadata may say fewer."""
    with folder.open(file.path) as opened, as_read_errors():
        return parquet.File(opened).total


@dataclass(frozen=True, slots=True)
class _Reading:
    """One read of a table: which rows, and how much of a cell."""

    table: Table
    folder: Folder
    picks: Picks
    limit: int

    def file(self, file: DataFile, start: int) -> Iterator[Item]:
        """Yield the rows of one file. `start` is the number of its first row."""
        try:
            with self.folder.open(file.path) as opened, as_read_errors():
                for rows in parquet.File(opened).rows(self.picks, start, self.limit):
                    yield _named(rows, self.table, file)
        except ReadError as error:
            yield Unread(error.reason, file.path)


def _named(rows: Rows, table: Table, file: DataFile) -> Rows:
    """Return rows with the table's own names, and with the columns that their file leaves out."""
    columns = tuple(table.names.get(name, name) for name in rows.columns)
    added = {name: value for name, value in file.added.items() if name not in columns}
    if not added:
        return Rows(columns, rows.rows)
    values = tuple(added.values())
    return Rows((*columns, *added), [(*row, *values) for row in rows.rows])
