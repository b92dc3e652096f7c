"""Saves a worker's counted edges, and logs when that fails. No message waits for it."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from extauthz.records import logs
from extauthz.records.edges.observation_store import EdgeCounter, ObservationStoreError
from extauthz.records.logs import LogEvent

SECONDS: Final = 5.0
"""Seconds between two writes. A crash can lose so much of the counting."""


class EdgeUpkeep:
    """Saves one worker's store from time to time.

    Args:
        edges: the store.
        clock: monotonic seconds.
    """

    def __init__(self, edges: EdgeCounter, clock: Callable[[], float] = time.monotonic) -> None:
        self._edges = edges
        self._clock = clock
        self._due = clock() + SECONDS
        self._failed = False
        self._full = False

    async def tend(self) -> None:
        """Write what has changed, when it is due. A disk that fails raises nothing."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + SECONDS
        try:
            await asyncio.to_thread(self._edges.save)
        except ObservationStoreError as error:
            self._say_failed(error)
        else:
            if self._failed:
                self._failed = False
                logs.emit(LogEvent.EDGES_WRITTEN)
        self._say_full()

    def close(self) -> None:
        """Write the rest, and release the folder."""
        try:
            self._edges.close()
        except ObservationStoreError as error:
            self._say_failed(error)
        self._say_full()

    def _say_failed(self, error: ObservationStoreError) -> None:
        """Log a failure once, and not every few seconds."""
        if not self._failed:
            self._failed = True
            logs.emit(LogEvent.EDGES_FAILED, logging.ERROR, problem=str(error))

    def _say_full(self) -> None:
        if self._edges.left_out and not self._full:
            self._full = True
            logs.emit(LogEvent.EDGES_FULL, logging.WARNING)
