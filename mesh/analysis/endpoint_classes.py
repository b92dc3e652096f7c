"""Everyone who can be at an end of a message, one party for each class that policies distinguish.

Workloads and the peer without an identity come from `mesh.analysis.equivalence_classes`. Hosts
outside the mesh and blocks of addresses form classes in the same way: what a pattern or block names
and no narrower one names. Claims and headers do not belong to a party: rules that require them
cannot be tried.

Cost: each pattern is compared with every party once. Principals written in full are looked up.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from mesh.analysis import equivalence_classes
from mesh.analysis.equivalence_classes import ANY, NOBODY, OperationClass, OperationClasses
from mesh.message import addresses, identity, paths
from mesh.message.addresses import Block
from mesh.message.facts import Direction, Facts, Vantage
from mesh.policy.matching import peer_matches
from mesh.policy.policy import OperationMatch, Peer, Policy, Rule

OUTSIDE: Final = "outside "
"""Starts the label of hosts outside the mesh: `outside *.clearinghouse.example`."""
ADDRESSES: Final = "addresses "
"""Starts the label of peers known by address only: `addresses 10.0.0.0/8`."""
MOST: Final = 100_000
"""Messages that a comparison or a graph tries at most: some seconds."""

_EVERYWHERE: Final = ip_network("0.0.0.0/0")


class TooManyError(ValueError):
    """The policies tell too many messages apart to try them all. The text is one line."""


@dataclass(frozen=True, slots=True)
class Party:
    """One class of peers, represented by its witness.

    At most one of `principal`, `host` and `address` is set. With none, nothing is known about the
    peer.

    Args:
        label: the pattern that the party stands for.
    """

    label: str
    principal: str = ""
    host: str = ""
    address: str = ""


class Parties:
    """All parties that some rules tell apart, and which of them each entry of a rule names."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        peers = tuple(
            dict.fromkeys(
                p for rule in rules for p in (*rule.sources, *(t.peer for t in rule.targets))
            )
        )
        blocks = {block for peer in peers for block in peer.blocks}
        # where a policy names all addresses, no address is left for the stranger
        stranger = Party(
            NOBODY, address=_address(_EVERYWHERE, blocks) if _EVERYWHERE not in blocks else ""
        )
        workloads = equivalence_classes.workloads(peers)
        self._workloads = {who: Party(label, who) for who, label in workloads.items() if who}
        self._hosts = tuple(_outside({pattern for peer in peers for pattern in peer.hosts}))
        self._strangers = (stranger, *_of_blocks(blocks))
        self._named: dict[tuple[Peer, bool], tuple[Party, ...]] = {}

    def pairs(self, rule: Rule) -> Iterator[tuple[Party, Party]]:
        """Every party named as source by the rule, with every party named as destination."""
        senders = dict.fromkeys(
            p for peer in rule.sources for p in self._who(peer, is_source, is_sender=True)
        )
        receivers = dict.fromkeys(
            p for to in rule.targets for p in self._who(to.peer, is_target, is_sender=False)
        )
        for sender in senders:
            # a sidecar routes to outside hosts only for its own workload
            yield from (
                (sender, receiver)
                for receiver in receivers
                if sender.principal or not receiver.host
            )

    def _who(
        self, peer: Peer, names: Callable[[Peer, Party], bool], *, is_sender: bool
    ) -> tuple[Party, ...]:
        key = peer, is_sender
        if key not in self._named:
            whole = bool(peer.principals) and all(map(identity.is_principal, peer.principals))
            workloads = (
                map(self._workloads.get, peer.principals) if whole else self._workloads.values()
            )
            others = self._strangers if is_sender else (self._strangers[0], *self._hosts)
            found = (*filter(None, workloads), *(() if whole else others))
            self._named[key] = tuple(party for party in found if names(peer, party))
        return self._named[key]


def asked_for(rule: Rule) -> str:
    """The claims and headers that a rule requires, which no party has.

    `claim role = doctor or nurse`, for example; empty for nearly all rules.
    """
    wanted = [("claim", *each) for each in rule.claims] + [
        ("header", *each) for each in rule.headers
    ]
    return ", ".join(f"{what} {name} = {' or '.join(values)}" for what, name, values in wanted)


def is_source(peer: Peer, party: Party) -> bool:
    """Whether an entry of `from` names the party."""
    if peer.blocks:
        address = addresses.parse(party.address)
        return address is not None and any(address in block for block in peer.blocks)
    return peer_matches(peer, party.principal)


def is_target(peer: Peer, party: Party) -> bool:
    """Whether an entry of `to` names the party."""
    if peer.hosts:
        return bool(party.host) and any(
            paths.host_covers(pattern, party.host) for pattern in peer.hosts
        )
    return peer_matches(peer, party.principal)


class Operations:
    """The operations that some policies tell apart between two parties.

    What depends on one party, or on one set of entries, is computed once.

    Args:
        policies: their deciding rules count.
    """

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = tuple(policies)
        self._senders: dict[Party, tuple[tuple[int, Rule], ...]] = {}
        self._entries: dict[tuple[int, Party], tuple[OperationMatch, ...]] = {}
        self._classes: dict[tuple[OperationMatch, ...], OperationClasses] = {}

    def between(self, source: Party, destination: Party) -> OperationClasses:
        """One operation of every class."""
        entries = tuple(
            dict.fromkeys(
                operation
                for number, rule in self._rules_from(source)
                for operation in self._entries_to(number, rule, destination)
            )
        )
        if entries not in self._classes:
            self._classes[entries] = OperationClasses(entries)
        return self._classes[entries]

    def _rules_from(self, source: Party) -> tuple[tuple[int, Rule], ...]:
        """The deciding rules that name the party as source, each with an id."""
        if source not in self._senders:
            self._senders[source] = tuple(
                (id(rule), rule)  # an id is cheaper to hash than a whole rule
                for policy in self._policies
                for rule in policy.index.rules_from(source.principal)
                if not rule.audit and any(is_source(peer, source) for peer in rule.sources)
            )
        return self._senders[source]

    def _entries_to(
        self, number: int, rule: Rule, destination: Party
    ) -> tuple[OperationMatch, ...]:
        key = number, destination
        if key not in self._entries:
            self._entries[key] = tuple(
                to.operation for to in rule.targets if is_target(to.peer, destination)
            )
        return self._entries[key]


def trials(
    policies: Iterable[Policy], pairs: Iterable[tuple[Party, Party]]
) -> list[tuple[Party, Party, OperationClasses]]:
    """Each distinct pair, with all operations that the policies tell apart between the two.

    All messages are counted before the first is tried.

    Raises:
        TooManyError: there are more than `MOST`.
    """
    operations = Operations(policies)
    found = []
    count = 0
    for pair in _at_most(pairs):
        classes = operations.between(*pair)
        count += len(classes)
        if count > MOST:
            raise _too_many()
        found.append((*pair, classes))
    return found


def _at_most(pairs: Iterable[tuple[Party, Party]]) -> dict[tuple[Party, Party], None]:
    """The distinct pairs. Each has at least one operation, so more than `MOST` are too many."""
    distinct: dict[tuple[Party, Party], None] = {}
    for pair in pairs:
        distinct[pair] = None
        if len(distinct) > MOST:
            raise _too_many()
    return distinct


def _too_many() -> TooManyError:
    return TooManyError(
        f"the rules tell more than {MOST} kinds of messages apart; take the files of one team"
    )


def messages(source: Party, destination: Party, each: OperationClass) -> Iterator[Facts]:
    """The messages of one operation: with and without mutual TLS, in both directions.

    Only two workloads can have mutual TLS.
    """
    for mtls in (True, False) if source.principal and destination.principal else (False,):
        for direction in Direction:
            yield Facts(
                direction=direction,
                vantage=Vantage.OUTBOUND if destination.host else Vantage.INBOUND,
                protocol=each.protocol,
                source=source.principal,
                destination=destination.principal,
                service=destination.host,
                mtls=mtls,
                redactable=True,
                operation=each.operation,
                source_address=source.address,
            )


def _outside(patterns: set[str]) -> Iterator[Party]:
    for host, label in equivalence_classes.hosts(patterns).items() if patterns else ():
        if label != ANY or ANY in patterns:
            yield Party(f"{OUTSIDE}{label}", host=host)


def _of_blocks(blocks: set[Block]) -> Iterator[Party]:
    for block in sorted(blocks, key=str):
        if address := _address(block, blocks):
            yield Party(f"{ADDRESSES}{block}", address=address)


def _address(block: Block, others: set[Block]) -> str:
    """An address of the block that no narrower block holds; empty when there is none.

    Blocks are nested or disjoint. So the first such address is the block's first address, or comes
    directly after a narrower block.
    """
    narrower = [b for b in others if b.version == block.version and _is_within(b, block)]
    first, last = int(block.network_address), int(block.broadcast_address)
    after = sorted(int(b.broadcast_address) + 1 for b in narrower)
    free = (type(block.network_address)(n) for n in (first, *after) if n <= last)
    return str(next((address for address in free if not any(address in b for b in narrower)), ""))


def _is_within(block: Block, wide: Block) -> bool:
    return block.network_address in wide and block.prefixlen > wide.prefixlen
