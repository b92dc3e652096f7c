"""One scanner process as its worker sees it: start, load a revision, judge, kill.

A connection is a socket pair. The process is forked from a small one without threads that has
imported the code already, so a replacement is there within a fraction of a second.
"""

import asyncio
import multiprocessing
import socket
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Final

from extauthz.detection.engines import Detection
from extauthz.policies.store import PolicySnapshot
from extauthz.scanning import frames, process
from extauthz.scanning.document import DocumentJob
from extauthz.scanning.frames import HEADER, Answer, Examined, FrameError
from extauthz.scanning.job import Job
from extauthz.scanning.process import Loaded
from phiscan.engine import Engine

_LOAD_SECONDS: Final = 60.0
"""What a process may take to start and to load a revision."""
_SLACK_SECONDS: Final = 2.0
"""What a message may take beyond its scan and its proof: masks, and a busy machine."""
_MIB: Final = 1 << 20


class Revisions:
    """Numbers the policy snapshots, so that a process loads each of them once."""

    def __init__(self, detection: Detection) -> None:
        self._detection = detection
        self._numbers: dict[int, tuple[PolicySnapshot, int]] = {}
        self._last = 0

    def number(self, snapshot: PolicySnapshot) -> int:
        """Return the number of a snapshot. A new one has the next."""
        known = self._numbers.get(id(snapshot))
        if known is None:
            self._last += 1
            known = self._numbers[id(snapshot)] = (snapshot, self._last)
            while len(self._numbers) > process.KEPT:
                del self._numbers[next(iter(self._numbers))]
        return known[1]

    def order(self, snapshot: PolicySnapshot, *, with_engine: bool) -> Loaded:
        """Return the order to load a snapshot. Without its engine, the process uses its last."""
        return Loaded(
            self.number(snapshot),
            snapshot.texts,
            snapshot.today,
            self._detection,
            snapshot.engine.serialized() if with_engine else b"",
        )


class RemoteScanner:
    """One scanner process. It starts with the first revision that it loads."""

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self._process: BaseProcess | None = None
        self._socket: socket.socket | None = None
        self._starting: asyncio.Future[None] | None = None
        self._loaded: list[int] = []
        self._engine: Engine | None = None

    @property
    def pid(self) -> int | None:
        """The process id, or None while no process runs."""
        return None if self._process is None else self._process.pid

    async def died(self) -> None:
        """Return when the process has ended. It never returns while no process runs."""
        ended = asyncio.Event()
        if self._process is None:
            await ended.wait()
            return
        loop, sentinel = asyncio.get_running_loop(), self._process.sentinel
        loop.add_reader(sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(sentinel)

    async def load(self, snapshot: PolicySnapshot) -> None:
        """Let the process load a snapshot, unless it has it. Start the process if none runs.

        Raises:
            FrameError, OSError, TimeoutError: the process is of no use any more.
        """
        async with asyncio.timeout(_LOAD_SECONDS):
            connection = self._socket or await self._start()
            number = self._revisions.number(snapshot)
            if number in self._loaded:
                return
            order = self._revisions.order(snapshot, with_engine=self._engine is not snapshot.engine)
            await _send(connection, await asyncio.to_thread(frames.pack, order))
            if await _receive(connection, len(process.READY)) != process.READY:
                raise FrameError("a revision was not loaded")
            self._engine = snapshot.engine
            self._loaded = [*self._loaded, number][-process.KEPT :]

    async def judge(self, job: Job | DocumentJob, snapshot: PolicySnapshot) -> Answer | Examined:
        """Return the answer to a message or a document by a loaded snapshot. Raises as `load`."""
        if self._socket is None:
            raise FrameError("no process runs")
        async with asyncio.timeout(_most_seconds(job)):
            await _send(self._socket, frames.pack((self._revisions.number(snapshot), job)))
            size = frames.size_of(bytes(await _receive(self._socket, HEADER.size)))
            return frames.answer(await _receive(self._socket, size))

    async def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._socket = ours
        self._process = _context().Process(
            target=process.main, args=(theirs,), name="phiguard-scanner", daemon=True
        )
        self._starting = asyncio.ensure_future(asyncio.to_thread(_begin, self._process, theirs))
        # a start that is cut off would leave a process that nobody ends
        await asyncio.shield(self._starting)
        return ours

    async def stop(self) -> None:
        """Kill the process, if one runs, and forget it."""
        if self._starting is not None:
            await asyncio.wait((self._starting,))
        if self._socket is not None:
            self._socket.close()
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)
        self._process = self._socket = self._engine = self._starting = None
        self._loaded = []


def _begin(started: BaseProcess, theirs: socket.socket) -> None:
    with theirs:
        started.start()


def prepare() -> None:
    """Start what scanner processes are forked from, without waiting for it.

    It imports for a second of processor time. So a spare does this before callers wait for it.
    """
    _context()
    forkserver.ensure_running()


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([process.__name__])
    return context


def _most_seconds(job: Job | DocumentJob) -> float:
    """Return the seconds after which a process hangs: those of a scan, a proof, and some slack."""
    scan = job.budget.seconds + job.budget.seconds_per_mib * (job.size / _MIB)
    return 2 * scan + _SLACK_SECONDS


async def _send(connection: socket.socket, content: bytes) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, HEADER.pack(len(content)))
    await loop.sock_sendall(connection, content)


async def _receive(connection: socket.socket, size: int) -> bytearray:
    """Read so many bytes. Raises FrameError when the process has closed the connection."""
    loop = asyncio.get_running_loop()
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        read = await loop.sock_recv_into(connection, view)
        if not read:
            raise FrameError("a scanner process ended")
        view = view[read:]
    return buffer
