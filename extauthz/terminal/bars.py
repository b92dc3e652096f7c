"""The bar of rich, and the text beside it. This module loads rich."""

from typing import Final, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from extauthz.terminal.screen import Screen

_BAR: Final = 16


class _Console(Console):
    is_unicode = True

    @property
    def encoding(self) -> str:
        """What the bar is drawn with: the output's own encoding says nothing of the locale."""
        return "utf-8" if self.is_unicode else "ascii"

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002 - rich's own
        """Leave the cursor alone: a process that is killed could not bring it back."""
        return False


def started(out: TextIO, screen: Screen) -> Progress:
    """Return a bar with one task. No thread draws it: processes are forked while it runs."""
    console = _Console(
        file=out,
        width=screen.width,
        color_system="256" if screen.is_coloured else None,
        force_terminal=True,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    console.is_unicode = screen.is_unicode
    text = Column(no_wrap=True, overflow="ellipsis" if screen.is_unicode else "crop", ratio=1)
    progress = Progress(
        BarColumn(_BAR, "dim", "green", "green", "dim"),
        TextColumn("{task.description}", markup=False, table_column=text),
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        expand=True,
    )
    progress.add_task("", total=None)
    progress.start()
    return progress
