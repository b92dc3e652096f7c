"""rich, set up so that it interprets nothing: no markup, no emoji codes, no highlighting.

This module loads rich. It is imported only where something is drawn for a terminal.
"""

import io
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console, RenderableType

from extauthz.terminal.screen import Screen

_BROAD: Final = 100_000
"""Columns of an output without a width."""


class _Page(io.StringIO):
    """Lines in memory. rich asks an output for its encoding, and draws in ASCII if need be."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._named = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # io.StringIO has none that can be set
        """The encoding that the lines must fit."""
        return self._named


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns on the screen that each column of cells takes."""
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]


def drawn(what: RenderableType, screen: Screen, width: int | None) -> list[str]:
    """Return a thing of rich as lines.

    Args:
        screen: where they will be shown.
        width: columns that there are; None for as many as it takes.
    """
    page = _Page("utf-8" if screen.is_unicode else "ascii")
    console = console_for(page, screen, width)
    console.print(what)
    return page.getvalue().splitlines()


def console_for(out: io.TextIOBase, screen: Screen, width: int | None) -> Console:
    """Return rich's console for an output."""
    return Console(
        file=out,  # type: ignore[arg-type]  # rich asks for `IO[str]`, and only writes
        width=width or _BROAD,
        color_system="256" if screen.is_coloured else None,
        force_terminal=True,
        force_jupyter=False,
        force_interactive=screen.can_erase,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        _environ={},
    )
