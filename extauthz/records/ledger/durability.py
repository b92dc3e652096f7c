"""When a record is safe from a crash of the machine: before its answer, or within a second."""

import asyncio
from collections.abc import Callable
from enum import StrEnum


class Fsync(StrEnum):
    """When records are put on the disk. Each is with the operating system before its answer.

    EACH: every record alone, before its answer. All other messages wait meanwhile.
    GROUP: before the answers that wait for it, with one fsync for all of them, in a thread.
    SECOND: once a second.
    """

    EACH = "each"
    GROUP = "group"
    SECOND = "second"


class SharedSync:
    """Runs one sync for all that wait for it.

    Args:
        sync: puts on the disk what was written before its call. It runs in a thread.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._running: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Wait for the end of the sync that runs, or of a new one when none runs.

        One that runs may have begun before the caller's record, so who waits looks again. A waiter
        that is cancelled does not stop it. Raises what the sync raises.
        """
        if self._running is None:
            self._running = asyncio.create_task(asyncio.to_thread(self._sync))
            self._running.add_done_callback(self._ended)
        await asyncio.shield(self._running)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running = None
        if not task.cancelled():
            task.exception()  # its waiters have it, or there are none any more
