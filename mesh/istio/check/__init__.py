"""All checks of a mesh's configuration.

A clean result means that nothing in the snapshot is wrong. What was not given is unknown.
"""

from typing import Final

from mesh.istio.check import (
    ambient,
    capture,
    egress,
    filters,
    gateways,
    grpc_message,
    guard,
    mllp,
    mtls,
    patches,
    policies,
    provider,
    reach,
    routing,
    scoping,
    segmentation,
    services,
    span_headers,
    telemetry,
)
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule
from mesh.istio.snapshot import MeshSnapshot

_CHECKS: Final = (
    provider,
    policies,
    filters,
    patches,
    reach,
    mtls,
    services,
    capture,
    ambient,
    scoping,
    routing,
    egress,
    gateways,
    mllp,
    guard,
    segmentation,
    telemetry,
    grpc_message,
    span_headers,
)
RULES: Final[tuple[Rule, ...]] = tuple(rule for each in _CHECKS for rule in each.RULES)
"""Every rule, in the order of the checks."""

CHECKED_KINDS: Final = (
    "MeshConfig",
    "Namespace",
    "AuthorizationPolicy",
    "EnvoyFilter",
    "PeerAuthentication",
    "Service",
    "Telemetry",
)
"""Kinds that every guarded mesh has. Without an object of a kind, nothing is known about it."""


def check(snapshot: MeshSnapshot, provider_name: str) -> tuple[IstioProblem, ...]:
    """Every problem, in the order of the checks, each once.

    Args:
        provider_name: name of the guard's extension provider.
    """
    mesh = Mesh(snapshot, provider_name)
    return tuple(dict.fromkeys(found for each in _CHECKS for found in each.check(mesh)))


def unseen(snapshot: MeshSnapshot) -> tuple[str, ...]:
    """The checked kinds of which the snapshot has no object."""
    return tuple(kind for kind in CHECKED_KINDS if not snapshot.knows(kind))
