"""Who may send what to whom, as a graph: workloads in the boxes of their namespaces, an arrow for each way that is open.

Made with `decide` over the messages of `mesh.analysis.endpoint_classes`, so that it shows what the rules do together, not what
each of them says. Only encrypted messages between workloads, and only workloads that a rule names. Hosts outside of the mesh
and blocks of addresses stand in a box of their own. An answer has an arrow where PHI may flow in it. AUDIT rules open
nothing, and rules that ask for claims or headers open for nobody in particular: neither is drawn.
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
    """One way from a sender to a receiver; an answer is an arrow too.

    Args:
        passes: infoTypes of individuals' identifiers that may flow as they are, on any operation.
        masked: those that flow masked where they may not flow as they are.
        info_types: all that there are, by name.
    """

    sender: str
    receiver: str
    passes: tuple[str, ...]
    masked: tuple[str, ...]
    info_types: InfoTypes = field(default_factory=lambda: INFO_TYPES, repr=False, compare=False)

    @property
    def label(self) -> str:
        """Letters of the classes, `C+` where only a part of class C flows; `no PHI` when none
        does."""
        words = [_letters(self.passes, self.info_types)] if self.passes else []
        words += [f"masked {_letters(self.masked, self.info_types)}"] if self.masked else []
        return ", ".join(words) or "no PHI"

    @property
    def sentence(self) -> str:
        """The same in full, for those who hear it."""
        masked = f", and masked {summed_up(self.masked, self.info_types)}" if self.masked else ""
        return f"{self.sender} may send {self.receiver} {summed_up(self.passes, self.info_types) or 'no PHI as it is'}{masked}"


def _letters(names: Collection[str], info_types: InfoTypes) -> str:
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
        undrawn: names of rules that open for nobody who could be drawn: AUDIT rules, and those that
            ask for claims or headers.
    """

    namespaces: dict[str, tuple[str, ...]]
    arrows: tuple[Arrow, ...]
    undrawn: tuple[str, ...] = field(default=(), compare=False)

    @property
    def note(self) -> str:
        """What a reader must know of the rules that are not drawn; empty when all are."""
        return (
            f"not drawn, as they decide nothing or ask for claims or headers: {', '.join(self.undrawn)}"
            * bool(self.undrawn)
        )


def graph(policy: Policy) -> Graph:
    """The graph of a policy.

    Raises:
        TooManyError: there is more than a drawing can hold.
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
            elif known[key]:  # an answer without PHI goes without saying
                _loosen(found[receiver, sender], known[key])
    arrows = tuple(
        sorted(_arrow(way, actions, policy.info_types) for way, actions in found.items())
    )
    undrawn = sorted(rule.name for rule in policy.rules if rule.audit or asked_for(rule))
    return Graph(_boxes({end for way in found for end in way}), arrows, tuple(undrawn))


def _is_drawn(party: Party) -> bool:
    """Everyone whom a rule names: neither the peer about whom nothing is known, nor all other
    workloads."""
    return party.label not in {NOBODY, ANY}


def _open(
    policy: Policy, source: Party, destination: Party, operations: Iterable[OperationClass]
) -> Iterator[Facts]:
    """The messages that a rule lets pass; between workloads those with mutual TLS."""
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
    """What is written in a workload's own box: its account, or `any other` of its namespace; a
    host, or a block."""
    if label.startswith((OUTSIDE, ADDRESSES)):
        return label.removeprefix(OUTSIDE).removeprefix(ADDRESSES)
    account = label.partition("/")[2] or label
    return "any other" if account == ANY else account


def mermaid(found: Graph) -> str:
    """The graph as a Mermaid flowchart. An arrow along which something is masked is dashed."""
    names = {
        label: f"w{n}"
        for n, label in enumerate(label for box in found.namespaces.values() for label in box)
    }
    lines = ["flowchart LR"]
    for number, (namespace, members) in enumerate(found.namespaces.items()):
        lines.append(f'  subgraph n{number}["{namespace or "any namespace"}"]')
        lines += [f'    {names[label]}["{member(label)}"]' for label in members]
        lines.append("  end")
    for arrow in found.arrows:
        line = "-.->" if arrow.masked else "-->"
        lines.append(f'  {names[arrow.sender]} {line}|"{arrow.label}"| {names[arrow.receiver]}')
    lines += [f"  %% {found.note}"] if found.note else []
    return "\n".join(lines) + "\n"
