"""Manners: no more rows and bytes a second than allowed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


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
        if self._free_at > now:
            self.sleep(self._free_at - now)
