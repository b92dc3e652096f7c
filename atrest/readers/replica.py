"""A replica that falls behind is left alone until it has caught up.

A long read on a replica can itself keep it from going on: PostgreSQL waits with the replay of what
the read still needs. So who reads a replica looks how far it is behind, and stops.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from atrest.source import ReadError, Reason

_PATIENCE: Final = 60.0
"""Seconds that a read waits for a replica before it begins."""
_BETWEEN: Final = 5.0
"""Seconds between two looks during a read."""
_AGAIN: Final = 1.0
"""Seconds after which a replica that seems to be behind is looked at once more. The first change
after a quiet hour looks like an hour of lag until it is replayed."""


@dataclass(slots=True)
class Lag:
    """How far the replica that is read may be behind.

    Args:
        limit: in seconds; 0: without limit.
        ask: returns the seconds, or None where nobody knows, or the server is no replica.
        clock: returns seconds and never goes back.
        sleep: waits so many seconds.
    """

    limit: float
    ask: Callable[[], float | None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _looked_at: float = field(default=0.0, init=False)

    def wait(self) -> None:
        """Wait up to a minute until the replica has caught up. Raises ReadError (LAGGING)."""
        until = self.clock() + _PATIENCE
        while self._is_behind():
            if self.clock() >= until:
                raise self._error()
            self.sleep(_AGAIN)
        self._looked_at = self.clock()

    def check(self) -> None:
        """Look each five seconds. Raises ReadError (LAGGING) when it is behind at two looks."""
        if not self.limit or self.clock() - self._looked_at < _BETWEEN:
            return
        self._looked_at = self.clock()
        if self._is_behind():
            self.sleep(_AGAIN)
            if self._is_behind():
                raise self._error()

    def _is_behind(self) -> bool:
        if not self.limit:
            return False
        seconds = self.ask()
        return seconds is not None and seconds > self.limit

    def _error(self) -> ReadError:
        return ReadError(Reason.LAGGING, f"the replica is more than {self.limit:g} s behind")
