"""Check that ports of HL7 over MLLP are judged, both ways, and by what Envoy itself says."""

from collections.abc import Iterator
from typing import Final

from mesh.istio import network_ext_proc
from mesh.istio.check import guard_options
from mesh.istio.check.durations import seconds
from mesh.istio.check.filters import NO_TIMEOUT, REMOVES, SHORT_TIMEOUT, judges_tcp
from mesh.istio.check.patches import INSERTING, selector
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload, selects
from mesh.istio.mllp import PORT_NAMES
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

UNREAD = Rule("mllp-port-unread", _HOLE, "messages reach the workload on that port unread")
ONE_WAY = Rule("mllp-one-way-only", _HOLE, "what goes the other way passes unread")
BEHIND = Rule(
    "mllp-behind-proxy", _HOLE, "the TCP proxy ends the chain, so the filter never sees a byte"
)
EVERY_PORT = Rule(
    "mllp-on-every-port", _REFUSAL, "connections to databases and the like are refused as no HL7"
)
FORGED = Rule(
    "mllp-identity-forged", _HOLE, "the guard takes for granted what the filter says of a peer"
)
NO_IDENTITY = Rule("mllp-no-identity", _REFUSAL, "the guard learns not who speaks to whom")
NOT_REPLACED = Rule(
    "mllp-beside-ext-authz",
    _REFUSAL,
    "ext_authz sees a TCP connection without content, and refuses it",
)

RULES = (UNREAD, ONE_WAY, BEHIND, EVERY_PORT, FORGED, NO_IDENTITY, NOT_REPLACED)

_INBOUND: Final = "SIDECAR_INBOUND"
_SAID: Final = {_INBOUND: network_ext_proc.INBOUND, "SIDECAR_OUTBOUND": network_ext_proc.OUTBOUND}
_SKIP: Final = ("SKIP", "1")  # protobuf JSON also allows the number of an enum value
_MESSAGE: Final = 1024 * 1024  # bytes; nearly all messages are shorter
_FILES: Final = "take the filter that `phiguard istio render` writes into 36-mllp.yaml"


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Every problem of the network filters, and of ports that should have one."""
    for document in mesh.kind("EnvoyFilter"):
        for patch in document.spec.at("config_patches"):
            if judges_tcp(patch):
                yield from _modes(document, patch)
                yield from _place(document, patch)
                yield from _identity(document, patch)
                yield from _beside(mesh, document, patch)
                yield from _timeout(mesh, document, patch)
            elif removes_ext_authz(patch) and not _is_replaced(document, patch):
                cure = "let the same object insert the filter on that port"
                message = "it removes the network ext_authz filter"
                yield problem(REMOVES, document, patch.at("patch"), message, cure)
    yield from _unread(mesh)


def _modes(document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    modes = patch.at("patch", "value", "typed_config", "processing_mode")
    for key in ("process_read", "process_write"):
        if modes.at(key).text in _SKIP:
            yield problem(
                ONE_WAY, document, modes.at(key), f"{key} is SKIP", f"set {key}: STREAMED"
            )


def _place(document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    operation, listener = patch.at("patch", "operation"), patch.at("match", "listener")
    name = listener.at("filter_chain", "filter", "name").text
    if operation.text == "ADD" or (operation.text == "INSERT_AFTER" and "tcp_proxy" in name):
        message = f"{operation.text} puts it behind the proxy"
        yield problem(BEHIND, document, operation, message, "set operation: INSERT_BEFORE")
    chain_port = listener.at("filter_chain", "destination_port")
    if operation.text in INSERTING and listener.at("port_number").missing and chain_port.missing:
        yield problem(EVERY_PORT, document, listener, "it names no port", "set portNumber")


def _identity(document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    """Compare the metadata of the call with what `render` writes."""
    service = patch.at("patch", "value", "typed_config", "grpc_service")
    entries = service.at("initial_metadata")
    given = {entry.at("key").text.lower(): entry.at("value") for entry in entries}
    expected = _SAID.get(patch.at("match", "context").text, {})
    for key, value in given.items():
        if key.startswith("x-phiguard-") and value.text != expected.get(key):
            message = f"{key} is `{value.text}`"
            yield problem(FORGED, document, value, message, _FILES)
    missing = [key for key in expected if key not in given]
    if missing:
        message = f"initial_metadata lacks {' and '.join(missing)}"
        yield problem(NO_IDENTITY, document, entries, message, _FILES)


def _beside(mesh: Mesh, document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    """Report an inbound filter that leaves ext_authz beside it."""
    if patch.at("match", "context").text != _INBOUND or not mesh.policies:
        return
    port = patch.at("match", "listener", "port_number")
    removed = [
        each.at("match", "listener", "port_number").text
        for each in document.spec.at("config_patches")
        if removes_ext_authz(each)
    ]
    if port.text not in removed:
        message = "it does not remove envoy.filters.network.ext_authz from that port"
        yield problem(NOT_REPLACED, document, patch.at("patch"), message, _FILES)


def _timeout(mesh: Mesh, document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    timeout = patch.at("patch", "value", "typed_config", "message_timeout")
    if timeout.missing:
        yield problem(NO_TIMEOUT, document, timeout, "no message_timeout", "set it to 20s")
        return
    given, needed = seconds(timeout.text), guard_options.of(mesh).deadline(_MESSAGE)
    if given is None or given < needed:
        message = (
            f"message_timeout is {timeout.text}, and a scan with its proof may take {needed:g} s"
        )
        yield problem(SHORT_TIMEOUT, document, timeout, message, "set it to 20s")


def _is_replaced(document: MeshObject, removed: Node) -> bool:
    """Whether the same object puts the guard's filter where it takes ext_authz out."""
    place = ("match", "listener", "port_number")
    return removed.at("match", "context").text == _INBOUND and any(
        judges_tcp(patch)
        and patch.at("match", "context").text == _INBOUND
        and patch.at(*place).text == removed.at(*place).text
        for patch in document.spec.at("config_patches")
    )


def removes_ext_authz(patch: Node) -> bool:
    """Whether a patch takes the network ext_authz filter out."""
    named = patch.at("match", "listener", "filter_chain", "filter", "name").text
    operation = patch.at("patch", "operation").text
    is_network = patch.at("apply_to").text == "NETWORK_FILTER"
    return is_network and operation in ("REMOVE", "REPLACE") and "ext_authz" in named


def is_named(port: Node) -> bool:
    """Whether the name of a Service's port says that HL7 comes there."""
    return port.at("name").text.lower().startswith(PORT_NAMES)


def _unread(mesh: Mesh) -> Iterator[IstioProblem]:
    """Report ports whose name says HL7, in front of guarded workloads without the filter."""
    if not mesh.snapshot.knows("EnvoyFilter"):
        return
    for document in mesh.kind("Service"):
        if not mesh.is_before_guarded(document):
            continue
        for port in document.spec.at("ports"):
            if is_named(port) and not is_read(mesh, document, port):
                number = port.at("port").text
                message = f"port {number} is named `{port.at('name').text}`, and has no filter"
                cure = f"apply 36-mllp.yaml with mllp.ports: [{number}]"
                yield problem(UNREAD, document, port.at("name"), message, cure)


def is_read(mesh: Mesh, service: MeshObject, port: Node) -> bool:
    """Whether each workload behind a Service's port has the filter on that port.

    Envoy matches the port of the pod. A named `targetPort` is looked for among its containers.
    """
    behind = [
        each
        for each in mesh.workloads_of(service.namespace)
        if selects(service.spec.at("selector"), each.labels)
    ]
    return bool(behind) and all(_has_filter(mesh, each, _pod_port(each, port)) for each in behind)


def _has_filter(mesh: Mesh, workload: Workload, number: str) -> bool:
    near = (workload.namespace, mesh.root, "")
    return any(
        judges_tcp(patch)
        and patch.at("match", "context").text in (_INBOUND, "ANY", "")
        and patch.at("match", "listener", "port_number").text in (number, "")
        for document in mesh.kind("EnvoyFilter")
        if document.namespace in near and selects(selector(document), workload.labels)
        for patch in document.spec.at("config_patches")
    )


def _pod_port(workload: Workload, port: Node) -> str:
    """The number of the pod's port behind a Service's port."""
    target = port.at("target_port").text or port.at("port").text
    for container in workload.containers:
        for each in container.at("ports"):
            if each.at("name").text == target:
                return each.at("container_port").text
    return target
