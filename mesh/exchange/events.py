"""What enters and leaves an `Exchange`. No repr of them shows what a message holds."""

from dataclasses import dataclass, field

from mesh.message.facts import Facts
from mesh.message.head_fields import Fields
from mesh.policy.decision import Decision, Reason
from phiscan.finding import ScanReport


@dataclass(frozen=True, slots=True)
class Head:
    """The headers.

    Args:
        fields: names in lower case, pseudo-headers (`:path`, `:status`) among them.
        content_length: bytes, None when the header is absent.
        end: no body and no trailers follow.
        upgrade: the message asks for another protocol. An `upgrade` header or an extended CONNECT
            in `fields` of a request says so too.
    """

    facts: Facts = field(repr=False)
    fields: Fields = field(default=(), repr=False)
    content_length: int | None = None
    end: bool = False
    upgrade: bool = False

    @property
    def content_type(self) -> str:
        """For `Engine.scanner`; several are joined, so that none of them can hide the others."""
        return self._joined("content-type")

    @property
    def content_encoding(self) -> str:
        """For `Engine.scanner`; several headers are one list (RFC 9110, section 5.3)."""
        return self._joined("content-encoding")

    def _joined(self, name: str) -> str:
        return ", ".join(value for key, value in self.fields if key == name)


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

    fields: Fields = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """The shell could not do its part: out of time, overloaded, draining."""

    reason: Reason


Event = Head | Body | Trailers | Failure


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do with the message. `body` replaces it, and is set only when the decision's effect
    is REDACT."""

    decision: Decision
    report: ScanReport
    body: bytes | None = field(default=None, repr=False)
