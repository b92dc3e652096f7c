"""Puts the pieces of text of a page into lines, as a person sees them (ISO 32000-1 has no lines).

A file shows text in pieces, each at a place: lines, words, or single letters, in any order. Pieces
at one height are a line. A gap between two of them is a blank, and a wide gap is several, so that
columns stay apart. Where the order of the pieces is another than the order on the page, the text is
also given in the file's order: sentences in two columns are whole only there.

Cost: sorting.
"""

from itertools import groupby
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final, NamedTuple

_BLANK: Final = 0.17
"""The least gap that is a blank, in parts of the size. Letters of a word are closer."""
_COLUMN: Final = 1.6
"""The least gap between two columns."""
_SAME_LINE: Final = 0.5
"""The most difference in height within a line, in parts of the size."""


class Run(NamedTuple):
    """A piece of text.

    Args:
        text: what it says.
        x, y: where it begins, on the page.
        dx, dy: from its begin to its end.
        size: the height of its letters.
    """

    text: str
    x: float
    y: float
    dx: float
    dy: float
    size: float


class _Placed(NamedTuple):
    """A run in a page that is turned so that its text is level."""

    at: float
    height: float
    end: float
    size: float
    text: str


def texts_of(runs: list[Run]) -> list[str]:
    """Return the text of a page, in the order of the page and, if that differs, of the file."""
    lines: list[str] = []
    for _, group in groupby(sorted(runs, key=_angle), key=_angle):
        lines += _lines([_turned(run) for run in group])
    seen = "\n".join(lines)
    written = _as_written(runs)
    return [seen] if "".join(seen.split()) == "".join(written.split()) else [seen, written]


def _angle(run: Run) -> int:
    return round(degrees(atan2(run.dy, run.dx))) % 360 if run.dx or run.dy else 0


def _turned(run: Run) -> _Placed:
    angle = radians(_angle(run))
    along, across = cos(angle), sin(angle)
    at = run.x * along + run.y * across
    return _Placed(
        at, run.y * along - run.x * across, at + hypot(run.dx, run.dy), run.size, run.text
    )


def _lines(runs: list[_Placed]) -> list[str]:
    runs.sort(key=lambda run: (-run.height, run.at))
    lines: list[list[_Placed]] = []
    for run in runs:
        above = lines[-1][0] if lines else None
        if above and above.height - run.height <= _SAME_LINE * min(above.size, run.size):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [_line(sorted(line, key=lambda run: run.at)) for line in lines]


def _line(runs: list[_Placed]) -> str:
    out: list[str] = []
    last: _Placed | None = None
    for run in runs:
        if last is not None:
            if run.text == last.text and run.at - last.at < 0.3 * run.size:
                continue  # the same text twice, a little apart, looks bold
            out.append(_gap(run.at - last.end, max(run.size, 1e-6)))
        out.append(run.text)
        last = run
    return "".join(out)


def _gap(gap: float, size: float) -> str:
    if gap > _COLUMN * size:
        return "   "
    return " " if gap > _BLANK * size else ""


def _as_written(runs: list[Run]) -> str:
    """Return the runs in the file's order. One that begins elsewhere begins a line."""
    out: list[str] = []
    last: Run | None = None
    for run in runs:
        if last is not None:
            size = max(run.size, 1e-6)
            down = abs(run.y - last.y - last.dy)
            gap = run.x - last.x - last.dx
            is_next = down <= _SAME_LINE * size and gap > -size
            out.append(_gap(gap, size) if is_next else "\n")
        out.append(run.text)
        last = run
    return "".join(out)
