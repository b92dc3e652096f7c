"""One frame while it is judged: its messages, one after another, and what they give together."""

from dataclasses import dataclass, field

from mesh.exchange.events import Event, Failure
from mesh.exchange.mllp_events import begun, framed
from mesh.exchange.mllp_messages import Part
from mesh.exchange.tcp_events import Judged
from mesh.message.facts import Facts
from mesh.policy.decision import Action, Reason


def passes(judged: Judged) -> bool:
    """Whether the message goes on. Fail closed: what must be masked goes on only when it is."""
    effect = judged.decision.effect
    return effect is not Action.DENY and (effect is not Action.REDACT or judged.body is not None)


@dataclass(slots=True)
class OpenFrame:
    """A frame that is judged.

    Args:
        is_whole: whether its end came.
        parts: its messages, each with the facts by which it is judged; one at least.
        failure: why it is refused unread, or None.
        refused: the first message that may not pass, with its judgement, or None.
    """

    is_whole: bool
    parts: tuple[tuple[Part, Facts], ...] = field(repr=False)
    failure: Reason | None = None
    refused: tuple[Part, Judged] | None = field(default=None, repr=False)
    _bodies: list[bytes] = field(default_factory=list, repr=False)

    @property
    def size(self) -> int:
        """The bytes that are held, with those of masked messages."""
        masked = zip(self._bodies, self.parts, strict=False)
        return sum(len(part.content) for part, _ in self.parts) + sum(
            len(body) for body, (part, _) in masked if body is not part.content
        )

    @property
    def is_judged(self) -> bool:
        """Whether all of its messages are judged."""
        return len(self._bodies) == len(self.parts)

    def events(self) -> tuple[Event, ...]:
        """The message that is judged next."""
        part, facts = self.parts[len(self._bodies)]
        return part.events(facts) if self.failure is None else (Failure(self.failure, facts),)

    @property
    def behind(self) -> list[Facts]:
        """The facts of the messages behind the one that is judged."""
        return [facts for _, facts in self.parts[len(self._bodies) + 1 :]]

    def take(self, judged: Judged) -> None:
        """Take the judgement of that message."""
        part, _ = self.parts[len(self._bodies)]
        if not passes(judged) and self.refused is None:
            self.refused = (part, judged)
        masked = judged.body if judged.decision.effect is Action.REDACT else None
        self._bodies.append(part.content if masked is None else masked)

    def released(self) -> bytes:
        """What goes on: the frame, or the beginning of one whose rest follows."""
        content = b"".join(self._bodies)
        return framed(content) if self.is_whole else begun(content)
