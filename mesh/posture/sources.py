"""What an audit asks of each source of evidence."""

from typing import Protocol

from mesh.message.facts import Vantage
from mesh.posture.cell import Cell, PeerClass
from mesh.posture.evidence import Evidence


class ProxyConfiguration(Protocol):
    """One proxy's own configuration."""

    @property
    def namespace(self) -> str:
        """The pod's namespace, as the proxy itself says it."""

    @property
    def pod(self) -> str:
        """The pod's name, as the proxy itself says it."""

    @property
    def at(self) -> float | None:
        """When it was taken, in Unix seconds."""

    def evidence(self, direction: Vantage, port: int, peers: PeerClass) -> Evidence:
        """What the configuration says of one cell of this pod: JUDGED, CLOSED, DOWN or UNKNOWN."""


class Heartbeats(Protocol):
    """What guards have judged."""

    def evidence(self, cell: Cell, principal: str, shared: bool) -> Evidence:
        """What was seen of one cell: JUDGED, IDLE, DOWN or UNKNOWN.

        Args:
            principal: of the workload, `cluster.local/ns/clinic/sa/ehr`.
            shared: whether other workloads have the same principal. Then nothing is proved.
        """


class CanaryOutcomes(Protocol):
    """What became of canaries."""

    def evidence(self, cell: Cell, opted_in: bool) -> Evidence:
        """What the newest canary of one cell shows: JUDGED, CLOSED, IDLE, DOWN or UNKNOWN.

        Args:
            opted_in: whether the namespace lets canaries in.
        """
