"""Check what may leave the mesh, and in which form."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.routing import qualified
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE = Severity.HOLE

ALLOW_ANY = Rule(
    "egress-allows-any",
    _HOLE,
    "applications reach every host outside, over TLS of their own that no sidecar can read",
)
SIDECAR_ALLOWS = Rule(
    "sidecar-allows-any", _HOLE, "it takes back, for its workloads, that the mesh closes egress"
)
PLAIN = Rule("service-entry-plain-http", _HOLE, "PHI leaves the mesh in plain text")
UNREAD = Rule(
    "service-entry-unread",
    _HOLE,
    "the sidecar forwards bytes to that host, without a check at the sender",
)
EVERYTHING = Rule(
    "service-entry-everything", _HOLE, "it opens the whole outside, whatever the mesh says"
)

RULES = (ALLOW_ANY, SIDECAR_ALLOWS, PLAIN, UNREAD, EVERYTHING)

_HTTP: Final = ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")
_TLS_MODES: Final = ("SIMPLE", "MUTUAL")
_ALL: Final = ("0.0.0.0/0", "::/0")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of egress."""
    for document in mesh.kind("MeshConfig"):
        mode = document.spec.at("outbound_traffic_policy", "mode")
        # Istio's default is ALLOW_ANY; of a part of the configuration nothing follows
        if mode.text == "ALLOW_ANY" or (mode.missing and document.in_force):
            message = "outboundTrafficPolicy is ALLOW_ANY"
            cure = "set mode: REGISTRY_ONLY, and a ServiceEntry for each host outside"
            yield problem(ALLOW_ANY, document, mode, message, cure)
    for document in mesh.kind("Sidecar"):
        mode = document.spec.at("outbound_traffic_policy", "mode")
        if mode.text == "ALLOW_ANY" and mesh.concerns(document.namespace):
            message = "outboundTrafficPolicy is ALLOW_ANY"
            yield problem(SIDECAR_ALLOWS, document, mode, message, "remove it")
    for document in mesh.kind("ServiceEntry"):
        if _is_outside(document) and _is_seen(mesh, document):
            yield from _entry(mesh, document)


def _is_outside(document: MeshObject) -> bool:
    return document.spec.at("location").text in ("", "MESH_EXTERNAL")


def _is_seen(mesh: Mesh, document: MeshObject) -> bool:
    """Whether a guarded namespace sees the entry."""
    to = document.spec.at("export_to").texts
    if not to or "*" in to:
        return True
    names = {document.namespace if name == "." else name for name in to}
    return any(mesh.concerns(name) for name in names)


def _entry(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    hosts, addresses = document.spec.at("hosts"), document.spec.at("addresses")
    for word in (*hosts, *addresses):
        if word.text in ("*", *_ALL):
            message = f"it stands for `{word.text}`"
            yield problem(EVERYTHING, document, word, message, "name the hosts")
    for port in document.spec.at("ports"):
        spoken = port.at("protocol").text.upper()
        number = port.at("number").text
        if spoken in _HTTP:
            if not _begins_tls(mesh, document, number):
                message = f"port {number} is {spoken}, and no DestinationRule begins TLS"
                cure = "add a DestinationRule for the host with tls.mode: SIMPLE"
                yield problem(PLAIN, document, port, message, cure)
        elif document.namespace not in mesh.own_namespaces:
            message = f"port {number} is {spoken or 'TCP'}"
            cure = "let applications speak HTTP to it, and let a DestinationRule begin TLS"
            yield problem(UNREAD, document, port, message, cure)


def _begins_tls(mesh: Mesh, entry: MeshObject, number: str) -> bool:
    hosts = entry.spec.at("hosts").texts
    for rule in mesh.kind("DestinationRule"):
        host = qualified(rule.spec.at("host").text, rule.namespace)
        if not any(host == each or (host[:1] == "*" and each.endswith(host[1:])) for each in hosts):
            continue
        policy = rule.spec.at("traffic_policy")
        places: list[Node] = [policy]
        places += [
            each
            for each in policy.at("port_level_settings")
            if each.at("port", "number").text == number
        ]
        if any(place.at("tls", "mode").text in _TLS_MODES for place in places):
            return True
    return False
