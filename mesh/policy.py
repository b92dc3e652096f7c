"""A segmentation policy as values. `mesh.policy_file` reads one from YAML; `mesh.decide` applies it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from mesh import identity
from mesh.addresses import Block
from mesh.decision import Action, Mode
from mesh.facts import Protocol

_MAX_ENDS: Final = 16384


@dataclass(frozen=True, slots=True)
class Peer:
    """One entry of `from`, or the workload part of one entry of `to`: all that it names must match.

    Patterns are Istio's: an exact value, or `*` at the end or alone. An empty tuple matches anything.

    Args:
        trust_domains, service_accounts: `*` may stand at the start too.
        hosts: service hosts outside of the mesh, as the sender's sidecar routes to them; only in `to`.
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
    """`operation` of one entry of `to`, as in Istio AuthorizationPolicy. An empty tuple matches anything."""

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
    """`phi.request` or `phi.response`: what may flow. Entries are infoTypes, classes A to R, or `*`.

    `*` and `otherwise` speak of individuals' identifiers. Health information and a provider's own identifiers are
    ruled only where an entry names their infoType (or, for a provider's, their class).
    """

    allow: frozenset[str] = frozenset()
    redact: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    otherwise: Action = Action.DENY


@dataclass(frozen=True, slots=True)
class Terms:
    """What makes a rule an exception: who answers for it, why, and the last day (UTC) on which it holds."""

    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it opens the edges from any `sources` entry to any `targets` entry, for the identifiers listed.

    Args:
        terms: set when it is an exception. An exception opens and allows, and then steps back: its `otherwise` and
            its mode count only on edges that no other rule names.
        claims: name and values of JWT claims that Envoy must have verified; one value of each must be there.
    """

    name: str
    sources: tuple[Peer, ...]
    targets: tuple[Target, ...]
    request: Disclosure = field(default_factory=Disclosure)
    response: Disclosure = field(default_factory=Disclosure)
    mtls: bool = True
    mode: Mode | None = None
    terms: Terms | None = None
    claims: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def holds_on(self, day: date | None) -> bool:
        """Whether the rule holds on that day. On a day that nobody tells no exception does: fail closed."""
        return self.terms is None or (day is not None and day <= self.terms.expires)


@dataclass(frozen=True, slots=True)
class Route:
    """A rule between two ends.

    Args:
        blocks: of which the peer's address must be in one; empty when the rule names the source anyway.
        targets: those that name the destination.
    """

    rule: Rule
    blocks: tuple[Block, ...]
    targets: tuple[Target, ...]


Ends = tuple[str, str, str]
"""Principals of source and destination, and the service's host where the sender's sidecar asks."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable revision of a policy.

    Args:
        digest: SHA-256 of the file it came from (of all of them), so that every decision names its revision.
        services: Istio service host to the principal that serves it, for the sender's side.
        rules: exceptions among them, expired ones too.
        today: the day (UTC) that exceptions are held against; None when nobody told it.
    """

    name: str
    digest: str
    mode: Mode = Mode.ENFORCE
    default_action: Action = Action.DENY
    treat_identifiers_as_phi: bool = False
    on_unscannable: Action = Action.DENY
    services: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[Rule, ...] = ()
    today: date | None = None
    _index: "EdgeIndex" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", EdgeIndex(self.in_force))  # frozen: built once, with the revision

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """The rules without those whose time is over."""
        return tuple(rule for rule in self.rules if rule.holds_on(self.today))

    def on(self, day: date) -> "Policy":
        """The policy as it holds on that day; itself when no exception ends or begins to hold."""
        changes = any(rule.holds_on(day) != rule.holds_on(self.today) for rule in self.rules)
        return replace(self, today=day) if changes else self

    def rules_from(self, source: str) -> tuple[Rule, ...]:
        """The rules that can name an edge from this principal (a superset, found without trying every rule)."""
        return self._index.rules_from(source)

    def kept_routes(self, ends: Ends) -> tuple[Route, ...] | None:
        """What `keep_routes` was told last for these ends, or None."""
        return self._index.routes.get(ends)

    def keep_routes(self, ends: Ends, routes: tuple[Route, ...]) -> None:
        """Remember what the rules give for these ends. The policy itself does not change: they always give the same."""
        if len(self._index.routes) >= _MAX_ENDS:  # strangers may come with any name
            self._index.routes.clear()
        self._index.routes[ends] = routes

    @property
    def enforces(self) -> bool:
        """Whether the policy, or any rule of it, changes what the mesh does."""
        return Mode.ENFORCE in {self.mode, *self._index.modes}


class EdgeIndex:
    """Rules by their exact source principals; those with a pattern, a namespace or anyone as source come on top.

    What the rules give for two ends is kept, so only the first message between them pays for the rules in between.
    """

    __slots__ = ("_exact", "_open", "modes", "routes")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.routes: dict[Ends, tuple[Route, ...]] = {}
        self.modes = frozenset(rule.mode for rule in rules)
        exact: dict[str, list[Rule]] = {}
        self._open = tuple(rule for rule in rules if not _has_exact_sources(rule))
        for rule in filter(_has_exact_sources, rules):
            for source in {principal for peer in rule.sources for principal in peer.principals}:
                exact.setdefault(source, []).append(rule)
        self._exact = {source: (*named, *self._open) for source, named in exact.items()}

    def rules_from(self, source: str) -> tuple[Rule, ...]:
        """Every rule that can name an edge from this principal, and a few that cannot."""
        return self._exact.get(source, self._open)


def _has_exact_sources(rule: Rule) -> bool:
    return all(peer.principals and all(map(identity.is_principal, peer.principals)) for peer in rule.sources)
