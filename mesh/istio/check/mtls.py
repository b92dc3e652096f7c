"""Check that each guarded workload demands mutual TLS, on each of its ports.

The mode of a port comes from its own entry, else from the workload, else from the namespace, else
from the mesh; without any of them it is PERMISSIVE.

Source: https://istio.io/latest/docs/reference/config/security/peer_authentication/
"""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload, selected_twice, selects
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE = Severity.HOLE

LOOSE = Rule("mtls-not-strict", _HOLE, "peers without a certificate have no principal")
PORT = Rule("mtls-port-not-strict", _HOLE, "peers without a certificate have no principal there")
NOWHERE = Rule(
    "mtls-never-set", _HOLE, "Istio's default is PERMISSIVE, and takes plain text from anyone"
)
ROOT_SELECTOR = Rule("mtls-selector-in-root", _HOLE, "a selector in the root namespace is ignored")
PORT_WITHOUT_SELECTOR = Rule(
    "mtls-port-without-selector",
    _HOLE,
    "Istio rejects port-level modes for a whole namespace, and the object with them",
    "IST0106",
)
NO_SUCH_PORT = Rule(
    "mtls-port-unknown",
    Severity.ADVICE,
    "port-level modes count the ports of the pod, so this one has no effect",
)
TWICE = Rule(
    "mtls-said-twice", _HOLE, "Istio takes the oldest of two for the same workloads, not the last"
)
NO_AUTO = Rule(
    "auto-mtls-off",
    Severity.REFUSAL,
    "sidecars send plain text unless a DestinationRule says otherwise, and strict ones refuse it",
)

RULES = (LOOSE, PORT, NOWHERE, ROOT_SELECTOR, PORT_WITHOUT_SELECTOR, NO_SUCH_PORT, TWICE, NO_AUTO)

_STRICT: Final = "STRICT"
_UNSET: Final = ("", "UNSET")
_CURE: Final = "set mtls.mode: STRICT"


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of PeerAuthentications, and of guarded workloads without one."""
    documents = [d for d in mesh.kind("PeerAuthentication") if mesh.concerns(d.namespace)]
    for document in documents:
        yield from _mode(mesh, document)
        yield from _ports(mesh, document)
    yield from _twice(documents)
    yield from _nowhere(mesh)
    for document in mesh.kind("MeshConfig"):
        auto = document.spec.at("enable_auto_mtls")
        if auto.is_false:
            message = "automatic mutual TLS is off"
            yield problem(NO_AUTO, document, auto, message, "set enableAutoMtls: true")


def _mode(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    mode, selector = document.spec.at("mtls", "mode"), document.spec.at("selector")
    inherits = mode.text in _UNSET and _inherits(mesh, document)
    if mode.text != _STRICT and not inherits and not _is_overruled(mesh, document):
        message = f"mutual TLS is {mode.text or 'UNSET'}"
        yield problem(LOOSE, document, mode, message, _CURE)
    if mesh.in_root(document) and not selector.missing:
        cure = "move it to the workload's namespace"
        yield problem(ROOT_SELECTOR, document, selector, "it has a selector", cure)


def _inherits(mesh: Mesh, document: MeshObject) -> bool:
    """Whether a level above says STRICT."""
    above = [mesh.root] if _is_wide(document) else [document.namespace, mesh.root]
    return any(
        each.namespace in above and _is_wide(each) and each is not document
        and each.spec.at("mtls", "mode").text == _STRICT
        for each in mesh.kind("PeerAuthentication")
    )  # fmt: skip


def _is_overruled(mesh: Mesh, document: MeshObject) -> bool:
    """Whether a mesh-wide mode holds in no guarded namespace, because each has its own."""
    guarded = mesh.guarded_namespaces
    return (
        mesh.in_root(document)
        and bool(guarded)
        and all(
            any(each.namespace == name and _is_wide(each) for each in mesh.kind(document.kind))
            for name in guarded
        )
    )


def _is_wide(document: MeshObject) -> bool:
    return document.spec.at("selector", "match_labels").missing


def _ports(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    ports = document.spec.at("port_level_mtls")
    if not ports.missing and _is_wide(document):
        message = "it sets modes of ports, and selects no workload"
        cure = "select the workload, or set the mode of the namespace"
        yield problem(PORT_WITHOUT_SELECTOR, document, ports, message, cure)
    for port, entry in ports.items():
        mode = entry.at("mode")
        if mode.text not in (_STRICT, *_UNSET):
            message = f"mutual TLS is {mode.text} on port {port}"
            cure = "set it to STRICT or move PHI off that port"
            yield problem(PORT, document, mode, message, cure)
        yield from _unknown_port(mesh, document, port, entry)


def _unknown_port(
    mesh: Mesh, document: MeshObject, port: str, entry: Node
) -> Iterator[IstioProblem]:
    selected = [
        each
        for each in mesh.workloads_of(document.namespace)
        if each.ports and selects(document.spec.at("selector", "match_labels"), each.labels)
    ]
    if selected and not any(port in each.ports for each in selected):
        message = f"its workloads have no port {port}"
        cure = "write the containerPort, not the port of the Service"
        yield problem(NO_SUCH_PORT, document, entry, message, cure)


def _twice(documents: list[MeshObject]) -> Iterator[IstioProblem]:
    for document, selector, other in selected_twice(documents, "selector", "match_labels"):
        message = f"{other.title} selects the same workloads"
        yield problem(TWICE, document, selector, message, "remove one of the two")


def _nowhere(mesh: Mesh) -> Iterator[IstioProblem]:
    if not mesh.snapshot.knows("PeerAuthentication"):
        return
    documents = mesh.kind("PeerAuthentication")
    if any(not each.namespace for each in documents):
        return  # applied with -n, so it may be this one's
    for workload in mesh.guarded_workloads:
        if not any(_holds(mesh, each, workload) for each in documents):
            message = f"no PeerAuthentication holds in namespace `{workload.namespace}`"
            cure = "apply the PeerAuthentication `default` with mode STRICT there"
            yield problem(NOWHERE, workload.document, Node(), message, cure)


def _holds(mesh: Mesh, document: MeshObject, workload: Workload) -> bool:
    if mesh.in_root(document) and document.namespace != workload.namespace:
        return _is_wide(document)
    return document.namespace == workload.namespace and selects(
        document.spec.at("selector", "match_labels"), workload.labels
    )
