"""The rows of a table of MySQL or MariaDB, one after another as the server sends them.

How a sample is drawn depends on the key. With one integer as primary key, random keys between the
least and the greatest are looked up, and those without a row are thrown away: each row has the same
chance, and little is read. That is given up when nearly all keys are gaps. Otherwise the whole
table is read and each row is taken with the same chance.
"""

import contextlib
import random
from collections.abc import Generator, Iterator
from typing import Final

from atrest.readers.mysql.catalogue import Column, Form, Table
from atrest.readers.mysql.session import Row, Session
from atrest.readers.pieces import FETCH, pieces
from atrest.readers.throttle import Pace
from atrest.source import Budget, Item, Method, Reason, Sampled, Unread

_PAGE: Final = 5_000
_ROW: Final = 64 << 20
"""The long cells of one row share so many bytes."""
_MOST_MISSES: Final = 50
"""Of so many random keys one has to have a row, else the whole table is cheaper."""
_TRIED: Final = 5_000
"""Keys that are tried before that is judged."""


def read(session: Session, table: Table, budget: Budget, pace: Pace) -> Iterator[Item]:
    """Yield the rows of a table: all, or each with the same chance.

    Args:
        session: within a snapshot.
        table: which.
        budget: how many rows, and how much of a cell.
        pace: waits after each piece.
    """
    for name in table.hidden:
        yield Unread(Reason.NOT_PERMITTED, name)
    reading = _Reading(table, budget, pace)
    if not budget.rows or not _has_more(session, table, budget.rows):
        yield from reading.rows(_pages(session, table, reading.cells))
        yield Sampled(Method.ALL, budget.seed)
        return
    keys = _Keys.of(session, table, budget) if table.key else None
    if keys is not None:
        yield from reading.rows(keys.rows(reading.cells))
        yield Sampled(Method.RANDOM, budget.seed)
    else:
        yield from reading.rows(_each_by_chance(session, table, reading.cells, budget))
        yield Sampled(Method.BERNOULLI, budget.seed)


def _has_more(session: Session, table: Table, rows: int) -> bool:
    """Whether the table has more than so many rows. A table that has is not counted to its end."""
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {table.name} LIMIT {rows + 1}) some"  # noqa: S608
    return int(session.run(sql)[0][0] or 0) > rows


def _pages(session: Session, table: Table, cells: str) -> Generator[Row]:
    """Yield all rows: by pages of the key, so that no statement lasts, or in one statement."""
    if not table.key:
        sql = f"SELECT '', {cells} FROM {table.name}"  # noqa: S608 - quoted
        yield from session.stream(sql, is_timed=False)
        return
    after = ""
    while True:
        last = None
        sql = (
            f"SELECT {table.key}, {cells} FROM {table.name} {after} "  # noqa: S608 - quoted
            f"ORDER BY {table.key} LIMIT {_PAGE}"
        )
        with contextlib.closing(session.stream(sql)) as sent:
            for row in sent:
                last = row[0]
                yield row
        session.keep_up()
        if last is None:
            return
        after = f"WHERE {table.key} > {int(last)}"


def _each_by_chance(session: Session, table: Table, cells: str, budget: Budget) -> Generator[Row]:
    count = int(session.run(f"SELECT COUNT(*) FROM {table.name}")[0][0] or 0)  # noqa: S608
    chance = budget.rows / max(1, count)
    yield from session.stream(
        f"SELECT '', {cells} FROM {table.name} "  # noqa: S608 - quoted
        f"WHERE RAND({budget.seed}) < {chance:.12f}"
    )


class _Keys:
    """Random keys of a table, each once.

    Args:
        session: within a snapshot.
        table: with one integer as its primary key.
        budget: how many rows; the seed.
        least: the first key there is.
        greatest: the last.
    """

    def __init__(
        self, session: Session, table: Table, budget: Budget, bounds: tuple[int, int]
    ) -> None:
        self._session = session
        self._table = table
        self._wanted = budget.rows
        self._seed = budget.seed
        self._least, self._greatest = bounds

    @classmethod
    def of(cls, session: Session, table: Table, budget: Budget) -> "_Keys | None":
        """Return the keys of a table, or None when nearly all of them are gaps."""
        sql = f"SELECT MIN({table.key}), MAX({table.key}) FROM {table.name}"  # noqa: S608
        least, greatest = session.run(sql)[0]
        keys = cls(session, table, budget, (int(least or 0), int(greatest or 0)))
        return None if keys._are_sparse() else keys

    def _are_sparse(self) -> bool:
        """Whether too few of the first keys have a row. Those are looked up without their rows."""
        tried = found = 0
        for batch in self._batches():
            where = f"WHERE {self._table.key} IN ({batch})"
            sql = f"SELECT COUNT(*) FROM {self._table.name} {where}"  # noqa: S608 - numbers
            found += int(self._session.run(sql)[0][0] or 0)
            tried += FETCH
            if found * _MOST_MISSES >= _TRIED:
                return False
            if tried >= _TRIED:
                return True
        return False

    def rows(self, cells: str) -> Generator[Row]:
        """Yield the rows at random keys until there are as many as wanted.

        Whole batches are read. When to stop depends on the number of rows alone and not on which
        they are, so each row keeps the same chance.
        """
        found = 0
        for batch in self._batches():
            where = f"WHERE {self._table.key} IN ({batch})"
            sql = f"SELECT '', {cells} FROM {self._table.name} {where}"  # noqa: S608 - numbers
            with contextlib.closing(self._session.stream(sql)) as sent:
                for row in sent:
                    found += 1
                    yield row
            self._session.keep_up()
            if found >= self._wanted:
                return

    def _batches(self) -> Iterator[str]:
        """Yield numbers between the least and the greatest key, at random and each once."""
        chance = random.Random(self._seed)  # noqa: S311 - a sample, not a secret
        span = self._greatest - self._least + 1
        drawn: set[int] = set()
        while len(drawn) < span:
            batch: list[str] = []
            while len(batch) < FETCH and len(drawn) < span:
                number = chance.randrange(span)
                if number not in drawn:
                    drawn.add(number)
                    batch.append(str(self._least + number))
            yield ", ".join(batch)


class _Reading:
    """How rows are read.

    Args:
        table: which.
        budget: how much of a cell.
        pace: waits after each piece.
    """

    def __init__(self, table: Table, budget: Budget, pace: Pace) -> None:
        long = sum(column.form is not Form.SHORT for column in table.columns)
        self._limit = budget.document_bytes
        # one more tells that the cell was cut
        self._most = min(budget.document_bytes + 1, max(1024, _ROW // max(1, long)))
        self._columns = table.columns
        self._names = tuple(column.name for column in table.columns)
        self._pace = pace
        self._cut: set[str] = set()
        self.cells = ", ".join(column.text(self._most) for column in table.columns)
        """SQL for the cells of a row. What stands before them in a row is not one."""

    def rows(self, sent: Generator[Row]) -> Iterator[Item]:
        """Yield rows in pieces."""
        with contextlib.closing(sent):  # at once, when the reader is given up
            yield from pieces(self._names, map(self._row, sent), self._pace)
        yield from (Unread(Reason.OVER_LIMIT, name) for name in sorted(self._cut))

    def _row(self, row: Row) -> list[object]:
        return [self._cell(*pair) for pair in zip(self._columns, row[1:], strict=True)]

    def _cell(self, column: Column, value: bytes | None) -> object:
        if value is None:
            return None
        cell = value if column.form is Form.BYTES else value.decode("utf-8", "replace")
        if column.form is not Form.SHORT and self._most <= len(cell) <= self._limit:
            self._cut.add(column.name)
        return cell
