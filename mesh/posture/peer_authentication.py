"""The mode of mutual TLS that holds at a port of a pod.

The workload's own object is asked first, and there the port's entry. Then come the namespace's and
the mesh's. UNSET asks the next one. Of two at one level, Istio takes the oldest. Without any the
mode is PERMISSIVE.

Source: https://istio.io/latest/docs/reference/config/security/peer_authentication/
"""

from typing import Final

from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload, selects
from mesh.istio.snapshot import MeshObject

_UNSET: Final = ("", "UNSET")


def mode(mesh: Mesh, workload: Workload, port: int) -> tuple[str, str]:
    """The mode, and the object that says it; without an object where none does."""
    every = mesh.kind("PeerAuthentication")
    near = [d for d in every if d.namespace == workload.namespace]
    own = [d for d in near if not _is_wide(d) and _selects(d, workload)]
    wide = [d for d in near if _is_wide(d)]
    root = [d for d in every if mesh.in_root(d) and _is_wide(d)]
    for document in _oldest(own):
        said = document.spec.at("port_level_mtls", str(port), "mode").text
        if said not in _UNSET:
            return said, document.title
    for level in (own, wide, root):
        for document in _oldest(level):
            said = document.spec.at("mtls", "mode").text
            if said not in _UNSET:
                return said, document.title
    return "PERMISSIVE", ""


def _is_wide(document: MeshObject) -> bool:
    return document.spec.at("selector", "match_labels").missing


def _selects(document: MeshObject, workload: Workload) -> bool:
    return selects(document.spec.at("selector", "match_labels"), workload.labels)


def _oldest(documents: list[MeshObject]) -> list[MeshObject]:
    """The one that Istio takes: the oldest, by name among equals; empty without any."""
    if len(documents) < 2:
        return documents
    return [min(documents, key=_age)]


def _age(document: MeshObject) -> tuple[str, str]:
    return document.body.at("metadata", "creation_timestamp").text, document.name
