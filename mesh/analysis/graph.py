"""Who may send what to whom, as a graph: workloads in boxes by namespace, arrows for open ways.

The graph is made with `decide` over the messages of `mesh.analysis.endpoint_classes`, so it shows
what all rules together allow. It shows encrypted messages between workloads that a rule names.
Hosts outside the mesh and blocks of addresses stand in a box of their own. A response has an arrow
where PHI may flow in it. Two kinds of rules are not drawn: AUDIT rules open nothing, and rules that
require claims or headers open an edge for no workload as such.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mesh.analysis.diff_text import short, summed_up
from mesh.analysis.endpoint_classes import (
    ADDRESSES,
    OUTSIDE,
    Parties,
    Party,
    asked_for,
    messages,
    trials,
)
from mesh.analysis.equivalence_classes import ANY, NOBODY, OperationClass
from mesh.analysis.flows import flows, standing
from mesh.message.facts import Direction, Facts
from mesh.policy.decide import decide
from mesh.policy.decision import Action
from mesh.policy.policy import Policy
from mesh.policy.vocabulary import InfoTypes
from phiscan.finding import ScanReport
from phiscan.identifiers import INFO_TYPES, InfoTypeKind


@dataclass(frozen=True, slots=True, order=True)
class Arrow:
    """One way from a sender to a receiver; a response is an arrow too.

    Args:
        passes: infoTypes of individuals' identifiers that may flow unmasked on at least one
            operation.
        masked: infoTypes that may flow masked but not unmasked.
        info_types: all infoTypes, by name.
    """

    sender: str
    receiver: str
    passes: tuple[str, ...]
    masked: tuple[str, ...]
    info_types: InfoTypes = field(default_factory=lambda: INFO_TYPES, repr=False, compare=False)

    @property
    def label(self) -> str:
        """Letters of the classes that flow, `C+` where only a part of class C does."""
        words = [letters(self.passes, self.info_types)] if self.passes else []
        words += [f"masked {letters(self.masked, self.info_types)}"] if self.masked else []
        return ", ".join(words) or "no PHI"

    @property
    def sentence(self) -> str:
        """The label as a full sentence, for screen readers."""
        masked = f", and masked {summed_up(self.masked, self.info_types)}" if self.masked else ""
        passes = summed_up(self.passes, self.info_types) or "no unmasked PHI"
        return f"{self.sender} may send {self.receiver} {passes}{masked}"


def letters(names: Collection[str], info_types: InfoTypes) -> str:
    """The classes that the names make up: `A-R` for all, `C+` for a part of class C."""
    of_class: dict[str, set[str]] = defaultdict(set)
    for name, info_type in info_types.items():
        if info_type.identifier:
            of_class[info_type.identifier.value].add(name)
    given = {letter: members & set(names) for letter, members in of_class.items()}
    if all(given[letter] == members for letter, members in of_class.items()):
        return "A-R"
    return " ".join(
        letter if given[letter] == members else f"{letter}+"
        for letter, members in sorted(of_class.items())
        if given[letter]
    )


@dataclass(frozen=True, slots=True)
class Graph:
    """Labels of workloads by namespace, and the arrows between them, both sorted.

    Args:
        undrawn: names of rules that are not drawn: AUDIT rules, and rules that require claims or
            headers.
    """

    namespaces: dict[str, tuple[str, ...]]
    arrows: tuple[Arrow, ...]
    undrawn: tuple[str, ...] = field(default=(), compare=False)

    @property
    def note(self) -> str:
        """A note on the rules that are not drawn; empty when all are drawn."""
        if not self.undrawn:
            return ""
        names = ", ".join(self.undrawn)
        return f"not drawn, because they decide nothing or require claims or headers: {names}"

    @property
    def sentences(self) -> list[str]:
        """All of it in words, for screen readers."""
        said = [arrow.sentence for arrow in self.arrows] or ["no edge is open"]
        return [*said, self.note] if self.note else said


def graph(policy: Policy) -> Graph:
    """The graph of a policy.

    Raises:
        TooManyError: the policy tells too many messages apart.
    """
    parties = Parties(policy.in_force)
    pairs = (
        pair
        for rule in policy.in_force
        for pair in parties.pairs(rule)
        if all(map(_is_drawn, pair))
    )
    found: dict[tuple[str, str], dict[str, Action]] = defaultdict(dict)
    known: dict[object, dict[str, Action]] = {}
    for source, destination, operations in trials((policy,), pairs):
        sender, receiver = short(source.label), short(destination.label)
        for facts in _open(policy, source, destination, operations):
            key = facts.direction, standing(facts, policy)
            if key not in known:
                known[key] = _own(flows(facts, policy), policy.info_types)
            if facts.direction is Direction.REQUEST:
                _loosen(found[sender, receiver], known[key])
            elif known[key]:  # a response without PHI needs no arrow
                _loosen(found[receiver, sender], known[key])
    arrows = tuple(
        sorted(_arrow(way, actions, policy.info_types) for way, actions in found.items())
    )
    undrawn = sorted(rule.name for rule in policy.rules if rule.audit or asked_for(rule))
    return Graph(_boxes({end for way in found for end in way}), arrows, tuple(undrawn))


def _is_drawn(party: Party) -> bool:
    """Whether a rule names the party: neither the unknown peer nor "all other workloads"."""
    return party.label not in {NOBODY, ANY}


def _open(
    policy: Policy, source: Party, destination: Party, operations: Iterable[OperationClass]
) -> Iterator[Facts]:
    """The messages that a rule lets pass; between workloads only those with mutual TLS."""
    for each in operations:
        for facts in messages(source, destination, each):
            if facts.mtls or not (source.principal and destination.principal):
                decision = decide(facts, ScanReport(), policy)
                if decision.action is not Action.DENY and decision.rules:
                    yield facts


def _own(found: Mapping[str, Action], info_types: InfoTypes) -> dict[str, Action]:
    """The individuals' identifiers that may flow."""
    own = {t.name for t in info_types.values() if t.kind is InfoTypeKind.IDENTIFIER}
    return {
        name: action for name, action in found.items() if name in own and action is not Action.DENY
    }


def _loosen(actions: dict[str, Action], found: Mapping[str, Action]) -> None:
    for name, action in found.items():
        if name not in actions or action.rank < actions[name].rank:
            actions[name] = action


def _arrow(way: tuple[str, str], actions: dict[str, Action], info_types: InfoTypes) -> Arrow:
    masked = tuple(sorted(name for name, action in actions.items() if action is Action.REDACT))
    return Arrow(*way, tuple(sorted(actions.keys() - set(masked))), masked, info_types)


def _boxes(labels: set[str]) -> dict[str, tuple[str, ...]]:
    boxes: dict[str, list[str]] = defaultdict(list)
    for label in sorted(labels):
        boxes[_box(label)].append(label)
    return {namespace: tuple(members) for namespace, members in sorted(boxes.items())}


def _box(label: str) -> str:
    if label.startswith((OUTSIDE, ADDRESSES)):
        return "outside of the mesh"
    return label.partition("/")[0] if "/" in label else ""


def member(label: str) -> str:
    """The text in a workload's box: its account, or `any other`; or a host, or a block."""
    if label.startswith((OUTSIDE, ADDRESSES)):
        return label.removeprefix(OUTSIDE).removeprefix(ADDRESSES)
    account = label.partition("/")[2] or label
    return "any other" if account == ANY else account
