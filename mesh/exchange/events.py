"""What enters and leaves an `Exchange`. No repr of them shows what a message holds."""

from dataclasses import dataclass, field

from mesh.message.facts import Facts
from mesh.message.headers import NO_HEADERS, Headers
from mesh.policy.decision import Decision, Reason
from phiscan.finding import ScanReport


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the message. `end`: no body and no trailers follow."""

    facts: Facts = field(repr=False)
    headers: Headers = NO_HEADERS
    end: bool = False

    @property
    def content_type(self) -> str:
        """For `Engine.scanner`; several are joined, so that none of them can hide the others."""
        return self.headers.get("content-type")

    @property
    def content_encoding(self) -> str:
        """For `Engine.scanner`; several headers are one list (RFC 9110, section 5.3)."""
        return self.headers.get("content-encoding")


@dataclass(frozen=True, slots=True)
class Body:
    """The next bytes of the body. `truncated`: the shell knows, or cannot rule out, that some are
    missing."""

    data: bytes = field(repr=False)
    end: bool
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Trailers:
    """The trailers; they end the message."""

    headers: Headers = NO_HEADERS


@dataclass(frozen=True, slots=True)
class Failure:
    """The shell could not do its part: out of time, overloaded, draining.

    Args:
        reason: why.
        facts: of the message, where its head has not been received; None when they are not known:
            then the denial holds if the policy enforces anywhere.
    """

    reason: Reason
    facts: Facts | None = field(default=None, repr=False)


Event = Head | Body | Trailers | Failure


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do with the message.

    Args:
        facts: those that were decided on, with the protocol that the head asks for; None when no
            head was received. Every record of the message is made of these.
        body: replaces the message's, and is set only when the decision's effect is REDACT.
    """

    facts: Facts | None = field(repr=False)
    decision: Decision
    report: ScanReport
    body: bytes | None = field(default=None, repr=False)
