"""The bar of rich, and the text beside it. This module loads rich."""

from typing import Final, TextIO

from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from extauthz.terminal import drawing
from extauthz.terminal.screen import Screen

_BAR: Final = 16


def started(out: TextIO, screen: Screen) -> Progress:
    """Return a bar with one task. No thread draws it: processes are forked while it runs."""
    text = Column(no_wrap=True, overflow="ellipsis" if screen.is_unicode else "crop", ratio=1)
    progress = Progress(
        BarColumn(_BAR, "dim", "green", "green", "dim"),
        TextColumn("{task.description}", markup=False, table_column=text),
        console=drawing.console_for(out, screen, screen.width),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        expand=True,
    )
    progress.add_task("", total=None)
    progress.start()
    return progress
