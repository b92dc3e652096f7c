"""What a policy remembers of its answers, so that a message pays for what is new about it.

- `between`: the rules between two ends. They depend on the ends only, of which a mesh has few.
- `combined`: the rules of them that one message meets, by how it fits their conditions.
- `rulings`: what those say of kinds of findings.

INVARIANT (memory, not state): the same question always has the same answer, remembered or not. Strangers may come with
any name, path and kind of content, so every memory is bounded.
"""

from typing import Final, TypeVar

from mesh.policy.combined_rules import CombinedRules, CombinedRuling, FindingKind, RulesBetween

_MOST: Final = 16384
"""Answers that one memory keeps: some megabytes."""

_KeyT = TypeVar("_KeyT")
_ValueT = TypeVar("_ValueT")

_Ends = tuple[str, str, str]
"""Principals of source and destination, and the service's host where the sender's sidecar asks."""


class Memory(dict[_KeyT, _ValueT]):
    """A dictionary that forgets everything when it is full: cheaper than knowing what was used
    last."""

    __slots__ = ()

    def keep(self, key: _KeyT, value: _ValueT) -> _ValueT:
        """Remember the value, and return it."""
        if len(self) >= _MOST:
            self.clear()
        self[key] = value
        return value


class DecisionCache:
    """The memory of one revision of a policy."""

    __slots__ = ("between", "combined", "rulings")

    def __init__(self) -> None:
        self.between: Memory[_Ends, RulesBetween] = Memory()
        self.combined: Memory[tuple[RulesBetween, tuple[int, ...]], CombinedRules] = Memory()
        self.rulings: Memory[
            tuple[CombinedRules, bool, bool, frozenset[FindingKind]], CombinedRuling
        ] = Memory()
