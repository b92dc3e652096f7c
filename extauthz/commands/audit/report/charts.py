"""Charts as inline SVG. Each bar says its name and its number, so that colour is never needed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from extauthz.commands.pages.html import Markup, element

ACTIONS: Final = ("ALLOW", "ALERT", "REDACT", "DENY")
_WIDTH: Final = 720
_NAME: Final = 210
_ROW: Final = 24
_NUMBER: Final = 90
_WIDEST: Final = 60
_HEIGHT: Final = 160
_GROUND: Final = 20


def bars(rows: Sequence[tuple[str, Mapping[str, int]]], label: str) -> Markup:
    """Return horizontal bars, one for each name, each cut by action.

    Args:
        rows: names with counts by action.
        label: what the chart shows, for those who do not see it.
    """
    most = max((sum(counts.values()) for _, counts in rows), default=0) or 1
    scale = (_WIDTH - _NAME - _NUMBER) / most
    drawn = []
    for number, (name, counts) in enumerate(rows):
        top, left = number * _ROW, float(_NAME)
        drawn.append(element("text", name, x=_NAME - 8, y=top + 16, text_anchor="end"))
        for action, count in _parts(counts):
            drawn.append(_rect(action, (left, top + 4), (count * scale, _ROW - 8), count))
            left += count * scale
        total = sum(counts.values())
        drawn.append(element("text", f"{total:,}", x=f"{left + 6:.1f}", y=top + 16))
    return _svg(drawn, max(len(rows), 1) * _ROW, label)


def columns(days: Mapping[str, Mapping[str, int]], label: str) -> Markup:
    """Return a column for each day, cut by action."""
    names = sorted(days)
    most = max((sum(days[name].values()) for name in names), default=0) or 1
    step = min(_WIDTH / max(len(names), 1), _WIDEST)
    drawn = []
    for number, name in enumerate(names):
        bottom = float(_HEIGHT)
        for action, count in _parts(days[name]):
            height = count * (_HEIGHT - _GROUND) / most
            bottom -= height
            drawn.append(
                _rect(action, (number * step + 1, bottom), (max(step - 2, 1), height), count)
            )
        if number % (len(names) // 8 + 1) == 0:
            drawn.append(element("text", name[5:], x=f"{number * step + 1:.1f}", y=_HEIGHT + 16))
    drawn.append(element("text", f"most on one day: {most:,}", x=0, y=12))
    return _svg(drawn, _HEIGHT + _GROUND, label)


def legend() -> Markup:
    """Return what the colours mean."""
    return element(
        "p",
        *(
            element("span", element("i", class_=f"key {name.lower()}"), f"{name} ", class_="legend")
            for name in ACTIONS
        ),
    )


def _parts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the counts by action, loosest first, with all other words as one part."""
    known = [(action, counts[action]) for action in ACTIONS if counts.get(action)]
    others = sum((Counter(counts) - Counter(dict(known))).values())
    return [*known, *([("other", others)] if others else [])]


def _rect(action: str, place: tuple[float, float], size: tuple[float, float], count: int) -> Markup:
    return element(
        "g",
        element("title", f"{action}: {count:,}"),
        element(
            "rect",
            x=f"{place[0]:.1f}",
            y=f"{place[1]:.1f}",
            width=f"{max(size[0], 1):.1f}",
            height=f"{size[1]:.1f}",
            class_=action.lower(),
        ),
    )


def _svg(drawn: Sequence[Markup], height: int, label: str) -> Markup:
    return element(
        "svg",
        element("title", label),
        *drawn,
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_label=label,
        class_="chart",
    )
