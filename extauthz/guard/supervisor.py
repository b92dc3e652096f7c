"""From settings to running processes: one worker, or a supervisor with several workers.

Workers share nothing but the port. Each has its own event loop, engine, policy store and ledger
chain. The kernel spreads connections over them (SO_REUSEPORT). The supervisor passes signals on and
restarts a worker that dies.
"""

import asyncio
import functools
import logging
import multiprocessing
import os
import signal
import socket
import time
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Final

from extauthz.detection import engines
from extauthz.guard.worker import ListenError, Worker, utc_day, utc_now
from extauthz.policies.files import PolicyFiles
from extauthz.policies.kubernetes import KubernetesPolicies
from extauthz.policies.store import PolicyStore
from extauthz.records import error_output, logs, otlp
from extauthz.records.edges.observation_store import (
    NO_EDGES,
    EdgeCounter,
    ObservationStore,
    ObservationStoreError,
)
from extauthz.records.error_output import ErrorOutput
from extauthz.records.ledger.file import FileLedger, Ledger, LedgerError, NoLedger
from extauthz.records.logs import LogEvent
from extauthz.scanning import process
from extauthz.settings import Cluster, Settings

# between two starts of a worker, so that a broken one does not restart in a tight loop
_RESTART_SECONDS: Final = 1.0
_CANNOT_START: Final = 2
_CRASHED: Final = 1
# how long to wait for the Kubernetes API; then the guard starts without a policy, and denies
_FIRST_ANSWER_SECONDS: Final = 10.0


def claim(settings: Settings) -> None:
    """Check that nobody listens on the configured addresses. Raises ListenError.

    Workers bind with SO_REUSEPORT. That succeeds beside another guard, and the two would silently
    share connections. So one bind without it comes first.
    """
    for host, port in filter(None, ((settings.host, settings.port), settings.health)):
        bare = host.strip("[]")
        family = socket.AF_INET6 if ":" in bare else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bare, port))
            except OSError as error:
                why = (error.strerror or "cannot listen there").lower()
                raise ListenError(
                    f"{host}:{port}: {why}; stop what uses it, or name another address"
                ) from None


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
    if settings.workers == 1:
        with error_output.own(0):
            return serve(settings, 0)
    if not isinstance(settings.policy, Cluster):
        # check once here, so that a wrong start gives one message and not one for each worker
        _store(settings)
    return _Supervisor(settings).run()


def serve(settings: Settings, number: int) -> int:
    """Run one worker in this process. Raises as `run`."""
    policies = _store(settings)
    ledger: Ledger = (
        NoLedger() if settings.ledger is None else FileLedger(settings.ledger, number, utc_now)
    )
    edges: EdgeCounter = (
        NO_EDGES if settings.edges is None else ObservationStore(settings.edges, number, utc_day)
    )
    _say_start(settings, policies, number)
    if edges.problem:
        logs.emit(LogEvent.EDGES_SET_ASIDE, logging.WARNING, problem=edges.problem, worker=number)
    pipeline = otlp.from_environment()
    asyncio.run(_serve(Worker(settings, policies, ledger, pipeline, edges), settings, number))
    return 0


def _store(settings: Settings) -> PolicyStore:
    """Return the policy store of the start. Raises as `run`.

    A cluster that does not answer gives a store without a policy, which denies.
    """
    engine_of = functools.partial(engines.load, settings.detection)
    if not isinstance(settings.policy, Cluster):
        return PolicyStore(PolicyFiles(settings.policy, settings.detectors), utc_day, engine_of)
    objects = KubernetesPolicies(settings.policy.api, settings.policy.root, settings.detectors)
    objects.start(_FIRST_ANSWER_SECONDS)
    return PolicyStore(objects, utc_day, engine_of, required=False)


async def _serve(worker: Worker, settings: Settings, number: int) -> None:
    worker.obey_signals()
    port = await worker.start()
    logs.emit(LogEvent.SERVING, address=f"{settings.host}:{port}", worker=number, pid=os.getpid())
    await worker.run()


def _say_start(settings: Settings, policies: PolicyStore, number: int) -> None:
    policy = policies.current.policy
    if policy is None:
        logs.emit(LogEvent.NO_POLICY, logging.WARNING, worker=number)
    else:
        logs.emit(LogEvent.POLICY_LOADED, policy=policy.name, digest=policy.digest, worker=number)
    if settings.ledger is None:
        logs.emit(LogEvent.NO_LEDGER, logging.WARNING, worker=number)
    if settings.tls is None or settings.tls.ca is None:
        logs.emit(LogEvent.PLAIN_TEXT, logging.WARNING, worker=number)


def _child(settings: Settings, number: int, inlet: socket.socket) -> None:
    """Run one worker in a child process. The supervisor reads its standard error."""
    logs.configure()
    with error_output.diverted(inlet):
        try:
            code = serve(settings, number)
        except (ListenError, LedgerError, ObservationStoreError) as error:
            logs.error(LogEvent.STOPPED, error)
            code = _CANNOT_START
        except Exception as raised:  # noqa: BLE001 - multiprocessing would print its text
            logs.crash(raised)
            code = _CRASHED
        logs.flush()
    raise SystemExit(code)


class _Supervisor:
    """The parent of several workers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # a process without threads that has imported everything: a fork of it serves at once
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([__name__, process.__name__])
        self._workers: dict[int, BaseProcess] = {}
        self._outputs: dict[int, ErrorOutput] = {}
        self._stopping = False

    def run(self) -> int:
        """Keep every worker running until a signal ends it.

        Returns:
            2 when a worker cannot start, else 0.
        """
        for caught in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(caught, self._pass_on)
        started = {number: self._start(number) for number in range(self._settings.workers)}
        code = 0
        while self._workers:
            wait([worker.sentinel for worker in self._workers.values()])
            for number, worker in list(self._workers.items()):
                if worker.is_alive():
                    continue
                worker.join()
                del self._workers[number]
                self._outputs.pop(number).close()
                if worker.exitcode == _CANNOT_START:
                    code = _CANNOT_START
                    self._stop()
                elif not self._stopping:
                    logs.emit(
                        LogEvent.WORKER_DIED, logging.ERROR, worker=number, code=worker.exitcode
                    )
                    time.sleep(max(0.0, started[number] + _RESTART_SECONDS - time.monotonic()))
                    started[number] = self._start(number)
        return code

    def _start(self, number: int) -> float:
        output = self._outputs[number] = ErrorOutput(number)
        worker = self._processes.Process(
            target=_child, args=(self._settings, number, output.inlet), name=f"phiguard-{number}"
        )
        worker.start()
        self._workers[number] = worker
        if self._stopping:  # the signal came while this worker started
            self._signal(signal.SIGTERM)
        return time.monotonic()

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._signal(signal.SIGHUP)
        else:
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers.values():
            if worker.pid is not None and worker.is_alive():
                os.kill(worker.pid, number)
