"""What a policy remembers of its rules, so that a message pays for its own edge only and not for the policy's size.

- Rules by their exact source principals; those with a pattern, a namespace or anyone as source come on top.
- `ways`: the rules between two ends. They depend on the ends only, of which a mesh has few.
- `matches`: the rules of them that one message meets, by how it fits their conditions.
- `voices`: what those say of kinds of findings.

INVARIANT (memory, not state): the same question always has the same answer, remembered or not. Strangers may come with
any name, path and kind of content, so every memory is bounded.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

from mesh.message import identity
from mesh.policy.combined_rules import Kind, Matches, Voice
from mesh.policy.conditions import Condition
from mesh.policy.rule import Rule

_MOST: Final = 16384
"""Answers that one memory keeps: some megabytes."""

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

Ends = tuple[str, str, str]
"""Principals of source and destination, and the service's host where the sender's sidecar asks."""


class Memory(dict[KeyT, ValueT]):
    """A dictionary that forgets everything when it is full: cheaper than knowing what was used
    last."""

    __slots__ = ()

    def keep(self, key: KeyT, value: ValueT) -> ValueT:
        """Remember the value, and return it."""
        if len(self) >= _MOST:
            self.clear()
        self[key] = value
        return value


class Route(NamedTuple):
    """A rule between two ends. `entries` are those of its `to` that name the destination: numbers
    of conditions."""

    rule: Rule
    entries: tuple[int, ...]


class Ways:
    """All rules between two ends, and the different conditions that they have. Equals itself
    only."""

    __slots__ = ("conditions", "routes")

    def __init__(self, routes: tuple[Route, ...], conditions: tuple[Condition, ...]) -> None:
        self.routes = routes
        self.conditions = conditions


class EdgeIndex:
    """The memory of one revision of a policy.

    Args:
        rules: those that hold, AUDIT rules among them.
    """

    __slots__ = ("_exact", "_open", "matches", "modes", "voices", "ways")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.ways: Memory[Ends, Ways] = Memory()
        self.matches: Memory[tuple[Ways, tuple[int, ...]], Matches] = Memory()
        self.voices: Memory[tuple[Matches, bool, bool, frozenset[Kind]], Voice] = Memory()
        holding = tuple(rules)
        self.modes = frozenset(rule.mode for rule in holding if not rule.audit)
        exact: dict[str, list[Rule]] = {}
        self._open = tuple(rule for rule in holding if not _has_exact_sources(rule))
        for rule in filter(_has_exact_sources, holding):
            for source in {principal for peer in rule.sources for principal in peer.principals}:
                exact.setdefault(source, []).append(rule)
        self._exact = {source: (*named, *self._open) for source, named in exact.items()}

    def rules_from(self, source: str) -> tuple[Rule, ...]:
        """Every rule that can name an edge from this principal, and a few that cannot."""
        return self._exact.get(source, self._open)


def _has_exact_sources(rule: Rule) -> bool:
    return all(
        peer.principals and all(map(identity.is_principal, peer.principals))
        for peer in rule.sources
    )
