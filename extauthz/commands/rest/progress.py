"""The progress of a scan: one line on a terminal, with the time that is left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TextIO

from extauthz.commands.progress import amount
from extauthz.rest.run import Counts
from extauthz.rest.schedule import Schedule
from extauthz.rest.worker import Beat

_PAUSE: Final = 0.5
_CLEAR: Final = "\r\x1b[K"
_WIDTH: Final = 100


@dataclass(slots=True)
class Progress:
    """Counts what was read, and shows it where somebody looks.

    Args:
        out: where to; nothing is shown when it is no terminal.
        schedule: knows what is left.
        counts: of the run.
        clock: returns seconds and never goes back.
    """

    out: TextIO
    schedule: Schedule
    counts: Counts
    clock: Callable[[], float]
    _rows: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)
    _began: float = field(default=0.0, init=False)
    _said: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()

    def beat(self, beat: Beat) -> None:
        """Count what a worker read."""
        self._rows += beat.rows
        self._bytes += beat.bytes
        now = self.clock()
        if self.out.isatty() and now - self._said >= _PAUSE:
            self._said = now
            self.out.write(f"{_CLEAR}{self.line(now)[:_WIDTH]}")
            self.out.flush()

    def line(self, now: float) -> str:
        """Return what is shown: `12 read, 988 left, 3.1 MiB, 4200 rows, about 12 min left`."""
        left, _, is_all = self.schedule.left
        more = "" if is_all else " or more"
        text = f"{self.counts.read} read, {left}{more} left, {amount(self._bytes)}"
        if self._rows:
            text += f", {self._rows} rows"
        if self.counts.read and is_all:
            seconds = (now - self._began) * left / self.counts.read
            text += f", about {_time(seconds)} left"
        return text

    def clear(self) -> None:
        """Erase the line before other output."""
        if self.out.isatty():
            self.out.write(_CLEAR)
            self.out.flush()


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
