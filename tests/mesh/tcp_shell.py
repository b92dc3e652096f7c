"""A shell for `TcpExchange` that judges by words in the message, and keeps what it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hl7_samples import FACTS

from mesh.exchange.events import Body, Event, Failure, Head
from mesh.exchange.tcp_events import Close, Judge, Judged, Received, Send, TcpEvent, TcpStep
from mesh.exchange.tcp_exchange import TcpExchange
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Action, Decision, Reason, Refusal

REQUEST, RESPONSE = Direction.REQUEST, Direction.RESPONSE
AT = datetime(2026, 1, 2, tzinfo=UTC)
ID = "ab" * 16


def body_of(events: tuple[Event, ...]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, Body))


def facts_of(events: tuple[Event, ...]) -> Facts:
    first = events[0]
    assert isinstance(first, Head | Failure)
    assert first.facts is not None
    return first.facts


def by_words(judge: Judge, refusal: Refusal = Refusal.NAK) -> Judged:
    """Deny a message that holds DENY, mask one that holds MASK, refuse what failed."""
    body = body_of(judge.events)
    decision, masked = Decision(Action.ALLOW, Reason.NO_PHI), None
    if isinstance(judge.events[0], Failure):
        decision = Decision(Action.DENY, judge.events[0].reason)
    elif b"DENY" in body:
        decision = Decision(Action.DENY, Reason.MINIMUM_NECESSARY)
    elif b"MASK" in body:
        decision = Decision(Action.REDACT, Reason.REDACTED_BY_RULE)
        masked = body.replace(b"MASK", b"XXX")
    return Judged(judge.number, decision, ID, AT, masked, refusal)


def everything_passes(judge: Judge) -> Judged:
    return Judged(judge.number, Decision(Action.DENY, Reason.OPAQUE, enforced=False), ID, AT)


def nothing_passes(judge: Judge) -> Judged:
    return Judged(judge.number, Decision(Action.DENY, Reason.PROTOCOL_NOT_ALLOWED), ID, AT)


def closing(judge: Judge) -> Judged:
    return by_words(judge, Refusal.CLOSE)


@dataclass
class Shell:
    """Answers each `Judge` at once, or when `answer` is called.

    Args:
        judge: gives the judgement.
        waits: whether judgements wait for `answer`.
        went: bytes that went on, by direction.
        judged: the events that were judged, in order.
        closed: the `Close`, once it was given.
    """

    judge: Callable[[Judge], Judged] = by_words
    limit: int = 4096
    waits: bool = False
    exchange: TcpExchange = field(init=False)
    went: dict[Direction, bytes] = field(default_factory=lambda: {REQUEST: b"", RESPONSE: b""})
    ended: list[Direction] = field(default_factory=list)
    judged: list[tuple[Event, ...]] = field(default_factory=list)
    open: list[Judge] = field(default_factory=list)
    closed: Close | None = None
    steps: list[TcpStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = TcpExchange(FACTS, self.limit)

    def request(self, data: bytes, *, end: bool = False) -> "Shell":
        return self.take(Received(REQUEST, data, end))

    def response(self, data: bytes, *, end: bool = False) -> "Shell":
        return self.take(Received(RESPONSE, data, end))

    def take(self, event: TcpEvent) -> "Shell":
        self._do(self.exchange.receive(event))
        return self

    def answer(self) -> "Shell":
        """Answer the judgement that was asked for first."""
        judge = self.open.pop(0)
        self._do(self.exchange.receive(self.judge(judge)))
        return self

    def _do(self, steps: tuple[TcpStep, ...]) -> None:
        for step in steps:
            assert self.closed is None, "something follows the end of the connection"
            self.steps.append(step)
            if isinstance(step, Send):
                assert step.direction not in self.ended
                self.went[step.direction] += step.data
                self.ended += [step.direction] if step.end else []
            elif isinstance(step, Close):
                self.closed = step
            else:
                self.judged.append(step.events)
                self.open.append(step)
        if not self.waits:
            while self.open and self.closed is None:
                self.answer()

    @property
    def types(self) -> list[str]:
        return [facts_of(events).operation.message_type for events in self.judged]
