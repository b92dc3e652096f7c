"""Cases: one message each, with the expected result. They run through the servers' own `Exchange`.

A batch of HL7 messages is one case too. Its result is that of the message judged most strictly.

`mesh.analysis.case_file` reads them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mesh.exchange import mllp_messages
from mesh.exchange.machine import Body, Event, Exchange, Head, Outcome, Scanner
from mesh.exchange.mllp import Framer
from mesh.exchange.mllp_events import Message
from mesh.message.facts import Direction
from mesh.message.facts import Protocol as Wire
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

    outcomes = [_outcome(Exchange(case.policy, open_scanner), events) for events in _messages(case)]
    outcome = max(outcomes, key=lambda each: each.decision.action.rank)
    actual = _words_of(outcome)
    checks = tuple(Check(key, expected, actual[key]) for key, expected in case.expect.items())
    return CaseResult(case.name, case.line, checks, outcome)


def _messages(case: Case) -> Iterator[tuple[Event, ...]]:
    """The events of the case's message; of a batch in one frame of MLLP, of each message."""
    facts, body = case.head.facts, case.body or b""
    if facts.protocol is not Wire.MLLP:
        yield case.head, Body(body, end=True, truncated=case.truncated)
        return
    for part in mllp_messages.parts(_frame(body, is_whole=not case.truncated)):
        is_request = facts.direction is Direction.REQUEST
        kind = part.own_type if is_request else facts.operation.message_type
        yield part.events(part.facts(facts, kind))


def _frame(body: bytes, *, is_whole: bool) -> Message:
    """The body as a frame of MLLP, in which it may stand already."""
    framer = Framer()
    framer.feed(body)
    found = framer.next_event()
    return found if isinstance(found, Message) else Message(body, is_whole=is_whole)


def _outcome(exchange: Exchange, events: Iterable[Event]) -> Outcome:
    for event in events:
        outcome = exchange.receive(event)
        if outcome is not None:
            return outcome
    # unreachable: the state table of `Exchange` ends with the body
    raise AssertionError("a body's end gave no outcome")


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
