"""A rule of a policy as values: who, whom, which operation, which identifiers, until when."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date

from mesh.message.addresses import Block
from mesh.message.facts import Protocol
from mesh.policy.decision import Action, Mode
from phiscan.redaction.masks import MaskForm

Wanted = tuple[tuple[str, tuple[str, ...]], ...]
"""Names, each with the values of which at least one must be present; `*` is any value."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One entry of `from`, or the workload part of one entry of `to`. Every list in it must match.

    Patterns are Istio's: an exact value, `*` alone, or `*` at the end. An empty tuple matches
    anything.

    Args:
        trust_domains, service_accounts: `*` may also stand at the start.
        hosts: service hosts outside the mesh, as the sender's sidecar routes to them; only in `to`.
        blocks: address blocks of peers without a principal; only in `from`.
    """

    principals: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    trust_domains: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationMatch:
    """`operation` of one entry of `to`, as in Istio AuthorizationPolicy.

    An empty tuple matches anything.

    Args:
        message_types: patterns of HL7 message types; only with MLLP as the one protocol.
    """

    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    protocols: tuple[Protocol, ...] = (Protocol.HTTP,)
    message_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of `to`."""

    peer: Peer = field(default_factory=Peer)
    operation: OperationMatch = field(default_factory=OperationMatch)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`phi.request` or `phi.response`: which identifiers may flow in one direction.

    Entries are infoTypes, classes A to R, or `*`. `*` and `otherwise` concern individuals'
    identifiers only. An entry rules health information only by its infoType, and a provider's own
    identifier only by its infoType or class.

    Args:
        forms: the form of the masks of entries of `redact`, where it is not the plain one.
        media: the media kinds that may flow, by the names of `phiscan.media_names`; None for any.
            It holds in every message, whether it is PHI or not.
    """

    allow: frozenset[str] = frozenset()
    redact: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    otherwise: Action = Action.DENY
    forms: frozenset[tuple[str, MaskForm]] = frozenset()
    media: frozenset[str] | None = None

    @property
    def explicit(self) -> "Disclosure":
        """The entries that hold in every message, whether it is PHI or not.

        These are the entries of `deny` and `redact` that name an infoType or a class.
        """
        return Disclosure(
            redact=self.redact - {"*"}, deny=self.deny - {"*"}, otherwise=Action.ALLOW
        )

    @property
    def masking(self) -> frozenset[tuple[str, MaskForm]]:
        """Each entry of `redact` with its form."""
        forms = dict(self.forms)
        return frozenset((entry, forms.get(entry, MaskForm.PLAIN)) for entry in self.redact)

    def admits(self, media: Set[str]) -> bool:
        """Whether messages of these media kinds may flow."""
        return self.media is None or media <= self.media


@dataclass(frozen=True, slots=True)
class Terms:
    """What makes a rule an exception: owner, reason, and the last day (UTC) on which it holds."""

    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: opens the edges from any of `sources` to any of `targets` for some identifiers.

    Args:
        terms: set when the rule is an exception. An exception opens edges and allows identifiers.
            Its `otherwise` and its mode count only on edges that no other rule names.
        claims: JWT claims that Envoy must have verified, each with its accepted values.
        headers: request headers that Envoy must vouch for in its metadata, each with its accepted
            values.
        audit: the rule decides nothing. It is evaluated beside the others, and the record says what
            it would have done.
        on_opaque: what happens to a message with a part that nobody can read; None for what the
            policy says.
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
    on_opaque: Action | None = None

    def holds_on(self, day: date | None) -> bool:
        """Whether the rule holds on that day.

        Fail closed: when the day is unknown, no exception holds.
        """
        return self.terms is None or (day is not None and day <= self.terms.expires)
