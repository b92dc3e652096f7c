"""Thirty guarded workloads on a real istiod and API server: pods, Envoys, and what a guard saw.

Pods get their sidecar from istiod's own webhook, and their status by hand: there is no kubelet. The
Envoys take their configuration from istiod. A real guard with mutual TLS judges a message of each
workload in each direction, asked with the workload's own certificate.
"""

import contextlib
import json
import socket
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import grpc
import yaml
from grpc_health.v1 import health_pb2, health_pb2_grpc

from e2e.checks import received
from e2e.cluster.api_server import Server
from e2e.cluster.istiod import Istiod
from e2e.cluster.proxies import Pod, Proxies, Proxy
from e2e.policies import OPEN
from extauthz.demo.certificates import Authority
from extauthz.demo.topology import LOOPBACK, CertificateFiles, Workload
from extauthz.guard.envoy import wire
from mesh.istio.installation import GUARDED_LABEL, Installation
from mesh.istio.mesh_wide import mesh_config
from mesh.istio.render import files
from mesh.istio.values import Values

SPACES: Final = ("clinic", "finance", "lab")
PER_SPACE: Final = 10
GUARDS: Final = "phiguard-system"
WORKLOADS: Final = tuple(
    Workload(f"{space}-{number}", space) for space in SPACES for number in range(PER_SPACE)
)
INSTALLATION: Final = Installation(GUARDS, "phiguard:1", Values(guarded_namespaces=SPACES))
GUARD: Final = Workload("phiguard", GUARDS)
_HASH: Final = "7d9c"
_MERGE: Final = "application/merge-patch+json"
_UID: Final = "0a0a0a0a-0000-4000-8000-000000000000"
Item = dict[str, Any]


def mesh_settings() -> Item:
    """The mesh's configuration: the guard's providers, and no way to hosts that nobody knows."""
    config = mesh_config(INSTALLATION)["meshConfig"]
    assert isinstance(config, dict)
    return {**config, "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}


def objects() -> Iterator[Item]:
    """Everything but pods, in the order in which it can be applied."""
    for space in SPACES:
        labels = {"istio-injection": "enabled", GUARDED_LABEL: "true"}
        yield _item("v1", "Namespace", space, labels=labels)
    for space in ("observability", GUARDS):
        yield _item("v1", "Namespace", space)
    for name, text in files(INSTALLATION).items():
        if not name.startswith(("namespace/", "mllp/", "gateway/")):
            found = (each for each in yaml.safe_load_all(text) if each and "apiVersion" in each)
            yield from (x for x in found if x["kind"] != "CustomResourceDefinition")
    ports = [{"name": "grpc", "port": 4317}]
    yield _item(
        "v1", "Service", "opentelemetry-collector", "observability",
        spec={"selector": {"app": "collector"}, "ports": ports},
    )  # fmt: skip
    # nobody needs the API server or istiod's own ports through the sidecar
    hosts = [f"{space}/*" for space in (*SPACES, GUARDS, "observability")]
    yield _item(
        "networking.istio.io/v1", "Sidecar", "default", "istio-system",
        spec={"egress": [{"hosts": hosts}]},
    )  # fmt: skip
    for workload in WORKLOADS:
        yield from _workload(workload)


def _item(version: str, kind: str, name: str, space: str = "", **rest: Any) -> Item:
    labels = rest.pop("labels", {})
    metadata = {"name": name, "labels": labels, **({"namespace": space} if space else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def _workload(workload: Workload) -> Iterator[Item]:
    name, space = workload.name, workload.namespace
    labels = {"app": name, GUARDED_LABEL: "true"}
    scaled = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": labels}, "spec": _spec(workload)},
    }
    yield _item("v1", "ServiceAccount", name, space)
    yield _item("apps/v1", "Deployment", name, space, spec=scaled)
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    yield _item("v1", "Service", name, space, spec={"selector": {"app": name}, "ports": ports})


def _spec(workload: Workload) -> Item:
    ports = [{"name": "http", "containerPort": 8080}]
    container = {"name": "app", "image": "app:1", "ports": ports}
    return {"serviceAccountName": workload.name, "containers": [container]}


def address(workload: Workload) -> str:
    """Of its pod."""
    space, _, number = workload.name.rpartition("-")
    return f"10.9.{SPACES.index(space)}.{10 + int(number)}"


def pod(workload: Workload, **changed: Any) -> Item:
    """Its pod as its controller makes it.

    Args:
        changed: `annotations`, `labels`, and fields of its spec.
    """
    labels = {"app": workload.name, GUARDED_LABEL: "true", "pod-template-hash": _HASH}
    labels |= changed.pop("labels", {})
    owner = {
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{workload.name}-{_HASH}",
        "uid": _UID,
    }  # fmt: skip
    found = _item("v1", "Pod", f"{workload.name}-0", workload.namespace, labels=labels)
    found["metadata"] |= {
        "ownerReferences": [owner], "annotations": changed.pop("annotations", {}),
    }  # fmt: skip
    return {**found, "spec": {**_spec(workload), **changed}}


def run(server: Server, made: Item, ip: str, service: str, port: tuple[str, int]) -> None:
    """Make a pod, say of it what a kubelet would say, and list its endpoint."""
    server.apply(made)
    conditions = [{"type": each, "status": "True"} for each in ("Ready", "ContainersReady")]
    status = {
        "phase": "Running", "conditions": conditions, "podIP": ip, "podIPs": [{"ip": ip}],
    }  # fmt: skip
    path = f"{server.path(made)}/status?fieldManager=kubelet"
    server.call("PATCH", path, {"status": status}, content=_MERGE)
    name, space = made["metadata"]["name"], made["metadata"]["namespace"]
    slices = _item(
        "discovery.k8s.io/v1", "EndpointSlice", f"{service}-{name}", space,
        labels={"kubernetes.io/service-name": service},
        addressType="IPv4",
        ports=[{"name": port[0], "port": port[1], "protocol": "TCP"}],
        endpoints=[
            {
                "addresses": [ip], "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": name, "namespace": space},
            }
        ],
    )  # fmt: skip
    server.apply(slices)


def run_workload(server: Server, made: Item, workload: Workload) -> None:
    """Make its pod, as its controller and its kubelet would."""
    run(server, made, address(workload), workload.name, ("http", 8080))


def replace_pod(server: Server, workload: Workload, **changed: Any) -> None:
    """Delete its pod, and make it again with changes."""
    made = pod(workload, **changed)
    server.call("DELETE", f"{server.path(made)}?gracePeriodSeconds=0")
    run_workload(server, made, workload)


def run_guard_pod(server: Server) -> None:
    """The pod of the guard that runs on this machine; a ledger names its guard by host name."""
    template = server.call("GET", f"/apis/apps/v1/namespaces/{GUARDS}/statefulsets/phiguard")
    made = _item("v1", "Pod", socket.gethostname(), GUARDS)
    of_pod = template["spec"]["template"]["metadata"]
    made["metadata"] |= {key: of_pod.get(key, {}) for key in ("labels", "annotations")}
    spec = dict(template["spec"]["template"]["spec"])
    spec.pop("priorityClassName", None)
    spec["volumes"] = [*spec.get("volumes", ()), {"name": "ledger", "emptyDir": {}}]
    run(server, {**made, "spec": spec}, "10.9.9.20", "phiguard", ("grpc", 9000))


@dataclass(frozen=True)
class Guard:
    """A real guard, and who can ask it.

    Args:
        policy: the file with its usual one.
        own: its certificate.
        certificates: of each workload.
    """

    server: Server
    port: int
    policy: Path
    ledger: Path
    own: CertificateFiles
    certificates: dict[Workload, CertificateFiles]

    def start(self, policy: str, *more: str) -> None:
        """Start it with a policy, and give it a message of each workload in each direction."""
        options: dict[str, object] = {
            "--policy": policy, "--listen": f"{LOOPBACK}:{self.port}", "--ledger": self.ledger,
            "--tls-cert": self.own.certificate, "--tls-key": self.own.key,
            "--tls-ca": self.own.authority, "--spares": 0,
        }  # fmt: skip
        words = [*(str(word) for pair in options.items() for word in pair), *more]
        command = [sys.executable, "-m", "extauthz.cli", "serve", *words]
        self.server.processes.start("guard", command)
        self.server.processes.wait_until(self.is_ready, "the guard", seconds=90)
        self.judge_all()

    def stop(self) -> None:
        """End it."""
        self.server.processes.stop("guard")

    def channel(self, caller: Workload) -> grpc.Channel:
        """A channel with the caller's certificate."""
        own = self.certificates[caller]
        credentials = grpc.ssl_channel_credentials(
            own.authority.read_bytes(), own.key.read_bytes(), own.certificate.read_bytes()
        )
        options = [("grpc.ssl_target_name_override", INSTALLATION.host)]
        return grpc.secure_channel(f"{LOOPBACK}:{self.port}", credentials, options)

    def is_ready(self) -> bool:
        """Whether it serves."""
        with self.channel(WORKLOADS[0]) as channel:
            try:
                asked = health_pb2.HealthCheckRequest()
                answer = health_pb2_grpc.HealthStub(channel).Check(asked, timeout=1)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def judge_all(self) -> None:
        """Give it a message of each workload in each direction."""
        for workload in WORKLOADS:
            with self.channel(workload) as channel:
                check = channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")
                check(wire.encode(received(WORKLOADS[0], workload, "GET", "/")), timeout=30)
                process = channel.stream_stream(f"/{wire.EXTERNAL_PROCESSOR}/Process")
                list(process(iter([_sent(workload)]), timeout=30))


def _sent(workload: Workload) -> bytes:
    asked = wire.message("envoy.service.ext_proc.v3.ProcessingRequest")()
    asked.request_headers.end_of_stream = True
    for key, value in ((":method", "GET"), (":path", "/"), (":authority", "x.clinic")):
        asked.request_headers.headers.headers.add(key=key, raw_value=value.encode())
    said = asked.attributes["envoy.filters.http.ext_proc"]
    said["xds.listener_direction"] = 2
    said["xds.node.metadata['NAMESPACE']"] = workload.namespace
    said["xds.node.metadata['SERVICE_ACCOUNT']"] = workload.name
    said["connection.mtls"] = False
    return wire.encode(asked)


@contextlib.contextmanager
def guard(server: Server, folder: Path, port: int) -> Iterator[Guard]:
    """Start a real guard with mutual TLS, and let it judge a message of each workload."""
    folder.mkdir()
    authority = Authority.create()
    own = authority.issue(GUARD, folder / "guard", dns=INSTALLATION.host)
    certificates = {
        each: authority.issue(each, folder / f"{each.namespace}.{each.name}") for each in WORKLOADS
    }
    policy, ledger = folder / "policy.yaml", folder / "ledger"
    policy.write_text(OPEN)
    running = Guard(server, port, policy, ledger, own, certificates)
    running.start(str(policy))
    yield running
    running.stop()


@dataclass(frozen=True)
class WholeMesh:
    """What runs.

    Args:
        folder: for the proxies' dumps.
        canaries: the record of the canaries: none was sent.
        silent: whose proxies do not answer now. Their last dump stays.
    """

    server: Server
    istiod: Istiod
    guard: Guard
    proxies: dict[Workload, Proxy]
    folder: Path
    canaries: Path
    silent: set[Workload] = field(default_factory=set)

    def dump(self) -> None:
        """Write what each proxy says of itself now."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        (self.folder / "collected.json").write_text(json.dumps({"at": now}))
        for workload, proxy in self.proxies.items():
            if workload in self.silent:
                continue
            url = f"http://{LOOPBACK}:{proxy.admin}/config_dump?include_eds"
            with urllib.request.urlopen(url, timeout=10) as answer:
                text = answer.read()
            # whole or not at all: somebody watches the folder
            draft = self.folder.parent / "draft.json"
            draft.write_bytes(text)
            draft.replace(self.folder / f"{workload.namespace}.{proxy.pod.name}.json")


def sidecars(
    envoy: Path, running: Istiod, server: Server, folder: Path, ports: list[int]
) -> dict[Workload, Proxy]:
    """Start the Envoy of each workload."""
    starter = Proxies(envoy, running.discovery, folder, server.processes, "1.31.0")
    return {
        each: starter.start(
            Pod(each, address(each), {"app": each.name, GUARDED_LABEL: "true"}), port
        )
        for each, port in zip(WORKLOADS, ports, strict=True)
    }
