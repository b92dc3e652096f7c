"""One direction of a TCP connection: what of its bytes is judged, sent on, or dropped.

`mesh.exchange.tcp_exchange` has the theory.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Final

from mesh.exchange import mllp_messages
from mesh.exchange.events import Event, Head
from mesh.exchange.mllp import Framer
from mesh.exchange.mllp import State as FramerState
from mesh.exchange.mllp_events import END, Commit, End, FrameEvent, Message, Raw, Rest, framed
from mesh.exchange.mllp_messages import Part
from mesh.exchange.tcp_events import Close, Judge, Judged, Send, TcpStep, Wait
from mesh.exchange.tcp_frame import OpenFrame, passes
from mesh.exchange.tcp_refusal import OTHER_WAY, Connection, refusal
from mesh.message.facts import Direction, Facts, Protocol
from mesh.policy.decision import Reason

SLACK: Final = 1 << 20
"""Bytes beyond one message that may wait for a judgement: what a proxy gives at once."""
_MOST_UNCOMMITTED: Final = 64


class LaneState(Enum):
    """What a lane does with what it reads."""

    READING = "reading"
    JUDGING = "judging"
    PASSING = "passing"
    SKIPPING = "skipping"
    RAW = "raw"
    ENDED = "ended"


class Lane:
    """One direction.

    Args:
        facts: of the connection, with this direction.
        connection: what it shares with the other direction.
        limit: bytes of the longest message that is read whole.
    """

    def __init__(self, facts: Facts, connection: Connection, limit: int) -> None:
        self.state = LaneState.READING
        self.number = -1  # of the `Judge` that is out
        self._facts = facts
        self._connection = connection
        self._limit = limit
        self._framer = Framer(limit)
        self._frame: OpenFrame | None = None
        # of the newest message: most messages of a connection have the same
        self._newest = Part(b"").facts(facts, "")
        self._failure: Reason | None = None
        self._has_ended = False

    def __repr__(self) -> str:
        return f"Lane({self._facts.direction}, {self.state.name}, {self.held} bytes)"

    @property
    def held(self) -> int:
        """The number of bytes that wait here."""
        return self._framer.held + (self._frame.size if self._frame else 0)

    @property
    def owes(self) -> bool:
        """Whether something that came has no verdict yet."""
        is_open = self._framer.state in (FramerState.INSIDE, FramerState.CLOSING)
        return self.state is LaneState.JUDGING or (self.state is LaneState.READING and is_open)

    @property
    def waits(self) -> Wait:
        """What the direction waits for."""
        if self.state in (LaneState.JUDGING, LaneState.RAW, LaneState.ENDED):
            return Wait.NOTHING
        state = self._framer.state
        if state in (FramerState.CLOSING, FramerState.REST_CLOSING):
            return Wait.CARRIAGE_RETURN
        is_open = state is FramerState.INSIDE or self.state is LaneState.SKIPPING
        return Wait.FRAME if is_open else Wait.NOTHING

    def feed(self, data: bytes, *, end: bool) -> list[TcpStep]:
        """Take bytes that came."""
        if self._has_ended:
            raise ValueError("bytes came after the end of a stream")
        self._framer.feed(data)
        if end:
            self._has_ended = True
            self._framer.end()
        if self.state is not LaneState.JUDGING:
            return self.pull()
        is_too_much = self._framer.held > self._limit + SLACK
        return [Close(Reason.OVERLOADED)] if is_too_much else []

    def overdue(self) -> list[TcpStep]:
        """Take it that what is waited for does not come."""
        wait = self.waits
        if wait is Wait.FRAME and self.state is LaneState.SKIPPING:
            return [Close(Reason.OUT_OF_TIME)]
        if wait is Wait.NOTHING:
            return []
        self._failure = Reason.OUT_OF_TIME if wait is Wait.FRAME else None
        self._framer.overdue()
        return self.pull()

    def fail(self, reason: Reason) -> list[TcpStep]:
        """Refuse the message that is held, if there is one."""
        if self.state is not LaneState.READING or not self.owes:
            return []
        self._failure = reason
        self._framer.overdue()
        return self.pull()

    def abandoned(self) -> Iterator[Facts]:
        """The facts of each message that was not asked about. The lane is of no use after it."""
        if self._frame is not None:
            yield from self._frame.behind
        while (event := self._framer.next_event()) is not None:
            if isinstance(event, Message):
                yield from map(self._facts_of, mllp_messages.parts(event))

    def pull(self) -> list[TcpStep]:
        """Read on, until a judgement is out or bytes are missing."""
        steps: list[TcpStep] = []
        while self.state is not LaneState.JUDGING:
            event = self._framer.next_event()
            if event is None:
                break
            step = self._on(event)
            if step is not None:
                steps.append(step)
        return steps

    def _on(self, event: FrameEvent) -> TcpStep | None:
        if isinstance(event, Message):
            return self._judge(event)
        if isinstance(event, Rest):
            return self._on_rest(event)
        if isinstance(event, Commit):
            return self._on_commit(event)
        if isinstance(event, Raw):
            return self._send(event.data)
        if isinstance(event, End):
            self.state = LaneState.ENDED
            return Send(self._facts.direction, b"", end=True)
        # not MLLP
        return self._asked((Head(replace(self._facts, protocol=Protocol.TCP)),))

    def _judge(self, message: Message) -> Judge:
        parts = tuple((part, self._facts_of(part)) for part in mllp_messages.parts(message))
        self._frame = OpenFrame(message.is_whole, parts, self._failure)
        self._failure = None
        return self._asked(self._frame.events())

    def _facts_of(self, part: Part) -> Facts:
        """The facts of a message. One that comes back has the type of what it answers."""
        if self._facts.direction is Direction.REQUEST:
            message_type = part.own_type
        else:
            sent = self._connection.answered(part)
            message_type = sent.message_type if sent else ""
        known = self._newest
        if known.operation.message_type != message_type or known.redactable != part.is_whole:
            known = self._newest = part.facts(self._facts, message_type)
        return known

    def _asked(self, events: tuple[Event, ...]) -> Judge:
        self.state, self.number = LaneState.JUDGING, next(self._connection.numbers)
        return Judge(self.number, events)

    def _on_rest(self, rest: Rest) -> Send | None:
        is_passing = self.state is LaneState.PASSING
        if rest.is_last:
            self.state = LaneState.READING
        return self._send(rest.data + END if rest.is_last else rest.data) if is_passing else None

    def _on_commit(self, commit: Commit) -> Send | None:
        """A commit acknowledgement goes on while a message waits for one."""
        other = OTHER_WAY[self._facts.direction]
        if not self._connection.uncommitted[other]:
            return None
        self._connection.uncommitted[other] -= 1
        self._connection.is_release2 = True
        return self._send(framed(commit.content))

    def judged(self, judged: Judged) -> list[TcpStep]:
        """Take the judgement that is out."""
        self.number, frame = -1, self._frame
        if frame is None:  # what is not MLLP goes on as it is, or the connection ends
            self.state = LaneState.RAW
            return [] if passes(judged) else [Close(judged.decision.reason)]
        frame.take(judged)
        if not frame.is_judged:
            return [self._asked(frame.events())]
        self._frame = None
        if self._facts.direction is Direction.RESPONSE:
            self._connection.settle(part for part, _ in frame.parts)
        return (
            [self._release(frame)] if frame.refused is None else self._refuse(*frame.refused, frame)
        )

    def _release(self, frame: OpenFrame) -> Send:
        direction, connection = self._facts.direction, self._connection
        for part, facts in frame.parts:
            if part.header is not None and direction is Direction.REQUEST:
                connection.sent.add(part.header, facts.operation.message_type)
        waiting = connection.uncommitted[direction] + 1
        connection.uncommitted[direction] = min(waiting, _MOST_UNCOMMITTED)
        self.state = LaneState.READING if frame.is_whole else LaneState.PASSING
        return self._send(frame.released())

    def _refuse(self, part: Part, judged: Judged, frame: OpenFrame) -> list[TcpStep]:
        self.state = LaneState.READING if frame.is_whole else LaneState.SKIPPING
        answer = refusal(part, judged, self._facts.direction, self._connection)
        steps: list[TcpStep] = [] if answer is None else [answer]
        if answer is None or frame.failure is not None:
            steps.append(Close(judged.decision.reason))
        return steps

    def _send(self, data: bytes) -> Send:
        return Send(self._facts.direction, data)
