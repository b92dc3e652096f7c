"""The values of a proposal: rules with their evidence, and marked operations with the reason."""

from dataclasses import dataclass
from enum import StrEnum

from mesh.message.facts import Direction
from mesh.observed.observation import Observation
from mesh.observed.service_hosts import Service


class Mark(StrEnum):
    """Why something that was seen is not proposed, worst first."""

    UNENCRYPTED = "PHI without mutual TLS"
    HL7_UNENCRYPTED = "HL7 messages without mutual TLS"
    OUTSIDE = "leaves the mesh"
    UNKNOWN_DESTINATION = "to a destination without an identity"
    UNSEEN_RECEIVER = "to a host of the mesh whose workload is unknown"
    STOPPED = "refused by the policy in force"
    UNREAD = "not read completely"
    AMBIGUOUS = "ambiguous path"
    METHOD = "unusual method"
    MESSAGE_TYPE = "unknown message type"
    RARE = "rare"
    RARE_IDENTIFIER = "identifiers that are rare on their operation"


@dataclass(frozen=True, slots=True, order=True)
class Ends:
    """Who calls whom.

    Args:
        source: principal.
        destination: principal; empty when unknown.
        host: the service host, where the destination's principal is unknown.
    """

    source: str
    destination: str
    host: str = ""


@dataclass(frozen=True, slots=True, order=True)
class ProposedCall:
    """One operation of one edge as a rule can name it: a method and a path pattern.

    Of HL7 over MLLP it is a message type, and the method is empty.
    """

    ends: Ends
    method: str
    pattern: str


@dataclass(frozen=True, slots=True)
class ProposedFlow:
    """What flows in one direction.

    Args:
        allow, redact: infoTypes, sorted.
        health: health information that was seen beside them, sorted.
        media: what messages were read as, sorted. It is told and not proposed: answers that were
            not seen, such as error pages, must not be refused by surprise.
    """

    allow: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposed rule.

    Args:
        operations: path patterns by methods, both sorted. Message types stand by an empty method.
        messages: sum over its operations of the messages of the busiest vantage and direction.
        widened: route templates, each with the wider pattern that stands for it.
        mtls: False where PHI would have to flow without mutual TLS.
    """

    ends: Ends
    operations: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    request: ProposedFlow
    response: ProposedFlow
    messages: int
    widened: tuple[tuple[str, str], ...] = ()
    mtls: bool = True


@dataclass(frozen=True, slots=True)
class Marked:
    """Something that is not proposed.

    Args:
        identifiers: infoTypes concerned.
        direction: direction of the messages that held them; None where the whole operation is
            concerned.
        rule: the rule that would open it; None when no rule can, or another one already opens the
            edge.
    """

    mark: Mark
    ends: Ends
    method: str
    route: str
    messages: int
    identifiers: tuple[str, ...] = ()
    rule: Proposed | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed policy, and what is kept out of it."""

    services: tuple[Service, ...]
    rules: tuple[Proposed, ...]
    marked: tuple[Marked, ...]
    observations: tuple[Observation, ...]
