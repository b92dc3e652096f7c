"""A `Graph` as SVG: namespaces as boxes in columns, arrows between workloads, dashed where masked.

Layout. The column of a namespace is one more than the largest column of the namespaces that send to
it. Arrows that would close a cycle do not count. The namespaces of a column stand below each other,
and so do the workloads of a namespace. Each arrow has its own point at both workloads, avoids other
workloads where it can, and has a number near its sender. A list below the picture says what each
number may carry. For screen readers, the picture has a title and a description, and each arrow has
a title.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from mesh.analysis.graph import Arrow, Graph, member

_WIDTH, _HEIGHT, _GAP, _COLUMN, _MARGIN = 150, 36, 22, 320, 30
"""Pixels: a workload's width and height, the gap around it, the column width, the margin."""
_LINE, _LETTER, _BADGE = 20, 7, 8
"""Pixels: height of a line of the list, width of a letter in it, radius of a number's circle."""

_STYLE: Final = (
    "text{font:13px sans-serif;fill:#1b1f24}"
    ".n{fill:#f3f5f8;stroke:#8a94a3}"  # a namespace
    ".w{fill:#fff;stroke:#33475b}"  # a workload
    ".a{fill:none;stroke:#33475b}"  # an arrow
    ".m{stroke-dasharray:6 4}"  # an arrow on which something is masked
    ".b{fill:#33475b}"  # the circle of a number
    ".k{font-size:10px;fill:#fff}"  # a number
)
_HEAD: Final = (
    '<marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#33475b"/></marker>'
)

_STEPS: Final = 50
_ASIDE: Final = (0, *(side * distance for distance in range(30, 91, 30) for side in (1, -1)))
"""Points checked on a curve, and the pixels by which it may be bent aside, nearest first."""

_Place = tuple[int, int]
_Curve = tuple[_Place, _Place, _Place, _Place]


def svg(found: Graph, title: str) -> str:
    """The picture.

    Args:
        title: what a screen reader says first.
    """
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
    noted = [found.note] if found.note else []
    below = max((y + tall for _, y, tall, _ in boxes.values()), default=0) + _MARGIN
    right = max((x for x, _, _, _ in boxes.values()), default=0) + _WIDTH + 3 * _GAP
    width = (
        max(right, *(2 * _MARGIN + _LETTER * len(line) for line in (*said, *noted)), 0) + _MARGIN
    )
    height = below + _LINE * len((*said, *noted)) + _MARGIN
    sentences = [arrow.sentence for arrow in found.arrows] or ["no edge is open"]
    description = escape(". ".join((*sentences, *noted)))
    curves = [_curve(each, tuple(places.values())) for each in _ends(found, places)]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title><desc id="d">{description}</desc>',
        f"<style>{_STYLE}</style><defs>{_HEAD}</defs>",
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
        *(line for number, curve in enumerate(curves) for line in _numbered(number, curve)),
        *(
            line
            for number, text in enumerate(said)
            for line in _listed(number, text, below + _LINE * number)
        ),
        *(
            f'<text x="{_MARGIN}" y="{below + _LINE * len(said) + 4}">{escape(note)}</text>'
            for note in noted
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


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
    bottom: dict[int, int] = defaultdict(lambda: _MARGIN)
    for namespace, column in sorted(columns(found).items(), key=lambda item: (item[1], item[0])):
        x, y = _MARGIN + column * _COLUMN, bottom[column]
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
    yield f'<text x="{x + _GAP}" y="{y + _GAP + 4}" font-weight="bold">{title}</text>'


def _workload(label: str, place: _Place) -> Iterator[str]:
    """Draw a workload's box over the arrows: a passing arrow must not seem to end here."""
    left, top = place
    yield f'<rect class="w" x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>'
    middle, baseline = left + _WIDTH // 2, top + 23
    yield f'<text x="{middle}" y="{baseline}" text-anchor="middle">{escape(member(label))}</text>'


def _curve(ends: tuple[_Place, _Place], workloads: tuple[_Place, ...]) -> _Curve:
    """The points of an arrow's cubic Bezier curve, bent around workloads where possible."""
    (x1, y1), (x2, y2) = ends
    forward = x2 > x1
    start, end = (x1 + _WIDTH, x2) if forward else (x1, x2 + _WIDTH)
    if x1 == x2:
        start = end = x1 + _WIDTH
    bend = _COLUMN // 3 if forward or x1 == x2 else -_COLUMN // 3
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


def _numbered(number: int, curve: _Curve) -> Iterator[str]:
    """The arrow's number near its sender.

    Every second one sits further along, so that neighbours do not overlap.
    """
    x, y = _at(curve, 0.16 + 0.12 * (number % 2))
    yield from _badge(number, round(x), round(y))


def _badge(number: int, x: int, y: int) -> Iterator[str]:
    yield f'<circle class="b" cx="{x}" cy="{y}" r="{_BADGE}"/>'
    yield f'<text class="k" x="{x}" y="{y + 4}" text-anchor="middle">{number + 1}</text>'


def _listed(number: int, text: str, y: int) -> Iterator[str]:
    yield from _badge(number, _MARGIN + _BADGE, y)
    yield f'<text x="{_MARGIN + 3 * _BADGE}" y="{y + 4}">{escape(text)}</text>'
