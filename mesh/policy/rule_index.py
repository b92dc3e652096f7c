"""The rules of a policy by source, so that a message does not pay for the policy's size.

The index maps exact source principals to rules. Rules whose source is a pattern, a namespace or
anyone are added to every answer.
"""

from collections.abc import Iterable

from mesh.message import identity
from mesh.policy.rule import Rule


class RuleIndex:
    """The index of one revision of a policy.

    Args:
        rules: the rules that hold, with AUDIT rules.
    """

    __slots__ = ("_exact", "_open", "modes")

    def __init__(self, rules: Iterable[Rule]) -> None:
        holding = tuple(rules)
        self.modes = frozenset(rule.mode for rule in holding if not rule.audit)
        exact: dict[str, list[Rule]] = {}
        self._open = tuple(rule for rule in holding if not _has_exact_sources(rule))
        for rule in filter(_has_exact_sources, holding):
            for source in {principal for peer in rule.sources for principal in peer.principals}:
                exact.setdefault(source, []).append(rule)
        self._exact = {source: (*named, *self._open) for source, named in exact.items()}

    def rules_from(self, source: str) -> tuple[Rule, ...]:
        """Every rule that may name an edge from this principal, and a few that do not."""
        return self._exact.get(source, self._open)


def _has_exact_sources(rule: Rule) -> bool:
    return all(
        peer.principals and all(map(identity.is_principal, peer.principals))
        for peer in rule.sources
    )
