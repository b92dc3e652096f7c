"""Check that each guarded pod has a sidecar, and that all of its traffic goes through it."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check import injection
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import ISTIO_CONTAINERS, Workload, may_rewrite_network
from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE = Severity.HOLE

NAMESPACE = Rule(
    "namespace-not-injected", _HOLE, "its pods get no sidecar, so nobody asks the guard", "IST0102"
)
TWO_LABELS = Rule(
    "namespace-injection-twice",
    Severity.ADVICE,
    "istio-injection wins, and the revision that the other label names is not the one injected",
    "IST0123",
)
REVISION = Rule(
    "revision-unknown", _HOLE, "no webhook injects that revision, so its pods get no sidecar"
)
WORKLOAD = Rule(
    "workload-not-injected", _HOLE, "its pods have no sidecar, so nobody asks the guard"
)
HOST_NETWORK = Rule("host-network", _HOLE, "pods on the host's network get no sidecar")
POD = Rule(
    "pod-without-sidecar",
    _HOLE,
    "it was made before injection was on, so nobody asks the guard",
    "IST0103",
)
UID = Rule(
    "uid-1337",
    _HOLE,
    "it is the sidecar's own user or group, and what such a process sends goes round the sidecar",
    "IST0144",
)
RAW_NETWORK = Rule(
    "network-capabilities", _HOLE, "the application can rewrite the rules that capture its traffic"
)
INBOUND_PORTS = Rule("inbound-ports-excluded", _HOLE, "requests to those ports pass unread")
OUTBOUND_PORTS = Rule("outbound-ports-excluded", _HOLE, "requests to those ports pass unread")
OUTBOUND_RANGES = Rule("outbound-ranges-excluded", _HOLE, "requests to those addresses pass unread")
INTERFACES = Rule("interfaces-excluded", _HOLE, "traffic of those interfaces passes unread")
NOT_CAPTURED = Rule("capture-off", _HOLE, "the pod's ports are reached without its sidecar")
PROXYLESS = Rule("proxyless", _HOLE, "the pod runs without Envoy, so nobody asks the guard")
MESH_PORTS = Rule(
    "mesh-excludes-ports", _HOLE, "in each pod of the mesh, traffic of those ports passes unread"
)
MESH_RANGES = Rule(
    "mesh-excludes-ranges",
    _HOLE,
    "in each pod of the mesh, requests to those addresses pass unread",
)
NAMESPACE_LABEL = Rule(
    "namespace-not-labelled",
    Severity.REFUSAL,
    "the NetworkPolicy keeps its sidecars from the guard, so each request is refused",
)

RULES = (
    NAMESPACE, TWO_LABELS, REVISION, WORKLOAD, POD, HOST_NETWORK, UID, RAW_NETWORK, INBOUND_PORTS,
    OUTBOUND_PORTS, OUTBOUND_RANGES, INTERFACES, NOT_CAPTURED, PROXYLESS, MESH_PORTS, MESH_RANGES,
    NAMESPACE_LABEL,
)  # fmt: skip

_TRAFFIC: Final = "traffic.sidecar.istio.io/"
_EXCLUDES: Final = {
    f"{_TRAFFIC}excludeInboundPorts": INBOUND_PORTS,
    f"{_TRAFFIC}excludeOutboundPorts": OUTBOUND_PORTS,
    f"{_TRAFFIC}excludeOutboundIPRanges": OUTBOUND_RANGES,
    f"{_TRAFFIC}excludeInterfaces": INTERFACES,
}
_INCLUDES: Final = {
    f"{_TRAFFIC}includeInboundPorts": INBOUND_PORTS,
    f"{_TRAFFIC}includeOutboundIPRanges": OUTBOUND_RANGES,
}
_MODE: Final = "sidecar.istio.io/interceptionMode"
_CONFIG: Final = "proxy.istio.io/config"
_TEMPLATES: Final = "inject.istio.io/templates"
_PROXY_VALUES: Final = {
    "exclude_inbound_ports": (MESH_PORTS, ""),
    "exclude_outbound_ports": (MESH_PORTS, ""),
    "include_inbound_ports": (MESH_PORTS, "*"),
    "exclude_ipranges": (MESH_RANGES, ""),
    "include_ipranges": (MESH_RANGES, "*"),
}
_PROXY_ID: Final = "1337"


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of guarded namespaces and their pods, and of what all sidecars are made with."""
    for name, document in mesh.namespaces.items():
        if name in mesh.guarded_namespaces:
            yield from _namespace(mesh, document)
        if name in mesh.calling_namespaces:
            yield from _labels(mesh, document)
    for workload in mesh.guarded_workloads:
        yield from _workload(mesh, workload)
        yield from _annotations(workload)
    for document in mesh.kind("Pod"):
        yield from _pod(mesh, document)
    yield from _everywhere(mesh)


def _everywhere(mesh: Mesh) -> Iterator[IstioProblem]:
    for document in mesh.kind("MeshValues"):
        yield from _values(document)
    for document in mesh.kind("MeshConfig"):
        mode = document.spec.at("default_config", "interception_mode")
        if mode.text == "NONE":
            message = "interceptionMode is NONE in the whole mesh"
            yield problem(NOT_CAPTURED, document, mode, message, "remove it, or set REDIRECT")


def _namespace(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    labels = document.labels
    at = document.body.at("metadata", "labels")
    if labels.get(injection.MODE) == "ambient":
        return  # `ambient` judges those
    if injection.INJECTION in labels and injection.REVISION in labels:
        message = "it has istio-injection and istio.io/rev"
        yield problem(TWO_LABELS, document, at, message, "keep one of the two labels")
    revision, known = labels.get(injection.REVISION, ""), injection.revisions(mesh)
    if revision and known and revision not in known and injection.INJECTION not in labels:
        message = f"no webhook has revision or tag `{revision}`"
        cure = f"write one of {', '.join(sorted(known))}"
        yield problem(REVISION, document, at.at(injection.REVISION), message, cure)
        return
    if injection.covers_namespace(mesh, labels, document.name):
        return
    near = mesh.workloads_of(document.name)
    if near and all(injection.is_injected(mesh, each) for each in near):
        return  # each pod asks for itself
    message = "it is guarded, and sidecar injection is not on"
    cure = f"kubectl label namespace {document.name} istio-injection=enabled, and restart its pods"
    yield problem(NAMESPACE, document, at, message, cure)


def _labels(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    label = document.body.at("metadata", "labels", GUARDED_LABEL)
    # only the guard's own NetworkPolicy says that the label is needed
    walls = [
        policy
        for policy in mesh.kind("NetworkPolicy")
        if policy.namespace in mesh.own_namespaces
        and any(GUARDED_LABEL in n.labels for n in policy.spec.everywhere("match_labels"))
    ]
    if walls and label.text != "true":
        message = f"it has no label {GUARDED_LABEL}: true"
        cure = f"kubectl label namespace {document.name} {GUARDED_LABEL}=true"
        yield problem(NAMESPACE_LABEL, document, label, message, cure)


def _workload(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    document, spec = workload.document, workload.spec
    host = spec.at("host_network")
    namespace = mesh.namespaces.get(workload.namespace)
    ambient = namespace is not None and namespace.labels.get(injection.MODE) == "ambient"
    if host.is_true:
        message = "hostNetwork is true"
        yield problem(HOST_NETWORK, document, host, message, "give the pod a network of its own")
    elif injection.is_injected(mesh, workload) is False and not ambient:
        asked = workload.pod.at("metadata", "labels", injection.INJECT)
        alone = not asked.missing or (
            namespace is not None
            and injection.covers_namespace(mesh, namespace.labels, namespace.name)
        )
        if alone:  # else the namespace is named
            message = "its pods are guarded, and get no sidecar"
            cure = f"remove {injection.INJECT}: false from the pod, or keep PHI off it"
            if asked.missing:
                asked = workload.annotations.at(injection.INJECT)
            yield problem(WORKLOAD, document, asked, message, cure)
    yield from _as_proxy(workload)
    for container in workload.containers:
        yield from _powers(document, container)


def _as_proxy(workload: Workload) -> Iterator[IstioProblem]:
    for place in (workload.spec, *workload.containers):
        if place.at("name").text in ISTIO_CONTAINERS:
            continue
        for field, word in (("user", "runAsUser"), ("group", "runAsGroup")):
            said = place.at("security_context", f"run_as_{field}")
            if said.text == _PROXY_ID:
                message = f"it runs as {field} 1337"
                yield problem(UID, workload.document, said, message, f"choose another {word}")


def _pod(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    """Report a pod that runs without the sidecar that a new one would get."""
    pod = Workload(document, document.body, document.labels)
    alive = document.body.at("status", "phase").text in ("Running", "Pending")
    named = [container.at("name").text for container in pod.containers]
    guarded = bool(pod.guarded) or any(mesh.checks(policy, pod) for policy in mesh.policies)
    if alive and guarded and "istio-proxy" not in named and injection.is_injected(mesh, pod):
        message = "it has no container istio-proxy"
        containers = document.spec.at("containers")
        yield problem(POD, document, containers, message, "restart its workload")


def _powers(document: MeshObject, container: Node) -> Iterator[IstioProblem]:
    name, context = container.at("name").text, container.at("security_context")
    if name in ISTIO_CONTAINERS:
        return
    if may_rewrite_network(container):
        message = f"container `{name}` may administer the pod's network"
        cure = "drop all capabilities, and do not run it privileged"
        yield problem(RAW_NETWORK, document, context, message, cure)


def _annotations(workload: Workload) -> Iterator[IstioProblem]:
    document = workload.document
    for name, rule in _EXCLUDES.items():
        note = workload.annotations.at(name)
        if not note.missing:
            message = f"{name.removeprefix(_TRAFFIC)} is {note.text}"
            yield problem(rule, document, note, message, "remove the annotation")
    for name, rule in _INCLUDES.items():
        note = workload.annotations.at(name)
        if note.value is not None and note.text != "*":
            message = f"{name.removeprefix(_TRAFFIC)} is `{note.text}`, and leaves the rest out"
            yield problem(rule, document, note, message, "remove the annotation")
    mode, config = workload.annotations.at(_MODE), workload.annotations.at(_CONFIG)
    if mode.text == "NONE" or "interceptionMode: NONE" in config.text:
        at = mode if mode.text == "NONE" else config
        message = "interceptionMode is NONE"
        yield problem(NOT_CAPTURED, document, at, message, "remove it, or set REDIRECT")
    templates = workload.annotations.at(_TEMPLATES)
    if "grpc" in templates.text:
        message = f"it is made from template {templates.text}"
        yield problem(PROXYLESS, document, templates, message, "remove the annotation")


def _values(document: MeshObject) -> Iterator[IstioProblem]:
    proxy = document.spec.at("global", "proxy")
    for key, (rule, everything) in _PROXY_VALUES.items():
        value = proxy.at(key)
        if not value.missing and value.text != everything:
            message = f"{value.field.rpartition('.')[2]} is {value.text}"
            yield problem(rule, document, value, message, f'set it to "{everything}"')
