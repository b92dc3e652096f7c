"""One worker: the gRPC server, its upkeep, and its orderly end.

The server offers three services, health checks and reflection. One event loop does everything but
the scans of dear messages: those go to scanner processes (`extauthz.scanning`), so that no message
waits for another's scan. See docs/decisions/0002-grpc-server.md and 0016-scanner-processes.md.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from extauthz.detection.engines import EngineError
from extauthz.guard import tls
from extauthz.guard.admission import Admission
from extauthz.guard.authorization import Authorization
from extauthz.guard.envoy import wire
from extauthz.guard.external_processor import ExternalProcessor
from extauthz.guard.gauges import Freshness, Watched
from extauthz.guard.http import listener
from extauthz.guard.http.service import Service
from extauthz.guard.inspection import InspectionContext
from extauthz.guard.network_processor import NetworkProcessor
from extauthz.guard.recorder import Recorder
from extauthz.policies.files import PolicyUnreadableError
from extauthz.policies.store import PolicyStore
from extauthz.records import logs
from extauthz.records.edges.observation_store import NO_EDGES, EdgeCounter
from extauthz.records.edges.upkeep import EdgeUpkeep
from extauthz.records.ledger.keeper import Ledger, LedgerError
from extauthz.records.logs import LogEvent
from extauthz.records.otlp import Pipeline
from extauthz.records.policy_record import shown_problems
from extauthz.records.summaries import SECONDS as SUMMARY_SECONDS
from extauthz.scanning.pool import ScannerPool
from extauthz.settings import Settings
from mesh.policy_file.problems import PolicyError
from mesh.policy_file.teams import SetAside

_READY: Final = ("", wire.AUTHORIZATION, wire.EXTERNAL_PROCESSOR, wire.NETWORK_PROCESSOR)
# SERVING as long as this process answers: a restart does not free a full disk
_LIVE: Final = "liveness"
# NOT_SERVING while the policy source is refused; the policy in force still decides
_POLICY: Final = "policy"
# also how many seconds of the ledger a crash of the machine can lose, with `--fsync second`
_UPKEEP_SECONDS: Final = 1.0
# streams that wait for a response are cheap, but their number is bounded too
_STREAMS_PER_EXCHANGE: Final = 16
_POLL_SECONDS: Final = 0.02


class ListenError(Exception):
    """The guard cannot listen on an address. The text is one line that names it and the fix."""

    @classmethod
    def at(cls, host: str, port: int, error: OSError) -> "ListenError":
        """Return the error for an address, with what the system says of it."""
        why = (error.strerror or "cannot listen there").lower()
        return cls(f"{host}:{port}: {why}; stop what uses it, or name another address")


def new_id() -> str:
    """Return a decision id: 32 random hexadecimal digits."""
    return os.urandom(16).hex()


def utc_day() -> date:
    """Return the current day in UTC. The exceptions of a policy end by it."""
    return datetime.fromtimestamp(time.time(), UTC).date()


class Worker:
    """The server of one process.

    Args:
        settings: checked settings.
        policies: the policy snapshot in force.
        ledger: this worker's chain.
        pipeline: where spans and metrics go.
        edges: where messages are counted by edge.
    """

    def __init__(
        self,
        settings: Settings,
        policies: PolicyStore,
        ledger: Ledger,
        pipeline: Pipeline,
        edges: EdgeCounter = NO_EDGES,
    ) -> None:
        self._settings = settings
        self._policies = policies
        self._ledger = ledger
        self._recorder = Recorder(ledger)
        self._pipeline = pipeline
        self._edges = EdgeUpkeep(edges)
        self._admission = Admission(settings.limits)
        self._scanners = ScannerPool(
            settings.scanners, settings.detection, lambda: policies.current
        )
        self._inspections = InspectionContext(
            lambda: policies.current,
            self._recorder,
            edges,
            pipeline.telemetry,
            settings.limits,
            new_id,
            self._scanners,
            settings.mask_key,
            settings.canary_keys,
        )
        self._health: Any = health.aio.HealthServicer()  # type: ignore[attr-defined]  # it exists when grpc.aio does
        self._healthy = True
        self._freshness = Freshness()
        pipeline.watch(
            Watched(
                settings, self._admission, self._scanners, policies, ledger, self._freshness
            ).gauges()
        )
        self._http = listener.of(
            settings,
            Service(self._inspections, lambda: self._freshness.ready),
            self._admission,
        )
        self._complaint: list[str] = []
        self._aside: tuple[SetAside, ...] = ()
        self._recorded_complaint: list[str] = []
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._servers: list[grpc.aio.Server] = []
        self._upkeep: asyncio.Task[None] | None = None
        self._summing: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen and serve. Return the port. Raises ListenError."""
        settings = self._settings
        self._pipeline.telemetry.settle_by(asyncio.get_running_loop().call_soon)
        self._record_policy()
        server = self._server(settings.limits.message_bytes)
        services = (
            Authorization(self._inspections, self._admission),
            ExternalProcessor(self._inspections, self._admission, settings.trust_domain),
            NetworkProcessor(self._inspections, self._admission),
        )
        server.add_generic_rpc_handlers(tuple(service.handlers() for service in services))
        reflection.enable_server_reflection(
            (wire.AUTHORIZATION, wire.EXTERNAL_PROCESSOR, wire.NETWORK_PROCESSOR),
            server,
            pool=wire.pool(),
        )
        port = self._listen(server, settings.address, secure=True)
        if settings.health is not None:
            self._listen(self._server(), "{}:{}".format(*settings.health), secure=False)
        for each in self._servers:
            await each.start()
        await self._start_http()
        self._scanners.start()
        await self._health.set(_LIVE, health_pb2.HealthCheckResponse.SERVING)
        await self._tell_health()
        self._upkeep = asyncio.create_task(self._keep_up())
        self._summing = asyncio.create_task(self._sum_up())
        self._opening = asyncio.create_task(self._when_open())
        return port

    async def _start_http(self) -> None:
        where = self._settings.http
        if self._http is None or where is None:
            return
        try:
            await self._http.start()
        except OSError as error:
            raise ListenError.at(where.host, where.port, error) from None
        logs.emit(LogEvent.SERVING_HTTP, address=f"{where.host}:{self._http.port}")

    async def _when_open(self) -> None:
        """Report the health as soon as the scanner processes are ready."""
        await self._scanners.opened()
        self._hurry.set()

    def obey_signals(self) -> None:
        """Handle signals from now on.

        SIGTERM and SIGINT end `run`. SIGHUP reads the policy at once.
        """
        loop = asyncio.get_running_loop()
        handlers: dict[signal.Signals, Callable[[], None]] = {
            signal.SIGTERM: self._stopping.set,
            signal.SIGINT: self._stopping.set,
            signal.SIGHUP: self._hurry.set,
        }
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)

    def stop(self) -> None:
        """End `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve until a signal or `stop` ends it, then drain."""
        await self._stopping.wait()
        await self.drain()

    async def drain(self) -> None:
        """Refuse new RPCs, let running ones finish within the grace period, and close all."""
        grace = self._settings.limits.grace_seconds
        logs.emit(LogEvent.DRAINING, streams=self._admission.streams)
        self._admission.drain()
        await self._tell_health()
        until = time.monotonic() + grace
        while self._admission.streams and time.monotonic() < until:
            await asyncio.sleep(_POLL_SECONDS)
        if self._http is not None:
            await self._http.drain(max(0.0, until - time.monotonic()))
        for server in self._servers:
            await server.stop(
                max(0.0, until - time.monotonic()) if self._admission.streams else 0.0
            )
        await self._scanners.close()
        for task in filter(None, (self._upkeep, self._summing, self._opening)):
            task.cancel()
        with contextlib.suppress(LedgerError):  # `_close_ledger` says what is lost
            await asyncio.to_thread(self._ledger.heal)  # it waits for one that runs
        self._close_ledger()
        self._edges.close()
        await asyncio.to_thread(self._pipeline.close)
        logs.emit(LogEvent.STOPPED)

    def refresh_policy(self) -> None:
        """Put a changed policy in force. Keep the old one when the new one cannot be used."""
        try:
            changed = self._policies.refresh()
        except PolicyError as error:
            self._complain([str(p) for p in error.problems])
        except (PolicyUnreadableError, EngineError) as error:
            self._complain([str(error)])
        else:
            if changed:
                self._freshness.policy_since = time.monotonic()
            policy = self._policies.current.policy
            settled = bool(self._complaint) and not self._policies.refused
            if (changed or settled) and policy is not None:
                logs.emit(LogEvent.POLICY_LOADED, policy=policy.name, digest=policy.digest)
            if settled:
                self._complaint = []
            self._say_aside()

    def _say_aside(self) -> None:
        """Log which namespaces are set aside in the policy in force, and why."""
        aside = self._policies.current.aside
        if aside != self._aside:
            self._aside = aside
            if aside:
                self._complain([str(line) for line in aside], LogEvent.POLICY_SET_ASIDE)

    def _complain(self, problems: list[str], event: LogEvent = LogEvent.POLICY_REFUSED) -> None:
        """Log the problems of a new revision, once and not every second."""
        if problems != self._complaint:
            self._complaint = problems
            logs.emit(event, logging.ERROR, problem=shown_problems(problems))
            self._pipeline.telemetry.counts.policy_refused()

    def _server(self, message_bytes: int = 65536) -> grpc.aio.Server:
        server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", message_bytes),
                ("grpc.max_send_message_length", message_bytes),
                ("grpc.so_reuseport", int(self._settings.workers > 1)),
            ],
            maximum_concurrent_rpcs=self._settings.limits.exchanges * _STREAMS_PER_EXCHANGE,
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        self._servers.append(server)
        return server

    def _listen(self, server: grpc.aio.Server, address: str, *, secure: bool) -> int:
        try:
            if secure and self._settings.tls is not None:
                port = server.add_secure_port(address, tls.credentials(self._settings.tls))
            else:
                port = server.add_insecure_port(address)
        except RuntimeError:
            port = 0
        if not port:
            raise ListenError(
                f"{address}: cannot listen there; give a free address of this machine"
            )
        return port

    async def _keep_up(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), _UPKEEP_SECONDS)
            self._hurry.clear()
            try:
                # parsing a large policy takes longer than a message waits
                await asyncio.to_thread(self.refresh_policy)
                self._record_policy()
                await self._tend_ledger()
                await self._edges.tend()
                if self._http is not None:
                    await self._http.tend()
            except Exception as raised:  # noqa: BLE001 - upkeep must go on; health shows what fails
                logs.error(LogEvent.INTERNAL_ERROR, raised)

    async def _sum_up(self) -> None:
        """Write each second what was counted: a task of its own, because the upkeep may wait."""
        while True:
            await asyncio.sleep(SUMMARY_SECONDS)
            self._write_counts()

    def _write_counts(self) -> None:
        """Write what was counted.

        When that fails, it stays counted, decisions are denied, and the upkeep heals.
        """
        try:
            self._recorder.sum_up()
        except LedgerError:
            pass  # the health check shows it
        except Exception as raised:  # noqa: BLE001 - it must go on; what is counted stays counted
            logs.error(LogEvent.INTERNAL_ERROR, raised)

    def _record_policy(self) -> None:
        """Record the policy that came into force, or that a newer one was refused.

        A failure shows in the health, and the next call tries again.
        """
        with contextlib.suppress(LedgerError):
            self._recorder.come_into_force(self._policies.current)
            complaint = self._complaint
            if complaint and complaint != self._recorded_complaint:
                self._recorder.refused(complaint)
            self._recorded_complaint = complaint

    async def _tend_ledger(self) -> None:
        """Heal the ledger, write it to the disk, and report its health.

        No message heals it: that can take seconds.
        """
        await self._tell_health()
        try:
            # after a failed sync that can take seconds; meanwhile messages are denied at once
            await asyncio.to_thread(self._ledger.heal)
            await asyncio.to_thread(self._ledger.upkeep())
        except LedgerError:  # the health check shows it
            self._pipeline.telemetry.counts.sync_failed()
        else:
            self._freshness.synced = time.monotonic()
            self._freshness.see_checkpoint(self._ledger.checkpoint)
            self._pipeline.checkpoints.take(self._ledger.checkpoint)
        await self._tell_health()

    async def _tell_health(self) -> None:
        if self._ledger.healthy != self._healthy:
            self._healthy = self._ledger.healthy
            event = LogEvent.LEDGER_HEALED if self._healthy else LogEvent.LEDGER_FAILED
            logs.emit(event, logging.INFO if self._healthy else logging.ERROR)
        governed = self._policies.current.policy is not None
        able = self._healthy and not self._scanners.is_starting
        ready = able and governed and not self._admission.draining
        self._freshness.ready = ready
        status = (
            health_pb2.HealthCheckResponse.SERVING
            if ready
            else health_pb2.HealthCheckResponse.NOT_SERVING
        )
        for service in _READY:
            await self._health.set(service, status)
        current = health_pb2.HealthCheckResponse.SERVING
        if self._policies.refused:
            current = health_pb2.HealthCheckResponse.NOT_SERVING
        await self._health.set(_POLICY, current)

    def _close_ledger(self) -> None:
        self._write_counts()
        if self._recorder.uncounted:
            logs.emit(
                LogEvent.LEDGER_COUNTS_LOST, logging.ERROR, decisions=self._recorder.uncounted
            )
        try:
            self._ledger.close()
        except LedgerError as error:
            logs.error(LogEvent.LEDGER_FAILED, error)
        self._pipeline.checkpoints.take(self._ledger.checkpoint)
        logs.emit(LogEvent.LEDGER_HEAD, seq=self._ledger.head.seq, head=self._ledger.head.hash)
