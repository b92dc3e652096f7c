"""Patterns for names: `*` stands for any characters, also none and also `/`.

A name in the catalogue may be masked: `XXX` stands in place of what the detectors found there. So a
pattern can name a unit for sure, or perhaps.
"""

from typing import Final

MASK: Final = "XXX"
_STAR: Final = "*"
_HIDDEN: Final = "\ufffc"
"""Stands for a mask while names are compared: no pattern holds this character."""


def names(pattern: str, name: str) -> bool:
    """Whether a pattern names a masked name for sure, whatever its masks hide."""
    return _fits(pattern, name.replace(MASK, _HIDDEN))


def may_name(pattern: str, name: str) -> bool:
    """Whether a pattern names a masked name, or would for some text in place of its masks."""
    if MASK not in name:
        return _fits(pattern, name)
    return meet(pattern, name.replace(MASK, _STAR))


def _fits(pattern: str, name: str) -> bool:
    first, *rest = pattern.split(_STAR)
    if not rest:
        return pattern == name
    *middle, last = rest
    at, end = len(first), len(name) - len(last)
    if at > end or not name.startswith(first) or not name.endswith(last):
        return False
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def meet(one: str, other: str) -> bool:
    """Whether some name fits both patterns."""
    # `row[j]`: do the rest of `one` and `other[j:]` have a name in common?
    row = [set(other[j:]) <= {_STAR} for j in range(len(other) + 1)]
    for char in reversed(one):
        below, row = row, [False] * (len(other) + 1)
        for j in range(len(other), -1, -1):
            row[j] = _step(char, other[j] if j < len(other) else "", j, (row, below))
    return row[0]


def _step(char: str, facing: str, j: int, rows: tuple[list[bool], list[bool]]) -> bool:
    row, below = rows
    if char == _STAR:
        return below[j] or (facing != "" and row[j + 1])
    if facing == _STAR:
        return row[j + 1] or below[j]
    return facing == char and below[j + 1]
