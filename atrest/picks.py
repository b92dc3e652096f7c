"""Rows that are drawn by their number, where it is known how many there are."""

import random
from bisect import bisect_left
from collections.abc import Sequence


class Picks:
    """Numbers of rows: all, or a uniform sample without replacement.

    Args:
        total: how many rows there are.
        size: how many to draw; 0: all.
        seed: the same seed draws the same numbers from the same total.

    Attributes:
        is_all: whether every row is drawn.
    """

    def __init__(self, total: int, size: int, seed: int) -> None:
        self.is_all = not size or total <= size
        chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
        self._numbers = [] if self.is_all else sorted(chance.sample(range(total), size))

    def within(self, start: int, count: int) -> Sequence[int]:
        """Return which of the `count` rows from number `start` on are drawn, counted from 0."""
        if self.is_all:
            return range(count)
        first = bisect_left(self._numbers, start)
        last = bisect_left(self._numbers, start + count)
        return [number - start for number in self._numbers[first:last]]
