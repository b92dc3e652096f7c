"""Samples of rows from a source that can only be read from its beginning to its end."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

Row = Sequence[object]
_MOST_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class Reservoir:
    """A uniform sample.

    Args:
        rows: those chosen, in the order in which they were read.
        seen: how many there were.
    """

    rows: Sequence[Row] = field(repr=False)
    seen: int

    @property
    def is_all(self) -> bool:
        """Whether every row was chosen."""
        return len(self.rows) == self.seen


def reservoir(rows: Iterable[Row], size: int, seed: int) -> Reservoir:
    """Choose `size` rows, each with the same chance (algorithm R, Vitter 1985).

    Where the rows chosen would take more than 32 MiB, half of them are dropped at random and the
    sample goes on with half the size, which keeps it uniform.

    Args:
        rows: read once, to the end.
        size: how many to choose.
        seed: the same seed chooses the same rows of the same content.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    kept: list[tuple[int, Row]] = []
    seen = weight = 0
    for row in rows:
        seen += 1
        place = seen - 1 if seen <= size else chance.randrange(seen)
        if place >= size:
            continue
        weight += weight_of(row)
        if place < len(kept):
            weight -= weight_of(kept[place][1])
            kept[place] = (seen, row)
        else:
            kept.append((seen, row))
        if weight > _MOST_BYTES and len(kept) > 1:
            size = len(kept) // 2
            kept = chance.sample(kept, size)
            weight = sum(weight_of(each) for _, each in kept)
    kept.sort(key=lambda pair: pair[0])
    return Reservoir([row for _, row in kept], seen)


def weight_of(row: Row) -> int:
    """Return about how many bytes a row takes."""
    return sum(len(cell) if isinstance(cell, (str, bytes)) else 32 for cell in row)
