"""What a rule asks of a message besides its two ends, and how surely a message meets it.

The answer has three values. What is not known for sure (an ambiguous path, an unknown port, claims that Envoy does not
tell) is UNSURE, and `mesh.policy.decide` denies where such a rule could matter: a rule that cannot be evaluated denies.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from mesh.message import paths
from mesh.message.addresses import Address, Block
from mesh.message.facts import Claims, Protocol
from mesh.policy.rule import OperationMatch, Rule, Wanted


class Fit(IntEnum):
    """How surely a rule names an edge; the larger, the surer."""

    NO = 0
    UNSURE = 1
    YES = 2


class Edge(NamedTuple):
    """Facts in the form that rules are held against.

    Args:
        destination: principal of the callee; at the sender's side what the policy's `services` says
            of it.
        encrypted: both ends are known and mutual TLS joins them.
        path: normalised; None when it is ambiguous.
        authority: as the caller wrote it.
        service: host of the service that the sender's sidecar routed to; empty at the receiver.
        address: of the peer; None when it is not known.
        claims: verified ones; None when it is not known whether there are any.
        headers: as `claims`, of request headers.
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


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry's operation together with the rule's other conditions. Equal ones are tried once
    for all their rules.

    Args:
        blocks: of which the peer's address must be in one; empty when the rule names the source
            anyway.
    """

    operation: OperationMatch
    blocks: tuple[Block, ...] = ()
    claims: Wanted = ()
    headers: Wanted = ()
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _prefixes: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _is_plain: bool = field(init=False, repr=False, compare=False)
    _is_http: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # patterns are sorted out once, because `fit` runs for each message
        patterns = self.operation.paths
        object.__setattr__(self, "_exact", frozenset(p for p in patterns if not p.endswith("*")))
        object.__setattr__(self, "_prefixes", tuple(p[:-1] for p in patterns if p.endswith("*")))
        object.__setattr__(self, "_is_http", Protocol.HTTP in self.operation.protocols)
        object.__setattr__(
            self,
            "_is_plain",
            not (self.blocks or self.claims or self.headers or self.operation.ports),
        )

    def fit(self, edge: Edge) -> Fit:
        """How surely the message meets it.

        What cannot be read is met by an entry of any protocol, and `mesh.policy.decide` denies it
        unless one of them lists it. What can be read is another matter: a database's TCP connection
        is no reason to let the same two talk by HTTP."""
        operation = self.operation
        if not self._is_http and edge.protocol is Protocol.HTTP:
            return Fit.NO
        if operation.methods and edge.method not in operation.methods:
            return Fit.NO
        if operation.hosts and not _names_host(
            operation.hosts, paths.normalise_host(edge.authority)
        ):
            return Fit.NO
        fit = self._path_fit(edge.path) if operation.paths else Fit.YES
        if self._is_plain or fit is Fit.NO:  # nearly all rules
            return fit
        return min(fit, _port_fit(operation, edge.port), self._peer_fit(edge))

    def _path_fit(self, path: str | None) -> Fit:
        if path is None:
            # `*` is any path, whatever it is
            return Fit.YES if "" in self._prefixes else Fit.UNSURE
        # as in Istio, a pattern never names what is not there (a TCP connection's path)
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
    """The condition of one entry of the rule's `to`."""
    return Condition(operation, blocks, rule.claims, rule.headers)


def _names_host(patterns: tuple[str, ...], host: str) -> bool:
    return any(paths.host_matches(pattern, host) for pattern in patterns)


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
    """Every name that is wanted must be there with one of the values."""
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
