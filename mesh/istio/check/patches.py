"""Check that the guard's EnvoyFilters match something, and the right thing, in the right place.

A patch that matches nothing is not an error anywhere: Envoy runs without it.
"""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.filters import judges_tcp, judging, touches
from mesh.istio.check.view import FILTER_TYPES, Host, Mesh
from mesh.istio.check.workloads import Workload
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

MANAGER = Rule("filter-manager-unknown", _HOLE, "istiod makes no such filter, so nothing matches")
SUB_FILTER = Rule(
    "filter-neighbour-unknown", _HOLE, "istiod makes no such filter, so nothing matches"
)
PORT = Rule("filter-port-unknown", _HOLE, "no listener has that port, so nothing matches")
BEHIND = Rule(
    "filter-behind-router", _HOLE, "the router ends the chain, so the filter never sees a message"
)
NO_PRIORITY = Rule(
    "filter-without-priority",
    Severity.ADVICE,
    "a relative operation may run before its neighbour is there, and is then not applied",
    "IST0151",
)
CONTEXT = Rule(
    "filter-any-context",
    _HOLE,
    "the same filter judges both directions, and takes the one for the other",
)
OPERATION = Rule("filter-operation-ignored", _HOLE, "Istio ignores this operation there", "IST0153")
VERSION = Rule(
    "filter-bound-to-version",
    _HOLE,
    "after an upgrade of Istio it matches nothing, without an error",
)
WRONG_TYPE = Rule("filter-type-unknown", _HOLE, "Envoy rejects the configuration and keeps the old")
WRONG_CLUSTER = Rule(
    "filter-cluster-unknown", _REFUSAL, "Envoy has no such cluster, and refuses every message"
)

RULES = (
    MANAGER,
    SUB_FILTER,
    PORT,
    BEHIND,
    NO_PRIORITY,
    CONTEXT,
    OPERATION,
    VERSION,
    WRONG_TYPE,
    WRONG_CLUSTER,
)

_MANAGER: Final = "envoy.filters.network.http_connection_manager"
_ROUTER: Final = "envoy.filters.http.router"
# what istiod writes into the chains of sidecars and gateways
_NEIGHBOURS: Final = frozenset(
    {
        _ROUTER,
        "envoy.filters.http.ext_authz",
        "envoy.filters.http.rbac",
        "envoy.filters.http.jwt_authn",
        "envoy.filters.http.cors",
        "envoy.filters.http.fault",
        "envoy.filters.http.grpc_stats",
        "envoy.filters.http.grpc_web",
        "envoy.filters.http.set_filter_state",
        "istio.metadata_exchange",
        "istio.alpn",
        "istio.stats",
    }
)
_RELATIVE: Final = ("INSERT_BEFORE", "INSERT_AFTER", "REMOVE", "REPLACE")
INSERTING: Final = ("INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "ADD")
_SIDECARS: Final = ("SIDECAR_INBOUND", "SIDECAR_OUTBOUND")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Every problem of where the guard's filters go."""
    inserted = _inserted_names(mesh)
    for document in mesh.kind("EnvoyFilter"):
        for patch in document.spec.at("config_patches"):
            mine = touches(patch.at("patch", "value"))
            if mine:
                yield from _place(document, patch, inserted)
                yield from _bound(document, patch)
                yield from _port(mesh, document, patch)
                yield from _target(mesh, document, patch)
            if mine or _is_beside(patch):
                yield from _priority(document, patch)


def _is_beside(patch: Node) -> bool:
    """Whether a patch has one of the guard's filters for a neighbour."""
    return any(
        "ext_authz" in name.at("name").text or "ext_proc" in name.at("name").text
        for name in patch.at("match", "listener").everywhere("sub_filter")
    )


def _inserted_names(mesh: Mesh) -> frozenset[str]:
    return frozenset(
        patch.at("patch", "value", "name").text
        for document in mesh.kind("EnvoyFilter")
        for patch in document.spec.at("config_patches")
    )


def selector(document: MeshObject) -> Node:
    """The labels that an EnvoyFilter asks for."""
    return document.spec.at("workload_selector", "labels")


def selected(mesh: Mesh, document: MeshObject) -> list[Workload]:
    """The workloads that have them."""
    near = mesh.workloads if mesh.in_root(document) else mesh.workloads_of(document.namespace)
    wanted = selector(document).labels.items()
    return [each for each in near if wanted <= each.labels.items()]


def _place(document: MeshObject, patch: Node, inserted: frozenset[str]) -> Iterator[IstioProblem]:
    operation, to = patch.at("patch", "operation"), patch.at("apply_to")
    found = patch.at("match", "listener", "filter_chain", "filter")
    manager, neighbour = found.at("name"), found.at("sub_filter", "name")
    if to.text == "HTTP_FILTER" and manager.text not in ("", _MANAGER):
        message = f"the filter is called `{manager.text}`"
        yield problem(MANAGER, document, manager, message, f"write {_MANAGER}")
    if neighbour.text and neighbour.text not in _NEIGHBOURS | inserted:
        message = f"the neighbour is called `{neighbour.text}`"
        yield problem(SUB_FILTER, document, neighbour, message, f"write {_ROUTER}, for example")
    after_router = operation.text == "INSERT_AFTER" and neighbour.text == _ROUTER
    if after_router or (to.text == "HTTP_FILTER" and operation.text == "ADD"):
        message = f"{operation.text} puts it behind the router"
        yield problem(BEHIND, document, operation, message, "set operation: INSERT_BEFORE")
    if operation.text in ("ADD", "REMOVE") and to.text in ("ROUTE_CONFIGURATION", "HTTP_ROUTE"):
        message = f"{operation.text} on {to.text}"
        yield problem(OPERATION, document, operation, message, "take HTTP_FILTER, or MERGE")


def _bound(document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    operation, context = patch.at("patch", "operation"), patch.at("match", "context")
    if operation.text in INSERTING and context.text in ("", "ANY"):
        cure = "write SIDECAR_INBOUND, SIDECAR_OUTBOUND or GATEWAY"
        yield problem(CONTEXT, document, context, "it has no context", cure)
    version = patch.at("match", "proxy", "proxy_version")
    if not version.missing:
        message = "it matches proxies of one version only"
        yield problem(VERSION, document, version, message, "remove proxyVersion")


def _priority(document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    operation, priority = patch.at("patch", "operation"), document.spec.at("priority")
    if operation.text in _RELATIVE and priority.text in ("", "0"):
        message = f"{operation.text} without a priority"
        yield problem(NO_PRIORITY, document, operation, message, "set spec.priority: 10")


def _port(mesh: Mesh, document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    port, context = patch.at("match", "listener", "port_number"), patch.at("match", "context").text
    if port.missing or context not in _SIDECARS or judges_tcp(patch):
        return
    if context == "SIDECAR_INBOUND":
        near = [each for each in selected(mesh, document) if each.ports]
        known = {number for each in near for number in each.ports} | {"15006"}
    else:
        near = [each for each in mesh.workloads if each.ports]
        entries = (*mesh.kind("Service"), *mesh.kind("ServiceEntry"))
        known = {
            each.at(key).text
            for entry in entries
            for each in entry.spec.at("ports")
            for key in ("port", "number")
        } | {"15001"}
    if near and len(known) > 1 and port.text not in known:
        message = f"it asks for port {port.text}"
        yield problem(PORT, document, port, message, "leave portNumber out")


def _target(mesh: Mesh, document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    value = judging(patch.at("patch", "value"))
    kind = value.at("typed_config", "@type")
    named = value.at("name").text
    if patch.at("patch", "operation").text in INSERTING and not kind.text.endswith(FILTER_TYPES):
        message = f"`{named}` has type `{kind.text.rpartition('/')[2]}`"
        cure = f"write type.googleapis.com/{FILTER_TYPES[0]}"
        yield problem(WRONG_TYPE, document, kind, message, cure)
    for cluster in value.everywhere("cluster_name"):
        parts = cluster.text.split("|")
        whole = len(parts) == 4 and parts[0] == "outbound"
        if not whole:
            message = f"the cluster is called `{cluster.text}`"
            cure = "write outbound|9000||phiguard.phiguard-system.svc.cluster.local"
            yield problem(WRONG_CLUSTER, document, cluster, message, cure)
        elif _is_elsewhere(mesh, Host(parts[3], parts[1])):
            message = f"there is no Service `{parts[3]}` with port {parts[1]}"
            cure = "write the host and the port of the guard's Service"
            yield problem(WRONG_CLUSTER, document, cluster, message, cure)


def _is_elsewhere(mesh: Mesh, host: Host) -> bool:
    """Whether its namespace has services, and this one with this port is not among them."""
    name, namespace = host.service
    near = [each for each in mesh.kind("Service") if each.namespace == namespace]
    entries = [
        each for each in mesh.kind("ServiceEntry") if host.name in each.spec.at("hosts").texts
    ]
    return (
        bool(near)
        and not entries
        and not any(
            each.name == name and host.port in [p.at("port").text for p in each.spec.at("ports")]
            for each in near
        )
    )
