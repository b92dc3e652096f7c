"""Which rules name the edge that a message runs along. No content, no decision: only who, whom and where."""

from collections.abc import Callable, Sequence

from mesh.message import addresses, identity, paths
from mesh.message.facts import Facts, Vantage
from mesh.policy.combined_rules import Audits, Matches
from mesh.policy.conditions import Condition, Edge, Fit, condition_of
from mesh.policy.policy import Peer, Policy, Rule
from mesh.policy.rule_index import Route, Ways

__all__ = ["Edge", "Fit", "Matches", "edge_of", "matches_of", "peer_matches"]


def edge_of(facts: Facts, policy: Policy) -> Edge:
    """The edge of one message.

    The sender's sidecar cannot see the handshake to come. There the connection counts as encrypted
    when the policy says which principal serves the host: the receiver's own check is the proof."""
    if facts.vantage is Vantage.OUTBOUND:
        service = paths.normalise_host(facts.service)
        destination = policy.services.get(service, "")
        encrypted = bool(facts.source and destination)
    else:
        service, destination = "", facts.destination
        encrypted = facts.mtls and bool(facts.source)
    operation = facts.operation
    return Edge(
        facts.source,
        destination,
        encrypted,
        facts.protocol,
        operation.method,
        paths.normalise(operation.path),
        operation.host,
        operation.port,
        service,
        addresses.parse(facts.source_address)
        if facts.source_address and not facts.source
        else None,
        facts.claims,
        facts.headers,
    )


def matches_of(policy: Policy, edge: Edge) -> Matches:
    """All rules of the policy that name the edge, or might."""
    index = policy.index
    ends = (edge.source, edge.destination, edge.service)
    ways = index.ways.get(ends) or index.ways.keep(ends, _ways(policy, edge))
    fits = tuple([condition.fit(edge) for condition in ways.conditions])
    return index.matches.get((ways, fits)) or index.matches.keep(
        (ways, fits), _matches(policy, ways, fits)
    )


def peer_matches(peer: Peer, principal: str) -> bool:
    """Whether all that the entry lists names the principal. An entry that lists nothing names
    anyone, even no one.

    Outside hosts and addresses are nobody's principal: an entry that lists them names no workload.
    """
    if peer.hosts or peer.blocks:
        return False
    return (
        _listed(peer.principals, principal, identity.matches)
        and (
            not peer.namespaces
            or _listed(peer.namespaces, identity.namespace_of(principal), identity.matches)
        )
        and (
            not peer.trust_domains
            or _listed(peer.trust_domains, identity.trust_domain_of(principal), _glob)
        )
        and (
            not peer.service_accounts
            or _listed(peer.service_accounts, identity.account_of(principal), _glob)
        )
    )


def _ways(policy: Policy, edge: Edge) -> Ways:
    numbers: dict[Condition, int] = {}
    routes = []
    for rule in policy.index.rules_from(edge.source):
        entries = [numbers.setdefault(found, len(numbers)) for found in _conditions(rule, edge)]
        if entries:
            routes.append(Route(rule, tuple(entries)))
    return Ways(tuple(routes), tuple(numbers))


def _conditions(rule: Rule, edge: Edge) -> list[Condition]:
    """The conditions of each entry of the rule's `to` that names the edge's destination; none when
    its `from` does not."""
    sure = any(peer_matches(peer, edge.source) for peer in rule.sources)
    blocks = (
        ()
        if sure or edge.source
        else tuple(block for peer in rule.sources for block in peer.blocks)
    )
    if not sure and not blocks:
        return []
    return [
        condition_of(rule, to.operation, blocks)
        for to in rule.targets
        if _is_destination(to.peer, edge)
    ]


def _is_destination(peer: Peer, edge: Edge) -> bool:
    if peer.hosts:
        return any(
            paths.host_covers(pattern, edge.service) for pattern in peer.hosts if edge.service
        )
    return peer_matches(peer, edge.destination)


def _matches(policy: Policy, ways: Ways, fits: Sequence[Fit]) -> Matches:
    """The routes that fit. An AUDIT rule stands by itself, and what the others say does not know of
    it."""
    fitting = [route for route in ways.routes if any(fits[number] for number in route.entries)]
    deciding = [route for route in fitting if not route.rule.audit]
    audits = {
        route.rule.name: _together(policy, ways, fits, [route])
        for route in fitting
        if route.rule.audit
    }
    return _together(
        policy, ways, fits, deciding, tuple((name, audits[name]) for name in sorted(audits))
    )


def _together(
    policy: Policy, ways: Ways, fits: Sequence[Fit], routes: Sequence[Route], audits: Audits = ()
) -> Matches:
    named = [route for route in routes if Fit.YES in (fits[number] for number in route.entries)]
    met = [
        ways.conditions[number]
        for route in named
        for number in route.entries
        if fits[number] is Fit.YES
    ]
    return Matches(
        named=tuple(route.rule for route in named),
        unsure=tuple(route.rule for route in routes if route not in named),
        protocols=frozenset(
            protocol for condition in met for protocol in condition.operation.protocols
        ),
        mode=policy.mode,
        audits=audits,
    )


def _glob(pattern: str, value: str) -> bool:
    return paths.host_matches(pattern, value)


def _listed(patterns: tuple[str, ...], value: str, match: Callable[[str, str], bool]) -> bool:
    # a loop: `any` over a generator costs twice as much, and this runs for each rule
    for pattern in patterns:
        if match(pattern, value):
            return True
    return not patterns
