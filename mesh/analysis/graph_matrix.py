"""A `Graph` as a table: who sends in the rows, who receives in the columns, letters in the cells.

From some ten services on, arrows lie on one another, and a table still can be read. A cell says
what passes unmasked, and below that, in italics, what passes masked. An empty cell is closed.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final
from xml.sax.saxutils import escape

from mesh.analysis.graph import Arrow, Graph, letters, member
from mesh.analysis.graph_style import LETTERS, LINE, MARGIN, TITLE, document, lines, text_width

_ROW: Final = 34
_LEAST: Final = 30
"""Pixels: the height of a row, and the least width of a column."""
_SMALL: Final = 6.8
"""Pixels of a letter in a cell."""
_PAD: Final = 12
_NONE: Final = "no PHI"
_LEGEND: Final = (
    "The row sends, the column receives. Upright: passes unmasked. In italics: passes masked. "
    "An empty cell is closed.",
)
_RUN: Final = 3
"""Letters in a row that are written with a dash."""


def matrix(found: Graph, title: str) -> str:
    """The picture, with its title above and its legend below."""
    services = [label for members in found.namespaces.values() for label in members]
    cells = {(arrow.sender, arrow.receiver): arrow for arrow in found.arrows}
    table = _Table(services, cells)
    notes = [*_LEGEND, *LETTERS, *([found.note] if found.note else [])]
    under = table.bottom + MARGIN
    wide = max(map(text_width, (*notes, title + "  "))) + 2 * MARGIN
    size = (max(table.right, wide) + MARGIN, under + LINE * len(notes) + MARGIN)
    drawn = [
        *table.heads(),
        *table.cells(),
        *table.walls([len(members) for members in found.namespaces.values()]),
        *lines(notes, under),
    ]
    return document(size, title, found.sentences, drawn)


class _Table:
    """The table and where its parts stand.

    Args:
        services: their labels, in order.
        cells: the arrows by sender and receiver.
    """

    def __init__(self, services: Sequence[str], cells: dict[tuple[str, str], Arrow]) -> None:
        self._services = services
        self._cells = cells
        names = [_name(label) for label in services]
        longest = max(map(text_width, names), default=0)
        self._left = MARGIN + longest + _PAD
        self._top = TITLE + longest + _PAD  # the names of columns stand upright
        widths = [self._width(label) for label in services]
        self._xs = [self._left + x for x in accumulate(widths, initial=0)]
        self.right = self._xs[-1]
        self.bottom = self._top + _ROW * len(services)

    def _width(self, receiver: str) -> int:
        """The width of a column: that of its longest cell."""
        texts = (
            text
            for sender in self._services
            if (arrow := self._cells.get((sender, receiver)))
            for text in cell_texts(arrow)
        )
        return max(_LEAST, *(round(len(text) * _SMALL) + _PAD for text in texts), 0)

    def _y(self, number: int) -> int:
        return self._top + _ROW * number

    def heads(self) -> Iterator[str]:
        """The names of rows and columns."""
        for number, label in enumerate(self._services):
            name = escape(_name(label))
            yield (
                f'<text x="{self._left - 8}" y="{self._y(number) + _ROW // 2 + 5}" '
                f'text-anchor="end">{name}</text>'
            )
            x = (self._xs[number] + self._xs[number + 1]) // 2 + 5
            y = self._top - 8
            yield f'<text x="{x}" y="{y}" transform="rotate(-90 {x} {y})">{name}</text>'

    def cells(self) -> Iterator[str]:
        """The cells, with a title each where something is open."""
        for row, sender in enumerate(self._services):
            for column, receiver in enumerate(self._services):
                arrow = self._cells.get((sender, receiver))
                kind = "d" if sender == receiver and arrow is None else _kind(arrow)
                x, y = self._xs[column], self._y(row)
                width = self._xs[column + 1] - x
                box = f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{_ROW}"/>'
                if arrow is None:
                    yield box
                    continue
                yield f"<g><title>{escape(arrow.sentence)}</title>{box}"
                yield from _written(arrow, x + width // 2, y)
                yield "</g>"

    def walls(self, sizes: Sequence[int]) -> Iterator[str]:
        """A line around each namespace's rows and columns."""
        for number in accumulate(sizes, initial=0):
            x, y = self._xs[number], self._y(number)
            yield f'<path class="l" d="M{MARGIN} {y}H{self.right}M{x} {TITLE}V{self.bottom}"/>'


def _name(label: str) -> str:
    namespace, slash, _ = label.partition("/")
    return f"{namespace}/{member(label)}" if slash and " " not in namespace else member(label)


def _kind(arrow: Arrow | None) -> str:
    if arrow is None:
        return "c"
    return "p" if arrow.passes else "q"


def _written(arrow: Arrow, x: int, y: int) -> Iterator[str]:
    """What passes, and below it what is masked; one of them alone stands in the middle."""
    passes, masked = cell_texts(arrow)
    only = not (passes and masked)
    for text, style, low in ((passes, "e", 14), (masked, "e i", 28)):
        if text:
            place = y + (_ROW // 2 + 4 if only else low)
            yield f'<text class="{style}" x="{x}" y="{place}" text-anchor="middle">{text}</text>'


def cell_texts(arrow: Arrow) -> tuple[str, str]:
    """What passes unmasked and what passes masked, as short as letters can say it."""
    if not arrow.passes and not arrow.masked:
        return _NONE, ""
    passes, masked = (letters(each, arrow.info_types) for each in (arrow.passes, arrow.masked))
    return short_letters(passes), short_letters(masked)


def short_letters(words: str) -> str:
    """`A B+ D-Q` of `A B+ D E F ... Q`: three and more letters in a row become one word."""
    if "-" in words or not words:
        return words
    runs: list[list[str]] = []
    for word in words.split():
        if runs and _follows(runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) >= _RUN else " ".join(run) for run in runs)


def _follows(before: str, word: str) -> bool:
    return len(before) == len(word) == 1 and ord(word) == ord(before) + 1
