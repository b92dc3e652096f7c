"""What `mesh.istio.check` finds, as contradictions of cells.

A rule that says nothing of one direction or class of peers is taken to be about all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mesh.istio.check.patches import selector as filter_selector
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import selects
from mesh.istio.problem import IstioProblem, Severity
from mesh.istio.snapshot import MeshObject, Node
from mesh.message.facts import Vantage
from mesh.posture.cell import Cell, PeerClass
from mesh.posture.inventory import Placed

_JUDGING: Final = (Severity.HOLE, Severity.REFUSAL)

_PLAINTEXT: Final = frozenset(
    {
        "auto-mtls-off", "gateway-old-tls", "gateway-plain-http", "mtls-never-set",
        "mtls-not-strict", "mtls-port-not-strict", "mtls-port-without-selector", "mtls-said-twice",
        "mtls-selector-in-root",
    }
)  # fmt: skip
"""About peers without a certificate."""
_INBOUND: Final = frozenset(
    {
        "inbound-ports-excluded", "policy-custom-with-peers", "policy-dry-run",
        "policy-for-gateways-only", "policy-leaves-requests-out", "policy-never-fires",
        "policy-provider-ignored", "policy-provider-unknown", "policy-selects-nothing",
        "policy-several-providers", "policy-without-provider", "sidecar-leaves-ports-open",
        "workload-without-policy", "provider-not-registered", "provider-name-prefix",
        "provider-name-twice", "provider-http", "provider-fail-open", "provider-no-timeout",
        "provider-timeout-short", "provider-no-body", "provider-body-limit-missing",
        "provider-partial-body", "provider-body-as-text", "provider-body-over-guard",
        "provider-body-over-buffer", "provider-status-on-error", "gateway-passes-tls",
        "gateway-policy-ignored",
    }
)  # fmt: skip
_OUTBOUND: Final = frozenset(
    {
        "outbound-ports-excluded", "outbound-ranges-excluded", "mesh-excludes-ranges",
        "destination-rule-disables-tls", "destination-rule-own-tls", "destination-rule-unverified",
        "virtual-service-leads-away", "virtual-service-mirrors", "virtual-service-as-tcp",
        "service-entry-plain-http", "service-entry-unread",
    }
)  # fmt: skip
_OUTSIDE: Final = frozenset({"egress-allows-any", "sidecar-allows-any", "service-entry-everything"})
_OF_POLICIES: Final = frozenset(
    {
        "policy-object-unread", "segmentation-claims-unverified", "segmentation-trust-domain",
        "claims-without-authentication", "guard-single-replica", "policy-wraps-guard",
        "gateway-not-guarded", "guard-ledger-not-kept",
    }
)  # fmt: skip
"""Found for what a policy says or how long the guard lasts. They open no cell."""
_OF_PORTS: Final = frozenset(
    {"port-is-tcp", "port-is-tls", "port-is-udp", "port-without-protocol", "service-entry-unread"}
)
"""About what a port speaks: `mesh.posture.declared` says it, port by port."""
_OF_RUNNING_PODS: Final = frozenset({"mesh-excludes-ports", "mesh-excludes-ranges"})
"""About what new pods get. Running ones say themselves what is excluded."""
_ELSEWHERE: Final = _OF_POLICIES | _OF_PORTS | _OF_RUNNING_PODS
_WHOLE_SIDE: Final = ("filter-",)
"""Rules about filters: their side is the context of the patch."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A problem, with the cells of a workload that it is about."""

    problem: IstioProblem
    directions: frozenset[Vantage]
    peers: frozenset[PeerClass]
    ports: frozenset[int]

    def concerns(self, cell: Cell) -> bool:
        """Whether it is about a cell. Without ports, it is about all."""
        if cell.direction not in self.directions or cell.peers not in self.peers:
            return False
        return not self.ports or cell.port in self.ports


class Contradictions:
    """Every problem of a mesh that turns a cell DOWN, found by its workload."""

    def __init__(self, mesh: Mesh, problems: Iterable[IstioProblem]) -> None:
        self._mesh = mesh
        self._documents = {each.title: each for each in mesh.snapshot.documents}
        self._everywhere: list[tuple[IstioProblem, MeshObject | None]] = []
        self._near: dict[str, list[tuple[IstioProblem, MeshObject]]] = defaultdict(list)
        for each in problems:
            if each.rule.severity in _JUDGING and each.rule.name not in _ELSEWHERE:
                self._file(each)

    def _file(self, problem: IstioProblem) -> None:
        document = self._documents.get(problem.title)
        namespace = "" if document is None else document.namespace
        if document is not None and document.kind == "Namespace":
            namespace = document.name
        if document is None or self._is_everywhere(document, namespace):
            self._everywhere.append((problem, document))
        else:
            self._near[namespace].append((problem, document))

    def _is_everywhere(self, document: MeshObject, namespace: str) -> bool:
        if document.kind in ("MeshConfig", "MeshValues", "ServiceEntry", "VirtualService"):
            return True
        if document.kind == "DestinationRule":
            return True  # it is for whoever calls its host
        return namespace in ("", self._mesh.root) or namespace in self._mesh.own_namespaces

    def of(self, placed: Placed) -> list[Contradiction]:
        """The contradictions of one workload's cells."""
        found = []
        for problem, document in (*self._everywhere, *self._near.get(placed.name.namespace, [])):
            if document is None or _holds(self._mesh, document, placed):
                found.append(_contradiction(problem, document, placed))
        return found


def _holds(mesh: Mesh, document: MeshObject, placed: Placed) -> bool:
    """Whether an object is about a workload; what we do not know is about all."""
    if document.namespace in mesh.own_namespaces:
        return True  # the guard itself
    if document.kind == "EnvoyFilter":
        return _selects_one(filter_selector(document), placed)
    if path := _SELECTORS.get(document.kind):
        return _selects_one(document.spec.at(*path), placed)
    return _RELATIONS.get(document.kind, _about_all)(document, placed)


def _selects_one(selector: Node, placed: Placed) -> bool:
    """Whether it selects a pod of the workload: while one is rolled out, labels differ."""
    return any(selects(selector, pod.workload.labels) for pod in placed.pods)


def _about_all(document: MeshObject, placed: Placed) -> bool:  # noqa: ARG001 - one of several
    return True


def _makes(document: MeshObject, placed: Placed) -> bool:
    name = placed.name
    return (document.namespace, document.kind, document.name) == (
        name.namespace,
        name.kind,
        name.name,
    )


def _is_pod_of(document: MeshObject, placed: Placed) -> bool:
    return any(each.name == document.name for each in placed.pods)


def _is_before(document: MeshObject, placed: Placed) -> bool:
    return document in placed.services


def _is_called(document: MeshObject, placed: Placed) -> bool:
    return bool(_calls(document, placed))


def _rules_calls(document: MeshObject, placed: Placed) -> bool:
    host = document.spec.at("host").text
    called = (
        each.host for reached in placed.destinations.values() for each in reached.destinations
    )
    return any(_is_host(host, document, each) for each in called)


_SELECTORS: Final = {
    "AuthorizationPolicy": ("selector", "match_labels"),
    "PeerAuthentication": ("selector", "match_labels"),
    "Sidecar": ("workload_selector", "labels"),
}
_RELATIONS: Final = {
    "CronJob": _makes, "DaemonSet": _makes, "Deployment": _makes, "Job": _makes,
    "ReplicaSet": _makes, "StatefulSet": _makes, "Pod": _is_pod_of, "Service": _is_before,
    "ServiceEntry": _is_called, "DestinationRule": _rules_calls,
}  # fmt: skip


def _calls(document: MeshObject, placed: Placed) -> set[int]:
    """The ports of an object that a workload can call."""
    return {
        port
        for port, reached in placed.destinations.items()
        if any(each.document is document for each in reached.destinations)
    }


def _is_host(host: str, document: MeshObject, short: str) -> bool:
    """Whether a DestinationRule's host may be a destination's; in doubt, it is."""
    if "*" in host or not host:
        return True
    if "." not in host:
        host = f"{host}.{document.namespace}"
    return short.startswith(host.partition(".svc")[0])


def _contradiction(
    problem: IstioProblem, document: MeshObject | None, placed: Placed
) -> Contradiction:
    name = problem.rule.name
    directions, peers = frozenset(Vantage), frozenset(PeerClass)
    if name in _PLAINTEXT:
        directions, peers = frozenset({Vantage.INBOUND}), frozenset({PeerClass.PLAINTEXT})
    elif name in _OUTSIDE:
        directions, peers = frozenset({Vantage.OUTBOUND}), frozenset({PeerClass.OUTSIDE})
    elif name in _INBOUND:
        directions = frozenset({Vantage.INBOUND})
    elif name in _OUTBOUND:
        directions = frozenset({Vantage.OUTBOUND})
    elif name.startswith(_WHOLE_SIDE) and document is not None:
        directions = _side(document)
    ports: frozenset[int] = frozenset()
    if document is not None and document.kind == "ServiceEntry" and name not in _OUTSIDE:
        ports = frozenset(_calls(document, placed))
    return Contradiction(problem, directions, peers, ports)


def _side(document: MeshObject) -> frozenset[Vantage]:
    """The directions that an EnvoyFilter's patches are for; all when one does not say."""
    contexts = {patch.at("match", "context").text for patch in document.spec.at("config_patches")}
    known = {"SIDECAR_INBOUND": Vantage.INBOUND, "SIDECAR_OUTBOUND": Vantage.OUTBOUND}
    if contexts and contexts <= known.keys():
        return frozenset(known[each] for each in contexts)
    return frozenset(Vantage)


def fixes(contradictions: Iterable[Contradiction], cell: Cell) -> Iterator[IstioProblem]:
    """The problems that are about a cell."""
    return (each.problem for each in contradictions if each.concerns(cell))
