"""What a rule requires of a message besides its two ends, and how surely a message meets it.

The answer has three values. It is UNSURE when the guard cannot know: an ambiguous path, an unknown
port or message type, or claims that Envoy does not report. `mesh.policy.decide` then denies
wherever such a rule could matter: a rule that cannot be evaluated denies.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from mesh.message import identity, paths
from mesh.message.addresses import Address, Block
from mesh.message.facts import Claims, Protocol
from mesh.policy.rule import OperationMatch, Rule, Wanted


class Fit(IntEnum):
    """How surely a rule names an edge; a larger value is surer."""

    NO = 0
    UNSURE = 1
    YES = 2


class Edge(NamedTuple):
    """The facts of a message in the form that rules are compared with.

    Args:
        destination: principal of the destination. At the sender's sidecar it comes from the
            policy's `services`.
        encrypted: whether both ends are known and the connection is mutual TLS.
        path: normalised; None when it is ambiguous.
        authority: as the caller wrote it.
        service: host of the service that the sender's sidecar routed to; empty at the receiver.
        address: address of the peer; None when unknown.
        claims: verified claims; None when it is unknown whether there are any.
        headers: request headers that Envoy vouches for; None as for `claims`.
        message_type: of an HL7 message; empty when it is unknown.
    """

    source: str
    destination: str
    encrypted: bool
    protocol: Protocol
    method: str
    path: str | None
    authority: str
    port: int
    service: str = ""
    address: Address | None = None
    claims: Claims | None = None
    headers: Claims | None = None
    message_type: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """The operation of one entry of `to`, with the rule's other conditions.

    Equal conditions are evaluated once for all rules that share them.

    Args:
        blocks: address blocks, one of which must hold the peer's address; empty when the rule names
            the source without them.
    """

    operation: OperationMatch
    blocks: tuple[Block, ...] = ()
    claims: Wanted = ()
    headers: Wanted = ()
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _prefixes: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _is_plain: bool = field(init=False, repr=False, compare=False)
    _protocols: frozenset[Protocol] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # split the patterns once: `fit` runs for each message
        patterns = self.operation.paths
        object.__setattr__(self, "_exact", frozenset(p for p in patterns if not p.endswith("*")))
        object.__setattr__(self, "_prefixes", tuple(p[:-1] for p in patterns if p.endswith("*")))
        object.__setattr__(self, "_protocols", frozenset(self.operation.protocols))
        object.__setattr__(
            self,
            "_is_plain",
            not (self.blocks or self.claims or self.headers or self.operation.ports)
            and not self.operation.message_types,
        )

    def fit(self, edge: Edge) -> Fit:
        """How surely the message meets the condition.

        A message that cannot be read (UPGRADE, TCP) meets an entry of any protocol;
        `mesh.policy.decide` denies it unless an entry lists its protocol. A message that can be
        read must be listed: a rule for a database's TCP connection must not open HTTP between the
        same two workloads, and a rule for an API must not open the interface for HL7.
        """
        operation = self.operation
        if edge.protocol.is_read and edge.protocol not in self._protocols:
            return Fit.NO
        if operation.methods and edge.method not in operation.methods:
            return Fit.NO
        if operation.hosts and not _names_host(
            operation.hosts, paths.normalise_host(edge.authority)
        ):
            return Fit.NO
        fit = self._path_fit(edge.path) if operation.paths else Fit.YES
        if self._is_plain or fit is Fit.NO:  # holds for nearly all rules
            return fit
        return min(
            fit, _type_fit(operation, edge), _port_fit(operation, edge.port), self._peer_fit(edge)
        )

    def _path_fit(self, path: str | None) -> Fit:
        if path is None:
            # `*` names every path, even an ambiguous one
            return Fit.YES if "" in self._prefixes else Fit.UNSURE
        # as in Istio, a pattern never names a missing path (a TCP connection has none)
        return (
            Fit.YES if path and (path in self._exact or path.startswith(self._prefixes)) else Fit.NO
        )

    def _peer_fit(self, edge: Edge) -> Fit:
        return min(
            _block_fit(self.blocks, edge.address),
            _vouched_fit(self.claims, edge.claims),
            _vouched_fit(self.headers, edge.headers),
        )


def condition_of(rule: Rule, operation: OperationMatch, blocks: tuple[Block, ...]) -> Condition:
    """The condition of one entry of the rule's `to`, with this operation."""
    return Condition(operation, blocks, rule.claims, rule.headers)


def _names_host(patterns: tuple[str, ...], host: str) -> bool:
    return any(paths.host_matches(pattern, host) for pattern in patterns)


def _type_fit(operation: OperationMatch, edge: Edge) -> Fit:
    """Only HL7 messages have a type. One whose type nobody can be sure of may be any."""
    if not operation.message_types:
        return Fit.YES
    if edge.protocol is not Protocol.MLLP:
        return Fit.NO
    if not edge.message_type:
        return Fit.UNSURE
    named = any(identity.matches(each, edge.message_type) for each in operation.message_types)
    return Fit.YES if named else Fit.NO


def _port_fit(operation: OperationMatch, port: int) -> Fit:
    if not operation.ports or port in operation.ports:
        return Fit.YES
    return Fit.NO if port else Fit.UNSURE


def _block_fit(blocks: tuple[Block, ...], address: Address | None) -> Fit:
    if not blocks:
        return Fit.YES
    if address is None:
        return Fit.UNSURE
    return Fit.YES if any(address in block for block in blocks) else Fit.NO


def _vouched_fit(wanted: Wanted, vouched: Claims | None) -> Fit:
    """Every wanted name must be present with at least one of its wanted values."""
    if not wanted:
        return Fit.YES
    if vouched is None:
        return Fit.UNSURE
    found = dict(vouched)
    return (
        Fit.YES
        if all(_has(found.get(name, frozenset()), words) for name, words in wanted)
        else Fit.NO
    )


def _has(values: frozenset[str], wanted: tuple[str, ...]) -> bool:
    return any(word in values or (word == "*" and bool(values)) for word in wanted)
