"""A finite set of messages that stands for all: one for each class that some policies tell apart.

Theory. A policy sees a text (a path, a namespace, ...) only through its patterns. Patterns that are
exact or end in `*` form a tree. So the texts that match the same patterns form these classes: each
exact value; for each prefix, the texts that it names and no longer pattern names; and the texts
that no pattern names. One witness stands for its whole class. Patterns of hosts may also start with
`*`, so there each pair of a prefix and a suffix has a witness as well.

The classes cannot show ambiguous paths, unknown ports and unknown message types, which no rule can
open, nor claims and headers.

Cost: trust domains x namespaces x accounts of workloads; methods x paths x hosts x ports of
operations, and message types x ports.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import count, product
from math import prod
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from mesh.message import identity
from mesh.message.facts import Operation, Protocol
from mesh.policy.policy import OperationMatch, Peer

ANY: Final = "*"
"""The label of the class that no narrower pattern names."""

NOBODY: Final = ""
"""The principal, and the label, of a peer without an identity."""

_TRUST_DOMAIN: Final = "cluster.local"
_FILLER: Final = "other"  # real policies hardly ever name it, and each witness is checked


@dataclass(frozen=True, slots=True)
class OperationClass:
    """One class of operations.

    Args:
        operation: its witness.
        labels: method, path, host, port and message type as the policies write them; `*` where they
            name none.
    """

    operation: Operation
    protocol: Protocol
    labels: tuple[str, str, str, str, str]


def workloads(peers: Iterable[Peer]) -> Mapping[str, str]:
    """A witness principal of every class of workloads, with its label.

    The peer without an identity is included.
    """
    entries = tuple(peers)
    principals = {pattern for peer in entries for pattern in peer.principals}
    namespaces = {pattern for peer in entries for pattern in peer.namespaces}
    parts = [_split(pattern) for pattern in principals]
    domains = {domain for domain, _, _ in parts if not domain.endswith("*")}
    domains |= {pattern for peer in entries for pattern in peer.trust_domains}
    everywhere = {pattern for peer in entries for pattern in peer.service_accounts}
    found = {NOBODY: NOBODY}
    named = witnesses(namespaces | {namespace for _, namespace, _ in parts if namespace})
    for domain, domain_label in (_either_end(domains) if domains else {_TRUST_DOMAIN: ANY}).items():
        for namespace, namespace_label in named.items():
            accounts = {
                account for d, n, account in parts if (d, n) == (domain, namespace) and account
            }
            for account, account_label in _either_end(accounts | everywhere).items():
                label = _label(domain_label, namespace_label, account_label)
                found[f"{domain}/ns/{namespace}/sa/{account}"] = label
    return found


class OperationClasses:
    """One operation of every class that some entries tell apart.

    UPGRADE, TCP and MLLP are included only where an entry lists them. The classes are the product
    of methods, paths, hosts, message types and ports. `len` counts them without building one.
    """

    def __init__(self, operations: Iterable[OperationMatch]) -> None:
        entries = tuple(operations)
        methods = witnesses(
            {word for entry in entries for word in entry.methods}, filler=_FILLER.upper()
        )
        paths = witnesses({word for entry in entries for word in entry.paths}, root="/")
        hosts = _either_end({word for entry in entries for word in entry.hosts})
        self._ports = _ports({port for entry in entries for port in entry.ports})
        types = witnesses(
            {word for entry in entries for word in entry.message_types}, filler=_FILLER.upper()
        )
        listed = {protocol for entry in entries for protocol in entry.protocols} | {Protocol.HTTP}
        bare = {"": ANY}
        self._words = {
            protocol: {
                Protocol.TCP: (bare, bare, bare, bare),
                Protocol.MLLP: (bare, bare, bare, types),
            }.get(protocol, (methods, paths, hosts, bare))
            for protocol in sorted(listed)
        }

    def __len__(self) -> int:
        return len(self._ports) * sum(prod(map(len, words)) for words in self._words.values())

    def __iter__(self) -> Iterator[OperationClass]:
        for protocol, words in self._words.items():
            methods, paths, hosts, types = (each.items() for each in words)
            for (method, m), (path, p), (host, h), (kind, t), (port, n) in product(
                methods, paths, hosts, types, self._ports.items()
            ):
                operation = Operation(method, path, host, port, kind)
                yield OperationClass(operation, protocol, (m, p, h, n, t))


def hosts(patterns: Set[str]) -> dict[str, str]:
    """A host of every class that the patterns tell apart, with the pattern that it stands for."""
    return _either_end(patterns)


def witnesses(patterns: Set[str], *, root: str = "", filler: str = _FILLER) -> dict[str, str]:
    """A text of every class that exact and prefix patterns tell apart, with its pattern.

    Args:
        root: the start of every text.
        filler: the continuation of texts that no exact pattern names.
    """
    found = {pattern: pattern for pattern in sorted(patterns) if not pattern.endswith("*")}
    stems = {pattern[:-1] for pattern in patterns if pattern.endswith("*")} - {""} | {root}
    for stem in sorted(stems):
        narrower = {p for p in patterns if len(p.removesuffix("*")) > len(stem)}
        text = next(
            (t for t in _fillings(stem, filler) if t not in found and not _any_names(narrower, t)),
            None,
        )
        if text is not None:  # None means that the narrower patterns name every candidate
            found[text] = ANY if stem == root else f"{stem}*"
    return found


def _fillings(stem: str, filler: str) -> Iterator[str]:
    """Candidate texts that differ early, so that a pattern such as `o*` does not name them all."""
    letters = ascii_uppercase if filler.isupper() else ascii_lowercase
    for length in range(3):
        yield from (f"{stem}{''.join(more)}{filler}" for more in product(letters, repeat=length))


def _any_names(patterns: Iterable[str], text: str) -> bool:
    return any(identity.matches(pattern, text) for pattern in patterns)


def _split(pattern: str) -> tuple[str, str, str]:
    """Trust domain, namespace and account of a principal pattern; an open part is `*` or empty."""
    domain, _, rest = pattern.partition("/ns/")
    namespace, _, account = rest.partition("/sa/")
    if "/" in domain:  # `cluster.local/*`
        domain = domain.partition("/")[0]
    return domain, namespace.removesuffix("/*"), account


def _label(domain: str, namespace: str, account: str) -> str:
    """The widest pattern that still says what the three labels say."""
    if account != ANY:
        return f"{domain}/ns/{namespace}/sa/{account}"
    if namespace != ANY:
        return f"{domain}/ns/{namespace}{'' if namespace.endswith('*') else '/*'}"
    return ANY if domain == ANY else f"{domain}/*"


def _either_end(patterns: Set[str]) -> dict[str, str]:
    """As `witnesses`, for patterns that may have `*` at the start."""
    suffixes = {pattern for pattern in patterns if len(pattern) > 1 and pattern.startswith("*")}
    found = witnesses(patterns - suffixes)
    for suffix in sorted(suffixes):
        for text, label in witnesses({p for p in patterns - suffixes if p.endswith("*")}).items():
            found[text + suffix[1:]] = suffix if label == ANY else f"{label}{suffix[1:]}"
    return found


def _ports(ports: Set[int]) -> dict[int, str]:
    other = next(port for port in count(1) if port not in ports)
    return {**{port: str(port) for port in sorted(ports)}, other: ANY}
