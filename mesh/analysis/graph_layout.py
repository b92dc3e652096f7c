"""Where a `Graph` stands in a picture: boxes of namespaces and workloads, curves of arrows.

The column of a namespace is one more than the largest column of the namespaces that send to it.
Arrows that would close a cycle do not count. The namespaces of a column stand below each other, and
so do the workloads of a namespace. A workload is as high as its arrows need: along each of its two
sides, each arrow has its own point, in the order in which the other ends lie, so that few cross.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from mesh.analysis.graph import Arrow, Graph
from mesh.analysis.graph_style import MARGIN, TITLE

WIDTH: Final = 150
"""Pixels of a workload's width."""
GAP: Final = 22
"""Pixels around a workload."""
BEND: Final = 130
"""Pixels by which an arrow within a column stands out at most."""
STEPS: Final = 50
"""Points checked on a curve."""

_HEIGHT: Final = 36
"""Pixels of a workload's least height."""
_APART: Final = 11
"""Pixels between two arrows at the side of a workload: more than a tip is high."""
_COLUMN: Final = 340
_LEAST_BEND: Final = 40
_ASIDE: Final = (0, *(side * distance for distance in range(30, 91, 30) for side in (1, -1)))
"""Pixels by which a curve may be bent aside, nearest first."""

Place = tuple[int, int]
Curve = tuple[Place, Place, Place, Place]


class Box(NamedTuple):
    """A workload: its corner and height. Its width is `WIDTH`."""

    x: int
    y: int
    height: int

    def holds(self, x: float, y: float, around: int = 0) -> bool:
        """Whether a point lies within, or as near as `around`."""
        return (
            self.x - around < x < self.x + WIDTH + around
            and self.y - around < y < self.y + self.height + around
        )


class Area(NamedTuple):
    """A namespace: its corner and height. Its width is a workload's and two gaps."""

    x: int
    y: int
    height: int


class _End(NamedTuple):
    """One end of an arrow at the side of a workload: its number, and whether it is the tip."""

    number: int
    is_tip: bool


@dataclass(frozen=True)
class Layout:
    """Computes each part once."""

    graph: Graph

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Each namespace."""
        return {name: area for name, area, _ in self._stacked}

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Each workload, by its label."""
        return {label: box for _, _, boxes in self._stacked for label, box in boxes.items()}

    @cached_property
    def _column(self) -> dict[str, int]:
        """The column of each workload."""
        of = columns(self.graph)
        return {
            label: of[name] for name, labels in self.graph.namespaces.items() for label in labels
        }

    @cached_property
    def _stacked(self) -> list[tuple[str, Area, dict[str, Box]]]:
        bottom: dict[int, int] = defaultdict(lambda: TITLE)
        stacked = []
        in_turn = sorted(columns(self.graph).items(), key=lambda item: (item[1], item[0]))
        for name, column in in_turn:
            x, top = MARGIN + column * _COLUMN, bottom[column]
            boxes, y = {}, top + 2 * GAP
            for label in self.graph.namespaces[name]:
                boxes[label] = Box(x + GAP, y, self._height(label))
                y += boxes[label].height + GAP
            bottom[column] = y + 2 * GAP
            stacked.append((name, Area(x, top, y - top), boxes))
        return stacked

    def _height(self, label: str) -> int:
        most = max((len(ends) for ends in self._sides[label].values()), default=0)
        return max(_HEIGHT, _APART * (most + 1))

    @cached_property
    def _sides(self) -> Mapping[str, Mapping[int, list[_End]]]:
        """The ends of arrows at each workload: 0 for those at its left, `WIDTH` at its right."""
        found: dict[str, dict[int, list[_End]]] = defaultdict(lambda: defaultdict(list))
        for number, arrow in enumerate(self.graph.arrows):
            sender, receiver = self._column[arrow.sender], self._column[arrow.receiver]
            found[arrow.sender][WIDTH if sender <= receiver else 0].append(_End(number, False))
            found[arrow.receiver][WIDTH if receiver <= sender else 0].append(_End(number, True))
        return found

    def curves(self) -> list[Curve]:
        """The curve of each arrow, in their order."""
        at = dict(self._points())
        bends = self._bends()
        ends = [(at[_End(n, False)], at[_End(n, True)]) for n in range(len(self.graph.arrows))]
        boxes = tuple(self.boxes.values())
        return [
            _curve(start, end, bends.get(number), boxes) for number, (start, end) in enumerate(ends)
        ]

    def _points(self) -> Iterator[tuple[_End, Place]]:
        for label, sides in self._sides.items():
            box = self.boxes[label]
            for side, ends in sides.items():
                in_order = sorted((self._rank(box, end), end) for end in ends)
                for place, (_, end) in enumerate(in_order, start=1):
                    yield end, (box.x + side, box.y + box.height * place // (len(ends) + 1))

    def _rank(self, box: Box, end: _End) -> tuple[int, int, int]:
        """What the order along a side is by, from the top.

        Arrows within a column lie in one another like the skins of an onion, so those to the
        nearest stand outermost. Of two between the same workloads, the first is the outer skin.
        """
        arrow = self.graph.arrows[end.number]
        other = self.boxes[arrow.sender if end.is_tip else arrow.receiver]
        if other.x != box.x:
            return 1, other.y, end.number
        if other.y < box.y:
            return 0, box.y - other.y, -end.number
        return 2, box.y - other.y, end.number

    def _bends(self) -> dict[int, int]:
        """By how much each arrow within a column stands out: the longer, the more."""
        within: dict[int, list[int]] = defaultdict(list)
        for number, arrow in enumerate(self.graph.arrows):
            if self._column[arrow.sender] == self._column[arrow.receiver]:
                within[self._column[arrow.sender]].append(number)
        return {
            number: _LEAST_BEND + (BEND - _LEAST_BEND) * place // len(numbers)
            for numbers in within.values()
            for place, number in enumerate(sorted(numbers, key=self._length), start=1)
        }

    def _length(self, number: int) -> tuple[int, int]:
        arrow: Arrow = self.graph.arrows[number]
        return abs(self.boxes[arrow.sender].y - self.boxes[arrow.receiver].y), -number


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


def _curve(start: Place, end: Place, bend: int | None, boxes: tuple[Box, ...]) -> Curve:
    """The points of an arrow's cubic Bezier curve, bent around workloads where possible.

    Args:
        bend: how far an arrow within a column stands out; None for one between columns.
    """
    (x1, y1), (x2, y2) = start, end
    out = bend if bend is not None else _COLUMN // 3 if x2 > x1 else -_COLUMN // 3
    far = x2 + out if bend is not None else x2 - out
    straight: Curve = (start, (x1 + out, y1), (far, y2), end)
    for aside in _ASIDE:
        curve: Curve = (start, (x1 + out, y1 + aside), (far, y2 + aside), end)
        points = (at(curve, step / STEPS) for step in range(1, STEPS))
        if not any(box.holds(*point) for point in points for box in boxes):
            return curve
    return straight


def at(curve: Curve, t: float) -> tuple[float, float]:
    """The point of a cubic Bezier curve at `t`, from 0 at its start to 1 at its end."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(weight * x for weight, (x, _) in zip(weights, curve, strict=True))
    y = sum(weight * y for weight, (_, y) in zip(weights, curve, strict=True))
    return x, y
