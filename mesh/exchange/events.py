"""Events that enter an `Exchange`, and its outcome. No repr shows a message's content."""

from dataclasses import dataclass, field

from mesh.message.body_digests import UNCHANGED, FieldChanges, Replaced
from mesh.message.facts import Facts
from mesh.message.headers import NO_HEADERS, Headers
from mesh.policy.decision import Decision, Reason
from phiscan.finding import Gap, ScanReport


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the message.

    Args:
        end: neither a body nor trailers follow.
        gap: why the message cannot be read as its protocol says. No scan makes it complete then.
    """

    facts: Facts = field(repr=False)
    headers: Headers = NO_HEADERS
    end: bool = False
    gap: Gap = Gap.NONE

    @property
    def content_type(self) -> str:
        """For `Engine.scanner`. Several values are joined, so that none can hide the others."""
        return self.headers.get("content-type")

    @property
    def content_encoding(self) -> str:
        """For `Engine.scanner`. Several values form one list (RFC 9110, section 5.3)."""
        return self.headers.get("content-encoding")


@dataclass(frozen=True, slots=True)
class Body:
    """The next bytes of the body.

    Args:
        truncated: bytes are missing, or the shell cannot rule that out.
    """

    data: bytes = field(repr=False)
    end: bool
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Trailers:
    """The trailers; they end the message."""

    headers: Headers = NO_HEADERS


@dataclass(frozen=True, slots=True)
class Failure:
    """The shell could not do its part: out of time, overloaded or draining.

    Args:
        reason: why.
        facts: the message's facts, for a failure before its head. When they are unknown (None), the
            denial is enforced if the policy enforces anywhere.
    """

    reason: Reason
    facts: Facts | None = field(default=None, repr=False)


Event = Head | Body | Trailers | Failure


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do with the message.

    Args:
        facts: the facts that were decided on, with the protocol that the head asks for. None when
            no head was received. Every record of the message is made of these.
        body: the masked body that replaces the message's; set only when the decision's effect is
            REDACT.
        fields: what becomes of headers with a digest of what `body` no longer says. Without a body,
            of such trailers.
        replaced: what `body` replaces, for the trailers that may follow; set with `body` only.
    """

    facts: Facts | None = field(repr=False)
    decision: Decision
    report: ScanReport
    body: bytes | None = field(default=None, repr=False)
    fields: FieldChanges = UNCHANGED
    replaced: Replaced | None = field(default=None, repr=False)
