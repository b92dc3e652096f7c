"""What enters and leaves a `Stream`: one part of a message, and the answer to it.

These are plain values, without Envoy's types. Their reprs show no content of a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from extauthz.records.judgement import Judgement
from mesh.message.facts import Claims, Direction
from mesh.message.headers import NO_HEADERS, Headers
from mesh.policy.decision import Action

Attributes = Mapping[str, object]
"""Values by CEL expression, as the proxy evaluated them."""


class MessagePart(Enum):
    """Which part of a message an event of the stream carries."""

    HEADERS = "headers"
    BODY = "body"
    TRAILERS = "trailers"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One part of one message.

    Args:
        headers: of a HEADERS or TRAILERS event.
        body: of a BODY event.
        end: nothing of this message follows.
        observed: the proxy waits for no answer, and ignores one.
        buffered: directions whose bodies the proxy holds back until the guard has answered; None
            when the event does not say.
        full_duplex: directions whose messages the proxy gives away, and sends on only what the
            guard sends back; said together with `buffered`.
        attributes: those that came with the event.
        claims: of the request's JWT, as the proxy verified it; None when the event carries none.
        vouched: request headers that the proxy vouches for; None when the event carries none.
    """

    direction: Direction
    part: MessagePart
    headers: Headers = NO_HEADERS
    body: bytes = field(default=b"", repr=False)
    end: bool = False
    observed: bool = False
    buffered: frozenset[Direction] | None = None
    full_duplex: frozenset[Direction] = frozenset()
    attributes: Attributes = field(default_factory=dict, repr=False)
    claims: Claims | None = field(default=None, repr=False)
    vouched: Claims | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """The answer to one event.

    Args:
        event: the event that is answered.
        judgement: None while the message is not judged; the message goes on then.
        is_streamed: the proxy has given this part away, and the answer gives it back as it is in
            `event`.
    """

    event: StreamEvent
    judgement: Judgement | None
    is_streamed: bool = False

    @property
    def is_final(self) -> bool:
        """Whether this answer ends its stream, because the message must not go on."""
        if self.judgement is None or self.is_streamed:
            return False
        return stops(self.judgement, self.event.part)


def stops(judgement: Judgement, part: MessagePart = MessagePart.HEADERS) -> bool:
    """Return whether the message must not go on after this part of it."""
    effect = judgement.decision.effect
    # fail closed: only a body can be replaced, and only when there is a masked one
    if effect is Action.REDACT:
        return judgement.body is None or part is not MessagePart.BODY
    return effect is Action.DENY
