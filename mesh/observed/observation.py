"""Observed traffic of a mesh: who called whom on which route, with which kinds of identifiers.

These are the pure values of the observation store, made from judged messages and merged.
`mesh.observed.learn` and `mesh.observed.drift` read them.

INVARIANT (no value): an observation holds principals, service hosts from Envoy's own configuration,
words of closed sets, infoTypes, counts and days. It holds no path, query, header, address or body;
a path is reduced to its route template, and a type of HL7 message to one of the standard's tables.
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
from mesh.message.message_types import recorded
from mesh.observed.route_template import template_of
from mesh.policy.combined_rules import kinds_of
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import Coverage, ScanReport, Subject, Verdict
from phiscan.identifiers import InfoTypeKind

OTHER_METHOD: Final = "OTHER"
"""Stands for every method outside `METHODS`: the caller chooses it, and could write a name."""
METHODS: Final = frozenset(
    "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK "
    "UNLOCK REPORT SEARCH".split()
)

INFO_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
"""The form of an infoType's name, an organisation's own too. Matches `US_ZIP_CODE`; not `Ana`."""

MEDIA: Final = re.compile(r"[a-z][a-z0-9+-]{0,31}")
"""The form of a media kind's name. Matches `fhir+json`; not `Ana`."""

Counts = Mapping[str, int]
"""InfoType or media kind to the number of messages that held it."""

_EMPTY: Final = ScanReport().media
_NONE: Final[Counts] = MappingProxyType({})
_NO_KINDS: Final = frozenset[str]()


class Encryption(StrEnum):
    """Whether the connection was mutual TLS.

    `UNSEEN`: the sender's sidecar asks before the handshake.
    """

    MTLS = "mtls"
    NONE = "none"
    UNSEEN = "unseen"


class Sighting(NamedTuple):
    """What messages must have in common to be counted together.

    A tuple, because one is made for every message.

    Args:
        source: principal of the source; empty when it had none.
        destination: principal of the destination. At the sender's side it is what the policy in
            force says about the host; empty when unknown.
        service: host that the sender's sidecar routed to; empty at the receiver's side.
        method: one of `METHODS`, `OTHER_METHOD`, or empty (TCP, MLLP).
        route: a template of `mesh.observed.route_template`. Of HL7 over MLLP it is the message
            type, as `mesh.message.message_types.recorded` has it.
        stopped: whether the guard refused the message and enforced that.
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
        identifiers: individuals' identifiers.
        health: health information.
        masked: the part of `identifiers` that the guard masked before the message went on.
        media: what messages with a body were read as, with the parts of containers.
    """

    identifiers: Counts = field(default_factory=lambda: _NONE)
    health: Counts = field(default_factory=lambda: _NONE)
    masked: Counts = field(default_factory=lambda: _NONE)
    media: Counts = field(default_factory=lambda: _NONE)

    def __add__(self, other: "Content") -> "Content":
        """The sums of both."""
        return Content(
            _sum(self.identifiers, other.identifiers),
            _sum(self.health, other.health),
            _sum(self.masked, other.masked),
            _sum(self.media, other.media),
        )


@dataclass(frozen=True, slots=True)
class Observation:
    """All messages of one sighting.

    Args:
        count: number of messages, at least 1.
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
    """The sighting of a judged message.

    None for a forged check: the forger chose its edge.

    Args:
        services: principal by host, from the policy in force.
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
        route=recorded(operation.message_type)
        if facts.protocol is Protocol.MLLP
        else template_of(operation.path, own),
        direction=facts.direction,
        vantage=facts.vantage,
        protocol=facts.protocol,
        encryption=_encryption(facts),
        verdict=decision.verdict,
        coverage=decision.coverage,
        stopped=decision.effect is Action.DENY,
    )


def counted_kinds(report: ScanReport) -> tuple[frozenset[str], frozenset[str]]:
    """InfoTypes of individuals' identifiers, and of health information, in a message.

    Providers' identifiers and credentials are in neither set.
    """
    if not report.findings:
        return _NO_KINDS, _NO_KINDS
    own: set[str] = set()
    health: set[str] = set()
    for info_type, _, subject, kind in kinds_of(report.findings):
        if kind is InfoTypeKind.HEALTH:
            health.add(info_type)
        elif kind is InfoTypeKind.IDENTIFIER and subject is not Subject.PROVIDER:
            own.add(info_type)
    return frozenset(own), frozenset(health)


def media_kinds(report: ScanReport) -> frozenset[str]:
    """The media kinds of a message, with the parts of a container; none when it has no body."""
    if not report.parts:
        return _NO_KINDS if report.media == _EMPTY else frozenset((report.media,))
    return frozenset((report.media, *report.parts)) - {_EMPTY}


def merge(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """One observation for each sighting, sorted.

    Merging is commutative and associative, so it does not matter which worker counted what.
    """
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
