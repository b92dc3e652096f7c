"""Proxies, guards and canaries that find nothing wrong, so that a mesh's objects decide alone."""

from dataclasses import dataclass

from living_mesh import NOW

from mesh.istio.snapshot import MeshSnapshot
from mesh.message.facts import Vantage
from mesh.posture.audit import Inputs, Report, audit
from mesh.posture.cell import Cell, PeerClass
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Freshness


@dataclass(frozen=True)
class Agreeing:
    """A proxy in which all is well."""

    namespace: str
    pod: str
    at: float | None = NOW

    def evidence(self, direction: Vantage, port: int, peers: PeerClass) -> Evidence:
        closed = peers in (PeerClass.PLAINTEXT, PeerClass.OUTSIDE)
        stance = Stance.CLOSED if closed else Stance.JUDGED
        return Evidence(Layer.EFFECTIVE, stance, "dump", self.at, "all is well")


class Seen:
    """Guards that have seen everything."""

    def evidence(self, cell: Cell, principal: str, shared: bool) -> Evidence:
        return Evidence(Layer.OBSERVED, Stance.JUDGED, "ledger", NOW, "it was judged")


class NoCanaries:
    """Nobody sends canaries."""

    def evidence(self, cell: Cell, opted_in: bool) -> Evidence:
        return Evidence(Layer.PROVED, Stance.IDLE, "canaries", NOW, "none")


def judged(objects: MeshSnapshot) -> Report:
    """The audit where only the objects can say that something is wrong."""
    proxies = [Agreeing(pod.namespace, pod.name) for pod in objects.kind("Pod")]
    inputs = Inputs(objects, NOW, proxies, heartbeats=Seen(), canaries=NoCanaries())
    return audit(inputs, NOW, Freshness())
