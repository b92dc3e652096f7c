"""Rows in pieces that fit into memory, and no faster than allowed."""

from collections.abc import Iterable, Iterator
from typing import Final

from atrest.readers.throttle import Pace
from atrest.sample import Row, weight_of
from atrest.source import Rows

FETCH: Final = 250
_WEIGHT: Final = 4 << 20


def pieces(columns: tuple[str, ...], rows: Iterable[Row], pace: Pace) -> Iterator[Rows]:
    """Yield rows, at most 250 at once, and fewer when they are long.

    Args:
        columns: their names.
        rows: read as they are needed.
        pace: waits before each piece.
    """
    waiting: list[Row] = []
    weight = 0
    most = pace.at_once(FETCH)
    for row in rows:
        waiting.append(row)
        weight += weight_of(row)
        if weight > _WEIGHT or len(waiting) == most:
            pace.take(len(waiting), weight)
            yield Rows(columns, waiting)
            waiting, weight = [], 0
    if waiting:
        pace.take(len(waiting), weight)
        yield Rows(columns, waiting)
