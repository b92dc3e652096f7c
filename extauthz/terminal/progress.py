"""The progress of a long command: one line that is erased when the work ends."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Self, TextIO

from extauthz.terminal import ending
from extauthz.terminal import screen as screens
from extauthz.terminal.text import ascii_of, shown

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

_PAUSE: Final = 0.1  # seconds between two lines; more often would flicker
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")


class Progress:
    """Shows how far a command is, where somebody looks; elsewhere it shows nothing.

    It is a context manager. Its end erases the line, after an error and Ctrl-C too, and so does a
    signal that ends the process.

    Args:
        is_streaming: whether results are written meanwhile. On the same screen they would run into
            the line, so then it is not shown.
        out: where to, when that is not the standard error output.
        clock: returns seconds and never goes back.
    """

    def __init__(
        self,
        *,
        is_streaming: bool = False,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = sys.stderr if out is None else out
        self._screen = screens.of(self._out)
        self.is_shown = self._screen.can_erase and not (is_streaming and sys.stdout.isatty())
        self._clock = clock
        self._said = float("-inf")
        self._bars: Bars | None = None
        self._forget_signals: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Erase the line. Nothing more is shown."""
        self.is_shown = False
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
        self._forget_signals()

    def show(self, text: Callable[[], str], done: float, total: float) -> None:
        """Say how far the work is.

        Args:
            text: gives what stands beside the bar; asked only when the line is drawn.
            done: of `total`, in any unit.
            total: 0 when it is not known.
        """
        now = self._clock()
        if not self.is_shown or now < self._said + _PAUSE:
            return
        self._said = now
        bars = self._started()
        words = shown(text())
        bars.update(
            bars.task_ids[0],
            completed=done,
            total=total or None,
            description=words if self._screen.is_unicode else ascii_of(words),
        )
        bars.refresh()

    def _started(self) -> "Bars":
        if self._bars is None:
            from extauthz.terminal import bars  # noqa: PLC0415 - rich, for a terminal alone

            self._forget_signals = ending.erase_first(self._out)
            self._bars = bars.started(self._out, self._screen)
        return self._bars


def amount(size: int) -> str:
    """Return a number of bytes in a readable unit: `45.2 MiB`."""
    number = float(size)
    for unit in _UNITS[:-1]:
        if number < 1024:
            return f"{size} {unit}" if unit == _UNITS[0] else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {_UNITS[-1]}"
