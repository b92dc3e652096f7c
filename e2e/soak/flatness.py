"""Judges whether a quantity of a process stays flat: resident memory, descriptors or threads.

A process grows while it warms up, so only the second half of a run is judged. Its trend is the
median slope of all pairs of samples (Theil-Sen), so neither a peak nor a reload decides it. The
growth is that slope over the second half. A quantity is flat when the growth is within its bound.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Final

Sample = tuple[float, float]
"""Seconds since the start, and the value."""

LEAST: Final = 20
"""Samples that the second half must have."""
_MOST: Final = 240
"""Samples that are compared in pairs. Of more, they are taken at even distances."""


class TooFewError(Exception):
    """The run was too short to judge."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a quantity may grow in the second half of a run.

    Args:
        absolute: in its unit.
        share: of its median in the second half. The larger of the two counts.
    """

    absolute: float
    share: float = 0.0

    def of(self, median: float) -> float:
        """Return the bound in the unit of the quantity."""
        return max(self.absolute, self.share * median)


BOUNDS: Final[Mapping[str, Bound]] = MappingProxyType(
    {"rss MiB": Bound(3.0, 0.02), "descriptors": Bound(3.0), "threads": Bound(2.0)}
)
"""By quantity. docs/performance.md says what they mean."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The second half of a series.

    Args:
        median: of the values.
        growth: of the trend, from the middle of the run to its end.
        bound: of the growth.
        seconds: of the second half.
    """

    median: float
    growth: float
    bound: float
    seconds: float

    @property
    def is_flat(self) -> bool:
        """Whether the growth is within the bound."""
        return self.growth <= self.bound

    @property
    def least_leak(self) -> float:
        """The smallest leak that the run notices, per minute."""
        return self.bound / self.seconds * 60


def trend(samples: Sequence[Sample], bound: Bound) -> Trend:
    """Return the trend of the second half of a run.

    Args:
        samples: of the whole run, in order of time.
        bound: of the quantity.

    Raises:
        TooFewError: the second half has fewer than `LEAST` samples.
    """
    middle = (samples[0][0] + samples[-1][0]) / 2 if samples else 0.0
    half = [sample for sample in samples if sample[0] >= middle]
    if len(half) < LEAST:
        raise TooFewError(f"{len(half)} samples in the second half; {LEAST} are needed")
    few = half[:: -(-len(half) // _MOST)]
    slopes = [(b - a) / (later - at) for (at, a), (later, b) in combinations(few, 2)]
    seconds = half[-1][0] - half[0][0]
    median = statistics.median(value for _, value in half)
    return Trend(median, statistics.median(slopes) * seconds, bound.of(median), seconds)
