"""What a verdict is about: one workload, direction, port and class of peers."""

from dataclasses import dataclass
from enum import StrEnum

from mesh.message.facts import Vantage


class PeerClass(StrEnum):
    """Who is at the other end.

    MESH: peers with a certificate of the mesh; outbound, services that the mesh knows.
    PLAINTEXT: peers without a certificate, inbound only.
    OUTSIDE: hosts that the mesh does not know, outbound only.
    PLATFORM: services of Kubernetes and Istio themselves, outbound only.
    """

    MESH = "mesh"
    PLAINTEXT = "plaintext"
    OUTSIDE = "outside"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, order=True)
class WorkloadName:
    """A workload as Kubernetes names it: `clinic/Deployment/ehr`."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell of the mesh.

    Args:
        port: inbound, a port of the pod; outbound, a port of the service that is called; 0 for any
            other port.
    """

    workload: WorkloadName
    direction: Vantage
    port: int
    peers: PeerClass

    def __str__(self) -> str:
        return f"{self.workload}/{self.direction}/{self.port or '*'}/{self.peers}"
