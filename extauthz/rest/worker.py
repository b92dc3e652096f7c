"""A worker process: it compiles the detectors once, then reads and scans one unit after another."""

import contextlib
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from atrest.detection import Detection
from extauthz.detection import engines
from extauthz.detection.detector_sets import DetectorSet
from extauthz.rest.task import Outcome, Task, perform

_BEAT_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Detectors:
    """Which detectors run.

    Args:
        choice: groups, cache and schemas.
        sets: further detectors.
    """

    choice: engines.Detection
    sets: tuple[DetectorSet, ...] = ()

    def load(self) -> Detection:
        """Compile them. Raises EngineError."""
        return Detection(engines.load(self.choice, self.sets), time.monotonic)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker read since its last message.

    Args:
        rows: of tables.
        bytes: given to the detectors.
    """

    rows: int
    bytes: int


class Beats:
    """Sends what was read, at most twice a second.

    Args:
        send: sends a message.
    """

    def __init__(self, send: Callable[[Beat], None]) -> None:
        self._send = send
        self._rows = self._bytes = 0
        self._said = time.monotonic()

    def __call__(self, rows: int, size: int) -> None:
        """Count what was read."""
        self._rows += rows
        self._bytes += size
        if time.monotonic() - self._said >= _BEAT_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send what was counted."""
        if self._rows or self._bytes:
            self._send(Beat(self._rows, self._bytes))
        self._rows = self._bytes = 0
        self._said = time.monotonic()


def serve(connection: Connection, detectors: Detectors) -> None:
    """Perform tasks until the connection closes: the target of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run that started it ends it
    detection = detectors.load()
    beats = Beats(connection.send)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task: Task = connection.recv()
            outcome: Outcome = perform(task, detection, beats)
            beats.flush()
            connection.send(outcome)
