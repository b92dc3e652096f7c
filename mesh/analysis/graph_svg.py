"""A `Graph` as SVG: namespaces as boxes in columns, arrows between workloads, dashed where masked.

`mesh.analysis.graph_layout` says where each stands. An arrow has a number where no other number and
no workload is, and a list below the picture says what each number may carry. For screen readers,
the picture has a title and a description, and each arrow has a title.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from mesh.analysis.graph import Arrow, Graph, member
from mesh.analysis.graph_layout import (
    BEND,
    GAP,
    STEPS,
    WIDTH,
    Area,
    Box,
    Curve,
    Layout,
    Place,
    at,
)
from mesh.analysis.graph_style import LETTERS, LINE, MARGIN, TITLE, document, lines, text_width

_BADGE: Final = 8
"""Pixels: radius of a number's circle."""
_LEGEND: Final = 40
"""Pixels of the height of the legend's line of arrows."""

_PLACES: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.15, 0.8, 0.85, 0.1)
"""Where on its curve a number may stand, best first."""


def svg(found: Graph, title: str) -> str:
    """The picture, with its title above and its legend below."""
    layout = Layout(found)
    home = {
        label: f"{box}/" if "/" in label and box else ""
        for box, members in found.namespaces.items()
        for label in members
    }
    said = [
        f"{home[a.sender]}{member(a.sender)} to {home[a.receiver]}{member(a.receiver)}: {a.label}"
        for a in found.arrows
    ]
    areas, curves = layout.areas.values(), layout.curves()
    below = max((area.y + area.height for area in areas), default=TITLE) + MARGIN
    notes = [*LETTERS, *([found.note] if found.note else [])]
    under = below + LINE * len(said) + _LEGEND
    right = max((area.x for area in areas), default=0) + WIDTH + 3 * GAP + BEND * 3 // 4
    wide = max(map(text_width, (*said, *notes, title + "  ")), default=0) + 2 * MARGIN
    size = (max(right, wide) + MARGIN, under + LINE * len(notes) + MARGIN)
    numbers = _numbers(curves, layout.boxes.values())
    drawn = [
        *(line for name, area in layout.areas.items() for line in _namespace(name, area)),
        *(
            line
            for arrow, curve in zip(found.arrows, curves, strict=True)
            for line in _arrow(arrow, curve)
        ),
        *(line for label, box in layout.boxes.items() for line in _workload(label, box)),
        *(line for number, (x, y) in enumerate(numbers) for line in _badge(number, x, y)),
        *(
            line
            for number, text in enumerate(said)
            for line in _listed(number, text, below + LINE * number)
        ),
        *_legend(under - _LEGEND + 8),
        *lines(notes, under + 4),
    ]
    return document(size, title, found.sentences, drawn)


def _legend(y: int) -> Iterator[str]:
    """One arrow of each kind with its meaning."""
    for x, kind, text in (
        (MARGIN, "a", "what passes, passes unmasked"),
        (MARGIN + 290, "a m", "something is masked"),
    ):
        ends = f'x1="{x}" y1="{y}" x2="{x + 40}" y2="{y}"'
        yield f'<line class="{kind}" {ends} marker-end="url(#to)"/>'
        yield f'<text x="{x + 50}" y="{y + 4}">{text}</text>'


def _numbers(curves: Sequence[Curve], boxes: Collection[Box]) -> list[Place]:
    """Where the numbers stand.

    Each takes the first point of its curve that is clear of workloads and of all numbers before it;
    where there is none, the point that is farthest from the other numbers.
    """
    taken: list[Place] = []
    for curve in curves:
        points = [_rounded(at(curve, place)) for place in _PLACES]
        points += [_rounded(at(curve, step / STEPS)) for step in range(3, STEPS - 4)]
        free = [
            point for point in points if not any(box.holds(*point, _BADGE) for box in boxes)
        ] or points
        clear = (point for point in free if _distance(point, taken) >= 2 * _BADGE + 2)
        taken.append(next(clear, max(free, key=lambda point: _distance(point, taken))))
    return taken


def _rounded(point: tuple[float, float]) -> Place:
    return round(point[0]), round(point[1])


def _distance(point: Place, others: Sequence[Place]) -> float:
    x, y = point
    return min((((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in others), default=float("inf"))


def _namespace(name: str, area: Area) -> Iterator[str]:
    x, y, height = area
    yield f'<rect class="n" x="{x}" y="{y}" width="{WIDTH + 2 * GAP}" height="{height}" rx="8"/>'
    title = escape(name or "any namespace")
    yield f'<text x="{x + GAP}" y="{y + GAP + 4}" class="s">{title}</text>'


def _workload(label: str, box: Box) -> Iterator[str]:
    """Draw a workload's box over the arrows: a passing arrow must not seem to end here."""
    x, y, height = box
    yield f'<rect class="w" x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="4"/>'
    middle, baseline = x + WIDTH // 2, y + height // 2 + 5
    yield f'<text x="{middle}" y="{baseline}" text-anchor="middle">{escape(member(label))}</text>'


def _arrow(arrow: Arrow, curve: Curve) -> Iterator[str]:
    (start, y1), (x2, y2), (x3, y3), (end, y4) = curve
    masked = " m" if arrow.masked else ""
    yield f"<g><title>{escape(arrow.sentence)}</title>"
    path = f"M{start} {y1}C{x2} {y2} {x3} {y3} {end} {y4}"
    yield f'<path class="a{masked}" d="{path}" marker-end="url(#to)"/>'
    yield "</g>"


def _badge(number: int, x: int, y: int) -> Iterator[str]:
    yield f'<circle class="b" cx="{x}" cy="{y}" r="{_BADGE}"/>'
    yield f'<text class="k" x="{x}" y="{y + 4}" text-anchor="middle">{number + 1}</text>'


def _listed(number: int, text: str, y: int) -> Iterator[str]:
    yield from _badge(number, MARGIN + _BADGE, y)
    yield f'<text x="{MARGIN + 3 * _BADGE}" y="{y + 4}">{escape(text)}</text>'
