"""Which rules name the edge that a message runs along. No content, no decision: only who, whom and where.

The answer has three values. A rule that lists something which is not known for sure (an ambiguous path, an unknown
port) is UNSURE, and `mesh.decide` denies where such a rule could matter: a rule that cannot be evaluated denies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from mesh import identity, paths
from mesh.facts import Facts, Protocol, Vantage
from mesh.policy import OperationMatch, Peer, Policy, Rule, Target


class Fit(IntEnum):
    """How surely a rule names an edge; the larger, the surer."""

    NO = 0
    UNSURE = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Edge:
    """Facts in the form that rules are held against.

    Args:
        destination: principal of the callee; at the sender's side what the policy's `services` says of it.
        encrypted: both ends are known and mutual TLS joins them.
        path: normalised; None when it is ambiguous.
    """

    source: str
    destination: str
    encrypted: bool
    protocol: Protocol
    method: str
    path: str | None
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The rules that name an edge, those that might, and whether one of the first lists the edge's protocol."""

    named: tuple[Rule, ...]
    unsure: tuple[Rule, ...]
    protocol_listed: bool


def edge_of(facts: Facts, policy: Policy) -> Edge:
    """The edge of one message.

    The sender's sidecar cannot see the handshake to come. There the connection counts as encrypted when the policy
    says which principal serves the host: the receiver's own check is the proof.
    """
    outbound = facts.vantage is Vantage.OUTBOUND
    destination = policy.services.get(paths.normalise_host(facts.service), "") if outbound else facts.destination
    operation = facts.operation
    return Edge(
        source=facts.source,
        destination=destination,
        encrypted=bool(facts.source) and (bool(destination) if outbound else facts.mtls),
        protocol=facts.protocol,
        method=operation.method,
        path=paths.normalise(operation.path),
        host=paths.normalise_host(operation.host),
        port=operation.port,
    )


def matches_of(policy: Policy, edge: Edge) -> Matches:
    """All rules of the policy that name the edge, or might."""
    rules = [r for r in policy.rules_from(edge.source) if any(peer_matches(p, edge.source) for p in r.sources)]
    fits = [(rule, [_target_fit(target, edge) for target in rule.targets]) for rule in rules]
    return Matches(
        named=tuple(rule for rule, targets in fits if Fit.YES in targets),
        unsure=tuple(rule for rule, targets in fits if Fit.UNSURE in targets and Fit.YES not in targets),
        protocol_listed=any(
            fit is Fit.YES and edge.protocol in target.operation.protocols
            for rule, targets in fits
            for target, fit in zip(rule.targets, targets, strict=True)
        ),
    )


def peer_matches(peer: Peer, principal: str) -> bool:
    """Whether all that the entry lists names the principal. An entry that lists nothing names anyone, even no one."""
    return _listed(peer.principals, principal, identity.matches) and _listed(
        peer.namespaces, identity.namespace_of(principal) if peer.namespaces else "", identity.matches
    )


def _target_fit(target: Target, edge: Edge) -> Fit:
    operation = target.operation
    if not (
        peer_matches(target.peer, edge.destination)
        and (not operation.methods or edge.method in operation.methods)
        and _listed(operation.hosts, edge.host, paths.host_matches)
    ):
        return Fit.NO
    return min(_port_fit(operation, edge.port), _path_fit(operation, edge.path))


def _port_fit(operation: OperationMatch, port: int) -> Fit:
    if not operation.ports or port in operation.ports:
        return Fit.YES
    return Fit.NO if port else Fit.UNSURE


def _path_fit(operation: OperationMatch, path: str | None) -> Fit:
    if not operation.paths or (path is None and "*" in operation.paths):
        return Fit.YES
    if path is None:
        return Fit.UNSURE
    return Fit.YES if _listed(operation.paths, path, identity.matches) else Fit.NO


def _listed(patterns: tuple[str, ...], value: str, match: Callable[[str, str], bool]) -> bool:
    return not patterns or any(match(pattern, value) for pattern in patterns)
