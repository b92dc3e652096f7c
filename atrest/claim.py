"""What a sample says of all rows: a bound, and never more.

The bounds are those of Clopper and Pearson (Biometrika 26, 1934): exact for a uniform sample, and
never too narrow. They speak of rows in which the detectors would find something, and not of what no
detector knows.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CONFIDENCE: Final = 0.95
_THREE: Final = 3.0
_SELDOM: Final = 2e-4
"""What `3 / n` leaves: without a hit it is wrong in 4.98 % of samples at most, and not in 5 %."""
_STEPS: Final = 60
_TERMS: Final = 300
_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Claim:
    """The share of all rows that hold something.

    Args:
        least: the lower bound, 0 to 1.
        most: the upper bound, 0 to 1.
        is_exact: whether all rows were read, so that both bounds are the share itself.
    """

    least: float
    most: float
    is_exact: bool = False

    @property
    def words(self) -> str:
        """The claim for people."""
        if self.is_exact:
            return f"{percent(self.most)} of all rows"
        if self.least == 0:
            return f"at most {percent(self.most)} of rows at 95 %"
        if self.most == 1:
            return f"at least {percent(self.least)} of rows at 95 %"
        return f"{percent(self.least)} to {percent(self.most)} of rows at 95 %"


@lru_cache(maxsize=1 << 16)  # a bound costs about a millisecond, and columns are often alike
def claim(hits: int, seen: int, *, is_all: bool = False) -> Claim:
    """Return what `hits` among `seen` uniformly chosen rows say of all rows.

    Args:
        hits: rows with a hit.
        seen: rows that were read.
        is_all: whether those are all rows there are.

    Without a hit the bound is one-sided: at most `3 / n` (the rule of three). With a hit it is
    two-sided. Where a share just above `3 / n` gives now the one and now the other, both may be
    wrong, so a lower bound of few hits is no higher than `3 / n`.
    """
    if seen == 0:
        return Claim(0.0, 0.0, is_exact=True) if is_all else Claim(0.0, 1.0)
    if is_all:
        return Claim(hits / seen, hits / seen, is_exact=True)
    if hits == 0:
        return Claim(0.0, min(1.0, _THREE / seen))
    tail = (1 - CONFIDENCE) / 2
    least = _quantile(tail, hits, seen - hits + 1)
    edge = _THREE / seen
    # the chance of so many hits or more, at a share of the edge
    if least > edge and _beta(edge, hits, seen - hits + 1) > _SELDOM:
        least = edge
    most = 1.0 if hits == seen else _quantile(1 - tail, hits + 1, seen - hits)
    return Claim(least, most)


def percent(share: float) -> str:
    """Write a share: `100 %`, `99.9 %`, `12 %`, `0.06 %`. Only a whole is 100 %."""
    value = 100 * share
    if 99 < value < 100:
        return f"{math.floor(10 * value) / 10:g} %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.2g} %"


def _quantile(probability: float, a: float, b: float) -> float:
    """Return the quantile of the beta distribution, by bisection of its distribution function."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 < x < 1.

    By its continued fraction (NIST DLMF 8.17.22), which converges fast below the mean; above it the
    symmetry I_x(a, b) = 1 - I_(1-x)(b, a) leads there.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    return math.exp(log_front) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction 1 + d1 / (1 + d2 / (1 + ...)), by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, _TERMS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + term * d) or _TINY)
        c = (1 + term / c) or _TINY
        value *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return value
