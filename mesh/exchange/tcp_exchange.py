"""One TCP connection as a state machine without I/O: bytes and judgements in, steps out.

Theory of operation. Each direction is a lane that reads its own frames. A lane judges one frame at
a time; what came later waits in its framer as raw bytes. The lanes do not wait for each other.

    state     reads           what leaves it
    --------  --------------  -------------------------------------------------------------------
    READING   the next frame  a message, or what is not MLLP: JUDGING; End: ENDED
    JUDGING   nothing         the last judgement of the frame: READING, PASSING, SKIPPING or RAW
    PASSING   the rest of it  each Rest goes on; the last one: READING; End: ENDED
    SKIPPING  the rest of it  each Rest is dropped; the last one: READING; End: ENDED
    RAW       bytes           they go on; End: ENDED
    ENDED     nothing

`docs/decisions/0029-hl7-over-mllp.md` has the tables of events and judgements. What they do not
have, and any exception inside, closes the connection: fail closed.

INVARIANT (nothing undecided): bytes leave only after a judgement whose effect lets them pass, and a
message leaves whole, in a frame that is written anew. What is not whole passes only where the
policy lets it pass unread.

INVARIANT (order): messages of one direction leave in the order in which they came. A NAK stands
between the messages of its own direction, never within one.

Memory: a lane holds the frame that is open and what was fed at last. A shell that feeds more than
one message and `SLACK` while a judgement is out is cut off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mesh.exchange.mllp import LIMIT
from mesh.exchange.tcp_events import (
    Close,
    Fault,
    Judged,
    Overdue,
    Received,
    Send,
    TcpEvent,
    TcpStep,
    Wait,
)
from mesh.exchange.tcp_lane import Lane, LaneState
from mesh.exchange.tcp_refusal import Connection
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Reason

_MOST_DEFERRED: Final = 64
_NOT_OURS: Final = frozenset((LaneState.PASSING, LaneState.RAW, LaneState.ENDED))
"""States of a lane in which nothing of ours can be said to its receiver."""


class TcpExchange:
    """One connection.

    Args:
        facts: of the connection: who talks to whom, where, as the proxy says. Direction, protocol
            and message type are set for each message; the port stays.
        limit: bytes of the longest message that is read whole.
    """

    def __init__(self, facts: Facts, limit: int = LIMIT) -> None:
        shared = Connection()
        self._lanes = {
            direction: Lane(replace(facts, direction=direction), shared, limit)
            for direction in Direction
        }
        self._deferred: list[Send] = []
        self._fault: Reason | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"TcpExchange({', '.join(map(repr, self._lanes.values()))})"

    @property
    def held(self) -> int:
        """The number of bytes that wait here, for `Reservation.cover`."""
        return sum([lane.held for lane in self._lanes.values()])

    @property
    def is_closed(self) -> bool:
        """Whether `Close` was given. Nothing follows it."""
        return self._is_closed

    @property
    def owes(self) -> bool:
        """Whether something that came has no verdict yet. The shell's stream must not end then."""
        return not self._is_closed and any(lane.owes for lane in self._lanes.values())

    def abandoned(self) -> Iterator[Facts]:
        """The facts of each message that came and was not asked about, for its record.

        The connection has ended. Nothing is held after it.
        """
        self._is_closed = True
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            yield from lane.abandoned()

    def waits(self, direction: Direction) -> Wait:
        """What a direction waits for, so that the shell knows which deadline runs."""
        return Wait.NOTHING if self._is_closed else self._lanes[direction].waits

    def receive(self, event: TcpEvent) -> Sequence[TcpStep]:
        """Take one event. Return what to do, in this order. Never raises.

        Each `Judge` must be answered by a `Judged`. Until then its direction gives no other.
        """
        if self._is_closed:
            return ()
        try:
            steps = self._step(event)
        except Exception:  # noqa: BLE001  # fail closed; its text could quote a message
            steps = [Close(Reason.INTERNAL_ERROR)]
        for number, step in enumerate(steps):
            if isinstance(step, Close):
                self._is_closed = True  # what is held never leaves
                return steps[: number + 1]
        return steps

    def _step(self, event: TcpEvent) -> list[TcpStep]:
        if isinstance(event, Judged):
            return self._judged(event)
        if self._fault is not None:
            return []  # the connection ends with the judgement that is out
        if isinstance(event, Received):
            lane = self._lanes[event.direction]
            return self._in_turn(event.direction, lane.feed(event.data, end=event.end))
        if isinstance(event, Overdue):
            return self._in_turn(event.direction, self._lanes[event.direction].overdue())
        return self._fail(event)

    def _judged(self, event: Judged) -> list[TcpStep]:
        direction, lane = next(
            (direction, lane)
            for direction, lane in self._lanes.items()
            if lane.state is LaneState.JUDGING and lane.number == event.number
        )
        steps = self._in_turn(direction, lane.judged(event))
        if steps and isinstance(steps[-1], Close):
            return steps  # nothing more is read
        if self._fault is None:
            return steps + self._in_turn(direction, lane.pull())
        return steps if self._is_judging else [*steps, Close(self._fault)]

    def _fail(self, event: Fault) -> list[TcpStep]:
        self._fault = event.reason
        steps: list[TcpStep] = []
        for direction, lane in self._lanes.items():
            steps += self._in_turn(direction, lane.fail(event.reason))
        return steps if self._is_judging else [*steps, Close()]

    @property
    def _is_judging(self) -> bool:
        return any(lane.number >= 0 for lane in self._lanes.values())

    def _in_turn(self, direction: Direction, steps: list[TcpStep]) -> list[TcpStep]:
        """The steps of a lane, without a NAK inside of a frame that goes that way in pieces."""
        out: list[TcpStep] = []
        for step in steps:
            if not isinstance(step, Send) or step.direction is direction:
                out.append(step)
                continue
            other = self._lanes[step.direction].state
            if other is LaneState.PASSING and len(self._deferred) < _MOST_DEFERRED:
                self._deferred.append(step)
            elif other in _NOT_OURS:
                return [*out, Close()]
            else:
                out.append(step)
        if self._deferred:
            out += self._after_frame(direction)
        return out

    def _after_frame(self, direction: Direction) -> list[Send]:
        """The NAKs that waited for the end of a frame. A direction that has ended takes none."""
        state = self._lanes[direction].state
        if state is LaneState.PASSING:
            return []
        waiting = [nak for nak in self._deferred if nak.direction is direction]
        self._deferred = [nak for nak in self._deferred if nak.direction is not direction]
        return waiting if state is not LaneState.ENDED else []
