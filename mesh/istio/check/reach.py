"""Check that the guard's EnvoyFilters reach the proxies that they are for, and no others."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mesh.istio.check.filters import judges_tcp, touches
from mesh.istio.check.patches import INSERTING, selected, selector
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload, selects
from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

WRAPS_ALL = Rule(
    "filter-wraps-all", _REFUSAL, "the filter wraps every sidecar, also the guard's own"
)
WRAPS_OWN = Rule(
    "filter-wraps-guard",
    _REFUSAL,
    "the calls of the guard or the collector are judged themselves, and so on without an end",
)
NO_WORKLOAD = Rule("filter-selects-nothing", _HOLE, "no proxy gets the filter", "IST0127")
WRONG_CONTEXT = Rule(
    "filter-context-wrong", _HOLE, "proxies of this kind have no such listener, so nothing matches"
)
TWICE = Rule(
    "filter-twice", Severity.ADVICE, "each message is judged twice, and takes twice as long"
)
WAYPOINT = Rule("filter-on-waypoint", _HOLE, "EnvoyFilter does not reach waypoints")
LABEL = Rule(
    "guarded-label-unknown", _HOLE, "no filter selects this value, so responses pass unread"
)
ONE_WAY = Rule(
    "workload-one-way-only",
    _HOLE,
    "its responses, or its outbound requests, pass unread",
)
NO_FILTER = Rule(
    "workload-without-filter",
    _HOLE,
    "it has the label, and responses and outbound requests pass unread all the same",
)

RULES = (
    WRAPS_ALL,
    WRAPS_OWN,
    NO_WORKLOAD,
    WRONG_CONTEXT,
    TWICE,
    WAYPOINT,
    LABEL,
    NO_FILTER,
    ONE_WAY,
)

_SIDECARS: Final = ("SIDECAR_INBOUND", "SIDECAR_OUTBOUND")
_VALUES: Final = ("true", "streaming")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Every problem of who gets the guard's filters."""
    seen: dict[tuple[str, object, str], MeshObject] = {}
    for document in mesh.kind("EnvoyFilter"):
        patches = document.spec.at("config_patches")
        mine = [patch for patch in patches if touches(patch.at("patch", "value"))]
        if not mine:
            continue
        yield from _selection(mesh, document)
        for patch in mine:
            yield from _context(mesh, document, patch)
            yield from _twice(document, patch, seen)
    yield from _labels(mesh)


def _selection(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    labels, targets = selector(document), document.spec.at("target_refs")
    if labels.missing and targets.missing:
        cure = "select workloads by a label"
        yield problem(WRAPS_ALL, document, labels, "no workloadSelector", cure)
        return
    if not targets.missing:
        yield from _waypoints(mesh, document, targets)
        return
    own = (*mesh.guard_workloads, *mesh.collector_workloads)
    wrapped = [each for each in selected(mesh, document) if each in own]
    if wrapped:
        message = f"it selects {wrapped[0].document.title}"
        yield problem(WRAPS_OWN, document, labels, message, "take the label off those pods")
    near = mesh.workloads_of(document.namespace)
    if near and not mesh.in_root(document) and not selected(mesh, document):
        if _is_for_later(labels.labels, near):
            return
        message = f"no workload of namespace `{document.namespace}` has these labels"
        wanted = ", ".join(f"{name}: {value}" for name, value in labels.labels.items())
        cure = f"label the pods `{wanted}`, or take the filter away"
        yield problem(NO_WORKLOAD, document, labels, message, cure)


def _is_for_later(labels: Mapping[str, str], near: Iterable[Workload]) -> bool:
    """Whether it is for one value of the guard's label, and the pods there have the other.

    Both kinds of filters are applied together. `_labels` finds a pod that neither is for.
    """
    return (
        labels.keys() == {GUARDED_LABEL}
        and labels[GUARDED_LABEL] in _VALUES
        and any(each.guarded in _VALUES for each in near)
    )


def _waypoints(mesh: Mesh, document: MeshObject, targets: Node) -> Iterator[IstioProblem]:
    waypoints = {
        (each.namespace, each.name)
        for each in mesh.kind("Gateway")
        if each.spec.at("gateway_class_name").text == "istio-waypoint"
    }
    for target in targets:
        if (document.namespace, target.at("name").text) in waypoints:
            message = f"its target `{target.at('name').text}` is a waypoint"
            cure = "count ambient workloads as not guarded, or give them sidecars"
            yield problem(WAYPOINT, document, target, message, cure)


def _context(mesh: Mesh, document: MeshObject, patch: Node) -> Iterator[IstioProblem]:
    context = patch.at("match", "context")
    reached = selected(mesh, document)
    if not reached or selector(document).missing:
        return
    gateways = [each for each in reached if _is_gateway(mesh, each)]
    if context.text in _SIDECARS and len(gateways) == len(reached):
        message = f"{context.text}, and it selects gateways only"
        yield problem(WRONG_CONTEXT, document, context, message, "write GATEWAY")
    if context.text == "GATEWAY" and not gateways and mesh.snapshot.knows("Gateway"):
        message = "GATEWAY, and it selects no gateway"
        yield problem(WRONG_CONTEXT, document, context, message, "write SIDECAR_INBOUND")


def _is_gateway(mesh: Mesh, workload: Workload) -> bool:
    by_name = any(name == "istio" and "gateway" in value for name, value in workload.labels.items())
    return by_name or any(
        not gateway.spec.at("selector").missing
        and selects(gateway.spec.at("selector"), workload.labels)
        for gateway in mesh.kind("Gateway")
    )


def _twice(
    document: MeshObject, patch: Node, seen: dict[tuple[str, object, str], MeshObject]
) -> Iterator[IstioProblem]:
    if patch.at("patch", "operation").text not in INSERTING:
        return
    context = patch.at("match", "context")
    labels = tuple(sorted(selector(document).labels.items()))
    called = [each.text for each in patch.at("patch", "value").everywhere("cluster_name")]
    # HTTP and TCP filters are of different chains, and so are those of different ports
    place = (patch.at("apply_to").text, patch.at("match", "listener", "port_number").text)
    key = (document.namespace, (labels, place, *called), context.text)
    other = seen.setdefault(key, document)
    if (other.namespace, other.name) != (document.namespace, document.name):
        message = f"{other.title} inserts the guard's filter there too"
        yield problem(TWICE, document, context, message, "remove one of the two")


def _labels(mesh: Mesh) -> Iterator[IstioProblem]:
    filters = [(each, _contexts(each)) for each in mesh.filters]
    for workload in mesh.workloads:
        if not workload.guarded:
            continue
        if workload.guarded not in _VALUES:
            message = f"{GUARDED_LABEL} is `{workload.guarded}`"
            cure = f"write one of {', '.join(_VALUES)}"
            yield problem(LABEL, workload.document, workload.label, message, cure)
        elif mesh.snapshot.knows("EnvoyFilter"):
            yield from _directions(mesh, workload, filters)


def _contexts(document: MeshObject) -> frozenset[str]:
    """Where a filter of the guard reads messages of HTTP."""
    return frozenset(
        patch.at("match", "context").text or "ANY"
        for patch in document.spec.at("config_patches")
        if touches(patch.at("patch", "value")) and not judges_tcp(patch)
    )


def _directions(
    mesh: Mesh, workload: Workload, filters: Iterable[tuple[MeshObject, frozenset[str]]]
) -> Iterator[IstioProblem]:
    """Report a workload with the label that no filter, or only one direction's, is for."""
    near = (workload.namespace, mesh.root, "")
    contexts = {
        context
        for each, found in filters
        if each.namespace in near and selects(selector(each), workload.labels)
        for context in found
    }
    missing = [each for each in _SIDECARS if contexts.isdisjoint((each, "ANY"))]
    if len(missing) == len(_SIDECARS):
        message = f"no EnvoyFilter of namespace `{workload.namespace}` selects it"
        cure = "apply the filters that `phiguard istio render` writes to that namespace"
        yield problem(NO_FILTER, workload.document, workload.label, message, cure)
    elif missing:
        message = f"no filter of {missing[0]} selects it"
        cure = "apply both filters that `phiguard istio render` writes for its label"
        yield problem(ONE_WAY, workload.document, workload.label, message, cure)
