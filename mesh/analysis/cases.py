"""Cases: one message each, with the expected result. They run through the servers' own `Exchange`.

`mesh.analysis.case_file` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mesh.exchange.machine import Body, Exchange, Head, Outcome, Scanner
from mesh.policy.policy import Policy
from phiscan.protobuf.schemas import Rpc

ExpectedWord = str | bool | tuple[str, ...]
"""The value of one key of `expect`."""


class ScannerOf(Protocol):
    """`phiscan.engine.Engine.scanner`, or a substitute."""

    def __call__(self, *, content_type: str, content_encoding: str, rpc: Rpc | None) -> Scanner:
        """Open a new scanner."""


@dataclass(frozen=True, slots=True)
class Case:
    """One message and the expected result.

    Args:
        line: line of the case in its file, from 1.
        body: None when the message ends with its head.
        expect: keys of `expect` with their values; lists are sorted.
    """

    name: str
    line: int
    policy: Policy = field(repr=False)
    head: Head
    body: bytes | None = field(repr=False)
    truncated: bool = False
    expect: Mapping[str, ExpectedWord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One key of `expect`, with its expected and its actual value."""

    key: str
    expected: ExpectedWord
    actual: ExpectedWord

    @property
    def passed(self) -> bool:
        """Whether the values are equal."""
        return self.expected == self.actual


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The result of one case."""

    name: str
    line: int
    checks: tuple[Check, ...]
    outcome: Outcome

    @property
    def passed(self) -> bool:
        """Whether every check passed; true when there is none."""
        return all(check.passed for check in self.checks)


def run(case: Case, scanner_of: ScannerOf) -> CaseResult:
    """Send the case's message through an exchange and compare the outcome."""

    def open_scanner(head: Head) -> Scanner:
        return scanner_of(
            content_type=head.content_type,
            content_encoding=head.content_encoding,
            rpc=head.facts.rpc,
        )

    exchange = Exchange(case.policy, open_scanner)
    outcome = exchange.receive(case.head) or exchange.receive(
        Body(case.body or b"", end=True, truncated=case.truncated)
    )
    if outcome is None:  # unreachable: the state table of `Exchange` ends with the body
        raise AssertionError("a body's end gave no outcome")
    actual = _words_of(outcome)
    checks = tuple(Check(key, expected, actual[key]) for key, expected in case.expect.items())
    return CaseResult(case.name, case.line, checks, outcome)


def _words_of(outcome: Outcome) -> dict[str, ExpectedWord]:
    decision = outcome.decision
    return {
        "decision": decision.action.value,
        "reason": decision.reason.value,
        "verdict": decision.verdict.value,
        "coverage": decision.coverage.value,
        "media": outcome.report.media,
        "identifiers": tuple(identifier.value for identifier in decision.identifiers),
        "enforced": decision.enforced,
        "rules": decision.rules,
        "audits": tuple(f"{rule}: {action.value}" for rule, action in decision.audits),
    }
