"""What changes for the mesh between two policies: edges, identifiers and settings that open or close.

Computed with `decide` over the messages of `mesh.representatives`, never over text: a renamed, reordered or split rule
that lets the same flow is no change. Only edges that a changed rule may name are tried, because a decision depends on
nothing but the rules that name its edge and on the settings, which are compared one by one.

An individual's identifier is tried alone. Health information and a provider's own identifiers are tried beside an
identifier that may flow, and reported only where one could flow before and can after: without one there is no PHI.
Cost: two decisions an edge, and about two hundred for each different set of rules that names one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from mesh import representatives
from mesh.decide import decide
from mesh.decision import Action, Decision, Mode
from mesh.facts import Direction, Facts
from mesh.match import peer_matches
from mesh.policy import OperationMatch, Policy, Rule
from mesh.representatives import NOBODY, Spot
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES

PROVIDER: Final = "provider's "
"""Stands before the infoType of a provider's own identifier."""


class What(StrEnum):
    """What a move is about."""

    EDGE = "edge"
    IDENTIFIER = "identifier"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """One thing that two policies decide differently for one message.

    Args:
        name: infoType of an identifier; empty for the others.
        before: action, or `enforced` and `recorded` for enforcement.
    """

    what: What
    name: str
    before: str
    after: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What two policies decide differently for one class of messages; `facts` are those of its witness."""

    source: str
    destination: str
    spot: Spot
    facts: Facts = field(repr=False)
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the whole policy that differs, in the words of a policy file."""

    name: str
    before: str
    after: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences.

    Args:
        spots: for each pair of labels, all operations that the policies tell apart there.
        untried: names of changed rules that list hosts outside of the mesh, addresses or claims: a person must read
            them, because no workload stands for those.
    """

    settings: tuple[Setting, ...]
    differences: tuple[Difference, ...]
    spots: dict[tuple[str, str], tuple[Spot, ...]]
    untried: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether anything becomes looser, or may."""
        return (
            bool(self.untried)
            or any(s.opens for s in self.settings)
            or any(m.opens for d in self.differences for m in d.moves)
        )

    @property
    def empty(self) -> bool:
        """Whether the policies decide the same everywhere."""
        return not (self.settings or self.differences or self.untried)


def diff(old: Policy, new: Policy) -> Diff:
    """What `new` decides differently from `old`. Exceptions count as they hold on the policies' own day."""
    rules = (*old.in_force, *new.in_force)
    changed = [rule for rule in rules if rule not in old.in_force or rule not in new.in_force]
    labels = representatives.workloads(
        peer for rule in rules for peer in (*rule.sources, *(target.peer for target in rule.targets))
    )
    pairs = dict.fromkeys(pair for rule in changed for pair in _pairs(rule, labels))
    compared = _Comparison(old, new)
    found: list[Difference] = []
    spots: dict[tuple[str, str], tuple[Spot, ...]] = {}
    for source, destination in pairs:
        names = labels[source], labels[destination]
        spots[names] = representatives.spots(operations_between(rules, source, destination))
        for spot in spots[names]:
            for facts in _messages(source, destination, spot):
                if moves := compared.moves(facts):
                    found.append(Difference(*names, spot, facts, moves))
    return Diff(_settings(old, new), tuple(found), spots, _untried(old, new))


def _untried(old: Policy, new: Policy) -> tuple[str, ...]:
    """Names of rules that cannot be tried and differ in more than their name."""
    sides = [{replace(rule, name=""): rule.name for rule in each.in_force if _is_beyond(rule)} for each in (old, new)]
    before, after = sides
    return tuple(sorted({{**before, **after}[rule] for rule in before.keys() ^ after.keys()}))


def _is_beyond(rule: Rule) -> bool:
    peers = (*rule.sources, *(target.peer for target in rule.targets))
    return bool(rule.claims) or any(peer.hosts or peer.blocks for peer in peers)


def _pairs(rule: Rule, labels: Iterable[str]) -> Iterator[tuple[str, str]]:
    principals = tuple(labels)
    destinations = [p for p in principals if any(peer_matches(target.peer, p) for target in rule.targets)]
    for source in principals:
        if any(peer_matches(peer, source) for peer in rule.sources):
            yield from ((source, destination) for destination in destinations)


def operations_between(rules: Iterable[Rule], source: str, destination: str) -> Iterator[OperationMatch]:
    """The `operation` of every entry of a rule that names both principals."""
    for rule in rules:
        if any(peer_matches(peer, source) for peer in rule.sources):
            yield from (t.operation for t in rule.targets if peer_matches(t.peer, destination))


def _messages(source: str, destination: str, spot: Spot) -> Iterator[Facts]:
    """With and without mutual TLS, both directions. Who has no identity has no mutual TLS."""
    for mtls in (True, False) if NOBODY not in {source, destination} else (False,):
        for direction in Direction:
            yield Facts(
                direction=direction,
                protocol=spot.protocol,
                source=source,
                destination=destination,
                mtls=mtls,
                redactable=True,
                operation=spot.operation,
            )


class _Comparison:
    """Decides messages by both policies. Messages that the same rules name are decided once."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self._policies = (old, new)
        self._known: dict[object, tuple[Move, ...]] = {}

    def moves(self, facts: Facts) -> tuple[Move, ...]:
        before, after = (decide(facts, ScanReport(), policy) for policy in self._policies)
        key = (facts.mtls, facts.direction, facts.protocol, facts.source == NOBODY, _key(before), _key(after))
        if key not in self._known:
            edge = [] if facts.direction is Direction.RESPONSE else _edge_moves(before, after)
            self._known[key] = (*edge, *self._identifier_moves(facts))
        return self._known[key]

    def _identifier_moves(self, facts: Facts) -> Iterator[Move]:
        before, after = (flows(facts, policy) for policy in self._policies)
        for name in before.keys() & after.keys():
            if before[name] is not after[name]:
                opens = after[name].rank < before[name].rank
                yield Move(What.IDENTIFIER, name, before[name], after[name], opens)


def _key(decision: Decision) -> object:
    return decision.action, decision.reason, decision.rules, decision.enforced


def _edge_moves(before: Decision, after: Decision) -> list[Move]:
    moves = []
    if (before.action is Action.DENY) != (after.action is Action.DENY):
        moves.append(Move(What.EDGE, "", before.action, after.action, opens=before.action is Action.DENY))
    if before.enforced != after.enforced:
        words = ("enforced", "recorded") if before.enforced else ("recorded", "enforced")
        moves.append(Move(What.ENFORCEMENT, "", *words, opens=before.enforced))
    return moves


def flows(facts: Facts, policy: Policy) -> dict[str, Action]:
    """What becomes of each infoType in a message with PHI. Names of a provider's start with `PROVIDER`.

    Health information and a provider's identifiers are absent where no individual's identifier may flow.
    """
    own = {
        name: decide(facts, _report(_found(name, Subject.PATIENT)), policy).action
        for name, info_type in INFO_TYPES.items()
        if info_type.identifier
    }
    found = dict(own)
    company = sorted((action.rank, name) for name, action in own.items() if action is not Action.DENY)[:2]
    for name, info_type in INFO_TYPES.items() if company else ():
        beside = next((other for _, other in company if other != name), "")
        if beside:
            subject = Subject.PROVIDER if info_type.identifier else Subject.NOBODY
            report = _report(_found(beside, Subject.PATIENT), _found(name, subject))
            decision = decide(facts, report, policy)
            spoken = decision.action is Action.DENY or name in decision.tipped
            found[f"{PROVIDER if info_type.identifier else ''}{name}"] = decision.action if spoken else Action.ALLOW
    return found


def _found(name: str, subject: Subject) -> Finding:
    return Finding(name, INFO_TYPES[name].identifier, Likelihood.LIKELY, "", Location("", 0, 1), subject)


def _report(*findings: Finding) -> ScanReport:
    return ScanReport(findings, verdict=Verdict.PHI)


def _settings(old: Policy, new: Policy) -> tuple[Setting, ...]:
    """A setting opens when its new value is looser. Another principal for a service opens: it is another receiver."""
    loosest = (Mode.DISCOVER, Mode.MONITOR, Mode.ENFORCE)
    found = [
        Setting("mode", old.mode, new.mode, loosest.index(new.mode) < loosest.index(old.mode)),
        _action_setting("defaultAction", old.default_action, new.default_action),
        _action_setting("onUnscannable", old.on_unscannable, new.on_unscannable),
        Setting(
            "treatIdentifiersAsPhi",
            str(old.treat_identifiers_as_phi).lower(),
            str(new.treat_identifiers_as_phi).lower(),
            opens=old.treat_identifiers_as_phi,
        ),
    ]
    for host in sorted({*old.services, *new.services}):
        before, after = old.services.get(host, ""), new.services.get(host, "")
        found.append(Setting(f"services `{host}`", before or "none", after or "none", opens=bool(after)))
    return tuple(setting for setting in found if setting.before != setting.after)


def _action_setting(name: str, before: Action, after: Action) -> Setting:
    return Setting(name, before, after, after.rank < before.rank)
