"""A `Diff` as short sentences for a reviewer: equal moves on many edges become one sentence."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mesh.analysis.diff import Diff, Move, MoveKind, RuleChange, Setting
from mesh.analysis.equivalence_classes import ANY, NOBODY, OperationClass
from mesh.analysis.flows import PROVIDERS_OWN, WITHOUT_CONTEXT
from mesh.message.facts import Direction, Protocol
from mesh.policy.decision import Action
from mesh.policy.vocabulary import InfoTypes
from phiscan.identifiers import INFO_TYPES, Identifier, InfoTypeKind
from phiscan.media_names import MEDIA_NAMES

_FLOW: Final = {
    (Action.DENY, Action.ALLOW): "may now receive {names} from {source}",
    (Action.DENY, Action.ALERT): "may now receive {names}, with an alert, from {source}",
    (Action.DENY, Action.REDACT): "may now receive messages with {names}, masked, from {source}",
    (Action.REDACT, Action.ALLOW): "now receives {names} unmasked from {source}",
    (Action.REDACT, Action.ALERT): "now receives {names} unmasked, with an alert, from {source}",
    (Action.ALERT, Action.ALLOW): "now receives {names} without an alert from {source}",
    (Action.ALLOW, Action.ALERT): "now receives {names} with an alert from {source}",
    (Action.ALLOW, Action.REDACT): "now receives {names} masked from {source}",
    (Action.ALERT, Action.REDACT): "now receives {names} masked from {source}",
    (Action.ALLOW, Action.DENY): "may no longer receive {names} from {source}",
    (Action.ALERT, Action.DENY): "may no longer receive {names} from {source}",
    (
        Action.REDACT,
        Action.DENY,
    ): "may no longer receive messages with {names} (masked so far) from {source}",
}


_FEW: Final = 4  # "every identifier except" may list fewer than this many


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence of a diff.

    Args:
        sources: labels of those that send the requests, in both directions.
        destinations: labels of those that answer them, in both directions.
        operations: `POST /claims`; `*` for all operations that the rules tell apart.
        encrypted: whether the messages have mutual TLS.
        names: infoTypes of identifiers, or media kinds; sorted.
        info_types: all infoTypes, by name.
    """

    what: MoveKind
    opens: bool
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    operations: tuple[str, ...]
    direction: Direction
    encrypted: bool
    names: tuple[str, ...]
    before: str
    after: str
    info_types: InfoTypes = field(default_factory=lambda: INFO_TYPES, repr=False, compare=False)

    def __str__(self) -> str:
        caller, callee = _people(self.sources), _people(self.destinations)
        place = f" at {', '.join(self.operations)}" if self.operations != (ANY,) else ""
        suffix = "" if self.encrypted else " without mutual TLS"
        if self.what is MoveKind.EDGE:
            return (
                f"{caller} may {'now' if self.opens else 'no longer'} call {callee}{place}{suffix}"
            )
        if self.what is MoveKind.ENFORCEMENT:
            calls = f"calls from {caller} to {callee}{place}"
            return f"{calls} are now {self.after}, not {self.before}{suffix}"
        is_request = self.direction is Direction.REQUEST
        receiver, sender = (callee, caller) if is_request else (caller, callee)
        if self.what is MoveKind.OPAQUE:
            return (
                f"opaque parts from {sender} to {receiver}{place} are now {self.after}, they were "
                f"{self.before} ({self.direction}){suffix}"
            )
        if self.what is MoveKind.MEDIA:
            now = "may now" if self.opens else "may no longer"
            media = _media_words(self.names)
            return (
                f"{receiver} {now} receive {media} from {sender}{place} ({self.direction}){suffix}"
            )
        words = _FLOW[Action(self.before), Action(self.after)].format(
            names=summed_up(self.names, self.info_types), source=sender
        )
        return f"{receiver} {words}{place} ({self.direction}){suffix}"


_Part = tuple[Callable[[Change], tuple[str, ...]], Callable[[Change, tuple[str, ...]], Change]]
_PARTS: Final[tuple[_Part, ...]] = (
    (lambda change: change.names, lambda change, merged: replace(change, names=merged)),
    (lambda change: change.sources, lambda change, merged: replace(change, sources=merged)),
    (
        lambda change: change.destinations,
        lambda change, merged: replace(change, destinations=merged),
    ),
)


def changes(diff: Diff) -> tuple[Change, ...]:
    """The sentences of a diff; those that open come first."""
    found = list(_by_operation(diff))
    for part in _PARTS:
        found = _merged(found, part)
    return tuple(
        sorted(
            found,
            key=lambda c: (not c.opens, c.destinations, c.sources, c.operations, c.what, c.names),
        )
    )


def setting_words(setting: Setting) -> str:
    """`mode is now monitor, it was enforce`."""
    return f"{setting.name} is now {setting.after}, it was {setting.before}"


def untried_words(change: RuleChange) -> str:
    """`rule `doctors` is new and requires claim role = doctor: not compared, review it`."""
    return (
        f"rule `{change.rule}` is {change.how} and requires {change.about}: not compared, review it"
    )


def audit_words(change: RuleChange) -> str:
    """`AUDIT rule `tighter` is new: it decides nothing`."""
    return f"AUDIT rule `{change.rule}` is {change.how}: it decides nothing"


def summed_up(names: Collection[str], info_types: InfoTypes = INFO_TYPES) -> str:
    """Names in few words.

    A whole class, all identifiers and all health information have one word each. A provider's
    identifier, and one without health context, is left out where an individual's of the same
    infoType moves alike in PHI.
    """
    left = {name for name in names if (plain := _plain(name)) == name or plain not in names}
    words = []
    own = frozenset(t.name for t in info_types.values() if t.kind is InfoTypeKind.IDENTIFIER)
    if len(own - left) in range(1, _FEW) and len(left) > _FEW:
        words.append(f"every identifier except {' and '.join(sorted(own - left))}")
        left -= own
    for everything, word in _whole(own, info_types):
        if everything <= left:
            left -= everything
            words.append(word)
    return ", ".join([*words, *sorted(left)])


def _media_words(names: Collection[str]) -> str:
    """`what is read as csv, text`; `what is not read as fhir+json` where most kinds move."""
    left = sorted(MEDIA_NAMES.keys() - names)
    if not left:
        return "what is read as anything"
    if len(left) < len(names):
        return f"what is not read as {', '.join(left)}"
    return f"what is read as {', '.join(sorted(names))}"


def short(label: str) -> str:
    """A principal's label as `namespace/account`.

    It stays in full where its trust domain is not Istio's default.
    """
    if label == NOBODY:
        return "a peer without an identity"
    namespace, _, account = (
        label.removeprefix("cluster.local/ns/").removeprefix("*/ns/").partition("/sa/")
    )
    if "/ns/" in namespace or not namespace:
        return label
    if label in {ANY, "cluster.local/*"}:
        return "any other workload"
    return f"{namespace}/{account}" if account else namespace


def _plain(name: str) -> str:
    """The infoType alone."""
    return name.removeprefix(PROVIDERS_OWN).removesuffix(WITHOUT_CONTEXT)


def _whole(own: frozenset[str], info_types: InfoTypes) -> Iterator[tuple[frozenset[str], str]]:
    yield own, "every identifier"
    for identifier in Identifier:
        members = frozenset(name for name in own if info_types[name].identifier is identifier)
        if len(members) > 1:
            yield members, f"class {identifier.value}"
    yield frozenset(PROVIDERS_OWN + name for name in own), "every provider's identifier"
    yield frozenset(info_types.keys() - own), "health information"
    yield frozenset(name + WITHOUT_CONTEXT for name in own), f"every identifier{WITHOUT_CONTEXT}"


def _people(labels: Sequence[str]) -> str:
    # labels of one namespace in two trust domains have the same short form
    return ", ".join(dict.fromkeys(map(short, labels)))


def _by_operation(diff: Diff) -> Iterator[Change]:
    places: dict[tuple[str, str, Direction, bool, Move], list[OperationClass]] = defaultdict(list)
    for d in diff.differences:
        for move in d.moves:
            places[d.source, d.destination, d.facts.direction, d.facts.mtls is True, move].append(
                d.operation
            )
    for (source, destination, direction, mtls, move), found in places.items():
        operations = tuple(sorted(_operations(found, diff.operations[source, destination])))
        names = (move.name,) if move.name else ()
        edge = (source,), (destination,), operations, direction, mtls
        yield Change(move.what, move.opens, *edge, names, move.before, move.after, diff.info_types)


def _merged(found: Iterable[Change], part: _Part) -> list[Change]:
    """Merge changes that differ in this part only."""
    get, put = part
    parts: dict[Change, set[str]] = defaultdict(set)
    for change in found:
        parts[put(change, ())].update(get(change))
    return [put(change, tuple(sorted(merged))) for change, merged in parts.items()]


def _operations(found: Iterable[OperationClass], known: Iterable[OperationClass]) -> Iterator[str]:
    """The operations in few words: `*` stands for an axis on which every value occurs."""
    protocols = {each.protocol for each in known}
    for protocol in sorted(protocols):
        here: set[tuple[str, ...]] = {each.labels for each in found if each.protocol is protocol}
        everything = {each.labels for each in known if each.protocol is protocol}
        for axis in range(5):
            here = set(_opened(here, axis, {labels[axis] for labels in everything}))
        yield from (_operation(protocol, labels) for labels in here)


def _opened(
    here: Iterable[tuple[str, ...]], axis: int, values: set[str]
) -> Iterator[tuple[str, ...]]:
    lines: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for labels in here:
        lines[(*labels[:axis], *labels[axis + 1 :])].add(labels[axis])
    for rest, found in lines.items():
        for value in (ANY,) if found == values else found:
            yield *rest[:axis], value, *rest[axis:]


def _operation(protocol: Protocol, labels: tuple[str, ...]) -> str:
    method, path, host, port, message_type = labels
    words = [] if protocol is Protocol.HTTP else [protocol.value]
    if (method, path) != (ANY, ANY):
        words += [method if method != ANY else "any method", path if path != ANY else "any path"]
    if message_type != ANY:
        words.append(message_type)
    if host != ANY:
        words.append(f"host {host}")
    if port != ANY:
        words.append(f"port {port}")
    return " ".join(words) or ANY
