"""The scanner processes of one worker: hands them messages, and replaces those that fail.

    judge(work) ─> fair queue ─> the next free process ─> answer
                       │                  │
                       └ waits too long   └ dies, hangs, or answers nonsense
                         NoRoomError        LostError, and a new process starts

A process judges one message at a time, so another one never waits for it in the same process. What
waits is bounded by the worker's admission. See docs/decisions/0016-scanner-processes.md.

INVARIANT (no pass by failure): `judge` returns an answer of the whole message, or raises.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from extauthz.detection.engines import Detection
from extauthz.policies.store import PolicySnapshot
from extauthz.records import logs
from extauthz.records.logs import LogEvent
from extauthz.scanning.document import DocumentJob, DocumentWork
from extauthz.scanning.fair_queue import FairQueue
from extauthz.scanning.frames import Answer, Examined
from extauthz.scanning.job import Job
from extauthz.scanning.remote import RemoteScanner, Revisions
from extauthz.scanning.timed_exchange import Before, Budget
from mesh.exchange.events import Event

_RESTART_SECONDS: Final = 0.05
"""From a failure of a process to its next start, so that none restarts in a tight loop."""
Current = Callable[[], PolicySnapshot]
"""Returns the snapshot in force."""


class NoRoomError(Exception):
    """No process became free within the time of the message."""


class LostError(Exception):
    """The process that judged the message died, hung, or answered nonsense."""


@dataclass(frozen=True, slots=True)
class Work:
    """One whole message.

    Args:
        events: from its head to its end.
        before: what came before it.
        budget_after: takes the seconds that it has waited for a process, and returns what its scans
            may cost.
        with_places: as for `Job`.
    """

    events: tuple[Event, ...] = field(repr=False)
    before: Before = field(repr=False)
    budget_after: Callable[[float], Budget]
    with_places: bool

    def job(self, budget: Budget) -> Job:
        """Return the job of a process."""
        return Job(self.events, budget, self.before, self.with_places)


class _Waiting:
    """A message that waits for a process."""

    def __init__(self, work: Work | DocumentWork, snapshot: PolicySnapshot) -> None:
        self.snapshot = snapshot
        self.answer: asyncio.Future[Answer | Examined] = asyncio.get_running_loop().create_future()
        self._work = work
        self._since = time.monotonic()
        self._expiry = self.answer.get_loop().call_later(
            work.budget_after(0.0).seconds, self._expire
        )

    def begin(self) -> Job | DocumentJob | None:
        """Return the job, or None if nobody waits for it any more. It no longer expires."""
        self._expiry.cancel()
        if self.answer.done():
            return None
        budget = self._work.budget_after(time.monotonic() - self._since)
        return self._work.job(budget)

    def tell(self, answer: Answer | Examined) -> None:
        """Give the answer to who waits for it."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def lose(self) -> None:
        """Say that the process failed."""
        if not self.answer.done():
            self.answer.set_exception(LostError())

    def _expire(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(NoRoomError())


class ScannerPool:
    """The scanner processes of one worker.

    Args:
        count: of processes; 0 when every message is judged on the event loop.
        detection: which detectors run.
        current: returns the snapshot in force; a new process loads it before its first message.
    """

    def __init__(self, count: int, detection: Detection, current: Current) -> None:
        revisions = Revisions(detection)
        self._scanners = [RemoteScanner(revisions) for _ in range(count)]
        self._current = current
        self._queue: FairQueue[_Waiting] = FairQueue()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_open = False
        self._opened = asyncio.Event()

    async def opened(self) -> None:
        """Return when all processes have been ready once; at once where there are none."""
        if self._scanners:
            await self._opened.wait()

    @property
    def is_open(self) -> bool:
        """Whether it takes messages: from the moment when all processes were ready once.

        It stays so when processes die. Otherwise a message that kills them would reach the worker.
        """
        return self._is_open

    @property
    def is_starting(self) -> bool:
        """Whether there are processes, and they are not all ready for the first time yet."""
        return bool(self._scanners) and not self._opened.is_set()

    @property
    def waiting(self) -> int:
        """How many messages wait for a process."""
        return len(self._queue)

    @property
    def pids(self) -> list[int]:
        """The process ids of those that run."""
        return [scanner.pid for scanner in self._scanners if scanner.pid is not None]

    def start(self) -> None:
        """Start the processes. The pool opens when all are ready."""
        if self._scanners:
            self._tasks = [asyncio.create_task(self._open())]

    async def close(self) -> None:
        """End all processes. A message that still waits is lost."""
        self._is_open = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for waiting in self._queue.drain():
            waiting.lose()
        for scanner in self._scanners:
            await scanner.stop()

    async def judge(self, work: Work, snapshot: PolicySnapshot, caller: str) -> Answer:
        """Return the answer to one message.

        Args:
            work: the message.
            snapshot: what judges it.
            caller: who sent it; callers are served in turns.

        Raises:
            NoRoomError: no process became free in time.
            LostError: the process that judged it failed.
        """
        answer = await self._answer(work, snapshot, caller)
        if not isinstance(answer, Answer):
            raise LostError
        return answer

    async def examine(self, work: DocumentWork, snapshot: PolicySnapshot, caller: str) -> Examined:
        """Return what is in one document, which no policy judges. Raises as `judge`."""
        examined = await self._answer(work, snapshot, caller)
        if not isinstance(examined, Examined):
            raise LostError
        return examined

    async def _answer(
        self, work: Work | DocumentWork, snapshot: PolicySnapshot, caller: str
    ) -> Answer | Examined:
        waiting = _Waiting(work, snapshot)
        self._queue.put(caller, waiting)
        return await waiting.answer

    async def _open(self) -> None:
        await asyncio.gather(*map(self._ready, self._scanners))
        self._tasks += [asyncio.create_task(self._serve(each)) for each in self._scanners]
        self._is_open = True
        self._opened.set()

    async def _serve(self, scanner: RemoteScanner) -> None:
        while True:
            waiting = await self._next(scanner)
            try:
                await self._judge(scanner, waiting)
            except asyncio.CancelledError:
                waiting.lose()
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the process is replaced
                waiting.lose()
                await self._replace(scanner, error)

    async def _next(self, scanner: RemoteScanner) -> _Waiting:
        """Return the next message. Replace the process if it dies before one comes."""
        while True:
            got = asyncio.ensure_future(self._queue.get())
            died = asyncio.ensure_future(scanner.died())
            try:
                await asyncio.wait((got, died), return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                if not got.cancel():
                    got.result().lose()
                raise
            finally:
                died.cancel()
            if not got.cancel():
                return got.result()
            await self._replace(scanner, EOFError())

    @staticmethod
    async def _judge(scanner: RemoteScanner, waiting: _Waiting) -> None:
        await scanner.load(waiting.snapshot)
        job = waiting.begin()
        if job is not None:
            waiting.tell(await scanner.judge(job, waiting.snapshot))

    async def _replace(self, scanner: RemoteScanner, error: Exception) -> None:
        _say_lost(scanner, error)
        await scanner.stop()
        await asyncio.sleep(_RESTART_SECONDS)
        await self._ready(scanner)

    async def _ready(self, scanner: RemoteScanner) -> None:
        """Load the snapshot in force, so that the first message does not wait for it.

        When that fails, the first message tries again.
        """
        snapshot = self._current()
        if snapshot.policy is None:
            return
        try:
            await scanner.load(snapshot)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next message tries again
            _say_lost(scanner, error)
            await scanner.stop()


def _say_lost(scanner: RemoteScanner, error: Exception) -> None:
    logs.emit(LogEvent.SCANNER_LOST, logging.ERROR, error=type(error).__name__, pid=scanner.pid)
