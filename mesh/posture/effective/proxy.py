"""One proxy's own configuration, and what it says of each cell of its pod."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.effective import certificates, edges, inbound, outbound
from mesh.posture.effective import dump as dumps
from mesh.posture.effective.dump import Parts
from mesh.posture.effective.finding import Finding, down, unknown, unread, worst
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.node import ProxyKind, ProxyNode
from mesh.posture.effective.tree import UnreadableError
from mesh.posture.effective.view import View
from mesh.posture.encryption import Certificate, Edge
from mesh.posture.evidence import Evidence, Layer


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
        self._view = View(parts, guard)
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
        found = self._found(direction, port, peers)
        return Evidence(
            Layer.EFFECTIVE,
            found.stance,
            self.source,
            self._at,
            found.text,
            self.pod,
            self._object(found.object),
            found.fix,
            found.code,
        )

    def _object(self, name: str) -> str:
        """The object to change: `EnvoyFilter clinic/phiguard-outbound-requests`."""
        if self.node.kind is not ProxyKind.SIDECAR:
            return ""  # a gateway's objects have names of their own
        kind, _, name = name.partition(" ")
        return f"{kind} {self.namespace}/{name}" if name else kind

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """How the proxy encrypts what it sends to each service that it knows."""
        return tuple(edges.read(self._parts, self.source))

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates that the proxy got by SDS; none where one cannot be read."""
        try:
            return self._certificates
        except UnreadableError:
            return ()

    @cached_property
    def _certificates(self) -> tuple[Certificate, ...]:
        return tuple(certificates.of_secrets(self._parts.secrets or [], self.source))

    def _found(self, direction: Vantage, port: int, peers: PeerClass) -> Finding:
        if self.node.kind is ProxyKind.ZTUNNEL:
            return _ZTUNNEL
        if self.node.kind is ProxyKind.WAYPOINT:
            return _WAYPOINT
        try:
            if direction is Vantage.INBOUND:
                found = inbound.judge(self._view, port, peers)
            else:
                found = outbound.judge(self._view, port, peers)
            return worst([*certificates.faults(self._certificates, self._at), found], found)
        except UnreadableError as error:
            return unread(error)
        except RecursionError:
            return unknown("unreadable", "the configuration is nested too deeply")


_ZTUNNEL: Final = down(
    "ztunnel",
    "ztunnel passes bytes on and reads none",
    "give the workload a sidecar, or a waypoint that asks the guard",
)
_WAYPOINT: Final = unknown(
    "waypoint",
    "how a waypoint asks the guard cannot be read from its dump",
    "prove its workloads by canaries, or give them sidecars in place of the waypoint",
)
