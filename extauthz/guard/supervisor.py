"""From settings to running processes: one worker, or a supervisor with workers and a spare.

Workers share nothing but the port. Each has its own event loop, engine, policy store and ledger
chain. The kernel spreads connections over them (SO_REUSEPORT). The supervisor passes signals on.

A worker that dies is replaced by the spare: a process that has loaded everything and waits for the
number of a worker. See docs/decisions/0021-spare-worker.md.
"""

import gc
import logging
import multiprocessing
import signal
import socket
import time
from multiprocessing import forkserver
from multiprocessing.connection import wait
from types import FrameType
from typing import Final

from extauthz.guard import worker_process
from extauthz.guard.worker import ListenError
from extauthz.guard.worker_process import CANNOT_START, WorkerProcess
from extauthz.records import error_output, logs
from extauthz.records.exposition import Source
from extauthz.records.logs import LogEvent
from extauthz.records.series import Gauge, Kind, gauge
from extauthz.scanning import process
from extauthz.settings import Cluster, Settings

# between two starts of a process, so that a broken one does not restart in a tight loop
_RESTART_SECONDS: Final = 1.0
# from a death to the start of the next process: callers connect to the others first
_FIRST_SECONDS: Final = 0.2


def claim(settings: Settings) -> None:
    """Check that nobody listens on the configured addresses. Raises ListenError.

    Workers bind with SO_REUSEPORT. That succeeds beside another guard, and the two would silently
    share connections. So one bind without it comes first.
    """
    for host, port in filter(None, _addresses(settings)):
        bare = host.strip("[]")
        family = socket.AF_INET6 if ":" in bare else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bare, port))
            except OSError as error:
                raise ListenError.at(host, port, error) from None


def _addresses(settings: Settings) -> tuple[tuple[str, int] | None, ...]:
    http = None if settings.http is None else (settings.http.host, settings.http.port)
    return (settings.host, settings.port), settings.health, settings.metrics, http


def run(settings: Settings) -> int:
    """Serve until a signal ends it. Return the exit code.

    Raises:
        ListenError: an address is taken.
        LedgerError: the ledger cannot be opened.
        ObservationStoreError: the observation store cannot be opened.
        PolicyError, PolicyUnreadableError: there is no usable policy, or its folder holds broken
            detectors.
        EngineError: the chosen detectors cannot run.
    """
    claim(settings)
    # What was imported stays: a collection that walks it stops all messages for 50 ms. A policy's
    # engine comes later, so that it can still be collected.
    gc.freeze()
    if settings.workers + settings.spares == 1:
        with error_output.own(0):
            worker_process.serve(settings, worker_process.open_store(settings), 0, None)
        return 0
    supervisor = _Supervisor(settings)
    if not isinstance(settings.policy, Cluster):
        # check once here, so that a wrong start gives one message and not one for each worker
        worker_process.open_store(settings)
    return supervisor.run()


class _Supervisor:
    """The parent of several processes: workers, and spares without a number."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # a process without threads that has imported everything: a fork of it loads at once
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([worker_process.__name__, process.__name__])
        forkserver.ensure_running()  # it imports while this process reads the policy
        self._workers: dict[int, WorkerProcess] = {}
        self._spares: list[WorkerProcess] = []
        # when processes may start, in seconds of the monotonic clock
        self._due = [0.0] * (settings.workers + settings.spares)
        self._has_served: set[int] = set()
        self._stopping = False
        self._code = 0
        self._deaths = 0

    def run(self) -> int:
        """Keep every worker running until a signal ends it.

        Returns:
            2 when a worker cannot start for the first time, else 0.
        """
        for caught in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(caught, self._pass_on)
        if self._settings.metrics is not None:
            worker_process.show_metrics(self._settings.metrics, self.sources)
        while not self._stopping:
            self._fill()
            self._wait()
        while self._all():
            self._wait()
        return self._code

    def sources(self) -> list[Source]:
        """Return the metrics of each worker that serves, and those of all. Any thread may ask."""
        workers = sorted(self._workers.items())
        made = [(str(number), worker.families()) for number, worker in workers]
        return [*made, ("", [each.family() for each in self._gauges()])]

    def _gauges(self) -> list[Gauge]:
        return [
            gauge(
                "phiguard.workers.serving",
                "{process}",
                "Workers that serve",
                lambda: sum(worker.serves for worker in tuple(self._workers.values())),
            ),
            gauge(
                "phiguard.workers.configured",
                "{process}",
                "Workers that should serve",
                lambda: self._settings.workers,
            ),
            gauge(
                "phiguard.worker.deaths",
                "{process}",
                "Workers and spares that died",
                lambda: self._deaths,
                Kind.COUNTER,
            ),
        ]

    def _all(self) -> list[WorkerProcess]:
        return [*self._workers.values(), *self._spares]

    def _fill(self) -> None:
        """Start what is due, and give each missing worker's number to a spare."""
        self._promote()
        now = time.monotonic()
        for due in [each for each in self._due if each <= now]:
            self._due.remove(due)
            started = WorkerProcess(self._processes, self._settings, self._settings.workers)
            self._spares.append(started)
            self._promote()
        if self._stopping:  # the signal came while a process started
            self._stop()

    def _promote(self) -> None:
        for number in range(self._settings.workers):
            if number not in self._workers and self._spares:
                self._workers[number] = self._spares.pop(0)
                self._workers[number].serve_as(number)

    def _wait(self) -> None:
        """Wait until a process serves or ends, or until the next one is due."""
        due = None
        if self._due and not self._stopping:
            due = max(0.0, min(self._due) - time.monotonic())
        wait([fd for each in self._all() for fd in each.descriptors], due)
        ended: list[tuple[WorkerProcess, int]] = []
        for number, worker in list(self._workers.items()):
            worker.listen()
            if worker.serves:
                self._has_served.add(number)
            if worker.has_ended:
                ended.append((self._workers.pop(number), number))
        for spare in [each for each in self._spares if each.has_ended]:
            self._spares.remove(spare)
            ended.append((spare, self._settings.workers))
        if not self._stopping:
            self._promote()  # before anything else: callers wait
        for gone, number in ended:
            self._on_end(gone, number)

    def _on_end(self, ended: WorkerProcess, number: int) -> None:
        code = ended.code
        ended.close()
        if self._stopping:
            return
        # a worker that has served before is started again: what is wrong can pass
        if code == CANNOT_START and number not in self._has_served:
            self._code = CANNOT_START
            self._stop()
            return
        self._deaths += 1
        logs.emit(LogEvent.WORKER_DIED, logging.ERROR, worker=number, code=code)
        now = time.monotonic()
        self._due.append(max(now + _FIRST_SECONDS, ended.started + _RESTART_SECONDS))

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGHUP:
            for worker in self._workers.values():
                worker.signal(signal.SIGHUP)
        else:
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        for each in self._all():
            each.signal(signal.SIGTERM)
