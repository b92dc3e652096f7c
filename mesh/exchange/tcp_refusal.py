"""What is said in place of a message that may not pass."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from mesh.exchange.mllp_events import Commit, framed
from mesh.exchange.mllp_messages import Part
from mesh.exchange.nak import Code, Refused, code_for, nak
from mesh.exchange.sent_messages import Sent, SentMessages
from mesh.exchange.tcp_events import Judged, Send
from mesh.message.facts import Direction
from mesh.policy.decision import Refusal

OTHER_WAY: Final = {
    Direction.REQUEST: Direction.RESPONSE,
    Direction.RESPONSE: Direction.REQUEST,
}


@dataclass(slots=True)
class Connection:
    """What both directions of a connection know.

    Args:
        sent: the requests that went on.
        numbers: of the `Judge` steps.
        uncommitted: of each direction, the messages that went on and have no commit acknowledgement
            yet.
        is_release2: a commit acknowledgement went on.
    """

    sent: SentMessages = field(default_factory=SentMessages)
    numbers: Iterator[int] = field(default_factory=count)
    uncommitted: dict[Direction, int] = field(default_factory=lambda: dict.fromkeys(Direction, 0))
    is_release2: bool = False

    def answered(self, part: Part) -> Sent | None:
        """The request that a message answers; None when nobody knows."""
        return self.sent.find(part.answers, part.header.delimiters) if part.header else None

    def settle(self, answers: Iterable[Part]) -> None:
        """Take it that requests have their answers, which may have been refused."""
        for part in answers:
            if part.header is not None and part.is_answer:
                self.sent.answered(part.answers or b"", part.header.delimiters)


def refusal(
    part: Part, judged: Judged, direction: Direction, connection: Connection
) -> Send | None:
    """The NAK to the sender of a message, or what its receiver gets in place of an answer.

    None when the connection must be closed: the policy says so, or nobody knows what is answered.

    Args:
        direction: of the refused message.
    """
    if judged.refusal is Refusal.CLOSE:
        return None
    refused = Refused(judged.decision.reason, judged.id, judged.at)
    if direction is Direction.RESPONSE and part.answers is not None:
        sent = connection.answered(part)
        if sent is None:
            return None
        return Send(direction, framed(nak(sent.header, refused, Code.WITHHELD)))
    content = nak(part.header, refused, code_for(part.header))
    if connection.is_release2:
        content = Commit(is_positive=False).content
    return Send(OTHER_WAY[direction], framed(content))
