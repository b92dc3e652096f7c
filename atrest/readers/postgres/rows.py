"""The rows of a PostgreSQL table: a cursor on the server, a uniform sample, bounded memory.

Long cells would not fit: 250 rows of 16 MiB are 4 GB. So each cell is cut in SQL, and one that is
longer is read by the place of its row (`ctid`), which does not change within a snapshot.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from atrest.readers.pieces import FETCH, pieces
from atrest.readers.postgres.catalogue import Column, Form, Table
from atrest.readers.postgres.places import AT, Places
from atrest.readers.postgres.session import Session
from atrest.readers.throttle import Pace
from atrest.sample import Row, weight_of
from atrest.source import Budget, Item, Method, ReadError, Reason, Sampled, Unread

_FETCHED: Final = 16 << 20
"""About so many characters are fetched at once."""
_PIECE: Final = 1 << 20
_ROW: Final = 64 << 20
"""Of one row at most about so many bytes; its further long cells stay cut."""
_COUNTED: Final = 256 << 20
"""A table up to this size is counted. Of a larger one the planner's estimate is used."""
_SPARE: Final = 1.05
"""An estimate may be a little too high, which would make the sample too small."""


def read(session: Session, table: Table, budget: Budget, pace: Pace) -> Iterator[Item]:
    """Yield the rows of a table: all, or each with the same chance.

    Args:
        session: within a snapshot.
        table: of this snapshot.
        budget: how many rows, and how much of a cell.
        pace: waits after each piece.
    """
    if table.is_filtered:
        yield Unread(Reason.SEES_LESS)
    for name in table.hidden:
        yield Unread(Reason.NOT_PERMITTED, name)
    if not table.columns:
        yield Sampled(Method.ALL, budget.seed)
        return
    reading = _Reading(session, table, budget, pace)
    size = _size(session, table)
    places = _places(session, table, size, budget)
    if places is not None:
        yield from reading.rows(reading.at(*places))
        yield Sampled(Method.RANDOM, budget.seed)
        return
    sample, method = _sample(session, table, size, budget)
    yield from reading.rows(reading.through(sample))
    yield Sampled(method, budget.seed)


def _size(session: Session, table: Table) -> int:
    """Return the bytes of a table whose file nobody replaces until the snapshot ends."""
    session.run(f"SELECT FROM ONLY {table.name} LIMIT 0")
    (size,) = session.run("SELECT pg_relation_size(:name::regclass)", name=table.name)[0]
    return int(str(size))


def _places(session: Session, table: Table, size: int, budget: Budget) -> tuple[Places, int] | None:
    """Return random places and how many to draw, where that is cheaper than the whole table."""
    if not budget.rows or not table.has_places or not table.is_heap or size <= _COUNTED:
        return None
    places = Places(table, size // table.page_bytes, budget.seed)
    draws = places.draws(session, budget.rows)
    return (places, draws) if draws else None


def _sample(session: Session, table: Table, size: int, budget: Budget) -> tuple[str, Method]:
    """Return the clause that chooses rows, and how it does.

    BERNOULLI reads the whole table and gives each row the same chance. SYSTEM would be faster, but
    takes whole pages, and from pages no bound follows.
    """
    if not budget.rows:
        return "", Method.ALL
    total = _total(session, table, size)
    if total <= budget.rows:
        return "", Method.ALL
    percent = 100 * budget.rows / total
    return f"TABLESAMPLE BERNOULLI ({percent:.10f}) REPEATABLE ({budget.seed})", Method.BERNOULLI


def _total(session: Session, table: Table, size: int) -> float:
    """Return how many rows the table has: counted, or estimated as the planner does."""
    if table.density < 0 or size <= _COUNTED:
        (count,) = session.run(f"SELECT count(*) FROM ONLY {table.name}")[0]  # noqa: S608
        return float(str(count))
    return size / table.page_bytes * table.density / _SPARE


class _Reading:
    """One pass over a table.

    Args:
        session: within a snapshot.
        table: which.
        budget: how much of a cell.
        pace: waits after each piece.
    """

    def __init__(self, session: Session, table: Table, budget: Budget, pace: Pace) -> None:
        self._session = session
        self._table = table
        self._limit = budget.document_bytes + 1  # one more tells that the cell was cut
        self._pace = pace
        self._fetch = pace.at_once(FETCH)
        self._short = max(1024, _FETCHED // (self._fetch * len(table.columns)))
        self._names = tuple(column.name for column in table.columns)
        self._wanted = budget.rows
        self._cut: set[str] = set()
        place = "ctid::text" if table.has_places else "''"
        cells = ", ".join(column.piece(1, self._short + 1) for column in table.columns)
        self._select = f"SELECT {place}, {cells} FROM ONLY {table.name}"  # noqa: S608 - quoted

    def rows(self, found: Iterator[Row]) -> Iterator[Item]:
        """Yield rows in pieces."""
        yield from pieces(self._names, map(self._row, found), self._pace)
        yield from (Unread(Reason.OVER_LIMIT, name) for name in sorted(self._cut))

    def through(self, sample: str) -> Iterator[Row]:
        """Yield the rows that a sample chooses, from the table's beginning to its end."""
        self._session.run(f"DECLARE phiguard NO SCROLL CURSOR FOR {self._select} {sample}")
        while fetched := self._session.run(f"FETCH {self._fetch} FROM phiguard"):
            yield from fetched
            self._session.keep_up()

    def at(self, places: Places, draws: int) -> Iterator[Row]:
        """Yield the rows at random places, until there are as many as wanted or no draw is left.

        Whole batches are read. When to stop depends on the number of rows alone and not on which
        they are, so each row keeps the same chance.
        """
        known: set[object] = set()
        for batch in places.batches(self._fetch):
            for row in self._session.run(f"{self._select} WHERE {AT}", places=batch):
                if row[0] not in known:
                    known.add(row[0])
                    yield row
            self._session.keep_up()
            draws -= self._fetch
            if len(known) >= self._wanted or draws <= 0:
                return

    def _row(self, row: Row) -> Sequence[object]:
        cells = [self._session.text(c) if isinstance(c, str) else c for c in row[1:]]
        weight = 0
        for number, column in enumerate(self._table.columns):
            cell = cells[number]
            if isinstance(cell, (str, bytes)) and self._is_long(column, cell):
                if not self._table.has_places or weight > _ROW:
                    self._cut.add(column.name)
                else:
                    cells[number] = self._whole(column, str(row[0]))
                    weight += weight_of(cells[number : number + 1])
        return cells

    def _is_long(self, column: Column, cell: str | bytes) -> bool:
        return column.form is not Form.SHORT and len(cell) > self._short

    def _whole(self, column: Column, place: str) -> str | bytes:
        """Read a long cell in pieces, up to the limit."""
        parts: list[str | bytes] = []
        for start in range(1, self._limit + 1, _PIECE):
            length = min(_PIECE, self._limit + 1 - start)
            sql = (
                f"SELECT {column.piece(start, length)} FROM ONLY {self._table.name} "  # noqa: S608
                "WHERE ctid = :place::tid"
            )
            found = self._session.run(sql, place=place)
            if not found:  # within one snapshot this does not happen
                raise ReadError(Reason.CHANGED)
            part = found[0][0]
            if not isinstance(part, (str, bytes)) or not part:
                break
            parts.append(self._session.text(part) if isinstance(part, str) else part)
            if len(part) < length:
                break
        return _joined(parts)


def _joined(parts: Sequence[str | bytes]) -> str | bytes:
    if parts and isinstance(parts[0], bytes):
        return b"".join(part for part in parts if isinstance(part, bytes))
    return "".join(part for part in parts if isinstance(part, str))
