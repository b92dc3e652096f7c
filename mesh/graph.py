"""Who may send what to whom, as a graph: workloads in the boxes of their namespaces, an arrow for each way that is open.

Made with `decide` over the messages of `mesh.representatives`, so that it shows what the rules do together, not what
each of them says. Only encrypted messages, and only workloads that a rule names. An answer has an arrow where PHI may flow in it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from mesh import representatives
from mesh.decide import decide
from mesh.decision import Action
from mesh.diff import flows, operations_between
from mesh.diff_words import short, summed_up
from mesh.facts import Direction, Facts
from mesh.policy import Policy
from mesh.representatives import ANY, NOBODY
from phiscan.finding import ScanReport
from phiscan.identifiers import INFO_TYPES


@dataclass(frozen=True, slots=True, order=True)
class Arrow:
    """One way from a sender to a receiver; an answer is an arrow too.

    Args:
        passes: infoTypes of individuals' identifiers that may flow as they are, on any operation.
        masked: those that flow masked where they may not flow as they are.
    """

    sender: str
    receiver: str
    passes: tuple[str, ...]
    masked: tuple[str, ...]

    @property
    def label(self) -> str:
        """Letters of the classes, `C+` where only a part of class C flows; `no PHI` when none does."""
        words = [_letters(self.passes)] if self.passes else []
        words += [f"masked {_letters(self.masked)}"] if self.masked else []
        return ", ".join(words) or "no PHI"

    @property
    def sentence(self) -> str:
        """The same in full, for those who hear it."""
        masked = f", and masked {summed_up(self.masked)}" if self.masked else ""
        return f"{self.sender} may send {self.receiver} {summed_up(self.passes) or 'no PHI as it is'}{masked}"


def _letters(names: Collection[str]) -> str:
    of_class: dict[str, set[str]] = defaultdict(set)
    for name, info_type in INFO_TYPES.items():
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
    """Labels of workloads by namespace, and the arrows between them, both sorted."""

    namespaces: dict[str, tuple[str, ...]]
    arrows: tuple[Arrow, ...]


def graph(policy: Policy) -> Graph:
    """The graph of a policy."""
    peers = [p for rule in policy.in_force for p in (*rule.sources, *(target.peer for target in rule.targets))]
    labels = {p: short(label) for p, label in representatives.workloads(peers).items() if p != NOBODY and label != ANY}
    found: dict[tuple[str, str], dict[str, Action]] = defaultdict(dict)
    for (source, sender), (destination, receiver) in product(labels.items(), repeat=2):
        for facts in _open(policy, source, destination):
            actions = _own(flows(facts, policy))
            if facts.direction is Direction.REQUEST:
                _loosen(found[sender, receiver], actions)
            elif actions:  # an answer without PHI goes without saying
                _loosen(found[receiver, sender], actions)
    arrows = tuple(sorted(_arrow(way, actions) for way, actions in found.items()))
    return Graph(_boxes({end for way in found for end in way}), arrows)


def _open(policy: Policy, source: str, destination: str) -> Iterator[Facts]:
    """One message of each direction for every class of operations that is open."""
    known: set[object] = set()
    for spot in representatives.spots(operations_between(policy.in_force, source, destination)):
        for direction in Direction:
            facts = Facts(
                direction=direction,
                protocol=spot.protocol,
                source=source,
                destination=destination,
                mtls=True,
                redactable=True,
                operation=spot.operation,
            )
            decision = decide(facts, ScanReport(), policy)
            key = (direction, decision.rules)
            if decision.action is not Action.DENY and decision.rules and key not in known:
                known.add(key)
                yield facts


def _own(found: Mapping[str, Action]) -> dict[str, Action]:
    """The individuals' identifiers that may flow."""
    own = {name for name, info_type in INFO_TYPES.items() if info_type.identifier}
    return {name: action for name, action in found.items() if name in own and action is not Action.DENY}


def _loosen(actions: dict[str, Action], found: Mapping[str, Action]) -> None:
    for name, action in found.items():
        if name not in actions or action.rank < actions[name].rank:
            actions[name] = action


def _arrow(way: tuple[str, str], actions: dict[str, Action]) -> Arrow:
    masked = tuple(sorted(name for name, action in actions.items() if action is Action.REDACT))
    return Arrow(*way, tuple(sorted(actions.keys() - set(masked))), masked)


def _boxes(labels: set[str]) -> dict[str, tuple[str, ...]]:
    boxes: dict[str, list[str]] = defaultdict(list)
    for label in sorted(labels):
        boxes[label.partition("/")[0] if "/" in label else ""].append(label)
    return {namespace: tuple(members) for namespace, members in sorted(boxes.items())}


def member(label: str) -> str:
    """What is written in a workload's own box: its account, or `any other` of its namespace."""
    account = label.partition("/")[2] or label
    return "any other" if account == ANY else account


def mermaid(found: Graph) -> str:
    """The graph as a Mermaid flowchart. An arrow along which something is masked is dashed."""
    names = {label: f"w{n}" for n, label in enumerate(label for box in found.namespaces.values() for label in box)}
    lines = ["flowchart LR"]
    for number, (namespace, members) in enumerate(found.namespaces.items()):
        lines.append(f'  subgraph n{number}["{namespace or "any namespace"}"]')
        lines += [f'    {names[label]}["{member(label)}"]' for label in members]
        lines.append("  end")
    for arrow in found.arrows:
        line = "-.->" if arrow.masked else "-->"
        lines.append(f'  {names[arrow.sender]} {line}|"{arrow.label}"| {names[arrow.receiver]}')
    return "\n".join(lines) + "\n"
