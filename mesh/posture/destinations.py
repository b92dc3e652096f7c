"""Which services a workload can call, by port, and what they speak.

Source: https://istio.io/latest/docs/reference/config/networking/sidecar/ and
https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mesh.istio.check import scoping
from mesh.istio.check.services import EXPORT, HTTP, TCP_LIKE, TLS_LIKE, protocol
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload
from mesh.istio.snapshot import MeshObject, Node

_KUBERNETES: Final = ("kubernetes", "default")
PLATFORM_NAMESPACES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})


@dataclass(frozen=True, slots=True)
class Destination:
    """One port of one service.

    Args:
        host: `lab.clinic.svc.cluster.local`.
        protocol: as the port says it: an HTTP protocol, another word, or empty when it says none.
        platform: whether it belongs to Kubernetes or Istio themselves, or to the guard.
    """

    host: str
    port: int
    protocol: str
    is_udp: bool
    platform: bool
    document: MeshObject

    @property
    def is_http(self) -> bool:
        """Whether Envoy reads messages there."""
        return self.protocol in HTTP and not self.is_udp

    @property
    def is_plain_tcp(self) -> bool:
        """Whether Envoy forwards its bytes, and so a network filter can read them."""
        return self.protocol in TCP_LIKE and not self.is_udp


@dataclass(frozen=True)
class Reached:
    """Who listens at one port, of those that a workload can call."""

    destinations: tuple[Destination, ...]

    @cached_property
    def of_mesh(self) -> tuple[Destination, ...]:
        """Those of applications."""
        return tuple(each for each in self.destinations if not each.platform)

    @cached_property
    def of_platform(self) -> tuple[Destination, ...]:
        """Those of the platform, but for UDP: a sidecar captures none, and DNS is in each mesh."""
        return tuple(each for each in self.destinations if each.platform and not each.is_udp)

    @cached_property
    def unread_of_mesh(self) -> tuple[Destination, ...]:
        """Those of applications where no sidecar reads messages."""
        return tuple(each for each in self.of_mesh if not each.is_http)

    @cached_property
    def unread_of_platform(self) -> tuple[Destination, ...]:
        """Those of the platform where no sidecar reads messages."""
        return tuple(each for each in self.of_platform if not each.is_http)


def platform_namespaces(mesh: Mesh) -> frozenset[str]:
    """Namespaces of Kubernetes, Istio, the guard and the collector themselves."""
    return PLATFORM_NAMESPACES | mesh.own_namespaces | {mesh.root}


class Destinations:
    """Every port of every service and ServiceEntry of a mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._platform = platform_namespaces(mesh)
        self._all = [(each, _exported(each)) for each in self._read()]
        self._seen: dict[tuple[str, int], dict[int, Reached]] = {}

    def of(self, workload: Workload) -> dict[int, Reached]:
        """The ports that a workload's proxy knows, each with who listens there."""
        sidecar = scoping.effective(self._mesh, workload)
        key = workload.namespace, id(sidecar)
        if key not in self._seen:
            found: dict[int, list[Destination]] = defaultdict(list)
            for each, exported in self._all:
                visible = "*" in exported or workload.namespace in exported
                if visible and (sidecar is None or _shows(sidecar, each)):
                    found[each.port].append(each)
            self._seen[key] = {port: Reached(tuple(each)) for port, each in found.items()}
        return self._seen[key]

    def _read(self) -> Iterator[Destination]:
        for document in self._mesh.kind("Service"):
            host = f"{document.name}.{document.namespace}.svc"
            platform = document.namespace in self._platform
            platform |= (document.name, document.namespace) == _KUBERNETES
            for port in document.spec.at("ports"):
                yield _destination(document, host, port, "port", platform)
        for document in self._mesh.kind("ServiceEntry"):
            for host in document.spec.at("hosts").texts:
                for port in document.spec.at("ports"):
                    yield _destination(document, host, port, "number", platform=False)


def reached_by_any(pods: Iterable[dict[int, Reached]]) -> dict[int, Reached]:
    """The ports that one of several pods can call, each with all who listen there."""
    different = list({id(each): each for each in pods}.values())
    if len(different) == 1:
        return different[0]
    found: dict[int, dict[int, Destination]] = defaultdict(dict)
    for each in different:
        for port, reached in each.items():
            found[port] |= {id(one): one for one in reached.destinations}
    return {port: Reached(tuple(listed.values())) for port, listed in found.items()}


def tls_ports(mesh: Mesh) -> frozenset[tuple[str, int]]:
    """Hosts and ports of Services that say that their applications speak TLS themselves.

    Hosts are without the cluster's domain: `kubernetes.default.svc`.
    """
    return frozenset(
        (f"{document.name}.{document.namespace}.svc", number)
        for document in mesh.kind("Service")
        for port in document.spec.at("ports")
        if protocol(port) in TLS_LIKE and (number := port.at("port").number) is not None
    )


def _destination(
    document: MeshObject, host: str, port: Node, number: str, platform: bool
) -> Destination:
    said = port.at("protocol").text.lower() if number == "number" else protocol(port)
    return Destination(
        host=host,
        port=port.at(number).number or 0,
        protocol=said,
        is_udp=port.at("protocol").text.upper() == "UDP",
        platform=platform,
        document=document,
    )


def _exported(destination: Destination) -> frozenset[str]:
    """Names of the namespaces that see it; `*` for all."""
    document = destination.document
    if document.kind == "ServiceEntry":
        said = document.spec.at("export_to").texts
    else:
        said = [word.strip() for word in document.annotations.at(EXPORT).text.split(",")]
    named = {document.namespace if word == "." else word for word in said if word}
    return frozenset(named or {"*"}) - {"~"}


def _shows(sidecar: MeshObject, destination: Destination) -> bool:
    """Whether a Sidecar lets its workloads see a destination."""
    egress, namespace = sidecar.spec.at("egress"), destination.document.namespace
    if egress.missing:
        return True
    for entry in egress:
        number = entry.at("port", "number").text
        if number and number != str(destination.port):
            continue
        if any(
            scoping.shows(word, destination.host, namespace, sidecar.namespace)
            for word in entry.at("hosts").texts
        ):
            return True
    return False
