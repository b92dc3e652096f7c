"""One proxy's own configuration, and what it says of each cell of its pod."""

from collections.abc import Mapping

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.effective import dump as dumps
from mesh.posture.effective.dump import Parts
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.node import ProxyNode
from mesh.posture.evidence import Evidence, Layer, Stance


def read(dump: Mapping[str, object], guard: GuardNames, source: str, at: float | None) -> "Proxy":
    """Read a `/config_dump`, as parsed JSON.

    Args:
        guard: the guard's names, `names.of(mesh)`.
        source: where it comes from, for evidence: a file, a proxy.
        at: when it was taken, in Unix seconds; None when nobody says.

    Raises:
        DumpError: it is no config dump. The text is one line.
    """
    return Proxy(dumps.split(dump), guard, source, at)


class Proxy:
    """A dump that was read. A `mesh.posture.sources.ProxyConfiguration`.

    Args:
        parts: of the dump.
        guard: the guard's names.
        source: where the dump comes from.
        at: when it was taken, in Unix seconds; None when nobody says.
    """

    def __init__(self, parts: Parts, guard: GuardNames, source: str, at: float | None) -> None:
        self._parts = parts
        self._guard = guard
        self.source = source
        self._at = at

    @property
    def node(self) -> ProxyNode:
        """Whose proxy it is."""
        return self._parts.node

    @property
    def namespace(self) -> str:
        """The pod's namespace, as the proxy itself says it; empty for ztunnel."""
        return self.node.namespace

    @property
    def pod(self) -> str:
        """The pod's name, as the proxy itself says it; empty for ztunnel."""
        return self.node.pod

    @property
    def at(self) -> float | None:
        """When the dump was taken, in Unix seconds."""
        return self._at

    def evidence(self, direction: Vantage, port: int, peers: PeerClass) -> Evidence:
        """What the configuration says of one cell of this pod. It is total.

        Args:
            port: inbound, a port of the pod; outbound, of the service that is called; 0 for any
                other port.
        """
        text = f"{direction} {port} {peers}: not judged yet"
        return Evidence(Layer.EFFECTIVE, Stance.UNKNOWN, self.source, self._at, text, self.pod)
