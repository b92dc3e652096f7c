"""Warnings about a policy that is valid but says less, or more, than its author may think.

A rule adds nothing when another rule names every edge that it names and says at least as much
about every infoType. All rules of an edge are combined, so decisions without it would be the same.
(One exception: any rule that lists paths denies an ambiguous path.) A rule that only several others
cover together is not reported.

Two rules contradict each other when one allows what the other denies or redacts on all of its
edges. On only some of its edges that is the purpose of a narrower rule, and is not reported.

Cost: quadratic in the rules and in the entries of each. Comparison therefore stops after
`_MAX_COMPARED` patterns.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Final

from mesh.message import identity, paths
from mesh.message.facts import Protocol
from mesh.policy.decision import Action, Mode, Uneventful
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from mesh.policy.vocabulary import InfoTypes
from mesh.policy_file.lint_protocols import lint_protocols
from mesh.policy_file.nodes import FilePlace
from phiscan.identifiers import INFO_TYPES, InfoTypeKind

# pattern comparisons: some seconds at worst, a tenth of a second for most files
_MAX_COMPARED: Final = 2_000_000

_MAX_DAYS: Final = 366

_Covers = Callable[[str, str], bool]


def lint(policy: Policy, spec: Mapping[str, FilePlace], places: Sequence[FilePlace]) -> None:
    """Note every warning about the policy.

    Args:
        spec: places of the mesh-wide settings, by their keys in `spec`.
        places: places of the rules, in the policy's order.
    """
    _lint_spec(policy, spec)
    for rule, place in zip(policy.rules, places, strict=True):
        _lint_rule(policy, rule, place)
        lint_protocols(rule, place)
        _lint_outside(rule, place)
        _lint_terms(policy, rule, place)
    _lint_shadowed(policy, places)
    _lint_services(policy, places)


def _lint_spec(policy: Policy, spec: Mapping[str, FilePlace]) -> None:
    if not policy.enforces:
        spec["mode"].warn(
            f"mode `{policy.mode}` blocks nothing", "write `enforce` once the records look right"
        )
    if policy.on_unscannable is Action.ALERT:
        spec["onUnscannable"].warn(
            "messages that could not be read completely pass", "write `DENY`"
        )
    if policy.default_action is Action.ALLOW:
        spec["defaultAction"].warn(
            "PHI flows on every encrypted edge that no rule names", "write `DENY`"
        )
    if policy.uneventful is Uneventful.SUMMARY:
        spec["audit"].warn(
            "decisions on messages without findings are only counted, and a worker that is killed "
            "loses up to a second of the counts",
            "leave it out where each decision needs a record",
        )


def _lint_rule(policy: Policy, rule: Rule, place: FilePlace) -> None:
    if not rule.mtls and not rule.audit and not _only_speaks_outside(rule):
        place.warn(f"rule `{rule.name}` lets PHI flow unencrypted", "leave `mtls: any` out")
    if policy.enforces and rule.mode not in {None, Mode.ENFORCE} and not rule.audit:
        place.warn(
            f"rule `{rule.name}` has mode `{rule.mode}` and blocks nothing", "leave `mode` out"
        )
    if not any(map(_can_name, rule.sources)) or not any(map(_can_match, rule.targets)):
        place.warn(f"rule `{rule.name}` can never match", "its entries contradict each other")
    for direction, part in (("request", rule.request), ("response", rule.response)):
        for entry in sorted(part.allow - {"*"}):
            if _overrides(part.deny | part.redact, entry, policy.info_types):
                hint = "deny wins over redact, and redact over allow"
                place.warn(
                    f"`{entry}` is allowed without effect in `{direction}` of rule `{rule.name}`",
                    hint,
                )
        for entry in sorted(entry for entry in part.redact if _is_health(entry, policy.info_types)):
            message = (
                f"`{entry}` cannot be masked, so `{direction}` of rule `{rule.name}` denies it"
            )
            place.warn(
                message, "move it to `deny`; health information is stated by a document's structure"
            )


def _lint_outside(rule: Rule, place: FilePlace) -> None:
    peers = (*rule.sources, *(target.peer for target in rule.targets))
    if rule.mtls and any(map(_is_outside, peers)):
        message = (
            f"rule `{rule.name}` names peers without an identity, to and from which no PHI may flow"
        )
        place.warn(
            message,
            "it only opens the edge; `when: {mtls: any}` lets its identifiers flow, with an alert",
        )


def _only_speaks_outside(rule: Rule) -> bool:
    """Whether one end of every edge has no identity, so that mutual TLS can never be proven."""
    return all(map(_is_outside, rule.sources)) or all(
        _is_outside(target.peer) for target in rule.targets
    )


def _is_outside(peer: Peer) -> bool:
    return bool(peer.hosts or peer.blocks)


def _lint_terms(policy: Policy, rule: Rule, place: FilePlace) -> None:
    """Warn about exceptions that have expired or last too long; only when the day is known."""
    if rule.terms is None or policy.today is None:
        return
    expires, owner = rule.terms.expires, rule.terms.owner
    if not rule.holds_on(policy.today):
        place.warn(
            f"exception `{rule.name}` expired on {expires} and allows nothing",
            f"remove it, or ask {owner}",
        )
    elif (expires - policy.today).days > _MAX_DAYS:
        place.warn(
            f"exception `{rule.name}` holds for more than a year",
            "write a rule for what should last",
        )


def _is_health(entry: str, known: InfoTypes) -> bool:
    info_type = known.get(entry)
    return info_type is not None and info_type.kind is InfoTypeKind.HEALTH


def _overrides(entries: frozenset[str], entry: str, known: InfoTypes) -> bool:
    """Whether allowing `entry` has no effect beside `entries`.

    `*` does not cover health information. A provider's identifier does not need an `allow` entry.
    """
    return _rules(entries, entry, known) or ("*" in entries and not _is_health(entry, known))


def _can_name(peer: Peer) -> bool:
    """Whether a principal exists that is in the listed namespaces."""
    return (
        not peer.principals
        or not peer.namespaces
        or any(_is_in(p, peer.namespaces) for p in peer.principals)
    )


def _is_in(principal: str, namespaces: tuple[str, ...]) -> bool:
    # empty for a pattern, which may lie in one of the namespaces
    namespace = identity.namespace_of(principal)
    return not namespace or any(identity.matches(pattern, namespace) for pattern in namespaces)


def _can_match(target: Target) -> bool:
    """Whether a connection can match the target: a TCP connection has no method, path or host."""
    operation = target.operation
    tcp_only = set(operation.protocols) == {Protocol.TCP}
    return _can_name(target.peer) and not (
        tcp_only and (operation.methods or operation.paths or operation.hosts)
    )


def _lint_shadowed(policy: Policy, places: Sequence[FilePlace]) -> None:
    warned: set[str] = set()
    left, sizes = _MAX_COMPARED, [_sizes(rule) for rule in policy.rules]
    for first, second in combinations(range(len(policy.rules)), 2):
        same = policy.rules[first].sources == policy.rules[second].sources
        left -= (1 if same else 2 * sizes[first][0] * sizes[second][0]) + 2 * sizes[first][
            1
        ] * sizes[second][1]
        if left < 0:
            return
        for idle, wide in ((second, first), (first, second)):
            rule, other = policy.rules[idle], policy.rules[wide]
            if rule.name not in warned and other.name not in warned and _idle(rule, other, policy):
                warned.add(rule.name)
                message = f"rule `{rule.name}` adds nothing to rule `{other.name}`"
                places[idle].warn(message, "remove it, or narrow the other")
            elif rule.name not in warned and _always_beside(other, rule):
                _lint_contradicted(policy, rule, other, places[idle])


def _always_beside(other: Rule, rule: Rule) -> bool:
    """Whether `other` applies to every message that `rule` names, today and later."""
    return (
        bool(
            other.request.deny
            or other.request.redact
            or other.request.media
            or other.response.deny
            or other.response.redact
            or other.response.media
        )
        and not (other.audit or rule.audit or other.terms or other.claims or other.headers)
        and _edges_cover(other, rule)
    )


def _lint_contradicted(policy: Policy, rule: Rule, other: Rule, place: FilePlace) -> None:
    """Warn about entries that one rule lets flow and another takes back on all of its edges."""
    hint = "deny wins over redact, and redact over allow; take it out of one of them"
    for direction, part, strict in (
        ("request", rule.request, other.request),
        ("response", rule.response, other.response),
    ):
        kinds = (
            ("allowed", part.allow, "denies", strict.deny),
            ("allowed", part.allow, "redacts", strict.redact),
            ("redacted", part.redact, "denies", strict.deny),
        )
        reported: set[str] = set()
        for what, entries, does, stricter in kinds:
            for entry in sorted(entries - {"*"} - reported):
                if _overrides(stricter, entry, policy.info_types):
                    reported.add(entry)
                    message = (
                        f"`{entry}` is {what} without effect in `{direction}` of rule `{rule.name}`"
                    )
                    place.warn(f"{message}: rule `{other.name}` {does} it there", hint)
        for media in sorted(part.media or ()):
            if not strict.admits({media}):
                place.warn(
                    f"media `{media}` is listed without effect in `{direction}` of rule "
                    f"`{rule.name}`: rule `{other.name}` does not list it there",
                    "every rule of an edge that lists media must list it",
                )


def _sizes(rule: Rule) -> tuple[int, int]:
    """The number of patterns in the rule's `from` and in its `to`.

    A group of workloads counts in full in every rule that names it.
    """
    targets = sum(
        _size(t.peer) + sum(map(len, (o.methods, o.paths, o.hosts, o.message_types)))
        for t, o in ((t, t.operation) for t in rule.targets)
    )
    return sum(map(_size, rule.sources)), targets


def _size(peer: Peer) -> int:
    lists = (
        peer.principals,
        peer.namespaces,
        peer.trust_domains,
        peer.service_accounts,
        peer.hosts,
        peer.blocks,
    )
    return 1 + sum(map(len, lists))


def _idle(rule: Rule, other: Rule, policy: Policy) -> bool:
    return adds_nothing(rule, other, policy.mode, policy.info_types)


def adds_nothing(rule: Rule, other: Rule, mode: Mode, known: InfoTypes = INFO_TYPES) -> bool:
    """Whether a policy of that mode decides the same without `rule`, because of `other`."""
    return (
        # an exception ends, and the other rule must then still add what it adds
        rule.terms is other.terms is None
        and not (rule.audit or other.audit)  # each AUDIT rule is recorded by itself
        # where claims are unknown, a rule that requires some denies
        and other.claims == rule.claims
        and other.headers == rule.headers
        and (rule.mtls or not other.mtls)
        and (rule.mode or mode) is (other.mode or mode)
        and rule.on_opaque is other.on_opaque
        and _edges_cover(other, rule)  # most pairs end here
        and _disclosure_covers(other.request, rule.request, known)
        and _disclosure_covers(other.response, rule.response, known)
    )


def _edges_cover(other: Rule, rule: Rule) -> bool:
    """Whether `other` names every edge that `rule` names."""
    return (rule.sources == other.sources or _are_covered(rule.sources, other.sources)) and all(
        any(_target_covers(wide, target) for wide in other.targets) for target in rule.targets
    )


def _are_covered(peers: Sequence[Peer], others: Sequence[Peer]) -> bool:
    return all(any(_peer_covers(wide, peer) for wide in others) for peer in peers)


def _disclosure_covers(wide: Disclosure, part: Disclosure, known: InfoTypes) -> bool:
    """Whether both rules together treat each infoType as `wide` alone does."""
    return (
        all(_rules(wide.deny, entry, known) for entry in part.deny)
        and all(_rules(wide.deny | wide.redact, entry, known) for entry in part.redact)
        and all(_rules(wide.deny | wide.redact | wide.allow, entry, known) for entry in part.allow)
        and wide.otherwise.rank >= part.otherwise.rank
        and (part.media is None or (wide.media is not None and wide.media <= part.media))
    )


def _rules(entries: frozenset[str], entry: str, known: InfoTypes) -> bool:
    """Whether the entries cover this one.

    `*` does not cover a class or infoType, because it does not apply to providers' identifiers.
    """
    info_type = known.get(entry)
    return entry in entries or (info_type is not None and info_type.identifier in entries)


def _peer_covers(wide: Peer, narrow: Peer) -> bool:
    if wide == Peer():
        return not narrow.blocks  # where the address is unknown, a rule that requires one denies
    if wide.hosts or narrow.hosts:
        return bool(wide.hosts) and _list_covers(wide.hosts, narrow.hosts, paths.host_covers)
    if wide.blocks or narrow.blocks:
        return bool(wide.blocks and narrow.blocks) and set(narrow.blocks) <= set(wide.blocks)
    return (
        _list_covers(wide.principals, narrow.principals, identity.covers)
        and _list_covers(wide.namespaces, narrow.namespaces, identity.covers)
        and _list_covers(wide.trust_domains, narrow.trust_domains, paths.host_covers)
        and _list_covers(wide.service_accounts, narrow.service_accounts, paths.host_covers)
    )


def _target_covers(wide: Target, narrow: Target) -> bool:
    return _peer_covers(wide.peer, narrow.peer) and _operation_covers(
        wide.operation, narrow.operation
    )


def _operation_covers(wide: OperationMatch, narrow: OperationMatch) -> bool:
    return (
        _list_covers(wide.methods, narrow.methods, str.__eq__)
        and _list_covers(wide.paths, narrow.paths, identity.covers)
        and _list_covers(wide.hosts, narrow.hosts, paths.host_covers)
        and (not wide.ports or (bool(narrow.ports) and set(narrow.ports) <= set(wide.ports)))
        and _list_covers(wide.message_types, narrow.message_types, identity.covers)
        and set(narrow.protocols) <= set(wide.protocols)
    )


def _list_covers(wide: tuple[str, ...], narrow: tuple[str, ...], covers: _Covers) -> bool:
    """Whether `wide` lists every value that `narrow` lists; an empty list lists everything."""
    return not wide or (bool(narrow) and all(any(covers(w, n) for w in wide) for n in narrow))


def _lint_services(policy: Policy, places: Sequence[FilePlace]) -> None:
    """Warn about principals in `to` that no service maps to.

    At the sender's sidecar such a destination is unidentified, so PHI to it is denied.
    """
    warned: set[str] = set()
    served = sorted(set(policy.services.values()))
    for rule, place in zip(policy.rules, places, strict=True):
        patterns = {
            pattern for target in rule.targets for pattern in target.peer.principals
        } - warned
        for pattern in sorted(patterns):
            # look at the first principal that could match: comparing thousands of patterns with
            # thousands of services would take minutes
            at = bisect_left(served, pattern.removesuffix("*"))
            if at == len(served) or not identity.matches(pattern, served[at]):
                warned.add(pattern)
                message = f"no entry of `services` has principal `{pattern}`"
                place.warn(
                    message,
                    "without one a sender's sidecar cannot identify it, and denies PHI to it",
                )
