"""A rule of a segmentation policy as values: who, whom, which operation, which identifiers, for how long."""

from dataclasses import dataclass, field
from datetime import date

from mesh.message.addresses import Block
from mesh.message.facts import Protocol
from mesh.policy.decision import Action, Mode

Wanted = tuple[tuple[str, tuple[str, ...]], ...]
"""Names with the values of which one must be there; `*` is any value."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One entry of `from`, or the workload part of one entry of `to`: all that it names must match.

    Patterns are Istio's: an exact value, or `*` at the end or alone. An empty tuple matches
    anything.

    Args:
        trust_domains, service_accounts: `*` may stand at the start too.
        hosts: service hosts outside of the mesh, as the sender's sidecar routes to them; only in
            `to`.
        blocks: addresses of peers without a principal; only in `from`.
    """

    principals: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    trust_domains: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationMatch:
    """`operation` of one entry of `to`, as in Istio AuthorizationPolicy. An empty tuple matches
    anything."""

    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    protocols: tuple[Protocol, ...] = (Protocol.HTTP,)


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of `to`."""

    peer: Peer = field(default_factory=Peer)
    operation: OperationMatch = field(default_factory=OperationMatch)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`phi.request` or `phi.response`: what may flow. Entries are infoTypes, classes A to R, or
    `*`.

    `*` and `otherwise` speak of individuals' identifiers. Health information and a provider's own
    identifiers are ruled only where an entry names their infoType (or, for a provider's, their
    class)."""

    allow: frozenset[str] = frozenset()
    redact: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    otherwise: Action = Action.DENY


@dataclass(frozen=True, slots=True)
class Terms:
    """What makes a rule an exception: who answers for it, why, and the last day (UTC) on which it
    holds."""

    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it opens the edges from any `sources` entry to any `targets` entry, for the
    identifiers listed.

    Args:
        terms: set when it is an exception. An exception opens and allows, and then steps back: its
            `otherwise` and its mode count only on edges that no other rule names.
        claims: name and values of JWT claims that Envoy must have verified; one value of each must
            be there.
        headers: the same of request headers that Envoy vouches for in its metadata.
        audit: the rule decides nothing. It is tried beside the others, and what it would have done
            is told.
    """

    name: str
    sources: tuple[Peer, ...]
    targets: tuple[Target, ...]
    request: Disclosure = field(default_factory=Disclosure)
    response: Disclosure = field(default_factory=Disclosure)
    mtls: bool = True
    mode: Mode | None = None
    terms: Terms | None = None
    claims: Wanted = ()
    headers: Wanted = ()
    audit: bool = False

    def holds_on(self, day: date | None) -> bool:
        """Whether the rule holds on that day. On a day that nobody tells no exception does: fail
        closed."""
        return self.terms is None or (day is not None and day <= self.terms.expires)
