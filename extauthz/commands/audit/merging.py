"""Merges what was found in several chains by time. Each chain keeps its own order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import TypeVar

T = TypeVar("T")
Timed = tuple[str, T]
"""What was found, behind the latest time of its chain so far."""

_when = itemgetter(0)


def timed(times: Sequence[str], found: Sequence[T], latest: str) -> list[Timed[T]]:
    """Return what was found in a chain with its time, or with the latest one before it.

    A clock may jump back. What follows in the chain then stands with what is before it, as in a
    merge that looks at the first of each chain.

    Args:
        times: of what was found.
        found: in the order of the chain.
        latest: time of what was found before.
    """
    return list(zip(list(accumulate(times, max, initial=latest))[1:], found, strict=True))


def merged(chains: Sequence[Iterator[list[Timed[T]]]]) -> Iterator[list[Timed[T]]]:
    """Yield what was found in all chains in parts, in the order of time, then of the chains.

    It gives the same order as `heapq.merge` of the plain times, in few steps for many records.

    Args:
        chains: of each chain, parts that are in the order of their times. None is empty.
    """
    waiting = {chain: part for chain, source in enumerate(chains) if (part := next(source, None))}
    while waiting:
        # nothing that is not read yet can come before this
        end, last = min((part[-1][0], chain) for chain, part in waiting.items())
        run: list[Timed[T]] = []
        for chain, part in list(waiting.items()):
            cut = (bisect_right if chain <= last else bisect_left)(part, end, key=_when)
            run += part[:cut]
            waiting[chain] = part[cut:] or next(chains[chain], [])
            if not waiting[chain]:
                del waiting[chain]
        run.sort(key=_when)
        yield run
