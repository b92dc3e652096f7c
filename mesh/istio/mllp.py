"""The objects that switch the guard on at ports of HL7 over MLLP, in one namespace.

They name no namespace: `kubectl apply -n NAMESPACE` sets it. They name ports, because an
EnvoyFilter cannot ask for a port by its name. At the receiver, the port is that of the pod; at the
sender, that of the Service.
"""

from collections.abc import Sequence

from mesh.istio import network_ext_proc
from mesh.istio.guarded import selecting
from mesh.istio.installation import GUARDED_LABEL, STREAMING, Installation
from mesh.istio.manifest import Manifest

PORT = 2575
"""The port that IANA has registered for HL7."""

PORT_NAMES = ("tcp-hl7", "tcp-mllp")
"""How the names of such ports begin. Istio then takes what comes there for TCP, and not for HTTP.

`istio check` reads from them which ports should have the filter.
"""

_TCP_PROXY = "envoy.filters.network.tcp_proxy"
_EXT_AUTHZ = "envoy.filters.network.ext_authz"


def objects(installation: Installation, ports: Sequence[int]) -> list[Manifest]:
    """An object for each direction and each value of the pods' label.

    Args:
        installation: where the guard is.
        ports: of Services and of pods.
    """
    labels = ("true", STREAMING)
    return [make(installation, ports, label) for label in labels for make in (inbound, outbound)]


def inbound(installation: Installation, ports: Sequence[int], label: str = "true") -> Manifest:
    """Connections are judged at the workload that accepts them, after decryption."""
    patches = [patch for port in ports for patch in _inbound(installation, port)]
    return _object("phiguard-inbound-mllp", label, patches)


def outbound(installation: Installation, ports: Sequence[int], label: str = "true") -> Manifest:
    """Connections are judged at the workload that opens them, before the mesh encrypts."""
    judge = network_ext_proc.outbound(installation)
    patches = [_judged("SIDECAR_OUTBOUND", port, judge) for port in ports]
    return _object("phiguard-outbound-mllp", label, patches)


def _object(name: str, label: str, patches: Sequence[Manifest]) -> Manifest:
    suffix = "" if label == "true" else f"-{label}"
    return selecting(f"{name}{suffix}", {GUARDED_LABEL: label}, patches)


def _inbound(installation: Installation, port: int) -> list[Manifest]:
    """Judge the bytes, in place of ext_authz, which sees a connection and none of its bytes.

    The AuthorizationPolicy of the namespace puts ext_authz there. Both patches stand in one object,
    so that none can be there without the other.
    """
    remove: Manifest = {
        "applyTo": "NETWORK_FILTER",
        "match": _match("SIDECAR_INBOUND", port, _EXT_AUTHZ),
        "patch": {"operation": "REMOVE"},
    }
    return [_judged("SIDECAR_INBOUND", port, network_ext_proc.inbound(installation)), remove]


def _judged(context: str, port: int, value: Manifest) -> Manifest:
    """Insert directly before the proxy: a connection that Istio refuses costs nothing here."""
    return {
        "applyTo": "NETWORK_FILTER",
        "match": _match(context, port, _TCP_PROXY),
        "patch": {"operation": "INSERT_BEFORE", "value": value},
    }


def _match(context: str, port: int, network_filter: str) -> Manifest:
    chain: Manifest = {"filter": {"name": network_filter}}
    return {"context": context, "listener": {"portNumber": port, "filterChain": chain}}
