"""Who reaches the guard, and what the guard reaches: its NetworkPolicy."""

from mesh.istio.install.names import LABELS, NAME, metadata
from mesh.istio.installation import (
    GUARD_PORT,
    GUARDED_LABEL,
    HTTP_PORT,
    METRICS_PORT,
    Installation,
)
from mesh.istio.manifest import Manifest, ManifestValue, manifest
from mesh.istio.values import PolicySource

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_ISTIOD_PORT = 15012
_API_PORT = 443


def network_policy(installation: Installation) -> Manifest:
    """Guarded namespaces reach the guard; the guard reaches DNS, istiod and the collector.

    Namespaces that are named for its HTTP interface reach that alone.

    Kubelet's probes need no rule: a node always reaches its own pods.
    """
    spec: Manifest = {
        "podSelector": {"matchLabels": LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": _ingress(installation),
        "egress": _egress(installation),
    }
    return manifest(
        "networking.k8s.io/v1", "NetworkPolicy", metadata(installation, NAME), spec=spec
    )


def _ingress(installation: Installation) -> list[ManifestValue]:
    guarded: Manifest = {"namespaceSelector": {"matchLabels": {GUARDED_LABEL: "true"}}}
    found: list[ManifestValue] = [{"from": [guarded], "ports": [tcp(GUARD_PORT)]}]
    metrics = installation.values.metrics
    if metrics.enabled:
        found.append({"from": [in_namespace(metrics.namespace)], "ports": [tcp(METRICS_PORT)]})
    asking = installation.values.http.namespaces
    if asking:
        found.append({"from": [in_namespace(each) for each in asking], "ports": [tcp(HTTP_PORT)]})
    return found


def platform(installation: Installation) -> list[ManifestValue]:
    """Return the rules by which a pod and its sidecar reach DNS, istiod and the collector."""
    values = installation.values
    dns: ManifestValue = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    return [
        {"to": [in_namespace("kube-system")], "ports": dns},
        {"to": [in_namespace(installation.root_namespace)], "ports": [tcp(_ISTIOD_PORT)]},
        {
            "to": [in_namespace(values.collector.namespace)],
            "ports": [tcp(values.collector.port)],
        },
    ]


def _egress(installation: Installation) -> list[ManifestValue]:
    values, found = installation.values, platform(installation)
    if values.policy.source is PolicySource.KUBERNETES:
        # before or after the network plug-in turned the service's address into an endpoint's
        ports: list[ManifestValue] = [tcp(_API_PORT), tcp(values.api_server.port)]
        networks: list[ManifestValue] = [
            {"ipBlock": {"cidr": cidr}} for cidr in values.api_server.cidrs
        ]
        found.append({"to": networks, "ports": ports})
    return found


def tcp(port: int) -> Manifest:
    """Return a port of a NetworkPolicy."""
    return {"port": port, "protocol": "TCP"}


def in_namespace(name: str) -> Manifest:
    """Return the peer of a NetworkPolicy that is each pod of a namespace."""
    return {"namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: name}}}
