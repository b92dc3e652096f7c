"""A `Graph` as SVG: namespaces as boxes in columns, arrows between workloads, dashed where masked.

Layout. The column of a namespace is one more than the largest column of the namespaces that send to
it. Arrows that would close a cycle do not count. The namespaces of a column stand below each other,
and so do the workloads of a namespace. Each arrow has its own point at both workloads, avoids other
workloads where it can, and has a number where no other number and no workload is. A list below the
picture says what each number may carry. For screen readers, the picture has a title and a
description, and each arrow has a title.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from mesh.analysis.graph import Arrow, Graph, member
from mesh.analysis.graph_style import LETTERS, LINE, MARGIN, TITLE, document, lines, text_width

_WIDTH, _HEIGHT, _GAP, _COLUMN = 150, 36, 22, 340
"""Pixels: a workload's width and height, the gap around it, the column width."""
_BADGE = 8
"""Pixels: radius of a number's circle."""
_LEGEND: Final = 40
"""Pixels of the height of the legend's line of arrows."""

_STEPS: Final = 50
_ASIDE: Final = (0, *(side * distance for distance in range(30, 91, 30) for side in (1, -1)))
"""Points checked on a curve, and the pixels by which it may be bent aside, nearest first."""
_BENDS: Final = (44, 62, 80, 98)
"""Pixels by which arrows within a column stand out, in turns."""
_PLACES: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.15, 0.8, 0.85, 0.1)
"""Where on its curve a number may stand, best first."""

_Place = tuple[int, int]
_Curve = tuple[_Place, _Place, _Place, _Place]


def svg(found: Graph, title: str) -> str:
    """The picture, with its title above and its legend below."""
    boxes = dict(_boxes(found))
    places = {
        label: place for _, _, _, members in boxes.values() for label, place in members.items()
    }
    home = {
        label: f"{box}/" if "/" in label and box else ""
        for box, members in found.namespaces.items()
        for label in members
    }
    said = [
        f"{home[a.sender]}{member(a.sender)} to {home[a.receiver]}{member(a.receiver)}: {a.label}"
        for a in found.arrows
    ]
    below = max((y + tall for _, y, tall, _ in boxes.values()), default=TITLE) + MARGIN
    notes = [*LETTERS, *([found.note] if found.note else [])]
    under = below + LINE * len(said) + _LEGEND
    right = max((x for x, _, _, _ in boxes.values()), default=0) + _WIDTH + 3 * _GAP + _BENDS[-1]
    wide = max(map(text_width, (*said, *notes, title + "  ")), default=0) + 2 * MARGIN
    size = (max(right, wide) + MARGIN, under + LINE * len(notes) + MARGIN)
    curves = _curves(found, places)
    drawn = [
        *(
            line
            for namespace, (x, y, tall, _) in boxes.items()
            for line in _box(namespace, x, y, tall)
        ),
        *(
            line
            for number, arrow in enumerate(found.arrows)
            for line in _arrow(arrow, curves[number])
        ),
        *(line for label, place in places.items() for line in _workload(label, place)),
        *(
            line
            for number, (x, y) in enumerate(_numbers(curves, tuple(places.values())))
            for line in _badge(number, x, y)
        ),
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


def _curves(found: Graph, places: dict[str, _Place]) -> list[_Curve]:
    """The curve of each arrow. Those within a column stand out in turns."""
    turns: dict[int, int] = defaultdict(int)
    curves = []
    for ends in _ends(found, places):
        (x1, _), (x2, _) = ends
        bend = _BENDS[turns[x1] % len(_BENDS)]
        turns[x1] += x1 == x2
        curves.append(_curve(ends, tuple(places.values()), bend))
    return curves


def _numbers(curves: Sequence[_Curve], workloads: tuple[_Place, ...]) -> list[_Place]:
    """Where the numbers stand.

    Each takes the first point of its curve that is clear of workloads and of all numbers before it;
    where there is none, the point that is farthest from the other numbers.
    """
    taken: list[_Place] = []
    for curve in curves:
        points = [_rounded(_at(curve, place)) for place in _PLACES]
        points += [_rounded(_at(curve, step / _STEPS)) for step in range(3, _STEPS - 4)]
        free = [point for point in points if not _is_near(point, workloads)] or points
        clear = (point for point in free if _distance(point, taken) >= 2 * _BADGE + 2)
        taken.append(next(clear, max(free, key=lambda point: _distance(point, taken))))
    return taken


def _rounded(point: tuple[float, float]) -> _Place:
    return round(point[0]), round(point[1])


def _distance(point: _Place, others: Sequence[_Place]) -> float:
    x, y = point
    return min((((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in others), default=float("inf"))


def _is_near(point: _Place, workloads: tuple[_Place, ...]) -> bool:
    """Whether a number here would touch a workload."""
    x, y = point
    return any(
        left - _BADGE < x < left + _WIDTH + _BADGE and top - _BADGE < y < top + _HEIGHT + _BADGE
        for left, top in workloads
    )


def _ends(found: Graph, places: dict[str, _Place]) -> list[tuple[_Place, _Place]]:
    """Where each arrow leaves and arrives.

    The arrows of a workload share its height, each at its own point.
    """
    touching: dict[str, list[int]] = defaultdict(list)
    for number, arrow in enumerate(found.arrows):
        for label in dict.fromkeys((arrow.sender, arrow.receiver)):
            touching[label].append(number)

    def at(label: str, number: int) -> _Place:
        x, y = places[label]
        return x, y + _HEIGHT * (touching[label].index(number) + 1) // (len(touching[label]) + 1)

    return [
        (at(arrow.sender, number), at(arrow.receiver, number))
        for number, arrow in enumerate(found.arrows)
    ]


def columns(found: Graph) -> dict[str, int]:
    """The column of each namespace, from 0."""
    home = {
        label: namespace for namespace, members in found.namespaces.items() for label in members
    }
    senders: dict[str, set[str]] = defaultdict(set)
    for arrow in found.arrows:
        sender, receiver = home[arrow.sender], home[arrow.receiver]
        if not _reaches(senders, receiver, sender):  # this arrow would close a cycle
            senders[receiver].add(sender)
    depth: dict[str, int] = {}
    for _ in found.namespaces:
        depth = {
            name: 1 + max((depth.get(s, 0) for s in senders[name]), default=-1)
            for name in found.namespaces
        }
    return depth


def _reaches(senders: dict[str, set[str]], receiver: str, sender: str) -> bool:
    """Whether an arrow path leads from `receiver` to `sender`; true when they are the same."""
    seen, ahead = set(), {sender}
    while ahead:
        namespace = ahead.pop()
        seen.add(namespace)
        ahead |= senders.get(namespace, set()) - seen
    return receiver in seen


def _boxes(found: Graph) -> Iterator[tuple[str, tuple[int, int, int, dict[str, _Place]]]]:
    """Each namespace with its corner, its height, and the corner of each workload."""
    bottom: dict[int, int] = defaultdict(lambda: TITLE)
    for namespace, column in sorted(columns(found).items(), key=lambda item: (item[1], item[0])):
        x, y = MARGIN + column * _COLUMN, bottom[column]
        members = {
            label: (x + _GAP, y + 2 * _GAP + number * (_HEIGHT + _GAP))
            for number, label in enumerate(found.namespaces[namespace])
        }
        tall = 2 * _GAP + len(members) * (_HEIGHT + _GAP)
        bottom[column] = y + tall + 2 * _GAP
        yield namespace, (x, y, tall, members)


def _box(namespace: str, x: int, y: int, tall: int) -> Iterator[str]:
    yield f'<rect class="n" x="{x}" y="{y}" width="{_WIDTH + 2 * _GAP}" height="{tall}" rx="8"/>'
    title = escape(namespace or "any namespace")
    yield f'<text x="{x + _GAP}" y="{y + _GAP + 4}" class="s">{title}</text>'


def _workload(label: str, place: _Place) -> Iterator[str]:
    """Draw a workload's box over the arrows: a passing arrow must not seem to end here."""
    left, top = place
    yield f'<rect class="w" x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>'
    middle, baseline = left + _WIDTH // 2, top + 23
    yield f'<text x="{middle}" y="{baseline}" text-anchor="middle">{escape(member(label))}</text>'


def _curve(ends: tuple[_Place, _Place], workloads: tuple[_Place, ...], out: int) -> _Curve:
    """The points of an arrow's cubic Bezier curve, bent around workloads where possible.

    Args:
        out: how far an arrow within a column stands out.
    """
    (x1, y1), (x2, y2) = ends
    forward = x2 > x1
    start, end = (x1 + _WIDTH, x2) if forward else (x1, x2 + _WIDTH)
    if x1 == x2:
        start = end = x1 + _WIDTH
    bend = out if x1 == x2 else _COLUMN // 3 if forward else -_COLUMN // 3
    far = end + bend if x1 == x2 else end - bend
    straight: _Curve = ((start, y1), (start + bend, y1), (far, y2), (end, y2))
    for aside in _ASIDE:
        curve: _Curve = ((start, y1), (start + bend, y1 + aside), (far, y2 + aside), (end, y2))
        if not any(_is_inside(_at(curve, step / _STEPS), workloads) for step in range(1, _STEPS)):
            return curve
    return straight


def _at(curve: _Curve, t: float) -> tuple[float, float]:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(weight * x for weight, (x, _) in zip(weights, curve, strict=True))
    y = sum(weight * y for weight, (_, y) in zip(weights, curve, strict=True))
    return x, y


def _is_inside(point: tuple[float, float], workloads: tuple[_Place, ...]) -> bool:
    x, y = point
    return any(left < x < left + _WIDTH and top < y < top + _HEIGHT for left, top in workloads)


def _arrow(arrow: Arrow, curve: _Curve) -> Iterator[str]:
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
