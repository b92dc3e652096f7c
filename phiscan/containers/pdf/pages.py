"""Runs the operators of a page and collects the text that they show (ISO 32000-1, 8.2, 9.4).

    BT /F1 12 Tf 72 700 Td (Patient: ) Tj [(Ana) -250 (Ruiz)] TJ ET

Only what moves text matters: the matrices, the font, the spaces. Text that is invisible, white or
clipped counts, because whoever gets the file can select it. A form (a page within a page) is not
run where a page draws it but once by itself: forms that draw each other could draw without end.

Cost: about a microsecond a token.
"""

import re
from collections.abc import Iterator
from math import hypot
from typing import Final

from phiscan.containers.pdf import syntax
from phiscan.containers.pdf.fonts import UNKNOWN, Font
from phiscan.containers.pdf.layout import Run
from phiscan.containers.pdf.syntax import (
    DELIMITER,
    NUMBER,
    WORD,
    BrokenError,
    EndlessError,
    Value,
)
from phiscan.scan_context import ScanContext

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Final[Matrix] = (1, 0, 0, 1, 0, 0)
_PAINTS: Final = frozenset(
    (b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do", b"EI")
)
"""Operators that draw something that is not text."""
_MOST_OPERANDS: Final = 64
_MOST_SAVED: Final = 256
_MOST_RUNS: Final = 200_000
_GAP: Final = 0.18
"""The least move within a string that is a blank, in parts of the size."""
_WIDE_GAP: Final = 1.6
_LEAST_UNKNOWN: Final = 3
"""The least glyphs without text in a row that may be a word. Fewer are bullets and other signs."""


class Page:
    """The text of one page, or of one form.

    Attributes:
        runs: the pieces of text, in the file's order.
        paints: whether something that is not text was drawn.
        has_unknown: whether a word was shown whose letters nobody can know.
        is_cut: whether there is more text than is kept.
    """

    def __init__(self, fonts: dict[str, Font]) -> None:
        self._fonts = fonts
        self._font: Font | None = None
        self._ctm: Matrix = _IDENTITY
        self._saved: list[tuple[Matrix, Font | None, float]] = []
        self._text: Matrix = _IDENTITY
        self._line: Matrix = _IDENTITY
        self._size = 1.0
        self._char_space = self._word_space = self._leading = self._rise = 0.0
        self._stretch = 1.0
        self.runs: list[Run] = []
        self.paints = self.has_unknown = self.is_cut = False

    def run(self, content: bytes, context: ScanContext) -> None:
        """Run the operators of a content stream."""
        for operator, operands in context.timed(_operations(content)):
            act = _ACTS.get(operator)
            if act is not None:
                act(self, operands)
            elif operator in _PAINTS:
                self.paints = True

    def save(self, _: list[Value]) -> None:
        """Operator q."""
        if len(self._saved) < _MOST_SAVED:
            self._saved.append((self._ctm, self._font, self._size))

    def restore(self, _: list[Value]) -> None:
        """Operator Q."""
        if self._saved:
            self._ctm, self._font, self._size = self._saved.pop()

    def transform(self, operands: list[Value]) -> None:
        """Operator cm."""
        if (matrix := _matrix(operands)) is not None:
            self._ctm = _times(matrix, self._ctm)

    def begin(self, _: list[Value]) -> None:
        """Operator BT."""
        self._text = self._line = _IDENTITY

    def font(self, operands: list[Value]) -> None:
        """Operator Tf."""
        if len(operands) >= 2 and isinstance(operands[-2], str):
            self._font = self._fonts.get(operands[-2])
            self._size = _number(operands)

    def place(self, operands: list[Value]) -> None:
        """Operator Tm."""
        if (matrix := _matrix(operands)) is not None:
            self._text = self._line = matrix

    def move(self, operands: list[Value]) -> None:
        """Operator Td."""
        x, y = _pair(operands)
        self._text = self._line = _times((1, 0, 0, 1, x, y), self._line)

    def move_leading(self, operands: list[Value]) -> None:
        """Operator TD."""
        self._leading = -_pair(operands)[1]
        self.move(operands)

    def next_line(self, _: list[Value]) -> None:
        """Operator T*."""
        self.move([0, -self._leading])

    def char_space(self, operands: list[Value]) -> None:
        """Operator Tc."""
        self._char_space = _number(operands)

    def word_space(self, operands: list[Value]) -> None:
        """Operator Tw."""
        self._word_space = _number(operands)

    def stretch(self, operands: list[Value]) -> None:
        """Operator Tz."""
        self._stretch = _number(operands) / 100

    def leading(self, operands: list[Value]) -> None:
        """Operator TL."""
        self._leading = _number(operands)

    def rise(self, operands: list[Value]) -> None:
        """Operator Ts."""
        self._rise = _number(operands)

    def show(self, operands: list[Value]) -> None:
        """Operator Tj."""
        self.show_all([operands[-1:]] if operands else [])

    def show_line(self, operands: list[Value]) -> None:
        """Operator '."""
        self.next_line([])
        self.show(operands)

    def show_spaced(self, operands: list[Value]) -> None:
        """Operator "."""
        if len(operands) >= 3:
            self._word_space, self._char_space = _pair(operands[-3:-1])
        self.show_line(operands)

    def show_all(self, operands: list[Value]) -> None:
        """Operator TJ: strings, and moves between them in thousandths of the size."""
        items = operands[-1] if operands and isinstance(operands[-1], list) else []
        pieces: list[str] = []
        width = 0.0
        for item in items:
            if isinstance(item, bytes):
                text, size = self._shown(item)
                pieces.append(text)
                width += size
            elif isinstance(item, int | float):
                gap = -item / 1000
                if gap > _GAP:
                    pieces.append("   " if gap > _WIDE_GAP else " ")
                width += gap * self._size * self._stretch
        self._add("".join(pieces), width)

    def add_at(self, text: str, x: float, y: float, size: float) -> None:
        """Add a text that something else places on the page: the value of a field."""
        self.runs.append(Run(text, x, y, size * len(text) / 2, 0, size))

    def _shown(self, raw: bytes) -> tuple[str, float]:
        """Return the text and the width of one string."""
        if self._font is None:
            return raw.decode("latin-1"), len(raw) * self._size / 2
        shown = self._font.shown(raw)
        spaces = shown.glyphs * self._char_space + shown.blanks * self._word_space
        return shown.text, (shown.width * self._size + spaces) * self._stretch

    def _add(self, text: str, width: float) -> None:
        """Add a run where the text matrix is, and move the matrix behind it."""
        matrix = _times(self._text, self._ctm)
        a, b, c, d, e, f = matrix
        if UNKNOWN * _LEAST_UNKNOWN in text:
            self.has_unknown = True
        if len(self.runs) >= _MOST_RUNS:
            self.is_cut = True
        elif text.strip():
            size = abs(self._size) * hypot(c, d)
            x, y = c * self._rise + e, d * self._rise + f
            self.runs.append(Run(text, x, y, a * width, b * width, size))
        self._text = _times((1, 0, 0, 1, width, 0), self._text)


_ACTS: Final = {
    b"q": Page.save, b"Q": Page.restore, b"cm": Page.transform, b"BT": Page.begin,
    b"Tf": Page.font, b"Tm": Page.place, b"Td": Page.move, b"TD": Page.move_leading,
    b"T*": Page.next_line, b"Tc": Page.char_space, b"Tw": Page.word_space, b"Tz": Page.stretch,
    b"TL": Page.leading, b"Ts": Page.rise, b"Tj": Page.show, b"TJ": Page.show_all,
    b"'": Page.show_line, b'"': Page.show_spaced,
}  # fmt: skip


def _operations(content: bytes) -> Iterator[tuple[bytes, list[Value]]]:
    """Yield the operators of a content stream with their operands. What is broken is skipped."""
    operands: list[Value] = []
    at = 0
    while (match := syntax.token(content, at)) is not None:
        at = match.end()
        kind = match.lastindex
        if kind == WORD:
            word = match[WORD]
            if word == b"BI":
                at, word = _after_picture(content, at), b"EI"
            yield word, operands
            operands = []
        elif kind == NUMBER:
            operands.append(syntax.number_of(match[NUMBER]))
        else:
            try:
                value, at = _operand(content, match)
            except EndlessError:
                return
            except BrokenError as error:
                at = error.at
                continue
            operands.append(value)
        if len(operands) > _MOST_OPERANDS:
            del operands[0]


def _operand(content: bytes, match: re.Match[bytes]) -> tuple[Value, int]:
    if match[DELIMITER] in (b"[", b"<<"):
        return syntax.value_at(content, match.start(DELIMITER))
    return syntax.scalar_of(content, match, within=False)


def _after_picture(content: bytes, at: int) -> int:
    """Return the offset after an inline picture: `BI ... ID` and bytes up to a lone `EI`."""
    begin = content.find(b"ID", at)
    if begin < 0:
        return len(content)
    end = content.find(b"EI", begin + 3)
    while end >= 0 and not (
        content[end - 1 : end].isspace() and (content[end + 2 : end + 3] or b" ").isspace()
    ):
        end = content.find(b"EI", end + 2)
    return end + 2 if end >= 0 else len(content)


def _times(first: Matrix, second: Matrix) -> Matrix:
    """Return the product of two matrices (8.3.4)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _matrix(operands: list[Value]) -> Matrix | None:
    found = [float(n) for n in operands[-6:] if isinstance(n, int | float)]
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if len(found) == 6 else None


def _pair(operands: list[Value]) -> tuple[float, float]:
    found = [float(n) for n in operands[-2:] if isinstance(n, int | float)]
    return (found[0], found[1]) if len(found) == 2 else (0.0, 0.0)


def _number(operands: list[Value]) -> float:
    value = operands[-1] if operands else 0
    return float(value) if isinstance(value, int | float) else 0.0
