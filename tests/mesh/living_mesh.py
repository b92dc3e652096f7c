"""A mesh whose pods run: the objects of `clean_mesh`, and a pod for each of its workloads.

The pods are as Istio's webhook makes them: with a sidecar where injection is on, and with the
arguments of istio-init that annotations and the mesh's values ask for.
"""

from collections.abc import Iterator
from typing import Any, Final

from mesh.istio.check import injection
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node, of_values
from mesh.posture.declared import NEEDED

NOW: Final = 1_800_000_000.0
LISTED: Final = frozenset(NEEDED)
_TRAFFIC: Final = "traffic.sidecar.istio.io/"
_HASH: Final = "7d9c"


def living(snapshot: MeshSnapshot, replicas: int = 1) -> MeshSnapshot:
    """The snapshot with running pods, listed whole."""
    pods = [
        pod
        for workload in Mesh(snapshot, "phiguard").workloads
        if workload.document.kind in ("Deployment", "StatefulSet", "DaemonSet", "CronJob")
        for number in range(replicas)
        for pod in _pod(snapshot, workload, number)
    ]
    gateways = [
        each
        for number, gateway in enumerate(snapshot.kind("Gateway"))
        for each in _gateway(gateway, number)
    ]
    return MeshSnapshot((*snapshot.documents, *pods, *gateways), LISTED)


def _gateway(gateway: MeshObject, number: int) -> Iterator[MeshObject]:
    """The pod that a Gateway object selects."""
    labels = gateway.spec.at("selector").labels
    if gateway.spec.at("gateway_class_name").text == "istio":
        labels = {"gateway.networking.k8s.io/gateway-name": gateway.name}
    owner = {"kind": "DaemonSet", "name": f"gateway-{number}"}
    if labels:
        spec = {"containers": [{"name": "istio-proxy"}], "serviceAccountName": "gateway"}
        yield from pod(gateway.namespace, f"gateway-{number}", labels, spec, owner)


def _pod(snapshot: MeshSnapshot, workload: Workload, number: int) -> Iterator[MeshObject]:
    document = workload.document
    spec = _plain(workload.spec)
    if injection.is_injected(Mesh(snapshot, "phiguard"), workload):
        spec["containers"] = [*spec.get("containers", []), {"name": "istio-proxy"}]
        if workload.annotations.at("sidecar.istio.io/interceptionMode").text != "NONE":
            spec["initContainers"] = [
                *spec.get("initContainers", []),
                {"name": "istio-init", "args": _arguments(snapshot, workload)},
            ]
    spec["serviceAccountName"] = spec.get("serviceAccountName") or document.name
    owner = {"kind": document.kind, "name": document.name}
    if document.kind == "Deployment":
        owner = {"kind": "ReplicaSet", "name": f"{document.name}-{_HASH}"}
    yield from pod(
        document.namespace,
        f"{document.name}-{_HASH}-{number}",
        {**workload.labels, "pod-template-hash": _HASH},
        spec,
        owner,
        {name: note.text for name, note in workload.annotations.items()},
    )


def pod(  # noqa: PLR0917 - what Kubernetes knows of one
    namespace: str,
    name: str,
    labels: dict[str, str],
    spec: dict[str, Any],
    owner: dict[str, str],
    notes: dict[str, str] | None = None,
) -> Iterator[MeshObject]:
    """A pod that runs and is ready."""
    value = {
        "kind": "Pod",
        "metadata": {
            "name": name, "namespace": namespace, "labels": labels, "ownerReferences": [owner],
            "annotations": notes or {},
        },
        "spec": spec,
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }  # fmt: skip
    yield from of_values("pods.json", [value], LISTED).documents


def _arguments(snapshot: MeshSnapshot, workload: Workload) -> list[str]:
    """As the injection template writes them."""

    def chosen(annotation: str, value: str, otherwise: str) -> str:
        note = workload.annotations.at(f"{_TRAFFIC}{annotation}")
        if note.value is not None:
            return note.text
        for values in snapshot.kind("MeshValues"):
            said = values.spec.at("global", "proxy", value)
            if not said.missing:
                return said.text
        return otherwise

    ports = chosen("excludeInboundPorts", "exclude_inbound_ports", "")
    words = [
        "istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT",
        "-i", chosen("includeOutboundIPRanges", "include_ipranges", "*"),
        "-x", chosen("excludeOutboundIPRanges", "exclude_ipranges", ""),
        "-b", chosen("includeInboundPorts", "include_inbound_ports", "*"),
        "-d", f"15090,15021,{ports}" if ports else "15090,15021,15020",
        "--log_output_level=default:info",
    ]  # fmt: skip
    if out := chosen("excludeOutboundPorts", "exclude_outbound_ports", ""):
        words += ["-o", out]
    if interfaces := workload.annotations.at(f"{_TRAFFIC}excludeInterfaces").text:
        words += ["-c", interfaces]
    return words


def _plain(node: Node) -> dict[str, Any]:
    """A spec as JSON, with the names of its fields as they were written."""

    def walk(at: Node) -> Any:
        if isinstance(at.value, list):
            return [walk(item) for item in at]
        if isinstance(at.value, dict):
            return {name: walk(child) for name, child in at.items()}
        return at.value

    found = walk(node)
    assert isinstance(found, dict)
    return found
