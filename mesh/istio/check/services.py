"""Check that ports speak what their services say, so that Envoy reads messages on them.

Source: https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
"""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check import mllp
from mesh.istio.check.view import Host, Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

GUARD_PORT = Rule(
    "guard-port-not-grpc",
    _REFUSAL,
    "Envoy speaks HTTP/1.1 to the guard and no check arrives",
    "IST0118",
)
GUARD_PORT_UNKNOWN = Rule(
    "guard-port-unknown", _REFUSAL, "Envoy has no cluster for it, and refuses what it cannot ask"
)
GUARD_UNKNOWN = Rule(
    "guard-service-unknown", _REFUSAL, "Envoy has no cluster for it, and refuses what it cannot ask"
)
NOT_EXPORTED = Rule(
    "guard-not-exported",
    _REFUSAL,
    "sidecars of other namespaces have no cluster for the guard, and refuse what they cannot ask",
)
SHADOWED = Rule(
    "guard-host-shadowed", _HOLE, "someone else may answer the checks, and allow what he likes"
)
TCP = Rule(
    "port-is-tcp", _HOLE, "senders forward it without a check, and receivers have no body to judge"
)
TLS = Rule("port-is-tls", _HOLE, "the application encrypts, so no sidecar can read the messages")
UDP = Rule("port-is-udp", _HOLE, "sidecars do not capture UDP")
UNNAMED = Rule(
    "port-without-protocol",
    _HOLE,
    "Envoy guesses by the first bytes, and forwards unread what it takes for no HTTP",
    "IST0118",
)

RULES = (
    GUARD_PORT, GUARD_PORT_UNKNOWN, GUARD_UNKNOWN, NOT_EXPORTED, SHADOWED, TCP, TLS, UDP, UNNAMED,
)  # fmt: skip

_HTTP2_NAMES: Final = ("grpc", "http2")
_HTTP2_APP_PROTOCOLS: Final = ("grpc", "http2", "kubernetes.io/h2c")
HTTP: Final = ("http", "http2", "grpc", "grpc-web", "kubernetes.io/h2c", "kubernetes.io/ws")
TCP_LIKE: Final = ("tcp", "mongo", "mysql", "redis", "thrift", "dubbo")
TLS_LIKE: Final = ("tls", "https", "kubernetes.io/wss")
EXPORT: Final = "networking.istio.io/exportTo"


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of the guard's service, and of services in front of guarded workloads."""
    for host in mesh.guards:
        yield from _guard(mesh, host)
    for document in mesh.kind("Service"):
        if mesh.is_before_guarded(document):
            for port in document.spec.at("ports"):
                yield from _port(mesh, document, port)


def _guard(mesh: Mesh, host: Host) -> Iterator[IstioProblem]:
    name, namespace = host.service
    found = [d for d in mesh.kind("Service") if (d.name, d.namespace) == (name, namespace)]
    entries = [d for d in mesh.kind("ServiceEntry") if host.name in d.spec.at("hosts").texts]
    for document in found:
        yield from _guard_port(document, host)
        yield from _exported(mesh, document)
    near = any(document.namespace == namespace for document in mesh.kind("Service"))
    if name and not found and not entries and (near or "Service" in mesh.snapshot.listed):
        yield from _unknown(mesh, host)
    for entry in entries if found else entries[1:]:
        message = f"it claims the guard's host `{host.name}`"
        yield problem(SHADOWED, entry, entry.spec.at("hosts"), message, "take that host out")


def _guard_port(document: MeshObject, host: Host) -> Iterator[IstioProblem]:
    ports = [p for p in document.spec.at("ports") if p.at("port").text == host.port]
    if not ports:
        message = f"it has no port {host.port}, which sidecars call"
        cure = f"give it that port, or write its own port where `{host.name}` is called"
        yield problem(GUARD_PORT_UNKNOWN, document, document.spec.at("ports"), message, cure)
    for port in ports:
        if not _is_http2(port):
            message = f"port {host.port} is not named grpc"
            cure = "name it `grpc` or set appProtocol: grpc"
            yield problem(GUARD_PORT, document, port, message, cure)


def _unknown(mesh: Mesh, host: Host) -> Iterator[IstioProblem]:
    name, namespace = host.service
    for caller, grpc, called in mesh.provided:
        if called == host:
            message = f"there is no Service `{name}` in namespace `{namespace}`"
            cure = "write the host of the guard's Service"
            yield problem(GUARD_UNKNOWN, caller, grpc.at("service"), message, cure)


def _exported(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    note = document.annotations.at(EXPORT)
    said = [word.strip() for word in note.text.split(",") if word.strip()]
    callers = mesh.calling_namespaces - {document.namespace, ""}
    if said:
        hidden = "*" not in said and (not callers or any(name not in said for name in callers))
        if hidden:
            message = f"it is exported to {note.text} only"
            cure = f'set {EXPORT}: "*"'
            yield problem(NOT_EXPORTED, document, note, message, cure)
        return
    for config in mesh.kind("MeshConfig"):
        default = config.spec.at("default_service_export_to")
        if not default.missing and "*" not in default.texts:
            message = f"the mesh exports no service of itself, so not {document.title}"
            cure = f'annotate that Service with {EXPORT}: "*"'
            yield problem(NOT_EXPORTED, config, default, message, cure)


def _is_http2(port: Node) -> bool:
    if not port.at("app_protocol").missing:
        return port.at("app_protocol").text.lower() in _HTTP2_APP_PROTOCOLS
    name = port.at("name").text
    return name.split("-")[0] in _HTTP2_NAMES and not name.startswith("grpc-web")


def protocol(port: Node) -> str:
    """What Istio takes a port for: appProtocol, else the name before its first hyphen."""
    if not port.at("app_protocol").missing:
        return port.at("app_protocol").text.lower()
    name = port.at("name").text.lower()
    return "grpc-web" if name.startswith("grpc-web") else name.partition("-")[0]


def _port(mesh: Mesh, document: MeshObject, port: Node) -> Iterator[IstioProblem]:
    number, spoken = port.at("port").text, protocol(port)
    where = port.at("name") if port.at("app_protocol").missing else port.at("app_protocol")
    move = "or keep PHI off that port"
    if port.at("protocol").text == "UDP":
        yield problem(
            UDP, document, port.at("protocol"), f"port {number} is UDP", f"use TCP, {move}"
        )
    elif spoken in TCP_LIKE and not (mllp.is_named(port) or mllp.is_read(mesh, document, port)):
        message = f"port {number} is {spoken}"
        yield problem(TCP, document, where, message, f"name it `http-...` if it is HTTP, {move}")
    elif spoken in TLS_LIKE:
        message = f"port {number} is {spoken}"
        cure = f"let the application speak HTTP and leave TLS to the mesh, {move}"
        yield problem(TLS, document, where, message, cure)
    elif spoken not in (*HTTP, *TCP_LIKE):
        message = f"port {number} does not say its protocol"
        yield problem(UNNAMED, document, where, message, "name it `http-...` or `grpc-...`")
