"""A queue that serves its callers in turns: one that sends much waits for itself.

Cost: constant for each operation. Not thread-safe: the event loop of a worker owns one.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class FairQueue(Generic[ItemT]):
    """Items of several callers. The oldest item of the caller whose turn it is comes first."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[ItemT]] = OrderedDict()
        self._ready = asyncio.Semaphore(0)

    def __len__(self) -> int:
        """Return how many items wait. Any thread may ask; the number may just have changed."""
        return sum(map(len, tuple(self._waiting.values())))

    def put(self, caller: str, item: ItemT) -> None:
        """Add an item behind the caller's others. A new caller's turn comes last."""
        self._waiting.setdefault(caller, deque()).append(item)
        self._ready.release()

    async def get(self) -> ItemT:
        """Return the next item, once there is one."""
        await self._ready.acquire()
        caller, items = self._waiting.popitem(last=False)
        item = items.popleft()
        if items:
            self._waiting[caller] = items  # behind the others
        return item

    def drain(self) -> Iterator[ItemT]:
        """Yield what still waits, and forget it. Nothing may wait for an item any more."""
        for items in self._waiting.values():
            yield from items
        self._waiting.clear()
