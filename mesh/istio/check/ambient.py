"""Check what ambient mode leaves unread: ztunnel never asks, and a waypoint asks about requests."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check import injection
from mesh.istio.check.view import Mesh
from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE = Severity.HOLE

NO_WAYPOINT = Rule(
    "ambient-without-waypoint",
    _HOLE,
    "ztunnel forwards bytes and never asks, so every message passes unread",
)
NO_FILTERS = Rule(
    "ambient-without-filters",
    _HOLE,
    "EnvoyFilter does not reach waypoints, so responses and outbound requests pass unread",
)
NOT_TARGETED = Rule(
    "ambient-policy-without-target",
    _HOLE,
    "without targetRefs it is for ztunnel, which never asks",
)
NO_IDENTITY = Rule(
    "waypoint-without-identity",
    Severity.REFUSAL,
    "a waypoint tells the guard no principal of the caller, so PHI is refused",
)
BOTH = Rule(
    "ambient-and-sidecar",
    Severity.ADVICE,
    "a pod with a sidecar is not ambient, and nobody can see which of the two is meant",
    "IST0123",
)

RULES = (NO_WAYPOINT, NO_FILTERS, NOT_TARGETED, NO_IDENTITY, BOTH)

_WAYPOINT: Final = "istio.io/use-waypoint"
_CLASS: Final = "istio-waypoint"
_IDENTITY: Final = "ambient.istio.io/xfcc-include-client-identity"


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of guarded namespaces in ambient mode."""
    for name, document in mesh.namespaces.items():
        if name not in mesh.guarded_namespaces:
            continue
        if document.labels.get(injection.MODE) == "ambient":
            yield from _namespace(mesh, document)
    for workload in mesh.guarded_workloads:
        label = workload.pod.at("metadata", "labels", injection.MODE)
        if label.text == "ambient" and injection.is_injected(mesh, workload) is not True:
            message = "its pods are ambient"
            cure = "give them sidecars, or keep PHI off them"
            yield problem(NO_FILTERS, workload.document, label, message, cure)


def _namespace(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    labels, at = document.labels, document.body.at("metadata", "labels")
    mode = at.at(injection.MODE)
    if labels.get(injection.INJECTION) == "enabled" or injection.REVISION in labels:
        message = "it is ambient, and asks for sidecars"
        yield problem(BOTH, document, mode, message, "keep one of the two labels")
        return
    policies = [each for each in mesh.policies if each.namespace == document.name]
    if labels.get(_WAYPOINT, "none") == "none":
        message = "it is ambient, without a waypoint"
        cure = f"give it sidecars (istio-injection: enabled), or a waypoint with {_WAYPOINT}"
        yield problem(NO_WAYPOINT, document, mode, message, cure)
    else:
        for policy in policies:
            if policy.spec.at("target_refs").missing and policy.spec.at("target_ref").missing:
                message = "its namespace is ambient, and it has no targetRefs"
                cure = f"set targetRefs to the Gateway `{labels[_WAYPOINT]}`"
                at = policy.spec.at("target_refs")
                yield problem(NOT_TARGETED, policy, at, message, cure)
        yield from _identity(mesh, document, labels[_WAYPOINT])
    if any(each.guarded for each in mesh.workloads_of(document.name)) or labels.get(GUARDED_LABEL):
        message = "it is ambient, and labelled as guarded"
        cure = "give it sidecars, or count its responses and outbound requests as not guarded"
        yield problem(NO_FILTERS, document, mode, message, cure)


def _identity(mesh: Mesh, document: MeshObject, name: str) -> Iterator[IstioProblem]:
    place = document.labels.get("istio.io/use-waypoint-namespace", document.name)
    for gateway in mesh.kind("Gateway"):
        if (gateway.namespace, gateway.name) != (place, name):
            continue
        note: Node = gateway.annotations.at(_IDENTITY)
        if gateway.spec.at("gateway_class_name").text == _CLASS and not note.is_true:
            message = f"it has no annotation {_IDENTITY}"
            cure = f'annotate it with {_IDENTITY}: "true" (Istio 1.30 or later)'
            yield problem(NO_IDENTITY, gateway, note, message, cure)
