"""rich, set up so that it interprets nothing: no markup, no emoji codes, no highlighting.

This module loads rich. It is imported only where something is drawn for a terminal.
"""

import io
from collections.abc import Sequence
from typing import Final, TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType

from extauthz.terminal.screen import Screen

_BROAD: Final = 100_000
"""Columns of an output without a width."""


class _Console(Console):
    is_unicode = True

    @property
    def encoding(self) -> str:
        """What is drawn with: the output's own encoding says nothing of the locale."""
        return "utf-8" if self.is_unicode else "ascii"

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002 - rich's own
        """Leave the cursor alone: a process that is killed could not bring it back."""
        return False


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns on the screen that each column of cells takes."""
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]


def drawn(what: RenderableType, screen: Screen, width: int | None) -> list[str]:
    """Return a thing of rich as lines.

    Args:
        screen: where they will be shown.
        width: columns that there are; None for as many as it takes.
    """
    page = io.StringIO()
    console_for(page, screen, width).print(what)
    return page.getvalue().splitlines()


def console_for(out: TextIO, screen: Screen, width: int | None) -> Console:
    """Return rich's console for an output."""
    console = _Console(
        file=out,
        width=width or _BROAD,
        color_system="256" if screen.is_coloured else None,
        force_terminal=True,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        _environ={},
    )
    console.is_unicode = screen.is_unicode
    return console
