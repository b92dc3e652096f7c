"""Check that no rule of routing takes TLS away, or leads messages round the receiver's check."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.services import protocol
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

NO_TLS = Rule(
    "destination-rule-disables-tls",
    _HOLE,
    "senders leave mutual TLS out, so PHI goes in plain text or is refused",
)
OWN_TLS = Rule(
    "destination-rule-own-tls",
    _REFUSAL,
    "senders use a certificate that is not the mesh's, so the receiver knows no principal",
)
GUARD_TLS = Rule(
    "destination-rule-breaks-guard",
    _REFUSAL,
    "the guard takes the mesh's mutual TLS only, so no check arrives",
)
UNVERIFIED = Rule(
    "destination-rule-unverified",
    _HOLE,
    "nobody checks who the receiver is, so anyone on the way can read along",
    "IST0128",
)
LEADS_AWAY = Rule(
    "virtual-service-leads-away",
    _HOLE,
    "what is sent to a guarded host goes to one without a check",
)
MIRRORS = Rule(
    "virtual-service-mirrors", _HOLE, "a copy of each request goes to a host without a check"
)
AS_TCP = Rule(
    "virtual-service-as-tcp", _HOLE, "Envoy forwards these connections as bytes, without a check"
)

RULES = (NO_TLS, OWN_TLS, GUARD_TLS, UNVERIFIED, LEADS_AWAY, MIRRORS, AS_TCP)

_MESH_TLS: Final = ("", "ISTIO_MUTUAL")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of DestinationRules and VirtualServices."""
    for document in mesh.kind("DestinationRule"):
        for tls in _settings(document):
            yield from _tls(mesh, document, tls)
    for document in mesh.kind("VirtualService"):
        yield from _routes(mesh, document)


def _settings(document: MeshObject) -> Iterator[Node]:
    """Every place where a rule says something of TLS."""
    for holder in (document.spec, *document.spec.at("subsets")):
        policy = holder.at("traffic_policy")
        for place in (policy, *policy.at("port_level_settings")):
            if not place.at("tls").missing:
                yield place.at("tls")


def _tls(mesh: Mesh, document: MeshObject, tls: Node) -> Iterator[IstioProblem]:
    mode = tls.at("mode")
    host = qualified(document.spec.at("host").text, document.namespace)
    if tls.at("insecure_skip_verify").is_true:
        at, cure = tls.at("insecure_skip_verify"), "remove it, and give caCertificates"
        yield problem(UNVERIFIED, document, at, "insecureSkipVerify is true", cure)
    if mode.text in _MESH_TLS:
        return
    if any(_covers(host, each.name) for each in mesh.guards):
        message = f"TLS to the guard is {mode.text}"
        yield problem(GUARD_TLS, document, mode, message, "set mode: ISTIO_MUTUAL")
        return
    inside = is_guarded_host(mesh, host)
    if inside and mode.text == "DISABLE":
        message = f"TLS to `{host}` is DISABLE"
        yield problem(NO_TLS, document, mode, message, "set mode: ISTIO_MUTUAL")
    elif inside:
        message = f"TLS to `{host}` is {mode.text}"
        yield problem(OWN_TLS, document, mode, message, "set mode: ISTIO_MUTUAL")
    elif mode.text in ("SIMPLE", "MUTUAL") and not _is_verified(mesh, tls):
        message = f"TLS to `{host}` is {mode.text}, without caCertificates"
        yield problem(UNVERIFIED, document, mode, message, "set caCertificates: system")


def _is_verified(mesh: Mesh, tls: Node) -> bool:
    """Whether the sender checks the certificate.

    Without roots of its own, istiod gives it the system's, unless `VERIFY_CERTIFICATE_AT_CLIENT` is
    off.
    """
    roots = (tls.at(key) for key in ("ca_certificates", "credential_name"))
    return any(not each.missing for each in roots) or not any(
        each.spec.at("pilot", "env", "verify_certificate_at_client").is_false
        for each in mesh.kind("MeshValues")
    )


def qualified(host: str, namespace: str) -> str:
    """A host with its namespace, as Istio completes a short name of Kubernetes."""
    if "." in host or "*" in host or not namespace:
        return host
    return f"{host}.{namespace}.svc.cluster.local"


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith("*"):
        return host.endswith(pattern[1:])
    return host in (pattern, f"{pattern}.svc.cluster.local")


def is_guarded_host(mesh: Mesh, host: str) -> bool:
    """Whether a host may lead to a guarded workload."""
    guarded = mesh.guarded_namespaces
    if host.startswith("*"):
        suffix = host[1:].strip(".")
        names = [f"x.{name}.svc.cluster.local" for name in guarded or {"x"}]
        return not suffix or any(name.endswith(suffix) for name in names)
    parts = host.split(".")
    if len(parts) == 1:
        return True  # a short name in a manifest without a namespace
    if len(parts) == 2:  # `ehr.clinic` or `api.example`
        return parts[1] in guarded
    return parts[2] == "svc" and (parts[1] in guarded or "" in guarded or not guarded)


def _routes(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    hosts = [qualified(text, document.namespace) for text in document.spec.at("hosts").texts]
    guarded = [host for host in hosts if not host.startswith("*") and _is_known(mesh, host)]
    for route in document.spec.at("http"):
        for copy in (route.at("mirror"), *(m.at("destination") for m in route.at("mirrors"))):
            to = qualified(copy.at("host").text, document.namespace)
            if to and guarded and not is_guarded_host(mesh, to):
                message = f"requests to `{guarded[0]}` are copied to `{to}`"
                yield problem(MIRRORS, document, copy, message, "remove the mirror")
        for each in route.at("route") if guarded else ():
            to = qualified(each.at("destination", "host").text, document.namespace)
            if to and not is_guarded_host(mesh, to):
                message = f"requests to `{guarded[0]}` go to `{to}`"
                at, cure = each.at("destination"), "guard that host's namespace too"
                yield problem(LEADS_AWAY, document, at, message, cure)
    for kind in ("tcp", "tls"):
        routes = document.spec.at(kind)
        if guarded and not routes.missing and _speaks_http(mesh, guarded):
            message = f"connections to `{guarded[0]}` are routed as {kind}"
            yield problem(AS_TCP, document, routes, message, "route them as http")


def _is_known(mesh: Mesh, host: str) -> bool:
    """Whether a host is known to be guarded, not only not known to be free."""
    return bool(mesh.guarded_namespaces) and is_guarded_host(mesh, host) and "." in host


def _speaks_http(mesh: Mesh, hosts: list[str]) -> bool:
    wanted = {tuple(host.split(".")[:2]) for host in hosts}
    return any(
        protocol(port) in ("http", "http2", "grpc", "grpc-web")
        for service in mesh.kind("Service")
        if (service.name, service.namespace) in wanted
        for port in service.spec.at("ports")
    )
