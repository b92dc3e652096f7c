"""Check that Sidecar objects leave the guard's cluster in each proxy, and the proxy on its ports.

The Sidecar with a selector for a workload holds, else the one of its namespace without a selector,
else the one of the root namespace.

Source: https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check import injection
from mesh.istio.check.view import Host, Mesh
from mesh.istio.check.workloads import Workload, selected_twice, selects
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

HIDES = Rule(
    "sidecar-hides-guard",
    Severity.REFUSAL,
    "the proxy has no cluster for the guard, and refuses what it cannot ask",
)
INGRESS = Rule(
    "sidecar-leaves-ports-open",
    Severity.HOLE,
    "with captureMode NONE, the port of the application is reached without its sidecar",
)
TWICE = Rule(
    "sidecar-twice",
    Severity.ADVICE,
    "Istio takes one of two for the same workloads, and does not say which",
    "IST0110",
)
ROOT_SELECTOR = Rule(
    "sidecar-selector-in-root",
    Severity.ADVICE,
    "a Sidecar with a selector holds in its own namespace only, so not for the mesh",
)

NOT_DISCOVERED = Rule(
    "namespace-not-discovered",
    Severity.HOLE,
    "istiod does not read what is in it: neither its policies nor the guard's Service",
)

RULES = (HIDES, INGRESS, TWICE, ROOT_SELECTOR, NOT_DISCOVERED)

_EVERYWHERE: Final = ("*", "~")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of Sidecar objects that hold in guarded namespaces."""
    documents = [d for d in mesh.kind("Sidecar") if mesh.concerns(d.namespace)]
    hosts = [host for host in mesh.guards if host.service[1]]
    for document in documents:
        if document.namespace not in mesh.own_namespaces and _holds(mesh, document):
            yield from _egress(document, hosts)
        yield from _ingress(document)
        selector = document.spec.at("workload_selector")
        if mesh.in_root(document) and not selector.missing:
            message = "it has a workloadSelector"
            cure = "remove it, or move the object to the workload's namespace"
            yield problem(ROOT_SELECTOR, document, selector, message, cure)
    yield from _twice(documents)
    for document in mesh.kind("MeshConfig"):
        yield from _discovery(mesh, document)


def _discovery(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    selectors = document.spec.at("discovery_selectors")
    for name in sorted(mesh.calling_namespaces | mesh.own_namespaces):
        namespace = mesh.namespaces.get(name)
        if selectors.missing or namespace is None:
            continue
        labels = {injection.NAME: name, **namespace.labels}
        if not any(injection.matches(each, labels) for each in selectors):
            message = f"discoverySelectors leave namespace `{name}` out"
            yield problem(NOT_DISCOVERED, document, selectors, message, "select its labels too")


def effective(mesh: Mesh, workload: Workload) -> MeshObject | None:
    """The Sidecar that holds for a workload."""
    near = [each for each in mesh.kind("Sidecar") if each.namespace == workload.namespace]
    for document in near:
        selector = document.spec.at("workload_selector", "labels")
        if not selector.missing and selects(selector, workload.labels):
            return document
    wide = [each for each in near if each.spec.at("workload_selector").missing]
    root = [
        each
        for each in mesh.kind("Sidecar")
        if mesh.in_root(each) and each.spec.at("workload_selector").missing
    ]
    return next(iter((*wide, *root)), None)


def _holds(mesh: Mesh, document: MeshObject) -> bool:
    """Whether it is in force for a guarded workload, as far as workloads are known."""
    guarded = mesh.guarded_workloads
    if not guarded:
        return True
    return any(effective(mesh, each) is document for each in guarded)


def _egress(document: MeshObject, hosts: list[Host]) -> Iterator[IstioProblem]:
    egress = document.spec.at("egress")
    if egress.missing:
        return  # everything is visible
    listed = [word for entry in egress for word in entry.at("hosts").texts]
    for host in hosts:
        if not any(shows(w, host.name, host.service[1], document.namespace) for w in listed):
            message = f"egress lists no `{host.service[1]}/{host.name}`"
            cure = f"add `{host.service[1]}/*` to its hosts"
            yield problem(HIDES, document, egress, message, cure)


def shows(word: str, host: str, namespace: str, own: str) -> bool:
    """Whether an entry of a Sidecar's `hosts` names a host.

    Args:
        word: `NAMESPACE/HOST`, or a host of any namespace.
        host: of a service.
        namespace: of the service.
        own: the Sidecar's namespace.
    """
    where, slash, name = word.partition("/")
    if not slash:
        where, name = "*", word
    near = where in ("*", namespace) or (where == "." and own == namespace)
    return near and any(
        named == each or (named.startswith("*") and each.endswith(named[1:]))
        for named, each in ((name, host), (short(name), short(host)), (name, _usual(host)))
    )


def _usual(host: str) -> str:
    """A service's host in the domain that clusters have by default."""
    return f"{short(host)}.cluster.local" if short(host).endswith(".svc") else host


def short(host: str) -> str:
    """A service's host without the cluster's domain: `lab.clinic.svc`."""
    before, service, _ = host.partition(".svc.")
    return f"{before}.svc" if service else host


def _ingress(document: MeshObject) -> Iterator[IstioProblem]:
    for entry in document.spec.at("ingress"):
        mode: Node = entry.at("capture_mode")
        # such an application is reached through the sidecar only, if it listens where it says
        own = entry.at("default_endpoint").text.startswith(("127.", "unix:"))
        if mode.text == "NONE" and not own:
            message = f"port {entry.at('port', 'number').text} is not captured"
            cure = "remove captureMode, or let the application listen on 127.0.0.1 only"
            yield problem(INGRESS, document, mode, message, cure)


def _twice(documents: list[MeshObject]) -> Iterator[IstioProblem]:
    for document, selector, other in selected_twice(documents, "workload_selector", "labels"):
        message = f"{other.title} selects the same workloads"
        yield problem(TWICE, document, selector, message, "make one of the two")
