"""What all objects of a snapshot say together: who is guarded, and what holds by default.

Istio's defaults come from the mesh's configuration. Where that was not given, nothing is assumed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mesh.istio import network_ext_proc
from mesh.istio.check import workloads
from mesh.istio.check.workloads import Labelled, Workload, selects
from mesh.istio.installation import ROOT_NAMESPACE
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node

FILTER_TYPES: Final = (
    "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor",
    "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
    network_ext_proc.TYPE,
)
_PARTS_OF_A_CLUSTER: Final = 4  # outbound|9000||phiguard.phiguard-system.svc.cluster.local


@dataclass(frozen=True)
class Host:
    """A service that a proxy calls: `phiguard.phiguard-system.svc.cluster.local`, port 9000."""

    name: str
    port: str

    @property
    def service(self) -> tuple[str, str]:
        """Name and namespace of the Kubernetes service; empty when it is none."""
        parts = self.name.split(".")
        is_service = len(parts) == 2 or (len(parts) > 2 and parts[2] == "svc")
        return (parts[0], parts[1]) if is_service else ("", "")


@dataclass(frozen=True)
class Mesh:
    """A snapshot with what follows from it.

    Args:
        provider: name of the guard's extension provider.
    """

    snapshot: MeshSnapshot
    provider: str

    def kind(self, name: str) -> tuple[MeshObject, ...]:
        """The documents of one kind."""
        return self.snapshot.kind(name)

    @cached_property
    def root(self) -> str:
        """The root namespace: its objects speak for the whole mesh."""
        for document in self.kind("MeshConfig"):
            if named := document.spec.at("root_namespace").text:
                return named
        return next((d.namespace for d in self.kind("MeshConfig") if d.in_force), ROOT_NAMESPACE)

    def in_root(self, document: MeshObject) -> bool:
        """Whether an object speaks for the whole mesh."""
        return document.namespace == self.root

    @cached_property
    def namespaces(self) -> dict[str, MeshObject]:
        """Namespace objects by name."""
        return {document.name: document for document in self.kind("Namespace")}

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """All workloads."""
        return tuple(workloads.read(self.snapshot))

    def workloads_of(self, namespace: str) -> list[Workload]:
        """The workloads of a namespace."""
        return self._by_namespace.get(namespace, [])

    @cached_property
    def _by_namespace(self) -> dict[str, list[Workload]]:
        found: dict[str, list[Workload]] = {}
        for each in self.workloads:
            found.setdefault(each.namespace, []).append(each)
        return found

    @cached_property
    def _labelled(self) -> dict[str, Labelled[Workload]]:
        return {
            name: Labelled((each.labels, each) for each in found)
            for name, found in self._by_namespace.items()
        }

    @cached_property
    def policies(self) -> tuple[MeshObject, ...]:
        """The AuthorizationPolicies that ask the guard."""
        return tuple(
            document
            for document in self.kind("AuthorizationPolicy")
            if document.spec.at("action").text == "CUSTOM"
            and document.spec.at("provider", "name").text == self.provider
        )

    @cached_property
    def filters(self) -> tuple[MeshObject, ...]:
        """The EnvoyFilters that insert a filter which asks a guard."""
        return tuple(d for d in self.kind("EnvoyFilter") if any(_kinds_of(d.spec)))

    @cached_property
    def guarded_namespaces(self) -> frozenset[str]:
        """Where the guard is switched on; with an empty name where a manifest does not say it."""
        labelled = {each.namespace for each in self.workloads if each.guarded}
        inside = [each for each in self.filters if not _is_of_gateways(each)]
        switched = {document.namespace for document in (*self.policies, *inside)}
        return frozenset(labelled | switched) - self.own_namespaces

    @cached_property
    def calling_namespaces(self) -> frozenset[str]:
        """Where proxies ask the guard: those of workloads, and those of gateways."""
        gateways = {each.namespace for each in self.filters if _is_of_gateways(each)}
        return self.guarded_namespaces | gateways - self.own_namespaces

    def concerns(self, namespace: str) -> bool:
        """Whether what holds in a namespace matters to the guard, as far as is known."""
        guarded = self.guarded_namespaces
        return (
            not guarded
            or "" in guarded
            or not namespace
            or self.root in guarded
            or namespace in guarded
            or namespace == self.root
            or namespace in self.own_namespaces
        )

    @cached_property
    def guards(self) -> tuple[Host, ...]:
        """The hosts that the provider and the filters call."""
        return tuple(dict.fromkeys(self._called()))

    @cached_property
    def provided(self) -> tuple[tuple[MeshObject, Node, Host], ...]:
        """The guard's provider in each mesh configuration, its gRPC part, and the host it calls."""
        found = []
        for document in self.kind("MeshConfig"):
            for entry in document.spec.at("extension_providers"):
                grpc = entry.at("envoy_ext_authz_grpc")
                if entry.at("name").text == self.provider and not grpc.missing:
                    name = grpc.at("service").text.rpartition("/")[2]
                    found.append((document, grpc, Host(name, grpc.at("port").text)))
        return tuple(found)

    def _called(self) -> Iterator[Host]:
        yield from (host for _, _, host in self.provided)
        for document in self.filters:
            for cluster in document.spec.everywhere("cluster_name"):
                parts = cluster.text.split("|")
                if len(parts) == _PARTS_OF_A_CLUSTER:
                    yield Host(parts[3], parts[1])

    @cached_property
    def collectors(self) -> tuple[Host, ...]:
        """The hosts that spans are sent to."""
        found = []
        for document in self.kind("MeshConfig"):
            for entry in document.spec.at("extension_providers"):
                to = entry.at("opentelemetry")
                if not to.missing:
                    host = to.at("service").text.rpartition("/")[2]
                    found.append(Host(host, to.at("port").text))
        return tuple(found)

    @cached_property
    def own_namespaces(self) -> frozenset[str]:
        """The namespaces of the guard and of the collector."""
        hosts = (*self.guards, *self.collectors)
        return frozenset(host.service[1] for host in hosts) - {""}

    def serving(self, hosts: tuple[Host, ...]) -> list[Workload]:
        """The workloads behind some hosts, as far as their services are known."""
        wanted = {host.service for host in hosts}
        return [
            each
            for document in self.kind("Service")
            if (document.name, document.namespace) in wanted
            for each in self._behind(document)
        ]

    @cached_property
    def guard_workloads(self) -> tuple[Workload, ...]:
        """The guard's own pods."""
        return tuple(self.serving(self.guards))

    @cached_property
    def collector_workloads(self) -> tuple[Workload, ...]:
        """The collector's own pods."""
        return tuple(self.serving(self.collectors))

    @cached_property
    def guarded_workloads(self) -> tuple[Workload, ...]:
        """The workloads whose messages the guard judges: one gate is enough."""
        return tuple(each for each in self.workloads if self._is_guarded(each))

    def is_before_guarded(self, service: MeshObject) -> bool:
        """Whether a Service leads to a guarded workload."""
        return any(map(self._is_guarded, self._behind(service)))

    def _behind(self, service: MeshObject) -> list[Workload]:
        """The workloads that a Service leads to."""
        selector, near = service.spec.at("selector"), self._labelled.get(service.namespace)
        return [] if selector.missing or near is None else near.selected(selector)

    def _is_guarded(self, workload: Workload) -> bool:
        if not workload.namespace or workload.namespace in self.own_namespaces | {self.root}:
            return False
        return bool(workload.guarded) or any(self.checks(each, workload) for each in self.policies)

    def checks(self, policy: MeshObject, workload: Workload) -> bool:
        """Whether a policy holds for a workload: by its namespace and its selector."""
        return (
            policy.namespace in (workload.namespace, self.root)
            and policy.spec.at("target_refs").missing
            and policy.spec.at("target_ref").missing
            and selects(policy.spec.at("selector", "match_labels"), workload.labels)
        )


def _is_of_gateways(document: MeshObject) -> bool:
    """Whether a filter goes to gateways only."""
    return all(
        patch.at("match", "context").text == "GATEWAY"
        for patch in document.spec.at("config_patches")
    )


def _kinds_of(spec: Node) -> Iterator[str]:
    """The guard's filters that an EnvoyFilter inserts."""
    for patch in spec.at("config_patches"):
        for kind in patch.at("patch", "value").everywhere("@type"):
            if kind.text.endswith(FILTER_TYPES):
                yield kind.text
