"""What enters and leaves a `TcpExchange`. No repr shows what a connection carries.

The shell moves bytes and keeps time. It asks `Inspection` for the judgements, as for HTTP.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from mesh.exchange.events import Event
from mesh.message.facts import Direction
from mesh.policy.decision import Decision, Reason, Refusal


class Wait(Enum):
    """What a direction of a connection waits for.

    NOTHING: no byte is held.
    FRAME: the rest of a message that has begun. The shell's deadline for slow senders runs.
    CARRIAGE_RETURN: the last byte of a frame, which some senders leave out. The shell says soon
        (about a second) that it does not come.
    """

    NOTHING = "nothing"
    FRAME = "frame"
    CARRIAGE_RETURN = "carriage return"


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that came. `Direction.REQUEST` is from the client to the server.

    Args:
        end: the sender sends nothing more.
    """

    direction: Direction
    data: bytes = field(repr=False)
    end: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement that a `Judge` asked for.

    Args:
        number: of that `Judge`.
        decision: on the message.
        id: of the decision, 32 hexadecimal digits.
        at: the time (UTC), for the answer to a refused message.
        body: the masked message; set only when the decision's effect is REDACT.
        refusal: what the policy says about refused messages.
    """

    number: int
    decision: Decision
    id: str
    at: datetime
    body: bytes | None = field(default=None, repr=False)
    refusal: Refusal = Refusal.NAK


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a direction waits for did not come in time."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class Fault:
    """The shell cannot go on with the connection: overloaded or draining."""

    reason: Reason


TcpEvent = Received | Judged | Overdue | Fault


@dataclass(frozen=True, slots=True)
class Judge:
    """Ask for the judgement of one message, and answer with `Judged`.

    Args:
        number: unique within the connection.
        events: the whole message, for `Inspection.receive`, one after another until it judges.
    """

    number: int
    events: tuple[Event, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes that go on to the receiver of this direction.

    Of a refused message it is the NAK, which goes back to its sender.

    Args:
        end: nothing more goes this way.
    """

    direction: Direction
    data: bytes = field(repr=False)
    end: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection on both sides. Nothing that is held leaves.

    Args:
        reason: of the judgement that closes it; None when all that came was judged.
    """

    reason: Reason | None = None


TcpStep = Judge | Send | Close
