"""Rows in batches of one size, whatever the pieces in which a reader yields them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from atrest.source import Item, ReadError, Rows

BATCH_ROWS: Final = 250
"""Enough rows for the context, few enough for the limits of one scan."""
BATCH_BYTES: Final = 1 << 20


class _Waiting:
    """Rows of one table that are not yet a batch."""

    def __init__(self) -> None:
        self._head = Rows((), ())
        self._rows: list[Sequence[object]] = []
        self._size = 0

    def is_other(self, item: Item | None) -> bool:
        """Whether there are rows, and `item` is not more of the same table."""
        return bool(self._rows) and not (
            isinstance(item, Rows)
            and item.table == self._head.table
            and item.columns == self._head.columns
        )

    def add(self, rows: Rows) -> Iterator[Rows]:
        """Take rows, and yield each batch that they fill."""
        self._head = rows
        for row in rows.rows:
            self._rows.append(row)
            self._size += sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))
            if len(self._rows) == BATCH_ROWS or self._size > BATCH_BYTES:
                yield self.take()

    def take(self) -> Rows:
        """Give the rows away."""
        taken = replace(self._head, rows=self._rows)
        self._rows, self._size = [], 0
        return taken


def in_batches(items: Iterable[Item]) -> Iterator[Item]:
    """Cut rows into batches of one size, whatever the pieces in which they were read.

    Raises:
        ReadError: what `items` raised, after the rows that came before it.
    """
    waiting = _Waiting()
    source = iter(items)
    ended: ReadError | None = None
    while True:
        try:
            item = next(source, None)
        except ReadError as error:
            item, ended = None, error
        if waiting.is_other(item):
            yield waiting.take()
        if item is None:
            break
        if isinstance(item, Rows):
            yield from waiting.add(item)
        else:
            yield item
    if ended is not None:
        raise ended
