"""All checks of a mesh's configuration.

A clean result means that nothing in the snapshot is wrong. What was not given is unknown.
"""

from mesh.istio import (
    check_filters,
    check_grpc_message,
    check_objects,
    check_provider,
    check_span_headers,
    check_telemetry,
)
from mesh.istio.problem import IstioProblem
from mesh.istio.snapshot import MeshSnapshot

CHECKED_KINDS = (
    "MeshConfig",
    "AuthorizationPolicy",
    "EnvoyFilter",
    "PeerAuthentication",
    "Service",
    "Telemetry",
)
"""The kinds that are checked. Without an object of a kind, nothing is known about it."""


def check(snapshot: MeshSnapshot, provider: str) -> tuple[IstioProblem, ...]:
    """Every problem, in the order of the checks.

    Args:
        provider: name of the guard's extension provider.
    """
    return (
        *check_provider.check(snapshot, provider),
        *check_objects.check_policies(snapshot, provider),
        *check_filters.check(snapshot),
        *check_objects.check_mtls(snapshot),
        *check_objects.check_services(snapshot),
        *check_telemetry.check(snapshot),
        *check_grpc_message.check(snapshot),
        *check_span_headers.check(snapshot),
    )


def unseen(snapshot: MeshSnapshot) -> tuple[str, ...]:
    """The checked kinds of which the snapshot has no object."""
    return tuple(kind for kind in CHECKED_KINDS if not snapshot.kind(kind))
