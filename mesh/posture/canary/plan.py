"""Where canaries go, and when: each guarded port of a namespace that lets them in.

Rare and spread: at most one canary for each cell in five minutes, each cell at its own moment of
the period.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mesh.istio.check.services import HTTP, protocol
from mesh.istio.check.view import Mesh
from mesh.istio.install.names import ECHO
from mesh.istio.snapshot import MeshObject
from mesh.message.facts import Vantage
from mesh.message.identity import is_principal
from mesh.posture.canary.nonce import Nonce, Purpose
from mesh.posture.cell import Cell, PeerClass
from mesh.posture.inventory import Inventory, Placed, lets_canaries_in, trust_domain

LEAST_SECONDS: Final = 300.0
"""Between two canaries to one cell."""


class TargetError(ValueError):
    """A target cannot be one. The text is one line that says why."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Where one canary goes.

    Args:
        cell: name of the cell that it tries.
        host: of the service or the pod, as a client writes it.
        port: that the client connects to.
        principal: of the workload there.
        pod_port: of its pod, which its proxy names.
        purpose: REQUEST, or what an echo is asked for.
        pod: name of the pod, where the host is of one pod; else empty.

    Raises:
        TargetError: a name or a port is none.
    """

    cell: str
    host: str
    port: int
    principal: str
    pod_port: int
    purpose: Purpose = Purpose.REQUEST
    pod: str = ""

    def __post_init__(self) -> None:
        if not self.cell or not self.host or any(c in self.host for c in "/@?# \r\n\t"):
            raise TargetError("a target needs the names of its cell and its host")
        if not is_principal(self.principal):
            raise TargetError(f"{self.cell}: its principal is none; write td/ns/NS/sa/SA")
        if not (0 < self.port < 65536 and 0 < self.pod_port < 65536):
            raise TargetError(f"{self.cell}: its port is none")

    @property
    def address(self) -> str:
        """`ehr.clinic:8080`."""
        return f"{self.host}:{self.port}"

    @property
    def is_plaintext(self) -> bool:
        """Whether the canary is sent in clear, without a certificate."""
        return self.cell.endswith(f"/{PeerClass.PLAINTEXT}")

    def nonce(self, source: str, at: float, random: str) -> Nonce:
        """Return the nonce of a canary that is sent there now.

        Args:
            source: principal of the probe.
            at: Unix seconds.
            random: as in `Nonce`.
        """
        sender = "" if self.is_plaintext else source
        return Nonce(
            self.purpose, sender, self.principal, self.pod_port, self.cell, int(at), random
        )


def targets(mesh: Mesh) -> tuple[Target, ...]:
    """Return a target for each port of HTTP of each workload that lets canaries in, sorted.

    A port that no Service leads to has none, and neither has a gateway: its clients are others.
    An echo has two in place of one, for its answers.
    """
    domain = trust_domain(mesh)
    found = (
        target
        for placed in Inventory(mesh).placed
        if lets_canaries_in(mesh, placed.name.namespace) and not placed.is_gateway
        for target in _targets_of(placed, domain)
    )
    return tuple(sorted(set(found)))


def moment(target: Target, period: float) -> float:
    """Return the seconds after the begin of each period at which a target has its turn.

    The two of an echo are half a period apart: they share a cell, and both shall have their turn.
    """
    digest = hashlib.sha256(f"{target.cell} {target.address}".encode()).digest()
    later = 0.5 if target.purpose is Purpose.REDACTION else 0.0
    return (int.from_bytes(digest[:4]) / 2**32 + later) % 1 * period


def due(
    all_targets: Iterable[Target], newest: Mapping[str, float], now: float
) -> tuple[Target, ...]:
    """Return the targets whose cell has had no canary for `LEAST_SECONDS`, one a cell.

    Args:
        newest: when the newest canary of each cell was sent, in Unix seconds.
        now: Unix seconds.
    """
    taken: set[str] = set()
    found = []
    for each in all_targets:
        last = newest.get(each.cell)
        # a time in the future is no reason to send more
        rested = last is None or now - last >= LEAST_SECONDS
        if rested and each.cell not in taken:
            taken.add(each.cell)
            found.append(each)
    return tuple(found)


def _targets_of(placed: Placed, domain: str) -> Iterator[Target]:
    principal = f"{domain}/ns/{placed.name.namespace}/sa/{placed.account}"
    is_echo = placed.account == ECHO
    purposes = (Purpose.RESPONSE, Purpose.REDACTION) if is_echo else (Purpose.REQUEST,)
    for service in placed.services:
        for port, pod_port in _ports(placed, service):
            cell = Cell(placed.name, Vantage.INBOUND, pod_port, PeerClass.MESH)
            host = f"{service.name}.{service.namespace}.svc"
            for purpose in purposes:
                yield Target(str(cell), host, port, principal, pod_port, purpose)


def _ports(placed: Placed, service: MeshObject) -> Iterator[tuple[int, int]]:
    """The ports of a Service that carry HTTP, each with the port of the pod that it leads to."""
    for port in service.spec.at("ports"):
        number = port.at("port").number
        if protocol(port) in HTTP and number is not None:
            yield from ((number, pod_port) for pod_port in placed.targets(port))
