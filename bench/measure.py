"""How the benchmarks measure time: medians of many runs, with the contenders in turn.

A busy machine then affects all contenders alike.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

_TURN: Final = 0.005
"""The shortest turn, in seconds."""


Clock = Callable[[], float]
"""Returns seconds: of the day's clock, or of processor time."""


def interleaved(
    contenders: Mapping[str, Callable[[], object]],
    seconds: float,
    clock: Clock = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds of one run of each contender.

    All take turns until `seconds` have passed, for five rounds at least. A turn is a series of
    runs, as in traffic. Its first run does not count: it would pay for the processor caches that
    the contender before it has emptied.

    Args:
        contenders: what to run, by name.
        seconds: of the day's clock, for all together.
        clock: what is measured.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    until = time.perf_counter() + seconds
    rounds = 0
    while rounds < 5 or time.perf_counter() < until:
        for name, run in contenders.items():
            run()
            times[name] += _turn(run, clock)
        rounds += 1
    return {name: statistics.median(taken) for name, taken in times.items()}


def _turn(run: Callable[[], object], clock: Clock) -> list[float]:
    taken: list[float] = []
    while not taken or sum(taken) < _TURN:
        start = clock()
        run()
        taken.append(clock() - start)
    return taken


def show(seconds: float) -> str:
    """A duration as text: `0.21 ms`, `14.0 us`."""
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.1f} us"


def ledger_options(module: str, records: int) -> argparse.ArgumentParser:
    """The options of a benchmark that writes a ledger of so many records first."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--records", type=int, default=records, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, help="default: the system's temporary folder")
    return parser
