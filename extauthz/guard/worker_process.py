"""One worker process, on both sides: what its supervisor holds, and what runs inside.

A process begins without a number. It loads the policy and compiles the detectors, and then waits
for its number on a socket pair. With the number it opens the ledger of that worker and listens. So
a process that was started ahead (a spare) serves within milliseconds after it got a number. See
docs/decisions/0021-spare-worker.md.

    supervisor ── number ──> process        it may serve
    supervisor <── SERVES ── process        it serves
    supervisor x── closed ── process        the supervisor is gone: drain, and end
"""

import asyncio
import contextlib
import functools
import gc
import logging
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from typing import Final

from extauthz.detection import engines
from extauthz.detection.engines import EngineError
from extauthz.guard import metrics_channel, start_record
from extauthz.guard.envoy import wire
from extauthz.guard.ledger_upkeep import LedgerUpkeep
from extauthz.guard.metrics_page import MetricsPage
from extauthz.guard.worker import ListenError, Worker, utc_day
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from extauthz.policies.kubernetes import KubernetesPolicies
from extauthz.policies.last_good import NO_MEMORY, MemoryFile
from extauthz.policies.reporter import StatusReporter
from extauthz.policies.store import PolicyStore
from extauthz.records import error_output, ledger_time, logs, otlp
from extauthz.records.edges.observation_store import (
    NO_EDGES,
    EdgeCounter,
    ObservationStore,
    ObservationStoreError,
)
from extauthz.records.error_output import ErrorOutput
from extauthz.records.exposition import Source
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import Ledger, LedgerError, NoLedger
from extauthz.records.logs import LogEvent
from extauthz.records.series import Family
from extauthz.scanning import remote
from extauthz.settings import Cluster, Settings
from mesh.policy_file.problems import PolicyError

CANNOT_START: Final = 2
"""Exit code of a process that cannot have its address, its ledger or its observation store."""
_CRASHED: Final = 1
_SERVES: Final = b"\x06"
_NUMBER: Final = struct.Struct(">I")
# how long to wait for the Kubernetes API; then the guard starts without a policy, and denies
_FIRST_ANSWER_SECONDS: Final = 10.0
# for the fork server to say the exit code of a process that has ended
_CODE_SECONDS: Final = 1.0
# between two looks of a spare at the policy
_REFRESH_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Ties:
    """What a process has of its supervisor.

    Args:
        orders: where its number comes from. It closes when the supervisor is gone.
        scrapes: listens where the supervisor asks for metrics.
    """

    orders: socket.socket
    scrapes: socket.socket


class WorkerProcess:
    """One worker process as its supervisor sees it.

    What tells its end is a descriptor of the process itself (pidfd_open(2)). The fork server would
    tell it too, but when that one is killed, it says of all processes that they have ended.

    Args:
        context: starts processes.
        settings: checked settings.
        number: for its log lines until it has a number of its own.
    """

    def __init__(self, context: ForkServerContext, settings: Settings, number: int) -> None:
        self.started = time.monotonic()
        self.serves = False
        self._output = ErrorOutput(number)
        self._orders, theirs = socket.socketpair()
        self._orders.setblocking(False)
        scrapes = metrics_channel.listener()
        self._counts = scrapes.getsockname()
        self._process = context.Process(
            target=main,
            args=(settings, Ties(theirs, scrapes), self._output.inlet),
            name="phiguard-worker",
        )
        with theirs, scrapes:
            self._process.start()
        self._pidfd = _pidfd(self._process.pid)

    @property
    def code(self) -> int | None:
        """The exit code of a process that has ended, or None when nobody knows it."""
        self._process.join(_CODE_SECONDS)
        return self._process.exitcode

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._pidfd < 0 or bool(select.select([self._pidfd], [], [], 0)[0])

    @property
    def descriptors(self) -> list[int]:
        """What becomes readable when the process ends, or serves."""
        return [fd for fd in (self._pidfd, -1 if self.serves else self._orders.fileno()) if fd >= 0]

    def serve_as(self, number: int) -> None:
        """Give the process its number."""
        self._output.worker = number
        with contextlib.suppress(OSError):  # it has ended, and its supervisor will see that
            self._orders.send(_NUMBER.pack(number))

    def listen(self) -> None:
        """Take in what the process has said."""
        with contextlib.suppress(OSError):
            self.serves = self.serves or self._orders.recv(len(_SERVES)) == _SERVES

    def families(self) -> list[Family]:
        """Return the metrics of a process that serves; none when it does not answer.

        Any thread may ask.
        """
        return metrics_channel.ask(self._counts) if self.serves else []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def close(self) -> None:
        """Forget a process that has ended."""
        self._output.close()
        self._orders.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
        # without its fork server, it is a child of the first process, which may be this one
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process.pid or 0, os.WNOHANG)


def _pidfd(pid: int | None) -> int:
    """Return the descriptor of a process, or -1 when it has ended already."""
    try:
        return -1 if pid is None else os.pidfd_open(pid)
    except ProcessLookupError:
        return -1


def main(settings: Settings, ties: Ties, inlet: socket.socket) -> None:
    """Run one worker in this process. The supervisor reads its standard error."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it serves: a spare looks by itself
    logs.configure()
    code = 0
    with error_output.diverted(inlet):
        try:
            _run(settings, ties)
        except (ListenError, LedgerError, ObservationStoreError) as error:
            # its text names an address or a folder of the settings, and the fix
            logs.emit(LogEvent.STOPPED, logging.ERROR, problem=str(error))
            code = CANNOT_START
        except Exception as raised:  # noqa: BLE001 - multiprocessing would print its text
            logs.crash(raised)
            code = _CRASHED
        logs.flush()
    raise SystemExit(code)


def _run(settings: Settings, ties: Ties) -> None:
    gc.freeze()  # as in `supervisor.run`; and a walk would copy the memory of the fork server
    policies = open_store(settings)
    # what would keep callers waiting once a spare has its number
    wire.pool()
    if settings.scanners:
        policies.current.engine.serialized()
        remote.prepare()
    number = _number(ties.orders, policies)
    if number is not None:
        serve(settings, policies, number, ties)


def _number(orders: socket.socket, policies: PolicyStore) -> int | None:
    """Wait for the number, with the newest policy. Return None when the supervisor is gone."""
    while not select.select([orders], [], [], _REFRESH_SECONDS)[0]:
        _refresh(policies)
    order = orders.recv(_NUMBER.size)
    if not order:
        return None
    _refresh(policies)
    return int(_NUMBER.unpack(order)[0])


def _refresh(policies: PolicyStore) -> None:
    # a worker that serves tries again and says what is wrong
    with contextlib.suppress(PolicyError, PolicyUnreadableError, EngineError):
        policies.refresh()


def open_store(settings: Settings) -> PolicyStore:
    """Return the policy store of the start.

    A cluster that does not answer gives a store without a policy, which denies.

    Raises:
        PolicyError, PolicyUnreadableError: there is no usable policy.
        EngineError: the chosen detectors cannot run.
    """
    engine_of = functools.partial(engines.load, settings.detection)
    if not isinstance(settings.policy, Cluster):
        return PolicyStore(PolicyFiles(settings.policy, settings.detectors), utc_day, engine_of)
    objects = KubernetesPolicies(settings.policy.api, settings.policy.root, settings.detectors)
    objects.start(_FIRST_ANSWER_SECONDS)
    folder = settings.policy.last_good
    memory = NO_MEMORY if folder is None else MemoryFile(folder)
    return PolicyStore(objects, utc_day, engine_of, required=False, memory=memory)


def serve(settings: Settings, policies: PolicyStore, number: int, ties: Ties | None) -> None:
    """Serve as worker `number` until a signal ends it, or its supervisor is gone.

    Args:
        settings: checked settings.
        policies: the policy snapshot in force.
        number: of the worker.
        ties: to the supervisor, or None when there is none. Then this process shows its metrics.

    Raises:
        ListenError: an address is taken.
        LedgerError: the ledger cannot be opened.
        ObservationStoreError: the observation store cannot be opened.
    """
    ledger: Ledger = (
        NoLedger()
        if settings.ledger is None
        else FileLedger(
            settings.ledger,
            number,
            ledger_time.now,
            start_record.about(settings, number),
            fsync=settings.fsync,
            signing=settings.signing,
        )
    )
    edges: EdgeCounter = (
        NO_EDGES if settings.edges is None else ObservationStore(settings.edges, number, utc_day)
    )
    _say_start(settings, policies, number)
    if edges.problem:
        logs.emit(LogEvent.EDGES_SET_ASIDE, logging.WARNING, problem=edges.problem, worker=number)
    pipeline = otlp.from_environment(has_page=settings.metrics is not None)
    worker = Worker(settings, policies, ledger, pipeline, edges)
    if ties is not None:
        metrics_channel.answer(ties.scrapes, pipeline.families)
    elif settings.metrics is not None:
        show_metrics(settings.metrics, lambda: [(str(number), pipeline.families())])
    upkeep = None
    if isinstance(ledger, FileLedger) and settings.ledger is not None:
        upkeep = LedgerUpkeep(
            ledger,
            settings.ledger,
            number,
            settings.ledger_budget,
            compresses=settings.ledger_compress,
        )
    reporter = _reporter(settings, policies, number)
    asyncio.run(_serve(worker, settings, number, ties, upkeep))
    if reporter is not None:
        reporter.close()


def _reporter(settings: Settings, policies: PolicyStore, number: int) -> StatusReporter | None:
    """Begin to report what became of the policy objects: in the first worker of a guard."""
    place = settings.policy.reporter if isinstance(settings.policy, Cluster) else None
    if place is None or number:
        return None
    reporter = StatusReporter(
        place,
        policies,
        lambda why: logs.emit(LogEvent.STATUS_FAILED, logging.WARNING, problem=why),
    )
    reporter.start()
    return reporter


def show_metrics(address: tuple[str, int], sources: Callable[[], Sequence[Source]]) -> None:
    """Show metrics to Prometheus from now on.

    Args:
        address: host and port.
        sources: returns whose metrics. It is called in a thread of its own.

    Raises:
        ListenError: the address is taken.
    """
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise ListenError.at(host, port, error) from None
    MetricsPage(listener, sources).start()


async def _serve(
    worker: Worker,
    settings: Settings,
    number: int,
    ties: Ties | None,
    upkeep: LedgerUpkeep | None,
) -> None:
    worker.obey_signals()
    port = await worker.start()
    logs.emit(LogEvent.SERVING, address=f"{settings.host}:{port}", worker=number, pid=os.getpid())
    if ties is not None:
        ties.orders.send(_SERVES)
        # nothing more is said, so what becomes readable is the end of the supervisor
        asyncio.get_running_loop().add_reader(ties.orders, _orphaned, worker, ties.orders)
    tending = None if upkeep is None else asyncio.create_task(upkeep.run())
    await worker.run()
    if tending is not None:
        tending.cancel()


def _orphaned(worker: Worker, orders: socket.socket) -> None:
    asyncio.get_running_loop().remove_reader(orders)
    worker.stop()


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
