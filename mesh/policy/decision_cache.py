"""Answers that a policy keeps, so that a message pays only for what is new about it.

- `between`: the rules between two ends. A mesh has few pairs of ends.
- `combined`: the rules among them that a message meets, by how it fits their conditions.
- `rulings`: what those rules say about kinds of findings.
- `decisions`: all of it, for messages whose facts are those of their connection (HL7 over MLLP).

INVARIANT (memory, not state): a question has the same answer whether it is cached or not. Untrusted
callers choose names, paths and content, so every cache is bounded.
"""

from typing import Final, TypeVar

from mesh.message.facts import Facts
from mesh.policy.combined_rules import (
    CombinedRules,
    CombinedRuling,
    FindingKind,
    RulesBetween,
    Scope,
    kinds_of,
)
from mesh.policy.decision import Decision
from phiscan.finding import Coverage, Gap, ScanReport, Verdict

_MOST: Final = 16384
"""Answers that one `Memory` keeps at most: some megabytes."""

_KeyT = TypeVar("_KeyT")
_ValueT = TypeVar("_ValueT")

Asked = tuple[
    Facts,
    Verdict,
    Coverage,
    Gap,
    str,
    tuple[str, ...],
    bool,
    frozenset[FindingKind],
    frozenset[FindingKind],
]
"""What `asked` returns."""
_Ends = tuple[str, str, str]
"""Principals of source and destination, and the service host where the sender's sidecar asks."""


class Memory(dict[_KeyT, _ValueT]):
    """A dictionary that empties itself when it is full.

    That is cheaper than tracking which entry was used last.
    """

    __slots__ = ()

    def keep(self, key: _KeyT, value: _ValueT) -> _ValueT:
        """Store the value and return it."""
        if len(self) >= _MOST:
            self.clear()
        self[key] = value
        return value


class DecisionCache:
    """The cached answers of one revision of a policy."""

    __slots__ = ("between", "combined", "decisions", "rulings")

    def __init__(self) -> None:
        self.between: Memory[_Ends, RulesBetween] = Memory()
        self.combined: Memory[tuple[RulesBetween, tuple[int, ...]], CombinedRules] = Memory()
        self.rulings: Memory[
            tuple[CombinedRules, Scope, frozenset[FindingKind]], CombinedRuling
        ] = Memory()
        self.decisions: Memory[Asked, Decision] = Memory()


def asked(facts: Facts, report: ScanReport) -> Asked:
    """All of a message that a decision looks at.

    Of its findings, that is the kinds, and the kinds of those outside of the body.
    """
    findings = report.findings
    return (
        facts,
        report.verdict,
        report.coverage,
        report.gap,
        report.media,
        report.parts,
        bool(report.opaque),
        kinds_of(findings),
        kinds_of([each for each in findings if each.location.start < 0]),
    )
