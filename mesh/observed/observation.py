"""What was seen of the traffic of a mesh: who called whom on which route, and which kinds of identifiers went along.

The pure value types of the edge store, made from judged messages and merged. `mesh.observed.learn` and `mesh.observed.drift` read them.

INVARIANT (no value): an observation holds principals, service hosts as Envoy's own configuration names them, closed words,
infoTypes, counts and days. No path, query, header, address or body; of a path only its route template.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from mesh.message import paths
from mesh.message.facts import Direction, Facts, Protocol, Vantage
from mesh.observed.route_template import template_of
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import Coverage, ScanReport, Verdict
from phiscan.identifiers import InfoTypeKind

OTHER_METHOD: Final = "OTHER"
"""Stands for every method that is none of `METHODS`: the caller writes it, and could write a
name."""
METHODS: Final = frozenset(
    "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK "
    "UNLOCK REPORT SEARCH".split()
)

INFO_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
"""What an infoType is called; an organisation's own are among them."""

Counts = Mapping[str, int]
"""InfoType to the number of messages that held it."""

_NONE: Final[Counts] = MappingProxyType({})


class Encryption(StrEnum):
    """Whether the connection was mutual TLS. The sender's sidecar cannot see the handshake to
    come."""

    MTLS = "mtls"
    NONE = "none"
    UNSEEN = "unseen"


class Sighting(NamedTuple):
    """What messages must have in common to be counted together. A tuple, because one is made for
    every message.

    Args:
        source: principal of who sent the request; empty when it had none.
        destination: principal of who answers. At the sender's side what the policy in force says of
            the host; else empty.
        service: host that the sender's sidecar routed to; empty at the receiver's side.
        method: one of `METHODS`, `OTHER_METHOD`, or empty (TCP).
        route: a template of `mesh.observed.route_template`.
        stopped: the guard refused the message and enforced it.
    """

    source: str
    destination: str
    service: str
    method: str
    route: str
    direction: Direction
    vantage: Vantage
    protocol: Protocol
    encryption: Encryption
    verdict: Verdict
    coverage: Coverage
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The kinds of things in messages, with the number of messages that held each.

    Args:
        identifiers: of individuals.
        health: health information.
        masked: of `identifiers`, those that the guard masked before the message went on.
    """

    identifiers: Counts = field(default_factory=lambda: _NONE)
    health: Counts = field(default_factory=lambda: _NONE)
    masked: Counts = field(default_factory=lambda: _NONE)

    def __add__(self, other: "Content") -> "Content":
        """Both together."""
        return Content(
            _sum(self.identifiers, other.identifiers),
            _sum(self.health, other.health),
            _sum(self.masked, other.masked),
        )


@dataclass(frozen=True, slots=True)
class Observation:
    """All messages of one sighting.

    Args:
        count: of messages, at least 1.
        first, last: days (UTC) of the first and the last of them.
    """

    sighting: Sighting
    count: int
    first: date
    last: date
    content: Content = field(default_factory=Content)


def sighting_of(
    facts: Facts, decision: Decision, services: Mapping[str, str], own: frozenset[str]
) -> Sighting | None:
    """What a judged message counts as; None for a forged check, whose edge is the forger's word.

    Args:
        services: principal by host, as the policy in force says.
        own: `route_template.own_words` of that policy.
    """
    if decision.reason is Reason.CALLER_MISMATCH:
        return None
    operation = facts.operation
    outbound = facts.vantage is Vantage.OUTBOUND
    service = paths.normalise_host(facts.service) if outbound else ""
    return Sighting(
        source=facts.source,
        destination=services.get(service, "") if outbound else facts.destination,
        service=service,
        method=operation.method
        if operation.method in METHODS or not operation.method
        else OTHER_METHOD,
        route=template_of(operation.path, own),
        direction=facts.direction,
        vantage=facts.vantage,
        protocol=facts.protocol,
        encryption=_encryption(facts),
        verdict=decision.verdict,
        coverage=decision.coverage,
        stopped=decision.effect is Action.DENY,
    )


def kinds_of(report: ScanReport) -> tuple[frozenset[str], frozenset[str]]:
    """InfoTypes of individuals' identifiers, and of health information, in a message. Providers'
    and credentials are neither."""
    own: set[str] = set()
    health: set[str] = set()
    for finding in report.findings:
        if finding.is_individuals:
            own.add(finding.info_type)
        elif finding.kind is InfoTypeKind.HEALTH:
            health.add(finding.info_type)
    return frozenset(own), frozenset(health)


def merge(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """One observation for each sighting, sorted. Commutative and associative: it does not matter
    who counted what."""
    found: dict[Sighting, Observation] = {}
    for each in observations:
        known = found.get(each.sighting)
        found[each.sighting] = each if known is None else _both(known, each)
    return tuple(found[sighting] for sighting in sorted(found))


def _both(one: Observation, other: Observation) -> Observation:
    return Observation(
        one.sighting,
        one.count + other.count,
        min(one.first, other.first),
        max(one.last, other.last),
        one.content + other.content,
    )


def _encryption(facts: Facts) -> Encryption:
    if facts.vantage is Vantage.OUTBOUND:
        return Encryption.UNSEEN
    return Encryption.MTLS if facts.source and facts.mtls else Encryption.NONE


def _sum(one: Counts, other: Counts) -> Counts:
    return MappingProxyType(dict(sorted((Counter(one) + Counter(other)).items())))
