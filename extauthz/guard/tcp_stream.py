"""One TCP connection as the guard sees it: bytes in, answers out. It does no I/O and keeps no time.

`mesh.exchange.tcp_exchange` says what is judged and what goes on. This module asks `Inspection` for
the judgements, reserves the bytes that wait, and pairs answers with what the proxy waits for.

    what the exchange says   what the proxy gets
    ----------------------   ---------------------------------------------------------------
    nothing, bytes missing   an empty answer at once: the bytes stay here
    Judge                    no answer in that direction before the judgement
    Send                     the answer to what is waited for, or one more beside it (a NAK)
    Close                    an answer that closes the connection

The proxy waits for one answer to each piece that it gives away, with a timer for each direction.
Answers beside those are taken too (seen with Envoy 1.36, 1.38 and 1.40). What goes on in one
direction by one piece leaves in one answer.

A client may end its half with its last message. The end waits until that message was acknowledged,
or for five seconds: Envoy was seen to close the connection when both halves have ended, with the
acknowledgement still here.

INVARIANT (nothing undecided): an answer holds only bytes of a `Send`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Final, NamedTuple

from extauthz.guard.admission import Admission, Reservation
from extauthz.guard.inspection import Call, InspectionContext
from extauthz.guard.stream_event import MessagePart, stops
from extauthz.guard.tcp_answer import TcpAnswer
from extauthz.records import logs
from extauthz.records.judgement import Judgement
from extauthz.records.logs import LogEvent
from mesh.exchange.events import Failure, Head
from mesh.exchange.tcp_events import (
    Close,
    Fault,
    Judge,
    Judged,
    Overdue,
    Received,
    Send,
    TcpEvent,
    Wait,
)
from mesh.exchange.tcp_exchange import TcpExchange
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Reason, Refusal

_DIRECTIONS: Final = tuple(Direction)
_ANSWERED: Final = (Direction.RESPONSE, Direction.REQUEST)
_END_OF_FRAME: Final = b"\x1c\r"
_END_SECONDS: Final = 5.0
_ENDED: Final = -1  # in place of the number of a frame
_MOST_READY: Final = 256 * 1024
"""Bytes that wait for the judgement of the message behind them."""
_CARRIAGE_RETURN_SECONDS: Final = 1.0
"""How long a frame's last byte may take. The bytes before it came at once."""


class Owed(NamedTuple):
    """What a sender must go on with. Its time begins when it is first owed.

    Args:
        number: of the frame. The next one has a time of its own.
        seconds: that it has in all.
    """

    direction: Direction
    number: int
    seconds: float


Out = TcpAnswer | Judge
"""What is to be done: an answer to send, or a judgement to ask for with `TcpStream.judge`."""


class TcpStream:
    """One connection. `close` must follow, however it ends.

    Args:
        inspections: what every inspection needs.
        admission: says whether what waits here fits.
        call: the RPC.
        facts: of the connection.
    """

    def __init__(
        self, inspections: InspectionContext, admission: Admission, call: Call, facts: Facts
    ) -> None:
        self._inspections = inspections
        self._reservation = Reservation(admission, call.caller)
        self._call = call
        self._facts = facts
        self._exchange = TcpExchange(facts, inspections.limits.body_bytes)
        self._unanswered: Counter[Direction] = Counter()
        self._judging: dict[int, Direction] = {}
        self._unjudged: dict[int, Judge] = {}
        self._frames: Counter[Direction] = Counter()
        self._ready: dict[Direction, list[Send]] = {direction: [] for direction in Direction}
        self._unacknowledged = 0
        self._holds_end = False
        self._in_force: InspectionContext | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the answer that closes the connection was given."""
        return self._exchange.is_closed

    @property
    def is_idle(self) -> bool:
        """Whether nothing is held, and no message that went on waits for its acknowledgement."""
        held = 0 if self.is_closed else self._exchange.held
        return not (self._exchange.owes or held or self._unacknowledged)

    @property
    def owed(self) -> list[Owed]:
        """What senders must go on with, and how long they have.

        While the last byte of a frame is missing, the time of the whole frame runs on.
        """
        if self._holds_end:
            return [Owed(Direction.REQUEST, _ENDED, _END_SECONDS)]
        owed = []
        for direction in _DIRECTIONS:
            wait = self._exchange.waits(direction)
            if wait is Wait.NOTHING:
                continue
            number = self._frames[direction]
            owed.append(Owed(direction, number, self._inspections.limits.wait_seconds))
            if wait is Wait.CARRIAGE_RETURN:
                owed.append(Owed(direction, number, _CARRIAGE_RETURN_SECONDS))
        return owed

    def receive(self, given: Received) -> list[Out]:
        """Take bytes that the proxy has given away."""
        self._unanswered[given.direction] += 1
        return self._after(given, given.direction)

    def judged(self, judged: Judged) -> list[Out]:
        """Take a judgement that was asked for."""
        return self._after(judged, self._judging.pop(judged.number))

    def overdue(self, direction: Direction) -> list[Out]:
        """Take it that a sender did not go on in time, or that an answer did not come."""
        if self._holds_end:
            return [self._end()]
        return self._after(Overdue(direction), direction)

    def leave(self, reason: Reason) -> list[Out]:
        """End the connection: what is held is refused."""
        return self._after(Fault(reason))

    def refuse(self, reason: Reason) -> TcpAnswer:
        """Refuse the connection before any byte of it was looked at."""
        self._inspections.open(self._call).refuse(reason, self._facts)
        return TcpAnswer(Direction.REQUEST, closes=True)

    def abandon(self) -> Iterator[None]:
        """Record each message that has no judgement: the connection has ended.

        Each step makes one record. No judgement may be out.
        """
        left, self._unjudged = self._unjudged, {}
        for facts in chain(map(_facts_of, left.values()), self._exchange.abandoned()):
            self._inspections.open(self._call).refuse(Reason.ABORTED, facts)
            yield

    def close(self) -> None:
        """Give the reserved bytes back."""
        self._reservation.release()

    def is_dear(self, judge: Judge) -> bool:
        """Whether a scanner process judges it, so that it is waited for."""
        return self._inspections.is_for_a_process(judge.events, self._inspections.snapshot())

    async def judge(self, judge: Judge) -> Judged:
        """Judge one message. Any failure inside is a denial with INTERNAL_ERROR.

        The policy is that of the moment: a connection may last for months.
        """
        self._unjudged.pop(judge.number, None)
        inspections = self._pinned()
        try:
            judgement = await self._judgement(inspections, judge)
        except Exception as raised:  # noqa: BLE001 - fail closed; the text of the exception never leaves
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            judgement = inspections.open(self._call).refuse(Reason.INTERNAL_ERROR, _facts_of(judge))
        policy = inspections.snapshot().policy
        return Judged(
            judge.number,
            judgement.decision,
            judgement.id,
            datetime.now(UTC),
            judgement.body,
            Refusal.NAK if policy is None else policy.mllp_refusal,
        )

    def _pinned(self) -> InspectionContext:
        """What every inspection needs, with the snapshot in force."""
        now = self._inspections.snapshot()
        if self._in_force is None or self._in_force.snapshot() is not now:
            self._in_force = self._inspections.pinned()
        return self._in_force

    async def _judgement(self, inspections: InspectionContext, judge: Judge) -> Judgement:
        inspection = inspections.open(self._call)
        for event in judge.events:
            judgement = await inspection.receive(event)
            if judgement is not None:
                break
        else:
            judgement = inspection.refuse(Reason.INTERNAL_ERROR, _facts_of(judge))
        if await inspections.kept():
            return judgement
        lost = inspections.open(self._call).refuse(Reason.LEDGER_UNAVAILABLE, _facts_of(judge))
        return lost if stops(lost, MessagePart.BODY) else judgement

    def _after(self, event: TcpEvent, direction: Direction | None = None) -> list[Out]:
        """Return what follows an event in one direction, or in none."""
        out = self._outs(event, direction)
        held = self._exchange.held + sum([_size(ready) for ready in self._ready.values() if ready])
        if not held and not self._judging:
            self._reservation.release()
        elif not self._reservation.cover(held) and not self.is_closed:
            out += self._outs(Fault(Reason.OVERLOADED))
        return out

    def _outs(self, event: TcpEvent, source: Direction | None = None) -> list[Out]:
        out: list[Out] = []
        for step in self._exchange.receive(event):
            if isinstance(step, Judge):
                direction = _facts_of(step).direction
                self._judging[step.number], self._unjudged[step.number] = direction, step
                self._frames[direction] += 1
                out.append(step)
            elif isinstance(step, Send):
                self._ready[step.direction].append(step)
                if step.direction is source:  # else it is a NAK
                    self._count(step)
            elif reason := _unrecorded(step, event):
                self._inspections.open(self._call).refuse(reason, self._facts)
        out += self._answered()
        return out

    def _answered(self) -> list[TcpAnswer]:
        """Return what the proxy gets now."""
        out: list[TcpAnswer] = []
        # what goes back comes first: the end of the client's bytes can end the connection
        for direction in _ANSWERED:
            if self._ready[direction] or self._unanswered[direction]:
                out += self._answers(direction)
        if self.is_closed:
            out.append(TcpAnswer(Direction.REQUEST, closes=True))
        elif self._holds_end and not self._unacknowledged:
            out.append(self._end())
        return out

    def _count(self, step: Send) -> None:
        """Count the messages that went on and were not acknowledged yet."""
        frames = step.data.count(_END_OF_FRAME)
        change = frames if step.direction is Direction.REQUEST else -frames
        self._unacknowledged = max(0, self._unacknowledged + change)

    def _end(self) -> TcpAnswer:
        self._holds_end = False
        return TcpAnswer(Direction.REQUEST, end=True)

    def _answers(self, direction: Direction) -> list[TcpAnswer]:
        """Return what the proxy gets in one direction.

        While a message is judged, what went before it waits too, up to a size. So each piece has
        one answer, also one that holds many messages.
        """
        ready, waiting = self._ready[direction], self._unanswered[direction]
        is_judging = direction in self._judging.values() and not self.is_closed
        if is_judging and waiting and (not ready or _size(ready) < _MOST_READY):
            return []
        answers: list[TcpAnswer] = []
        if ready:
            data, end = b"".join([step.data for step in ready]), any(step.end for step in ready)
            self._holds_end |= end and direction is Direction.REQUEST and self._unacknowledged > 0
            answers.append(TcpAnswer(direction, data, end and not self._holds_end))
            waiting = max(0, waiting - 1)
            ready.clear()
        if not is_judging:
            answers += [TcpAnswer(direction)] * waiting
            waiting = 0
        self._unanswered[direction] = waiting
        return answers


def _size(ready: list[Send]) -> int:
    return sum([len(step.data) for step in ready])


def _unrecorded(step: Close, event: TcpEvent) -> Reason | None:
    """Return why a connection closes, where nobody has recorded it yet.

    A judgement is recorded, and so is a message whose rest does not come.
    """
    if isinstance(event, Judged | Fault):
        return None
    is_known = isinstance(event, Overdue) and step.reason is Reason.OUT_OF_TIME
    return None if is_known else step.reason


def _facts_of(judge: Judge) -> Facts:
    """The facts of the message; the first event always has them."""
    first = judge.events[0]
    facts = first.facts if isinstance(first, Head | Failure) else None
    if facts is None:
        raise AssertionError("a message without facts")
    return facts
