"""Rows of a large PostgreSQL table at random places, without a read of the whole table.

A row's place (`ctid`) is a page and a line on it. Places are drawn with the same chance from all
that the table could have, and those where the snapshot sees no row are thrown away. A row that the
snapshot sees lies at one place, so each has the same chance, and a draw says nothing of the next.
Whole pages at random (SYSTEM) would not do: rows of a page came together and are alike, so no bound
would follow.
"""

import random
from collections.abc import Iterator
from typing import Final

from atrest.readers.pieces import FETCH
from atrest.readers.postgres.catalogue import Table
from atrest.readers.postgres.session import Session

AT: Final = "ctid = ANY (CAST(:places AS tid[]))"
"""Chooses the rows of a batch. The server looks these places up and reads nothing else."""
_HEADER: Final = 24
_LEAST_ROW: Final = 24 + 4
"""Bytes that the shortest row takes on a page, with its line (PostgreSQL, 73.6)."""
_ENOUGH: Final = 50
"""Rows that tell how many draws a row costs."""
_TRIED: Final = 5_000
"""Draws after which that is judged in any case."""
_RAREST: Final = 500
"""Of so many draws one has to find a row, else the table is read through."""
_RANDOM_COST: Final = 8
"""A page at random costs at most so many pages in sequence.

`python -m bench.atrest.large_tables` measured 4 to 7 on a disk of a virtual machine, uncached.
"""
_MOST: Final = 4
"""So many times the expected draws are made, should rows be rarer than the first draws said."""


class Places:
    """Random places of a table.

    Args:
        table: which.
        pages: how many it has.
        seed: the same seed draws the same places of the same number of pages.
    """

    def __init__(self, table: Table, pages: int, seed: int) -> None:
        self._name = table.name
        self._pages = pages
        self._lines = (table.page_bytes - _HEADER) // _LEAST_ROW
        self._seed = seed

    def batches(self, size: int = FETCH) -> Iterator[str]:
        """Yield arrays of at most `size` places, as text, without end."""
        chance = random.Random(self._seed)  # noqa: S311 - a sample, not a secret
        while True:
            drawn = {chance.randrange(self._pages * self._lines) for _ in range(size)}
            places = (f'"({n // self._lines},{n % self._lines + 1})"' for n in drawn)
            yield f"{{{','.join(places)}}}"

    def draws(self, session: Session, rows: int) -> int:
        """Return how many draws may be made for so many rows; 0: the whole table is cheaper.

        The first draws are made without their rows. They also tell what the planner does not know:
        of how many rows row-level security leaves the role.
        """
        if not self._pages or not self._is_looked_up(session):
            return 0
        found = tried = 0
        for batch in self.batches():
            sql = f"SELECT count(*) FROM ONLY {self._name} WHERE {AT}"  # noqa: S608 - quoted
            found += int(str(session.run(sql, places=batch)[0][0]))
            tried += FETCH
            if found >= _ENOUGH or tried >= _TRIED:
                break
        if found * _RAREST < tried:
            return 0
        expected = rows * tried / found
        return int(_MOST * expected) if expected * _RANDOM_COST <= self._pages else 0

    def _is_looked_up(self, session: Session) -> bool:
        """Whether the server goes to the places, and does not read the table to look for them.

        A policy of row-level security may forbid it to ask for the place first.
        """
        sql = f"EXPLAIN SELECT FROM ONLY {self._name} WHERE {AT}"
        plan = session.run(sql, places=next(self.batches(1)))
        return any("Tid Scan" in str(line) for (line,) in plan)
