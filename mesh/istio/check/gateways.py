"""Check the edges of the mesh: what comes in through gateways."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.routing import is_guarded_host, qualified
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import selects
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE = Severity.HOLE

PLAIN = Rule("gateway-plain-http", _HOLE, "PHI of clients outside comes in plain text")
PASSTHROUGH = Rule(
    "gateway-passes-tls",
    _HOLE,
    "neither the gateway nor the sidecar behind it can read what the client encrypts",
)
OLD_TLS = Rule("gateway-old-tls", _HOLE, "TLS before 1.2 can be read by others")
UNCHECKED = Rule(
    "gateway-not-guarded",
    Severity.ADVICE,
    "the sidecar behind it is asked, and knows of all clients outside one principal: the gateway",
)
SELECTOR = Rule(
    "gateway-policy-ignored",
    _HOLE,
    "waypoints read policies with targetRefs only, so it holds nowhere",
)

RULES = (PLAIN, PASSTHROUGH, OLD_TLS, UNCHECKED, SELECTOR)

_OLD: Final = ("TLSV1_0", "TLSV1_1")
_NAME: Final = "gateway.networking.k8s.io/gateway-name"
_POLICY_LABELS: Final = ("selector", "match_labels")
_FILTER_LABELS: Final = ("workload_selector", "labels")
_WAYPOINT: Final = "istio-waypoint"
_ROUTES: Final = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of gateways that serve guarded hosts."""
    for document in mesh.kind("Gateway"):
        if document.spec.at("gateway_class_name").text == _WAYPOINT:
            continue
        serves = _serves(mesh, document)
        if not serves:
            continue
        for server in document.spec.at("servers"):
            yield from _server(document, server)
        for listener in document.spec.at("listeners"):
            yield from _listener(document, listener)
        if not any(_asks(each, document, mesh) for each in (*mesh.policies, *mesh.filters)):
            message = f"it serves `{serves}`, and neither a filter nor a policy makes it ask"
            cure = "apply the filter of `guardedGateways` that `phiguard istio render` writes"
            yield problem(UNCHECKED, document, Node(), message, cure)
    yield from _ignored(mesh)


def _serves(mesh: Mesh, document: MeshObject) -> str:
    """A guarded host behind the gateway; empty for none."""
    if not mesh.guarded_namespaces:
        return ""
    hosts = (*_istio_hosts(mesh, document), *_api_hosts(mesh, document))
    return next((host for host in hosts if is_guarded_host(mesh, host)), "")


def _istio_hosts(mesh: Mesh, gateway: MeshObject) -> Iterator[str]:
    """Where VirtualServices lead what comes through a Gateway of Istio."""
    for route in mesh.kind("VirtualService"):
        names = {f"{gateway.namespace}/{gateway.name}"}
        if route.namespace == gateway.namespace:
            names.add(gateway.name)
        if not names.isdisjoint(route.spec.at("gateways").texts):
            for each in route.spec.everywhere("destination"):
                yield qualified(each.at("host").text, route.namespace)


def _api_hosts(mesh: Mesh, gateway: MeshObject) -> Iterator[str]:
    """Where routes of the Gateway API lead what comes through their parent."""
    for route in (document for kind in _ROUTES for document in mesh.kind(kind)):
        parents = [
            (parent.at("namespace").text or route.namespace, parent.at("name").text)
            for parent in route.spec.at("parent_refs")
        ]
        if (gateway.namespace, gateway.name) in parents:
            for backend in (
                each for refs in route.spec.everywhere("backend_refs") for each in refs
            ):
                namespace = backend.at("namespace").text or route.namespace
                yield f"{backend.at('name').text}.{namespace}.svc.cluster.local"


def _server(document: MeshObject, server: Node) -> Iterator[IstioProblem]:
    port, tls = server.at("port"), server.at("tls")
    spoken, mode = port.at("protocol").text.upper(), tls.at("mode")
    number = port.at("number").text
    if spoken in ("HTTP", "HTTP2", "GRPC") and not tls.at("https_redirect").is_true:
        message = f"port {number} takes {spoken}"
        cure = "set tls.httpsRedirect: true, or protocol: HTTPS with a certificate"
        yield problem(PLAIN, document, port, message, cure)
    if mode.text == "PASSTHROUGH" or (spoken == "TLS" and mode.text in ("", "PASSTHROUGH")):
        message = f"port {number} passes TLS through"
        yield problem(PASSTHROUGH, document, mode, message, "set protocol: HTTPS, mode: SIMPLE")
    oldest = tls.at("min_protocol_version")
    if oldest.text in _OLD:
        message = f"port {number} takes {oldest.text}"
        yield problem(OLD_TLS, document, oldest, message, "set minProtocolVersion: TLSV1_2")


def _listener(document: MeshObject, listener: Node) -> Iterator[IstioProblem]:
    spoken, number = listener.at("protocol"), listener.at("port").text
    if spoken.text == "HTTP":
        message = f"port {number} takes HTTP"
        yield problem(PLAIN, document, spoken, message, "set protocol: HTTPS with a certificate")
    mode = listener.at("tls", "mode")
    if mode.text == "Passthrough":
        message = f"port {number} passes TLS through"
        yield problem(PASSTHROUGH, document, mode, message, "set mode: Terminate")


def _asks(policy: MeshObject, gateway: MeshObject, mesh: Mesh) -> bool:
    """Whether a policy or a filter makes this gateway ask the guard."""
    targets = [target.at("name").text for target in policy.spec.at("target_refs")]
    if targets:
        return policy.namespace == gateway.namespace and gateway.name in targets
    is_filter = policy.kind == "EnvoyFilter"
    wanted = policy.spec.at(*_FILTER_LABELS) if is_filter else policy.spec.at(*_POLICY_LABELS)
    contexts = {patch.at("match", "context").text for patch in policy.spec.at("config_patches")}
    if is_filter and "GATEWAY" not in contexts:
        return False
    selector = gateway.spec.at("selector")
    labels = selector.labels or {_NAME: gateway.name}
    # a Gateway of Istio may select pods anywhere; one of the Gateway API has pods of its own
    behind = mesh.workloads if not selector.missing else ()
    places = {each.namespace for each in behind if selects(selector, each.labels)}
    places |= {gateway.namespace, mesh.root}
    return policy.namespace in places and selects(wanted, labels)


def _ignored(mesh: Mesh) -> Iterator[IstioProblem]:
    ours = {
        each.name: each
        for each in mesh.kind("Gateway")
        if not each.spec.at("gateway_class_name").missing
    }
    for policy in mesh.policies:
        name = policy.spec.at("selector", "match_labels").labels.get(_NAME, "")
        gateway = ours.get(name)
        if gateway is not None and gateway.spec.at("gateway_class_name").text == _WAYPOINT:
            message = f"it selects the waypoint `{name}` by its label"
            cure = f"set targetRefs to the Gateway `{name}`"
            yield problem(SELECTOR, policy, policy.spec.at("selector"), message, cure)
