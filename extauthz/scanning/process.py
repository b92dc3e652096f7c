"""A scanner process: takes messages from its worker, one at a time, and judges them.

The worker speaks first. It sends a revision before the first message that is judged by it, and
ends the process by closing the socket or by a signal. A failure inside ends the process: the worker
denies the message and starts another one.
"""

import contextlib
import gc
import os
import pickle
import signal
import socket
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from extauthz.detection import engines, freed_memory
from extauthz.detection.engines import Detection
from extauthz.policies import revision
from extauthz.policies.revision import Texts
from extauthz.policies.store import PolicySnapshot
from extauthz.scanning.document import DocumentJob
from extauthz.scanning.frames import HEADER, Answer, Examined, pack
from extauthz.scanning.job import Job

READY: Final = b"\x06"
"""What the process answers to a revision that it has loaded."""
KEPT: Final = 2
"""Revisions that a process holds: the one in force, and one that open streams are pinned to."""
_NICE: Final = 5
"""Where CPUs are short, the worker and the proxies go first: a small message waits for no scan."""
_OOM_SCORE: Final = Path("/proc/self/oom_score_adj")
_FIRST_TO_DIE: Final = "1000"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A revision to load.

    Args:
        key: names it in later jobs.
        texts: of the policy and its detectors.
        today: the day on which its exceptions are judged.
        detection: which detectors run.
        compiled: the compiled patterns of its detectors; empty where they are those of the revision
            before.
    """

    key: int
    texts: Texts = field(repr=False)
    today: date
    detection: Detection
    compiled: bytes = field(repr=False)


class Snapshots:
    """The revisions that a process can judge by, in the order in which they were loaded.

    The worker keeps the same list (`extauthz.scanning.remote`), so both forget the same revision.
    """

    def __init__(self) -> None:
        self._loaded: dict[int, PolicySnapshot] = {}

    def load(self, order: Loaded) -> None:
        """Load a revision, and forget the one that was loaded first."""
        made = revision.parse(order.texts, today=order.today)
        if order.compiled:
            engine = engines.load(order.detection, made.sets, order.compiled)
        else:
            engine = self._loaded[next(reversed(self._loaded))].engine
        self._loaded[order.key] = PolicySnapshot(made.policy, engine, order.texts, order.today)
        while len(self._loaded) > KEPT:
            del self._loaded[next(iter(self._loaded))]
        freed_memory.give_back()

    def judge(self, key: int, job: Job | DocumentJob) -> Answer | Examined:
        """Judge one message by a revision, or examine one document with its engine."""
        return job.done_by(self._loaded[key])


def main(connection: socket.socket) -> None:
    """Serve one worker until it closes the connection.

    A failure ends the process without a word: multiprocessing would print the exception's text,
    which can quote a message. The worker logs that the process failed.
    """
    _prepare()
    try:
        _serve(connection)
    except Exception:  # noqa: BLE001 - as above
        raise SystemExit(1) from None


def _serve(connection: socket.socket) -> None:
    snapshots = Snapshots()
    with connection, contextlib.suppress(ConnectionError, EOFError):
        while True:
            order = pickle.loads(_read(connection))  # noqa: S301 - the worker is trusted
            if isinstance(order, Loaded):
                snapshots.load(order)
                connection.sendall(READY)
            else:
                _write(connection, pack(snapshots.judge(*order)))


def _prepare() -> None:
    """Leave signals to the worker, let it go first, and be the first to go when memory runs out."""
    gc.freeze()  # what was imported stays; a walk over it takes long, and would copy its memory
    os.nice(_NICE)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        _OOM_SCORE.write_text(_FIRST_TO_DIE)


def _write(connection: socket.socket, content: bytes) -> None:
    connection.sendall(HEADER.pack(len(content)))
    connection.sendall(content)


def _read(connection: socket.socket) -> bytearray:
    (size,) = HEADER.unpack(_exactly(connection, HEADER.size))
    return _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytearray:
    """Read so many bytes. Raises EOFError when the worker has closed the connection."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        read = connection.recv_into(view)
        if not read:
            raise EOFError
        view = view[read:]
    return buffer
