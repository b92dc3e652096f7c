"""What a program printed on a terminal, as an SVG picture.

It knows the colours and weights of ECMA-48 and drops everything else that a terminal may be told.
The picture names no font of its own and loads nothing, and its background is dark, so that it reads
on light and on dark pages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final

_WIDE: Final = 8.4  # of a character at 14 pixels
_HIGH: Final = 19
_EDGE: Final = 16
_BAR: Final = 34
_INK: Final = "#d6dbe4"
_FAINT: Final = "#8b949e"
_FONTS: Final = "ui-monospace, Menlo, Consolas, monospace"
_COLOURS: Final[Mapping[int, str]] = {
    30: "#7d8799",
    31: "#ff7b72",
    32: "#7ee787",
    33: "#f2cc60",
    34: "#79c0ff",
    35: "#d2a8ff",
    36: "#56d4dd",
    37: "#f0f3f6",
    90: "#8b949e",
    91: "#ffa198",
    92: "#56d364",
    93: "#e3b341",
    94: "#a5d6ff",
    95: "#e2c5ff",
    96: "#76e3ea",
    97: "#ffffff",
}
# matches "\x1b[1;31m", "\x1b[2K", and a title such as "\x1b]0;text\x07"
_CONTROL: Final = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


@dataclass(frozen=True)
class Style:
    """How characters look."""

    colour: str = _INK
    bold: bool = False
    dim: bool = False

    def after(self, codes: str) -> "Style":
        """Return the style after `ESC [ codes m`. Unknown codes change nothing."""
        style = self
        for code in (int(each or 0) for each in codes.split(";")):
            if code == 0:
                style = Style()
            elif code in {1, 2}:
                style = replace(style, bold=code == 1, dim=code == 2)
            elif code == 22:
                style = replace(style, bold=False, dim=False)
            elif code == 39 or code in _COLOURS:
                style = replace(style, colour=_COLOURS.get(code, _INK))
        return style


Line = list[tuple[str, Style]]
"""Pieces of text, each of one style."""


def lines(output: str, width: int) -> list[Line]:
    """Return the lines of a screen, wrapped at `width` characters."""
    found: list[Line] = [[]]
    used = 0
    for text, style in _pieces(output):
        for number, part in enumerate(text.split("\n")):
            if number:
                found.append([])
                used = 0
            while used + len(part) > width:
                found[-1].append((part[: width - used], style))
                part = part[width - used :]  # noqa: PLW2901 - what is left of it
                found.append([])
                used = 0
            if part:
                found[-1].append((part, style))
                used += len(part)
    while found and not found[-1]:
        found.pop()
    return found


def svg(output: str, *, title: str, width: int) -> str:
    """Return the picture of a window with this title.

    Args:
        output: what a program wrote to a terminal.
        title: the command.
        width: of the terminal, in characters.
    """
    screen = lines(output, width)
    wide, high = round(width * _WIDE + 2 * _EDGE), len(screen) * _HIGH + _BAR + 2 * _EDGE
    rows = [
        f'<text x="{_EDGE}" y="{_BAR + _EDGE + number * _HIGH}">{_spans(line)}</text>'
        for number, line in enumerate(screen, 1)
        if line
    ]
    dots = "".join(
        f'<circle cx="{20 + 18 * number}" cy="18" r="5.5" fill="{colour}"/>'
        for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
            f'role="img" aria-label="{escape(title)}">',
            f'<rect width="{wide}" height="{high}" rx="8" fill="#161b22" stroke="#444c56"/>{dots}',
            f'<g font-family="{_FONTS}" font-size="14" fill="{_INK}">',
            f'<text x="{wide / 2:g}" y="23" text-anchor="middle" fill="{_FAINT}">'
            f"{escape(title)}</text>",
            *rows,
            "</g></svg>\n",
        ]
    )


def _pieces(output: str) -> Iterator[tuple[str, Style]]:
    style, start = Style(), 0
    text = output.replace("\r\n", "\n")
    for control in _CONTROL.finditer(text):
        yield text[start : control.start()], style
        start = control.end()
        if control[2] == "m":
            style = style.after(control[1])
    yield text[start:], style


def _spans(line: Line) -> str:
    column, found = 0, []
    for text, style in line:
        shown = [f'x="{_EDGE + column * _WIDE:g}"', f'textLength="{len(text) * _WIDE:g}"']
        shown += [f'fill="{style.colour}"'] if style.colour != _INK else []
        shown += ['font-weight="bold"'] if style.bold else []
        shown += ['opacity="0.65"'] if style.dim else []
        # an SVG joins spaces that stand beside each other
        fixed = escape(text, quote=False).replace(" ", "\N{NO-BREAK SPACE}")
        found.append(f"<tspan {' '.join(shown)}>{fixed}</tspan>")
        column += len(text)
    return "".join(found)
