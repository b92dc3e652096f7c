"""Which rules name the edge that a message runs along. No content, no decision: only who, whom and where.

The answer has three values. A rule that lists something which is not known for sure (an ambiguous path, an unknown
port) is UNSURE, and `mesh.decide` denies where such a rule could matter: a rule that cannot be evaluated denies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from mesh import addresses, identity, paths
from mesh.addresses import Address
from mesh.facts import Claims, Facts, Protocol, Vantage
from mesh.policy import OperationMatch, Peer, Policy, Route, Rule, Target


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
        service: host of the service that the sender's sidecar routed to; empty at the receiver.
        address: of the peer; None when it is not known.
        claims: verified ones; None when it is not known whether there are any.
    """

    source: str
    destination: str
    encrypted: bool
    protocol: Protocol
    method: str
    path: str | None
    host: str
    port: int
    service: str = ""
    address: Address | None = None
    claims: Claims | None = None


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
    service = paths.normalise_host(facts.service) if outbound else ""
    destination = policy.services.get(service, "") if outbound else facts.destination
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
        service=service,
        address=addresses.parse(facts.source_address) if facts.source_address and not facts.source else None,
        claims=facts.claims,
    )


def matches_of(policy: Policy, edge: Edge) -> Matches:
    """All rules of the policy that name the edge, or might."""
    fits = [(route, _route_fits(route, edge)) for route in _routes(policy, edge)]
    return Matches(
        named=tuple(route.rule for route, targets in fits if Fit.YES in targets),
        unsure=tuple(route.rule for route, targets in fits if Fit.UNSURE in targets and Fit.YES not in targets),
        protocol_listed=any(
            fit is Fit.YES and edge.protocol in target.operation.protocols
            for route, targets in fits
            for target, fit in zip(route.targets, targets, strict=True)
        ),
    )


def peer_matches(peer: Peer, principal: str) -> bool:
    """Whether all that the entry lists names the principal. An entry that lists nothing names anyone, even no one.

    Outside hosts and addresses are nobody's principal: an entry that lists them names no workload.
    """
    if peer.hosts or peer.blocks:
        return False
    return (
        _listed(peer.principals, principal, identity.matches)
        and (not peer.namespaces or _listed(peer.namespaces, identity.namespace_of(principal), identity.matches))
        and (not peer.trust_domains or _listed(peer.trust_domains, identity.trust_domain_of(principal), _glob))
        and (not peer.service_accounts or _listed(peer.service_accounts, identity.account_of(principal), _glob))
    )


def _routes(policy: Policy, edge: Edge) -> tuple[Route, ...]:
    """The rules between two ends. They depend on the ends only, of which a mesh has few, and are kept."""
    ends = (edge.source, edge.destination, edge.service)
    routes = policy.kept_routes(ends)
    if routes is None:
        routes = tuple(filter(None, (_route(rule, edge) for rule in policy.rules_from(edge.source))))
        policy.keep_routes(ends, routes)
    return routes


def _route(rule: Rule, edge: Edge) -> Route | None:
    sure = any(peer_matches(peer, edge.source) for peer in rule.sources)
    blocks = () if sure or edge.source else tuple(block for peer in rule.sources for block in peer.blocks)
    targets = tuple(target for target in rule.targets if _is_destination(target.peer, edge))
    return Route(rule, blocks, targets) if (sure or blocks) and targets else None


def _is_destination(peer: Peer, edge: Edge) -> bool:
    if peer.hosts:
        return any(paths.host_covers(pattern, edge.service) for pattern in peer.hosts if edge.service)
    return peer_matches(peer, edge.destination)


def _route_fits(route: Route, edge: Edge) -> list[Fit]:
    """How surely each of the route's targets is meant."""
    fits = [_target_fit(target, edge) for target in route.targets]
    if not route.blocks and not route.rule.claims:  # nearly all rules
        return fits
    fit = min(_block_fit(route, edge.address), _claims_fit(route.rule, edge.claims))
    return [min(fit, each) for each in fits]


def _block_fit(route: Route, address: Address | None) -> Fit:
    if not route.blocks:
        return Fit.YES
    if address is None:
        return Fit.UNSURE
    return Fit.YES if any(address in block for block in route.blocks) else Fit.NO


def _claims_fit(rule: Rule, claims: Claims | None) -> Fit:
    if not rule.claims:
        return Fit.YES
    if claims is None:
        return Fit.UNSURE
    found = dict(claims)
    return Fit.YES if all(_has(found.get(name, frozenset()), wanted) for name, wanted in rule.claims) else Fit.NO


def _has(values: frozenset[str], wanted: tuple[str, ...]) -> bool:
    return any(word in values or (word == "*" and bool(values)) for word in wanted)


def _target_fit(target: Target, edge: Edge) -> Fit:
    operation = target.operation
    if operation.methods and edge.method not in operation.methods:
        return Fit.NO
    if operation.hosts and not _listed(operation.hosts, edge.host, paths.host_matches):
        return Fit.NO
    path = _path_fit(operation, edge.path) if operation.paths else Fit.YES
    return min(_port_fit(operation, edge.port), path) if operation.ports else path


def _glob(pattern: str, value: str) -> bool:
    return paths.host_matches(pattern, value)


def _port_fit(operation: OperationMatch, port: int) -> Fit:
    if not operation.ports or port in operation.ports:
        return Fit.YES
    return Fit.NO if port else Fit.UNSURE


def _path_fit(operation: OperationMatch, path: str | None) -> Fit:
    if path is None:
        return Fit.YES if not operation.paths or "*" in operation.paths else Fit.UNSURE
    return Fit.YES if _listed(operation.paths, path, identity.matches) else Fit.NO


def _listed(patterns: tuple[str, ...], value: str, match: Callable[[str, str], bool]) -> bool:
    for pattern in patterns:  # a loop: `any` over a generator costs twice as much, and this runs for each rule
        if match(pattern, value):
            return True
    return not patterns
