"""Which gRPC service a filter asks, and whether that is the guard."""

from collections.abc import Iterator
from typing import Final

from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.tree import Tree, shown, text, tree


def cluster(config: Tree) -> str:
    """The cluster of the gRPC service that a filter asks; empty when it asks another way.

    Raises:
        UnreadableError: it has another shape.
    """
    return text(tree(tree(config, "grpc_service"), "envoy_grpc"), "cluster_name")


def asks_guard(config: Tree, guard: GuardNames) -> bool:
    """Whether a filter asks the guard.

    Raises:
        UnreadableError: its service has another shape.
    """
    return cluster(config) in guard.clusters


NOBODY: Final = unknown(
    "no-guard",
    "no object says which service the guard is",
    "collect the mesh configuration and the EnvoyFilters",
)
"""Where the guard's names are not known, nothing can be said of who is asked."""


def asks_other(config: Tree, name: str, guard: GuardNames) -> Iterator[Finding]:
    """A finding where the filter asks somebody else than the guard.

    Raises:
        UnreadableError: its service has another shape.
    """
    asked = cluster(config)
    if asked not in guard.clusters:
        whom = f"`{shown(asked)}`" if asked else "no gRPC cluster"
        yield down(
            "other-service", f"{name} asks {whom}, not the guard", "name the guard's cluster"
        )
