"""The progress of a scan at rest: what was read, what is left, and about how long it takes."""

import time
from collections.abc import Callable
from typing import TextIO

from extauthz.rest.run import Counts
from extauthz.rest.schedule import Schedule
from extauthz.rest.worker import Beat
from extauthz.terminal.progress import Progress, amount


class ScanProgress(Progress):
    """Counts what was read, and shows it where somebody looks.

    Args:
        schedule: knows what is left.
        counts: of the run.
        out: where to, when that is not the standard error output.
        clock: returns seconds and never goes back.
    """

    def __init__(
        self,
        schedule: Schedule,
        counts: Counts,
        *,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(out=out, clock=clock)
        self._schedule, self._counts = schedule, counts
        self._rows = self._bytes = 0
        self._began = clock()

    def beat(self, beat: Beat) -> None:
        """Count what a worker read."""
        self._rows += beat.rows
        self._bytes += beat.bytes
        left, _, is_all = self._schedule.left
        read = self._counts.read
        self.show(self.line, read, read + left if is_all else 0)

    def line(self) -> str:
        """Return what is shown: `12 read, 988 left, 3.1 MiB, 4200 rows, about 12 min left`."""
        left, _, is_all = self._schedule.left
        read, more = self._counts.read, "" if is_all else " or more"
        text = f"{read} read, {left}{more} left, {amount(self._bytes)}"
        if self._rows:
            text += f", {self._rows} rows"
        if read and is_all:
            text += f", about {_time((self._clock() - self._began) * left / read)} left"
        return text


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
