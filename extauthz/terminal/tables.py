"""Tables: fitted to a terminal by rich, or aligned by spaces for a pipe.

A cell is never cut. On a terminal that is too narrow for the columns, each row is a block of
`name  value` lines.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from extauthz.terminal import screen as screens
from extauthz.terminal import tones
from extauthz.terminal.drawn import Drawn
from extauthz.terminal.screen import Screen
from extauthz.terminal.text import ascii_of, shown
from extauthz.terminal.tones import Tone

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_GAP: Final = 2
_NARROW: Final = 14
"""Columns of a cell that may be wrapped; narrower ones are hard to read."""
_NUMBER: Final = re.compile(r"-?[\d,.]+(?: ?(?:[KMGT]i)?B| ms| min| s| %)?|-|\?")
_RULE: Final = "    \n    \n {0}{0} \n    \n    \n    \n    \n    \n"


def lines(
    rows: Iterable[Sequence[str]],
    head: Sequence[str] = (),
    screen: Screen | None = None,
    *,
    indent: str = "",
    has_head: bool = True,
) -> list[Drawn]:
    """Return rows as lines with aligned columns. No row and no head is no line.

    Args:
        rows: cells; what is not printable in them is escaped.
        head: names of the columns; empty for none.
        has_head: whether the names stand above the rows; without, the rows go on a table.
        screen: where the lines go, when that is not the standard output.
        indent: stands before each line.
    """
    cells = [tuple(map(shown, row)) for row in rows]
    if not cells and not (head and has_head):
        return []
    where = screens.of(sys.stdout) if screen is None else screen
    if not where.is_unicode:
        cells = [tuple(map(ascii_of, row)) for row in cells]
    if where.is_plain:
        found = _aligned([tuple(head), *cells] if head and has_head else cells)
    else:
        found = _drawn(cells, head, where, len(indent), has_head=has_head)
    return [Drawn(f"{indent}{line}".rstrip()) for line in found]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _drawn(
    rows: Sequence[Sequence[str]],
    head: Sequence[str],
    where: Screen,
    indent: int,
    *,
    has_head: bool,
) -> list[str]:
    from extauthz.terminal import drawing  # noqa: PLC0415 - a pipe does not need rich

    width = None if where.width is None else max(1, where.width - indent)
    natural = drawing.widths([tuple(head), *rows] if head else rows)
    room = sum(natural) + _GAP * (len(natural) - 1)
    least = sum(min(each, _NARROW) for each in natural) + _GAP * (len(natural) - 1)
    if width is not None and least > width and head:
        return drawing.drawn(_blocks(rows, head), where, width)
    is_wrapped = width is not None and room > width
    fitted = natural if width is None else _fitted(rows, natural, width)
    table = _table(rows, head, where, fitted, is_lined=is_wrapped and len(rows) > 1)
    table.show_header = bool(head) and has_head
    return drawing.drawn(table, where, width)


def _table(
    rows: Sequence[Sequence[str]],
    head: Sequence[str],
    where: Screen,
    widths: Sequence[int],
    *,
    is_lined: bool,
) -> "Table":
    from rich.box import Box  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above

    mark = "\u2500" if where.is_unicode else "-"
    table = Table(
        box=Box(_RULE.format(mark), ascii=not where.is_unicode) if head else None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0) if head else (0, _GAP, 0, 0),
        leading=int(is_lined and bool(head)),
        header_style=Tone.HEAD,
    )
    for place, column in enumerate(zip(*rows, strict=True) if rows else [()] * len(head)):
        is_number = any(column) and all(map(_NUMBER.fullmatch, filter(None, column)))
        table.add_column(
            head[place] if head else "",
            justify="right" if is_number else "left",
            overflow="fold",
            width=widths[place] if widths else None,
        )
    for row in rows:
        table.add_row(*_texts(row, head))
    return table


def _fitted(rows: Sequence[Sequence[str]], natural: Sequence[int], width: int) -> list[int]:
    """The widths of columns that together take at most `width`; empty where rich must squeeze.

    No width is left to rich: it narrows wide columns below their least width, then widens them
    again, and cuts the last column.
    """
    room = width - _GAP * (len(natural) - 1)
    words = [max(map(_longest, column)) for column in zip(*rows, strict=True)] or [0] * len(natural)
    found = [max(min(whole, _NARROW), word) for whole, word in zip(natural, words, strict=True)]
    if sum(found) > room:
        found = [min(whole, _NARROW) for whole in natural]
    if sum(found) > room:
        return []
    for _ in range(min(room, sum(natural)) - sum(found)):
        wants = [whole - now for whole, now in zip(natural, found, strict=True)]
        found[wants.index(max(wants))] += 1
    return found


def _longest(cell: str) -> int:
    """The columns of the longest word, which would be broken in a narrower column."""
    return max(map(len, cell.split()), default=0)


def _blocks(rows: Sequence[Sequence[str]], head: Sequence[str]) -> "Table":
    """Each row as a block: the names of the columns beside the cells."""
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table.grid(padding=(0, _GAP, 0, 0))
    table.add_column(style=Tone.HEAD, no_wrap=True)
    table.add_column(overflow="fold")
    for number, row in enumerate(rows):
        if number:
            table.add_row("", "")
        for name, cell in zip(head, _texts(row, head), strict=True):
            if cell:
                table.add_row(name, cell)
    return table


def _texts(row: Sequence[str], head: Sequence[str]) -> "list[Text]":
    from rich.text import Text  # noqa: PLC0415 - as above

    names = head or ("-",) * len(row)
    return [
        Text(cell, style=tones.of_word(cell) if name in tones.COLUMNS else Tone.NONE)
        for cell, name in zip(row, names, strict=True)
    ]
