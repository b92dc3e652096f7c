"""The laboratory: starts guard, applications, sidecars and collector, and ends them all."""

import base64
import http.client
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from extauthz.demo import envoy_config
from extauthz.demo.certificates import Authority
from extauthz.demo.client import Request, Response, send
from extauthz.demo.gates import Gates, IstioObject
from extauthz.demo.hl7 import mllp
from extauthz.demo.otlp_sink import OtlpSink
from extauthz.demo.processes import Processes
from extauthz.demo.programs import GuardCommand
from extauthz.demo.topology import (
    ANALYTICS,
    BILLING,
    EHR,
    GUARD,
    INSTALLATION,
    LOOPBACK,
    WORKLOADS,
    CertificateFiles,
    Hl7Ports,
    Mesh,
    Ports,
    Workload,
    free_ports,
)

_PORTS_PER_WORKLOAD: Final = 4
_HL7_PORTS: Final = 4  # of each workload too
# a guard loads for seconds of processor time, and the machine may be busy
_START_SECONDS: Final = 90.0
_READY_TIMEOUT_SECONDS: Final = 0.5
# for access logs; Envoy's default of 10 s is longer than the demo
_FLUSH: Final = ("--file-flush-interval-msec", "100")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """How one workload's sidecar is set up.

    Args:
        workload: whose sidecar it is.
        gates: where it asks the guard.
        permissive: whether its inbound listener also accepts plaintext.
        filters: further EnvoyFilter objects.
    """

    workload: Workload
    gates: Gates = Gates.ALL
    permissive: bool = False
    filters: tuple[IstioObject, ...] = ()


CLINIC: Final = (Sidecar(EHR), Sidecar(BILLING, permissive=True), Sidecar(ANALYTICS))
"""The demo's sidecars. Billing accepts plaintext too: a client without a sidecar calls it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start.

    Args:
        envoy: the Envoy binary.
        folder: an existing folder for configuration, certificates, logs and the ledger.
        guard: the guard's command line.
        sidecars: how each sidecar is set up.
    """

    envoy: Path
    folder: Path
    guard: GuardCommand
    sidecars: tuple[Sidecar, ...] = CLINIC


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as an application received it."""

    to: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def encoding(self) -> str:
        """The content coding of the body, or empty."""
        return self.headers.get("content-encoding", "")


@dataclass(frozen=True, slots=True)
class Lab:
    """A running laboratory."""

    plan: Plan
    mesh: Mesh
    processes: Processes
    sink: OtlpSink
    authority: Authority

    def from_application(self, caller: Workload, request: Request) -> Response:
        """Send a request as an application does: in plain HTTP to its own sidecar."""
        return send(request, self.mesh.ports[caller].outbound)

    def over_mllp(self, caller: Workload, callee: Workload, content: bytes) -> bytes:
        """Send an HL7 message as an application does, to its own sidecar. Return the answer."""
        return mllp.send(content, self.mesh.hl7[caller].outbound[callee])

    def from_outside(self, callee: Workload, request: Request) -> Response:
        """Send a request without a certificate to the callee's sidecar."""
        return send(request, self.mesh.ports[callee].inbound)

    def past_sidecar(self, caller: Workload, callee: Workload, request: Request) -> Response:
        """Send a request with the caller's certificate directly to the callee's sidecar."""
        return send(
            request, self.mesh.ports[callee].inbound, identity=self.mesh.certificates[caller]
        )

    def deliveries(self, identity: str) -> tuple[Delivery, ...]:
        """Return what the applications received with this delivery id."""
        answer = send(
            Request(host=LOOPBACK, method="GET", path=f"/deliveries/{identity}"), self.mesh.recorder
        )
        return tuple(
            Delivery(item["to"], item["path"], item["headers"], base64.b64decode(item["body"]))
            for item in json.loads(answer.body)
        )

    def start_guard(self) -> None:
        """Start the guard. A test may start it again after it ended it.

        Raises:
            LabError: the guard cannot be started.
        """
        self.processes.start(
            "phiguard",
            self.plan.guard(self.mesh, self.plan.folder),
            environment=_telemetry(self.mesh),
        )

    def wait_for_guard(self) -> None:
        """Wait until the guard serves.

        Raises:
            LabError: the guard ended, or took too long.
        """
        self.processes.wait_until(
            lambda: _guard_serves(self.mesh), "the guard's start", seconds=_START_SECONDS
        )

    def guard_channel(self, caller: Workload) -> grpc.Channel:
        """Open a gRPC channel to the guard that presents the caller's certificate."""
        return _guard_channel(self.mesh, caller)


@contextmanager
def open_lab(plan: Plan) -> Iterator[Lab]:
    """Start everything, wait until it is ready, and end everything afterwards."""
    authority = Authority.create()
    with (
        _new_mesh(plan, authority) as mesh,
        OtlpSink(mesh.collector) as sink,
        Processes(plan.folder) as processes,
    ):
        lab = Lab(plan, mesh, processes, sink, authority)
        _start(lab)
        lab.wait_for_guard()
        processes.wait_until(lambda: _sidecars_ready(lab), "the sidecars' start")
        processes.wait_until(
            lambda: _answers(mesh.recorder, "/deliveries/none"), "the applications' start"
        )
        yield lab


def _start(lab: Lab) -> None:
    """Start the children, the slowest first. None waits for another."""
    mesh, plan = lab.mesh, lab.plan
    lab.start_guard()
    applications = [
        f"{workload.name}={ports.app},{mesh.hl7[workload].app}"
        for workload, ports in mesh.ports.items()
    ]
    module = [sys.executable, "-m", "extauthz.demo.workloads", str(mesh.recorder)]
    lab.processes.start("workloads", [*module, *applications])
    for sidecar in plan.sidecars:
        workload = sidecar.workload
        path = plan.folder / f"envoy-{workload.name}.json"
        config = envoy_config.bootstrap(
            workload,
            mesh,
            gates=sidecar.gates,
            permissive=sidecar.permissive,
            filters=sidecar.filters,
        )
        envoy_config.write(config, path)
        options = ["--concurrency", "1", "--log-level", "warning", "--disable-hot-restart", *_FLUSH]
        lab.processes.start(f"envoy-{workload.name}", [plan.envoy, "--config-path", path, *options])


@contextmanager
def _new_mesh(plan: Plan, authority: Authority) -> Iterator[Mesh]:
    certificates: dict[Workload, CertificateFiles] = {
        workload: authority.issue(workload, plan.folder / "certificates" / workload.name)
        for workload in WORKLOADS
    }
    certificates[GUARD] = authority.issue(
        GUARD, plan.folder / "certificates" / GUARD.name, dns=INSTALLATION.host
    )
    count = len(WORKLOADS)
    with free_ports(3 + (_PORTS_PER_WORKLOAD + _HL7_PORTS) * count) as chosen:
        guard, collector, recorder, *rest = chosen
        each_ports = (rest[number::count] for number in range(count))
        ports, hl7 = {}, {}
        for workload, (*quad, app, inbound, first, second) in zip(
            WORKLOADS, each_ports, strict=True
        ):
            others = [other for other in WORKLOADS if other != workload]
            ports[workload] = Ports(*quad)
            outbound = dict(zip(others, (first, second), strict=True))
            hl7[workload] = Hl7Ports(app, inbound, outbound)
        yield Mesh(ports, guard, collector, recorder, certificates, hl7)


def _telemetry(mesh: Mesh) -> dict[str, str]:
    """Return OpenTelemetry settings that export soon, so that the demo's table need not wait."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{LOOPBACK}:{mesh.collector}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    }


def _sidecars_ready(lab: Lab) -> bool:
    admins = (lab.mesh.ports[sidecar.workload].admin for sidecar in lab.plan.sidecars)
    return all(_answers(admin, "/ready") for admin in admins)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_READY_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _guard_serves(mesh: Mesh) -> bool:
    with _guard_channel(mesh, BILLING) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=_READY_TIMEOUT_SECONDS
            )
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _guard_channel(mesh: Mesh, caller: Workload) -> grpc.Channel:
    files = mesh.certificates[caller]
    credentials = grpc.ssl_channel_credentials(
        files.authority.read_bytes(), files.key.read_bytes(), files.certificate.read_bytes()
    )
    options = [("grpc.ssl_target_name_override", INSTALLATION.host)]
    return grpc.secure_channel(f"{LOOPBACK}:{mesh.guard}", credentials, options)
