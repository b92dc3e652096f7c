"""Which rules name the edge of a message.

Matching looks at the two ends and the operation only, not at content, and decides nothing.
"""

from collections.abc import Callable, Sequence

from mesh.message import addresses, identity, paths
from mesh.message.facts import Facts, Vantage
from mesh.policy.combined_rules import ApplicableRule, Audits, CombinedRules, RulesBetween
from mesh.policy.conditions import Condition, Edge, Fit, condition_of
from mesh.policy.decision import Mode
from mesh.policy.policy import Peer, Policy, Rule

__all__ = ["CombinedRules", "Edge", "Fit", "closing_mode", "edge_of", "peer_matches", "rules_on"]


def edge_of(facts: Facts, policy: Policy) -> Edge:
    """The edge of one message.

    The sender's sidecar asks before the TLS handshake. There the connection counts as encrypted
    when the policy's `services` names the principal that serves the host: the receiver's own check
    proves it later.
    """
    if facts.vantage is Vantage.OUTBOUND:
        service = paths.normalise_host(facts.service)
        destination = policy.services.get(service, "")
        encrypted = bool(facts.source and destination)
    else:
        service, destination = "", facts.destination
        encrypted = facts.mtls is True and bool(facts.source)
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
        operation.message_type,
    )


def rules_on(policy: Policy, edge: Edge) -> CombinedRules:
    """All rules of the policy that name the edge or may name it."""
    cache = policy.cache
    ends = (edge.source, edge.destination, edge.service)
    between = cache.between.get(ends) or cache.between.keep(ends, _rules_between(policy, edge))
    fits = tuple([condition.fit(edge) for condition in between.conditions])
    return cache.combined.get((between, fits)) or cache.combined.keep(
        (between, fits), _combined(policy, between, fits)
    )


def closing_mode(policy: Policy, edge: Edge) -> Mode | None:
    """The mode in which the policy closes the edge, because its destination's part is unknown.

    Where the policy does not know who serves a host of the mesh, the host names the namespace:
    `billing.finance.svc.cluster.local`. None when the edge is not closed.
    """
    if not policy.closed:
        return None
    labels = edge.service.split(".")
    of_host = labels[1] if labels[2:3] == ["svc"] else ""
    mode = policy.closed.get(identity.namespace_of(edge.destination))
    return policy.closed.get(of_host) if mode is None else mode


def peer_matches(peer: Peer, principal: str) -> bool:
    """Whether the entry names the principal: each list that is not empty must name it.

    An entry without lists names every principal, and also a peer without one. An entry that lists
    outside hosts or addresses names no workload: those have no principal.
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


def _rules_between(policy: Policy, edge: Edge) -> RulesBetween:
    numbers: dict[Condition, int] = {}
    rules = []
    for rule in policy.index.rules_from(edge.source):
        entries = [numbers.setdefault(found, len(numbers)) for found in _conditions(rule, edge)]
        if entries:
            rules.append(ApplicableRule(rule, tuple(entries)))
    return RulesBetween(tuple(rules), tuple(numbers))


def _conditions(rule: Rule, edge: Edge) -> list[Condition]:
    """The condition of each entry of the rule's `to` that names the edge's destination.

    Empty when the rule's `from` does not name the source.
    """
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


def _combined(policy: Policy, between: RulesBetween, fits: Sequence[Fit]) -> CombinedRules:
    """Combine the rules that fit. Each AUDIT rule is kept apart, and the other rules ignore it."""
    fitting = [each for each in between.rules if any(fits[number] for number in each.entries)]
    deciding = [each for each in fitting if not each.rule.audit]
    audits = {
        each.rule.name: _together(policy, between, fits, [each])
        for each in fitting
        if each.rule.audit
    }
    return _together(
        policy, between, fits, deciding, tuple((name, audits[name]) for name in sorted(audits))
    )


def _together(
    policy: Policy,
    between: RulesBetween,
    fits: Sequence[Fit],
    rules: Sequence[ApplicableRule],
    audits: Audits = (),
) -> CombinedRules:
    named = [each for each in rules if Fit.YES in (fits[number] for number in each.entries)]
    met = [
        between.conditions[number]
        for each in named
        for number in each.entries
        if fits[number] is Fit.YES
    ]
    return CombinedRules(
        named=tuple(each.rule for each in named),
        unsure=tuple(each.rule for each in rules if each not in named),
        protocols=frozenset(
            protocol for condition in met for protocol in condition.operation.protocols
        ),
        mode=policy.mode,
        audits=audits,
        opaque_default=policy.on_opaque,
    )


def _glob(pattern: str, value: str) -> bool:
    return paths.host_matches(pattern, value)


def _listed(patterns: tuple[str, ...], value: str, match: Callable[[str, str], bool]) -> bool:
    # a loop, because `any` over a generator costs twice as much and this runs for each rule
    for pattern in patterns:
        if match(pattern, value):
            return True
    return not patterns
