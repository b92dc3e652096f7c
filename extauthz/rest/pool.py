"""The local engine: long-lived processes that each read and scan one unit at a time.

A worker that dies costs its unit and is replaced. So does one that hangs: that for ten minutes
neither uses the CPU, nor moves a byte, nor wakes up.
"""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

from extauthz.rest.schedule import Schedule
from extauthz.rest.task import Outcome, Task, lost
from extauthz.rest.worker import Beat, Detectors, serve

_LOOK_SECONDS: Final = 1.0
_HANGS_AFTER: Final = 600.0
_END_SECONDS: Final = 2.0


@dataclass(slots=True)
class _Worker:
    """A process and what it does.

    Args:
        process: the process.
        connection: to it.
    """

    process: SpawnProcess
    connection: Connection
    task: Task | None = None
    began: float = 0.0
    vitals: str = ""
    alive_at: float = field(default=0.0)

    def is_hung(self, now: float) -> bool:
        """Whether it has stood still for too long."""
        vitals = _vitals(self.process.pid or 0)
        if vitals != self.vitals:
            self.vitals, self.alive_at = vitals, now
        return now - self.alive_at > _HANGS_AFTER


class Pool:
    """Worker processes.

    Args:
        size: how many at most. None is started before there is a task for it.
        detectors: that each of them compiles.
    """

    def __init__(self, size: int, detectors: Detectors) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._detectors = detectors
        self._size = size
        self._workers: list[_Worker] = []

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, self._detectors), daemon=True, name="phiguard-rest"
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def run(self, schedule: Schedule, beat: Callable[[Beat], None]) -> Iterator[Outcome]:
        """Perform all tasks, and yield outcomes as they come.

        Args:
            schedule: which task is next.
            beat: called with what was read, and once a second.
        """
        while True:
            self._give_out(schedule)
            busy = [worker for worker in self._workers if worker.task is not None]
            if not busy:
                return
            ready = wait([worker.connection for worker in busy], _LOOK_SECONDS)
            beat(Beat(0, 0))
            for worker in busy:
                outcome = self._hear(worker, beat) if worker.connection in ready else None
                if outcome is None and worker.task is not None and worker.is_hung(time.monotonic()):
                    outcome = self._replace(worker)
                if outcome is not None:
                    schedule.done(_taken(worker))
                    yield outcome

    def _give_out(self, schedule: Schedule) -> None:
        """Give each idle worker a task. A worker is started when there is one for it."""
        for number in range(self._size):
            if number < len(self._workers) and self._workers[number].task is not None:
                continue
            task = schedule.next()
            if task is None:
                return
            if number == len(self._workers):
                self._workers.append(self._start())
            worker = self._workers[number]
            worker.task = task
            worker.began = worker.alive_at = time.monotonic()
            # a worker that has died is noticed when it is listened to
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                worker.connection.send(task)

    def _hear(self, worker: _Worker, beat: Callable[[Beat], None]) -> Outcome | None:
        try:
            message = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            return self._replace(worker)
        if isinstance(message, Beat):
            beat(message)
            return None
        outcome: Outcome = message
        return outcome

    def _replace(self, worker: _Worker) -> Outcome:
        """End a worker that died or hangs, and start another in its place."""
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        new = self._start()
        worker.process, worker.connection = new.process, new.connection
        task = worker.task
        assert task is not None  # noqa: S101 - only workers with a task are listened to
        return lost(task.unit, time.monotonic() - worker.began)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.process.join(0 if worker.task else _END_SECONDS)
            worker.process.kill()
            worker.process.join()


def _taken(worker: _Worker) -> Task:
    task, worker.task = worker.task, None
    assert task is not None  # noqa: S101 - it has just ended
    return task


def _vitals(pid: int) -> str:
    """Return what changes while a process works: CPU time, bytes moved, and how often it woke."""
    folder = Path(f"/proc/{pid}")
    try:
        times = (folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        moved = (folder / "io").read_text(encoding="ascii")
        woke = (folder / "status").read_text(encoding="utf-8").partition("voluntary_ctxt")[2]
    except OSError:
        return ""
    return f"{times[11]} {times[12]} {moved} {woke}"
