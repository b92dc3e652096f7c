"""Whose proxy it is, as the proxy itself says it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mesh.posture.effective.tree import Tree, UnreadableError, shown, text, tree

_PARTS: Final = 4  # sidecar~10.1.2.3~ehr-7d4f.clinic~clinic.svc.cluster.local


class ProxyKind(StrEnum):
    """The first part of a node's id, and ztunnel, which has none."""

    SIDECAR = "sidecar"
    GATEWAY = "router"
    WAYPOINT = "waypoint"
    ZTUNNEL = "ztunnel"


@dataclass(frozen=True, slots=True)
class ProxyNode:
    """One proxy. What it does not say is empty.

    Args:
        ip: the pod's address.
        workload: name of its workload.
        service_account: of its pod.
        cluster: id of its Kubernetes cluster.
        version: of Istio.
    """

    kind: ProxyKind
    namespace: str = ""
    pod: str = ""
    ip: str = ""
    workload: str = ""
    service_account: str = ""
    cluster: str = ""
    version: str = ""


def read(node: Tree) -> ProxyNode:
    """Read the node of a bootstrap.

    Raises:
        UnreadableError: its id is not one of Istio's.
    """
    name = text(node, "id")
    parts = name.split("~")
    kinds = {each.value: each for each in ProxyKind if each is not ProxyKind.ZTUNNEL}
    if len(parts) != _PARTS or parts[0] not in kinds:
        raise UnreadableError(f"the node's id `{shown(name)}` is not one of Istio's")
    pod, _, namespace = parts[2].rpartition(".")
    if not pod or not namespace:
        raise UnreadableError(f"the node's id `{shown(name)}` names no pod")
    metadata = tree(node, "metadata")
    return ProxyNode(
        kinds[parts[0]],
        namespace,
        pod,
        parts[1],
        text(metadata, "WORKLOAD_NAME"),
        text(metadata, "SERVICE_ACCOUNT"),
        text(metadata, "CLUSTER_ID"),
        text(metadata, "ISTIO_VERSION"),
    )
