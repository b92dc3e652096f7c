"""One TCP connection as a state machine without I/O: bytes and judgements in, steps out.

Theory of operation. Each direction is a lane that reads its own frames. A lane judges one frame at
a time; what came later waits in its framer as raw bytes. The lanes do not wait for each other.

    state     reads           what leaves it
    --------  --------------  -------------------------------------------------------------------
    READING   the next frame  a message, or what is not MLLP: JUDGING; End: ENDED
    JUDGING   nothing         the last judgement of the frame: READING, PASSING, SKIPPING or RAW
    PASSING   the rest of it  each Rest goes on; the last one: READING
    SKIPPING  the rest of it  each Rest is dropped; the last one: READING
    RAW       bytes           they go on; End: ENDED
    ENDED     nothing

`docs/decisions/0029-hl7-over-mllp.md` has the whole table. What it does not have, and any exception
inside, closes the connection: fail closed.

INVARIANT (nothing undecided): bytes leave only after a judgement whose effect lets them pass, and a
message leaves whole, in a frame that is written anew. What is not whole passes only where the
policy lets it pass unread.

INVARIANT (order): messages of one direction leave in the order in which they came.

Memory: a lane holds the frame that is open and what was fed at last. A shell that feeds more than
`LIMIT` and 1 MiB while a judgement is out is cut off.
"""

from mesh.exchange.mllp import LIMIT
from mesh.exchange.tcp_events import (
    TcpEvent,
    TcpStep,
    Wait,
)
from mesh.message.facts import Direction, Facts


class TcpExchange:
    """One connection.

    Args:
        facts: of the connection: who talks to whom, where, as the proxy says. Direction, protocol
            and operation are set for each message; the port stays.
        limit: bytes of the longest message that is read whole.
    """

    def __init__(self, facts: Facts, limit: int = LIMIT) -> None:
        raise NotImplementedError

    @property
    def held(self) -> int:
        """The number of bytes that wait here, for `Reservation.cover`."""
        raise NotImplementedError

    @property
    def is_closed(self) -> bool:
        """Whether `Close` was given. Nothing follows it."""
        raise NotImplementedError

    @property
    def owes(self) -> bool:
        """Whether something that came has no verdict yet. The shell's stream must not end then."""
        raise NotImplementedError

    def waits(self, direction: Direction) -> Wait:
        """What a direction waits for, so that the shell knows which deadline runs."""
        raise NotImplementedError

    def receive(self, event: TcpEvent) -> tuple[TcpStep, ...]:
        """Take one event. Return what to do, in this order. Never raises.

        Each `Judge` must be answered by a `Judged`. Until then its direction gives no other.
        """
        raise NotImplementedError
