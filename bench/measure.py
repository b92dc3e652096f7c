"""How the benchmarks take time: contenders in turn, so that a busy machine hits all alike; medians of many runs."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Final

_TURN: Final = 0.005
"""Seconds of a turn at least."""


def interleaved(contenders: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Median seconds of one run of each contender. All take turns until `seconds` have passed, five
    rounds at least.

    A turn is runs one after another, as traffic comes, and its first run does not count: else the
    slowest contender, which empties the processor's caches, is paid for by whoever comes after it.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    until = time.perf_counter() + seconds
    rounds = 0
    while rounds < 5 or time.perf_counter() < until:
        for name, run in contenders.items():
            run()
            times[name] += _turn(run)
        rounds += 1
    return {name: statistics.median(taken) for name, taken in times.items()}


def _turn(run: Callable[[], object]) -> list[float]:
    taken: list[float] = []
    while not taken or sum(taken) < _TURN:
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return taken


def show(seconds: float) -> str:
    """A duration for people: `0.21 ms`, `14 us`."""
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.1f} us"
