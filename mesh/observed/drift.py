"""Differences between observations and a policy: unnamed edges, denied identifiers, unused rules.

The policy decides on witnesses of each route template (`mesh.observed.route_samples`). An edge is
named when its plain witness is named. A rule is used when it names any witness. So a rule for
`/claims/urgent` counts as used when `/claims/{id}` was seen, because it may have been, but it does
not name that edge.

A store holds no claims, headers or addresses, and no host or port of an operation. A rule that
requires these is read as if it did not, and is reported as compared in part. So nothing is called
unnamed or unused for lack of data.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.observed import route_samples
from mesh.observed.observation import Encryption, Observation, merge
from mesh.observed.proposal import Ends
from mesh.observed.proposal_caveats import ends_of
from mesh.observed.service_hosts import namespace_of_host, services_of
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Decision, Reason
from mesh.policy.policy import Policy
from mesh.policy.rule import Rule, Target
from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import Identifier, InfoType, InfoTypeKind


class DriftKind(StrEnum):
    """How an observation differs from the policy."""

    EDGE = "no rule names it"
    SERVICE = "`services` does not name its host"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, order=True)
class DriftSite:
    """Where something drifts. `direction` is `request` where it does not matter."""

    what: DriftKind
    reason: Reason
    ends: Ends
    method: str
    route: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Drifted:
    """An operation that was seen, and that the policy would not let through as it was.

    Args:
        identifiers: infoTypes or media kinds that the policy would deny; for an unnamed edge, the
            infoTypes that were seen.
        messages: messages of the busiest vantage; of a denial, at most those that held
            `identifiers`.
        last: the last day on which it was seen.
        stopped: whether a guard refused all of these messages.
    """

    place: DriftSite
    identifiers: tuple[str, ...]
    messages: int
    last: date
    stopped: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences.

    Args:
        unused: names of lasting rules in force that nothing seen can have used, sorted.
        exceptions: names of exceptions in force that nothing seen can have used, sorted.
        partly: names of rules that were compared in part, sorted.
    """

    drifted: tuple[Drifted, ...]
    unused: tuple[str, ...]
    exceptions: tuple[str, ...]
    partly: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether there is any difference."""
        return bool(self.drifted or self.unused or self.exceptions)


def drift(observations: Iterable[Observation], policy: Policy) -> Drift:
    """The differences between observations, in any order, and a policy."""
    merged = merge(observations)
    known = {service.host: service.principal for service in services_of(merged)} | dict(
        policy.services
    )
    deciding = {identified: _plain(policy, identified=identified) for identified in (True, False)}
    sums: dict[DriftSite, _Sum] = defaultdict(_Sum)
    for each in merged:
        for place, names in _drifted(
            each, ends_of(each, known), deciding[bool(each.sighting.source)]
        ):
            sums[place].add(each, place, names)
    used = _used(merged, deciding)
    holding = [rule for rule in policy.rules if rule.holds_on(policy.today)]  # with AUDIT rules
    unused = [rule for rule in holding if rule.name not in used]
    return Drift(
        drifted=tuple(sums[place].drifted(place) for place in sorted(sums, key=_order)),
        unused=tuple(sorted(rule.name for rule in unused if rule.terms is None)),
        exceptions=tuple(sorted(rule.name for rule in unused if rule.terms is not None)),
        partly=tuple(
            sorted(rule.name for rule in holding if _plain_rule(rule, identified=False) != rule)
        ),
    )


def _drifted(
    each: Observation, ends: Ends, policy: Policy
) -> Iterator[tuple[DriftSite, Collection[str]]]:
    sighting, content = each.sighting, each.content
    facts = _facts(each, _witnesses(each, ())[0])
    where = ends, sighting.method, sighting.route
    edge = decide(facts, ScanReport(), policy)
    if not edge.rules:
        unmapped = facts.vantage is Vantage.OUTBOUND and facts.service not in policy.services
        what = (
            DriftKind.SERVICE if unmapped and namespace_of_host(facts.service) else DriftKind.EDGE
        )
        yield DriftSite(what, edge.reason, *where, Direction.REQUEST), content.identifiers
        return
    decision = decide(facts, _report(each, policy), policy)
    if decision.action is Action.DENY:
        names = _tipping(decision, content.identifiers)
        yield DriftSite(DriftKind.DENIED, decision.reason, *where, sighting.direction), names
    if media := _refused_media(each, facts, policy):
        reason = Reason.MEDIA_NOT_ALLOWED
        yield DriftSite(DriftKind.DENIED, reason, *where, sighting.direction), media


def _tipping(decision: Decision, seen: Collection[str]) -> Collection[str]:
    return decision.tipped or (seen if decision.reason is Reason.UNENCRYPTED else ())


def _used(merged: Iterable[Observation], deciding: Mapping[bool, Policy]) -> set[str]:
    """Names of the rules that observations can have used; AUDIT rules count as if they decided."""
    asking = {
        identified: replace(
            policy, rules=tuple(replace(rule, audit=False) for rule in policy.rules)
        )
        for identified, policy in deciding.items()
    }
    operations = [target.operation for rule in asking[True].rules for target in rule.targets]
    patterns = frozenset(
        pattern for each in operations for pattern in (*each.paths, *each.message_types)
    )
    routes: dict[tuple[Protocol, str], tuple[str, ...]] = {}
    used: set[str] = set()
    for each in merged:
        key = each.sighting.protocol, each.sighting.route
        if key not in routes:
            routes[key] = _witnesses(each, patterns)
        policy = asking[bool(each.sighting.source)]
        used.update(
            name
            for witness in routes[key]
            for name in decide(_facts(each, witness), ScanReport(), policy).rules
        )
    return used


def _witnesses(each: Observation, patterns: Collection[str]) -> tuple[str, ...]:
    """Paths of a route, or message types, that stand for what was seen; the plain one first."""
    route = each.sighting.route
    if each.sighting.protocol is Protocol.MLLP:
        return route_samples.message_types(route, patterns)
    return route_samples.witnesses(route, patterns)


def _facts(each: Observation, witness: str) -> Facts:
    sighting = each.sighting
    is_hl7 = sighting.protocol is Protocol.MLLP
    outbound = sighting.vantage is Vantage.OUTBOUND
    return Facts(
        direction=sighting.direction,
        vantage=sighting.vantage,
        protocol=sighting.protocol,
        source=sighting.source,
        destination="" if outbound else sighting.destination,
        service=sighting.service,
        mtls=sighting.encryption is Encryption.MTLS,
        redactable=True,
        operation=Operation(message_type=witness)
        if is_hl7
        else Operation(sighting.method, witness),
    )


def _refused_media(each: Observation, facts: Facts, policy: Policy) -> list[str]:
    """The media kinds that the policy would refuse."""
    return [
        media
        for media in each.content.media
        if decide(facts, ScanReport(media=media), policy).reason is Reason.MEDIA_NOT_ALLOWED
    ]


def _report(each: Observation, policy: Policy) -> ScanReport:
    """A report with everything that these messages held, before anything was masked."""
    content, coverage = each.content, each.sighting.coverage
    gap = {Coverage.COMPLETE: Gap.NONE, Coverage.TRUNCATED: Gap.CUT_OFF}.get(
        coverage, Gap.MALFORMED
    )
    own = [_finding(_identifier(name, policy), Subject.PATIENT) for name in content.identifiers]
    health = [_finding(_health(name), Subject.NOBODY) for name in content.health]
    verdict = each.sighting.verdict if own else Verdict.NONE
    return ScanReport((*own, *health), coverage, gap, verdict)


def _finding(info_type: InfoType, subject: Subject) -> Finding:
    return Finding.of(info_type, Likelihood.LIKELY, "", Location("", 0, 1), subject)


def _identifier(name: str, policy: Policy) -> InfoType:
    """The infoType of an individual's identifier.

    Where the policy knows no identifier of this name, it gets class R: only `*` and R then apply.
    """
    known = policy.info_types.get(name)
    if known is not None and known.kind is InfoTypeKind.IDENTIFIER:
        return known
    return InfoType(name, InfoTypeKind.IDENTIFIER, "", Identifier.OTHER)


def _health(name: str) -> InfoType:
    return InfoType(name, InfoTypeKind.HEALTH, "")


def _plain(policy: Policy, *, identified: bool) -> Policy:
    return replace(
        policy, rules=tuple(_plain_rule(rule, identified=identified) for rule in policy.rules)
    )


def _plain_rule(rule: Rule, *, identified: bool) -> Rule:
    """The rule without the conditions that a store cannot answer.

    Address blocks stand for peers without an identity, and name no one else.
    """
    sources = tuple(
        replace(peer, blocks=()) for peer in rule.sources if not (peer.blocks and identified)
    )
    targets = tuple(
        Target(target.peer, replace(target.operation, hosts=(), ports=()))
        for target in rule.targets
    )
    return replace(rule, sources=sources, targets=targets, claims=(), headers=())


class _Sum:
    """Sums over the messages of one place.

    Both ends see the same message, so the busier vantage counts.
    """

    def __init__(self) -> None:
        self._messages: dict[tuple[Vantage, Direction], int] = defaultdict(int)
        self._names: set[str] = set()
        self._last = date.min
        self._stopped = True

    def add(self, each: Observation, place: DriftSite, names: Collection[str]) -> None:
        count = each.count
        if (
            place.what is DriftKind.DENIED and names
        ):  # an upper bound: the store does not say which of several kinds were in the same message
            held = {**each.content.identifiers, **each.content.health, **each.content.media}
            count = min(count, sum(held.get(name, 0) for name in names) or count)
        self._messages[each.sighting.vantage, each.sighting.direction] += count
        self._names.update(names)
        self._last = max(self._last, each.last)
        self._stopped &= each.sighting.stopped

    def drifted(self, place: DriftSite) -> Drifted:
        messages = max(self._messages.values())
        return Drifted(place, tuple(sorted(self._names)), messages, self._last, self._stopped)


def _order(place: DriftSite) -> tuple[int, Ends, str, str, str, str]:
    what = list(DriftKind).index(place.what)
    return what, place.ends, place.method, place.route, place.direction.value, place.reason.value
