"""A segmentation policy as values. `mesh.policy_file` reads one from YAML; `mesh.decide` applies it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mesh import identity
from mesh.decision import Action, Mode
from mesh.facts import Protocol


@dataclass(frozen=True, slots=True)
class Peer:
    """One entry of `from`, or the workload part of one entry of `to`: all that it names must match.

    Patterns are Istio's: an exact value, or `*` at the end or alone. An empty tuple matches anything.
    """

    principals: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


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
class Rule:
    """One rule: it opens the edges from any `sources` entry to any `targets` entry, for the identifiers listed."""

    name: str
    sources: tuple[Peer, ...]
    targets: tuple[Target, ...]
    request: Disclosure = field(default_factory=Disclosure)
    response: Disclosure = field(default_factory=Disclosure)
    mtls: bool = True
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable revision of a policy.

    Args:
        digest: SHA-256 of the file it came from, so that every decision names its revision.
        services: Istio service host to the principal that serves it, for the sender's side.
    """

    name: str
    digest: str
    mode: Mode = Mode.ENFORCE
    default_action: Action = Action.DENY
    treat_identifiers_as_phi: bool = False
    on_unscannable: Action = Action.DENY
    services: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[Rule, ...] = ()
    _index: "EdgeIndex" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", EdgeIndex(self.rules))  # frozen: built once, with the revision

    def rules_from(self, source: str) -> tuple[Rule, ...]:
        """The rules that can name an edge from this principal (a superset, found without trying every rule)."""
        return self._index.rules_from(source)

    @property
    def enforces(self) -> bool:
        """Whether the policy, or any rule of it, changes what the mesh does."""
        return Mode.ENFORCE in {self.mode, *(rule.mode for rule in self.rules)}


class EdgeIndex:
    """Rules by their exact source principals; those with a pattern, a namespace or anyone as source come on top.

    Lookup costs one dictionary access, so a policy of a thousand exact rules decides as fast as one of ten.
    """

    __slots__ = ("_exact", "_open")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
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
