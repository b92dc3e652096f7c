"""What a report says of a period: counts of its decisions, its policies, its starts.

It reads records without trust: whoever can write the files may have written anything.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any, Final, NamedTuple

from extauthz.commands.audit.record_words import (
    DECISION,
    SUMMARY,
    decisions_in,
    mutual_tls,
    receiver,
    text_of,
)
from mesh.policy.decision import Reason

Record = Mapping[str, Any]

_MOST_EDGES: Final = 2000
"""Edges that are kept apart. A mesh has fewer; a forged ledger may name any number."""
_LAST_DENIALS: Final = 50
_OTHERS: Final = "all others"


class Edge(NamedTuple):
    """Who sends requests to whom. A sender's sidecar names a host in place of the principal."""

    source: str
    destination: str


@dataclass(slots=True)
class EdgeCount:
    """Decisions on one edge.

    Args:
        actions: by action; one that was not enforced stands in parentheses.
        identifiers: number of decisions in which each class was found.
        gaps: number of decisions on messages that were not read whole, by gap.
        mtls: by what is known of mutual TLS, in the words of `record_words`.
    """

    actions: Counter[str] = field(default_factory=Counter)
    identifiers: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    mtls: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The number of decisions."""
        return sum(self.actions.values())

    def add(self, other: "EdgeCount") -> None:
        """Add the decisions of another count."""
        self.actions.update(other.actions)
        self.identifiers.update(other.identifiers)
        self.gaps.update(other.gaps)
        self.mtls.update(other.mtls)


@dataclass(slots=True)
class PolicyChange:
    """A policy that came into force.

    Args:
        record: of kind `policy`.
        diff: lines of a unified diff from the policy before; none for the first one.
    """

    record: Record
    diff: list[str]


@dataclass(slots=True)
class Summary:
    """Counts of a period in one chain. `take` its records in their order."""

    actions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: dict[str, Counter[str]] = field(default_factory=dict)
    edges: dict[Edge, EdgeCount] = field(default_factory=dict)
    identifiers: dict[str, Counter[str]] = field(default_factory=dict)
    info_types: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    canaries: Counter[tuple[str, str]] = field(default_factory=Counter)
    denials: deque[Record] = field(default_factory=lambda: deque(maxlen=_LAST_DENIALS))
    policies: list[PolicyChange] = field(default_factory=list)
    refusals: list[Record] = field(default_factory=list)
    starts: list[Record] = field(default_factory=list)
    postures: list[Record] = field(default_factory=list)
    summed: int = 0
    first: str = ""
    last: str = ""

    @property
    def total(self) -> int:
        """The number of decisions."""
        return sum(self.actions.values())

    def take(self, record: Record) -> None:
        """Count one record of the period."""
        kind = record.get("kind")
        if kind in (DECISION, SUMMARY):
            self._decisions(record)
        elif kind == "policy":
            self.came_into_force(record)
        elif kind == "refusal":
            self.refusals.append(record)
        elif kind in ("start", "recovery"):
            self.starts.append(record)
        elif kind == "posture":
            self.postures.append(record)

    def came_into_force(self, record: Record) -> None:
        """Take a policy. Each worker records it, so one that is in force already is no change."""
        before = self.policies[-1].record if self.policies else None
        same = ("policy", "ended")
        if before is not None and all(before.get(key) == record.get(key) for key in same):
            return
        self.policies.append(PolicyChange(record, _diff(before, record)))

    def _decisions(self, record: Record) -> None:
        """Count a decision, or as many as a summary tells of: at the time of its record."""
        number = decisions_in(record)
        if record.get("reason") == Reason.CANARY:
            # no disclosure was tried, so it stands in no other count
            found = text_of(record.get("verdict")), text_of(record.get("coverage"))
            self.canaries[found] += number
            return
        self.summed += number if record.get("kind") == SUMMARY else 0
        time = text_of(record.get("time"))
        self.first, self.last = self.first or time, time
        action = text_of(record.get("decision"))
        effect = action if record.get("enforced") is True else f"({action})"
        reason = text_of(record.get("reason"))
        self.actions[effect] += number
        self.reasons[effect, reason] += number
        _of(self.days, time[:10])[action] += number
        edge = self._edge(record)
        edge.actions[effect] += number
        edge.mtls[mutual_tls(record)] += number
        for name in set(_texts(record.get("identifiers"))):
            edge.identifiers[name] += number
            _of(self.identifiers, name)[action] += number
        for name in record["infoTypes"] if isinstance(record.get("infoTypes"), dict) else ():
            self.info_types[name] += number
        if record.get("coverage") != "COMPLETE":
            gap = text_of(record.get("gap"))
            self.gaps[gap] += number
            edge.gaps[gap] += number
        if action == "DENY":
            self.denials.append(record)

    def _edge(self, record: Record) -> EdgeCount:
        return self.count_of(Edge(text_of(record.get("source")), text_of(receiver(record))))

    def count_of(self, edge: Edge) -> EdgeCount:
        """Return the count of an edge, which is a new one if there is room."""
        known = self.edges.get(edge)
        if known is None:
            if len(self.edges) >= _MOST_EDGES:
                edge = Edge(_OTHERS, _OTHERS)
            known = self.edges.setdefault(edge, EdgeCount())
        return known


def merged(parts: Sequence[Summary]) -> Summary:
    """Return the summary of several chains."""
    whole = Summary()
    for part in parts:
        whole.actions.update(part.actions)
        whole.reasons.update(part.reasons)
        whole.info_types.update(part.info_types)
        whole.gaps.update(part.gaps)
        whole.canaries.update(part.canaries)
        whole.summed += part.summed
        for day, actions in part.days.items():
            _of(whole.days, day).update(actions)
        for identifier, actions in part.identifiers.items():
            _of(whole.identifiers, identifier).update(actions)
        for edge, count in part.edges.items():
            whole.count_of(edge).add(count)
    for change in sorted((c.record for part in parts for c in part.policies), key=_time):
        whole.came_into_force(change)
    whole.denials.extend(sorted((d for part in parts for d in part.denials), key=_time))
    whole.refusals = sorted((r for part in parts for r in part.refusals), key=_time)
    whole.starts = sorted((r for part in parts for r in part.starts), key=_time)
    whole.postures = sorted((r for part in parts for r in part.postures), key=_time)
    whole.first = min((part.first for part in parts if part.first), default="")
    whole.last = max((part.last for part in parts), default="")
    return whole


def _time(record: Record) -> str:
    return str(record.get("time"))


def _of(counts: dict[str, Counter[str]], key: str) -> Counter[str]:
    found = counts.get(key)
    if found is None:
        found = counts[key] = Counter()
    return found


def second_of(record: Record) -> str:
    """Return the time of a record for people, to the second."""
    return text_of(record.get("time"))[:19].replace("T", " ")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from map(str, value)


def _diff(before: Record | None, after: Record) -> list[str]:
    if before is None:
        return []
    old, new = _lines(before.get("texts")), _lines(after.get("texts"))
    return list(unified_diff(old, new, "before", "after", n=2, lineterm=""))


def _lines(texts: object) -> list[str]:
    if not isinstance(texts, dict):
        return []
    return [line for _, text in sorted(texts.items()) for line in str(text).splitlines()]
