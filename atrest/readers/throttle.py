"""Manners: no more rows and bytes a second than allowed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from atrest.manners import Manners

_LONGEST_SLEEP: Final = 30.0
"""Whoever watches this process sees that it wakes up, and does not take it for one that hangs."""


@dataclass(slots=True)
class Throttle:
    """A token bucket that holds what one second allows.

    Args:
        rate: of things a second; 0: without limit.
        clock: returns seconds and never goes back.
        sleep: waits so many seconds.
    """

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free_at: float = field(default=0.0, init=False)

    def take(self, count: int) -> None:
        """Wait until `count` more things are allowed. Those after wait for these."""
        if not self.rate:
            return
        now = self.clock()
        self._free_at = max(self._free_at, now) + count / self.rate
        while self._free_at > now:
            self.sleep(min(self._free_at - now, _LONGEST_SLEEP))
            now = self.clock()


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows and bytes a second.

    Args:
        rows: the bucket of rows.
        bytes: the bucket of bytes.
    """

    rows: Throttle
    bytes: Throttle

    @classmethod
    def of(cls, manners: Manners) -> "Pace":
        """Start with full buckets."""
        return cls(Throttle(manners.rows_per_second), Throttle(manners.bytes_per_second))

    def take(self, rows: int, size: int) -> None:
        """Wait until so many more rows and bytes are allowed."""
        self.rows.take(rows)
        self.bytes.take(size)

    def at_once(self, most: int) -> int:
        """Return how many rows to fetch at once: `most`, or what one second allows."""
        return min(most, max(1, int(self.rows.rate))) if self.rows.rate else most
