"""The cells of a mesh: each workload that runs, by direction, port and class of peers."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mesh.istio.check import scoping
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Labelled, selects
from mesh.istio.installation import CANARY_LABEL
from mesh.istio.snapshot import MeshObject, Node
from mesh.message.facts import Vantage
from mesh.posture import pods
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.destinations import (
    Destinations,
    Reached,
    platform_namespaces,
    reached_by_any,
)
from mesh.posture.pods import Pod

_GATEWAY_NAME: Final = "gateway.networking.k8s.io/gateway-name"
_WAYPOINT: Final = "istio-waypoint"


@dataclass(frozen=True, slots=True)
class Omission:
    """What has no cell, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Placed:
    """One workload that runs.

    Args:
        pods: its pods that have not ended; never empty.
        services: the Services in front of it.
        servers: of a gateway, the servers of its Gateway objects, each with its object.
        destinations: the ports that one of its pods can call.
        ingress: ports that its Sidecar object opens.
        shared: whether another workload has its service account too, or its pods have several.
    """

    name: WorkloadName
    pods: tuple[Pod, ...]
    services: tuple[MeshObject, ...]
    servers: tuple[tuple[MeshObject, Node], ...]
    is_gateway: bool
    destinations: dict[int, Reached]
    ingress: frozenset[int]
    shared: bool

    @property
    def account(self) -> str:
        """Name of its service account."""
        return self.pods[0].account

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Its cells, sorted."""
        return tuple(sorted(set(self._gateway() if self.is_gateway else self._sidecar())))

    @cached_property
    def ports(self) -> frozenset[int]:
        """Ports of its pods: of a container, the target of a Service, or opened by a Sidecar."""
        found = {number for pod in self.pods for number in pod.ports.values()} | self.ingress
        return frozenset(found) | self.served.keys()

    @cached_property
    def served(self) -> dict[int, tuple[tuple[MeshObject, Node], ...]]:
        """The Services in front of each port of its pods, each with its own port."""
        found: dict[int, tuple[tuple[MeshObject, Node], ...]] = {}
        for service in self.services:
            for port in service.spec.at("ports"):
                for target in self.targets(port):
                    found[target] = (*found.get(target, ()), (service, port))
        return found

    def targets(self, port: Node) -> set[int]:
        """The ports of its pods that a Service's port leads to."""
        target = port.at("target_port") if port.at("target_port").text else port.at("port")
        if target.number is not None:
            return {target.number}
        return {pod.ports[target.text] for pod in self.pods if target.text in pod.ports}

    def _sidecar(self) -> Iterator[Cell]:
        for port in (0, *self.ports):
            for peers in (PeerClass.MESH, PeerClass.PLAINTEXT):
                yield Cell(self.name, Vantage.INBOUND, port, peers)
        for port, reached in self.destinations.items():
            if reached.of_mesh:
                yield Cell(self.name, Vantage.OUTBOUND, port, PeerClass.MESH)
            if reached.of_platform:
                yield Cell(self.name, Vantage.OUTBOUND, port, PeerClass.PLATFORM)
        yield Cell(self.name, Vantage.OUTBOUND, 0, PeerClass.OUTSIDE)

    def _gateway(self) -> Iterator[Cell]:
        for _, server in self.servers:
            port = server.at("port", "number").number or server.at("port").number or 0
            yield Cell(self.name, Vantage.INBOUND, port, peers_of(server))
            yield Cell(self.name, Vantage.INBOUND, port, PeerClass.PLAINTEXT)


def peers_of(server: Node) -> PeerClass:
    """Who calls a server of a gateway: peers of the mesh at an egress gateway, else clients."""
    return PeerClass.MESH if server.at("tls", "mode").text == "ISTIO_MUTUAL" else PeerClass.OUTSIDE


class Inventory:
    """The workloads of a mesh, and what was left out."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._platform = platform_namespaces(mesh)
        self._running = self._grouped()
        self._destinations = Destinations(mesh)
        self._services = self._selected()

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Each workload that runs outside the platform, sorted by name."""
        accounts = {name: {pod.account for pod in group} for name, group in self._ours}
        owners = Counter((name.namespace, each) for name in accounts for each in accounts[name])
        return tuple(
            self._place(
                name,
                group,
                len(accounts[name]) > 1
                or any(owners[name.namespace, each] > 1 for each in accounts[name]),
            )
            for name, group in self._ours
        )

    @cached_property
    def omitted(self) -> tuple[Omission, ...]:
        """What has no cell."""
        platform = Counter(name.namespace for name in self._running if self._is_platform(name))
        found = [
            Omission(f"namespace {namespace}", f"platform: {count} workloads are not counted")
            for namespace, count in sorted(platform.items())
        ]
        made = {(name.namespace, name.kind, name.name) for name in self._running}
        for each in self._mesh.workloads:
            document = each.document
            if document.kind in ("Pod", "Job", "ReplicaSet") or document.namespace in (
                *self._platform, "",
            ):  # fmt: skip
                continue
            if (document.namespace, document.kind, document.name) not in made:
                why = "no pod of it runs"
                if document.kind == "WorkloadEntry":
                    why = "it is outside Kubernetes, and nobody can see what runs there"
                name = f"{document.namespace}/{document.kind}/{document.name}"
                found.append(Omission(name, why))
        return tuple(found)

    @cached_property
    def _ours(self) -> list[tuple[WorkloadName, list[Pod]]]:
        return [(n, g) for n, g in sorted(self._running.items()) if not self._is_platform(n)]

    def _is_platform(self, name: WorkloadName) -> bool:
        return name.namespace in self._platform

    def _grouped(self) -> dict[WorkloadName, list[Pod]]:
        found: dict[WorkloadName, list[Pod]] = defaultdict(list)
        makers = pods.makers(self._mesh.snapshot)
        for pod in pods.running(self._mesh.snapshot):
            found[pods.name_of(pod, makers)].append(pod)
        return found

    def _selected(self) -> dict[WorkloadName, tuple[MeshObject, ...]]:
        """The Services in front of each workload."""
        near: dict[str, list[tuple[Mapping[str, str], WorkloadName]]] = defaultdict(list)
        for name, group in self._running.items():
            near[name.namespace] += [(pod.workload.labels, name) for pod in group]
        labelled = {namespace: Labelled(found) for namespace, found in near.items()}
        services: dict[WorkloadName, tuple[MeshObject, ...]] = {}
        for document in self._mesh.kind("Service"):
            selector = document.spec.at("selector")
            if not selector.missing and document.namespace in labelled:
                for name in set(labelled[document.namespace].selected(selector)):
                    services[name] = (*services.get(name, ()), document)
        return services

    def _place(self, name: WorkloadName, group: Sequence[Pod], shared: bool) -> Placed:
        labels = group[0].workload.labels
        # what a Gateway object selects and has a sidecar stays what it is, as istiod has it
        may_be_gateway = all(pod.may_be_gateway for pod in group)
        servers = tuple(self._servers(name.namespace, labels)) if may_be_gateway else ()
        return Placed(
            name=name,
            pods=tuple(group),
            services=self._services.get(name, ()),
            servers=servers,
            is_gateway=bool(servers),
            destinations=reached_by_any(self._destinations.of(pod.workload) for pod in group),
            ingress=frozenset(self._ingress(group)),
            shared=shared,
        )

    def _ingress(self, group: Sequence[Pod]) -> Iterator[int]:
        """Ports that only a Sidecar opens: no container and no Service has to name them."""
        for sidecar in {id(each): each for each in self._sidecars(group)}.values():
            for listener in sidecar.spec.at("ingress"):
                number = listener.at("port", "number").number
                if number is not None:
                    yield number

    def _sidecars(self, group: Sequence[Pod]) -> Iterator[MeshObject]:
        found = (scoping.effective(self._mesh, pod.workload) for pod in group)
        return (each for each in found if each is not None)

    def _servers(self, namespace: str, labels: object) -> Iterator[tuple[MeshObject, Node]]:
        """Servers and listeners of the Gateway objects that select a pod's labels."""
        if not isinstance(labels, dict):
            return
        for document in self._mesh.kind("Gateway"):
            selector = document.spec.at("selector")
            if not selector.missing and selects(selector, labels):
                yield from ((document, server) for server in document.spec.at("servers"))
            elif (
                labels.get(_GATEWAY_NAME) == document.name
                and document.namespace == namespace
                and document.spec.at("gateway_class_name").text != _WAYPOINT
            ):
                yield from ((document, server) for server in document.spec.at("listeners"))


def trust_domain(mesh: Mesh) -> str:
    """The mesh's trust domain, as its configuration says it; else Istio's default."""
    said = (d.spec.at("trust_domain").text for d in mesh.kind("MeshConfig") if d.in_force)
    return next((each for each in said if each), "cluster.local")


def lets_canaries_in(mesh: Mesh, namespace: str) -> bool:
    """Whether a namespace has the label that lets canaries in."""
    document = mesh.namespaces.get(namespace)
    return document is not None and document.labels.get(CANARY_LABEL) == "true"
