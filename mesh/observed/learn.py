"""From observations to a proposed policy: the least that lets the traffic through, and caveats.

Least. A rule names one source, one destination, and the methods and routes seen there. In each
direction it names exactly the infoTypes that messages with PHI held. Operations with the same
infoTypes share a rule. The proposal reports where the policy language is too coarse: its paths end
in `*`, so `/patients/{id}/labs` opens all of `/patients/*`. Health information and a provider's own
identifiers flow wherever a patient's identifier may. They need no rule, and none is proposed
against them.

Marked. What looks wrong opens nothing. It is returned with its reason, and where possible with the
rule that would open it. No such rule is offered for messages that could not be read. Messages
without PHI on unencrypted connections need no rule: they pass with an alert whatever the rules say.

The module is pure and independent of order: the same observations in any order, split and merged in
any way, give the same proposal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import methodcaller
from typing import Final

from mesh.message.facts import Direction
from mesh.observed import route_template
from mesh.observed.call_sums import CallSum
from mesh.observed.observation import Observation, merge
from mesh.observed.proposal import (
    Ends,
    Mark,
    Marked,
    Proposal,
    Proposed,
    ProposedCall,
    ProposedFlow,
)
from mesh.observed.proposal_caveats import (
    ends_of,
    is_read,
    mark_of,
    needs_rule,
    operation_of,
    pattern_for,
    unread_operations,
)
from mesh.observed.service_hosts import services_of

MIN_COUNT: Final = 3
"""Number of messages from which an edge, or an identifier on it, is not rare."""

_Flow = tuple[tuple[str, ...], tuple[str, ...]]
"""InfoTypes that are allowed, and infoTypes that are masked, in one direction."""

_Aside = tuple[Mark, Ends, str, str]
"""Mark, ends, method and route of messages that are not proposed."""


def propose(observations: Iterable[Observation], *, min_count: int = MIN_COUNT) -> Proposal:
    """The policy that the observations suggest.

    Args:
        min_count: an operation, or an identifier in one, that was seen in fewer messages is marked
            as rare.
    """
    merged = merge(observations)
    services = services_of(merged)
    principals = {service.host: service.principal for service in services}
    calls: dict[ProposedCall, CallSum] = defaultdict(CallSum)
    aside: dict[_Aside, CallSum] = defaultdict(CallSum)
    readable: dict[_Aside, CallSum] = defaultdict(CallSum)
    unread = unread_operations(merged, principals)
    for each in merged:
        ends, mark = ends_of(each, principals), mark_of(each, principals)
        if mark is None and operation_of(each, principals) in unread:
            mark = Mark.UNREAD
        if mark is not None:
            key = mark, ends, each.sighting.method, each.sighting.route
            aside[key].add(each)
            if is_read(each):
                readable[key].add(each)
        elif (pattern := pattern_for(each.sighting.route)) and needs_rule(each):
            calls[ProposedCall(ends, each.sighting.method, pattern)].add(each)
    rare = {call for call, total in calls.items() if total.messages < min_count}
    common = {call: total for call, total in calls.items() if call not in rare}
    marked = [
        *(_set_aside(key, total, readable.get(key)) for key, total in aside.items()),
        *(_rare(call, calls[call]) for call in rare),
        *_rare_identifiers(common, min_count),
    ]
    return Proposal(
        services, tuple(_rules(common, min_count)), tuple(sorted(marked, key=_place)), merged
    )


def _rules(calls: Mapping[ProposedCall, CallSum], least: int) -> Iterator[Proposed]:
    """One rule for all operations between the same ends that let the same flow."""
    unmasked: dict[tuple[Ends, Direction], set[str]] = defaultdict(set)
    # a rule that masks would mask on every operation that its pattern names
    for call, total in calls.items():
        for direction in Direction:
            common = {name for name, count in total.counts(direction).items() if count >= least}
            unmasked[call.ends, direction] |= total.unmasked(direction) & common
    grouped: dict[tuple[Ends, _Flow, _Flow], list[ProposedCall]] = defaultdict(list)
    for call in sorted(calls):
        request, response = (
            _flow(calls[call], d, least, unmasked[call.ends, d]) for d in Direction
        )
        grouped[call.ends, request, response].append(call)
    for (ends, *flows), found in grouped.items():
        yield _proposed(ends, flows, {call: calls[call] for call in found})


def _flow(total: CallSum, direction: Direction, least: int, unmasked: set[str]) -> _Flow:
    """The infoTypes that are allowed and masked in a direction.

    An infoType is masked where every message of the edge had it masked, else allowed.
    """
    names = [name for name, count in total.counts(direction).items() if count >= least]
    return tuple(name for name in names if name in unmasked), tuple(
        name for name in names if name not in unmasked
    )


def _proposed(
    ends: Ends, flows: Sequence[_Flow], found: Mapping[ProposedCall, CallSum], *, mtls: bool = True
) -> Proposed:
    """The rule for these operations."""
    methods: dict[str, list[str]] = defaultdict(list)
    for call in found:
        methods[call.pattern].append(call.method)
    patterns: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for pattern in sorted(methods):
        patterns[tuple(sorted(methods[pattern]))].append(pattern)
    request, response = (
        ProposedFlow(
            *flow,
            *(
                tuple(sorted(set().union(*map(seen, found.values()))))
                for seen in (methodcaller("health", direction), methodcaller("media", direction))
            ),
        )
        for flow, direction in zip(flows, Direction, strict=True)
    )
    return Proposed(
        ends=ends,
        operations=tuple(sorted((names, tuple(paths)) for names, paths in patterns.items())),
        request=request,
        response=response,
        messages=sum(total.messages for total in found.values()),
        widened=_widened(route for total in found.values() for route in total.routes),
        mtls=mtls,
    )


def _widened(routes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    wide = {route for route in routes if route_template.is_widened(route)}
    return tuple((route, route_template.pattern_of(route) or "") for route in sorted(wide))


def _alone(call: ProposedCall, total: CallSum, *, mtls: bool = True) -> Proposed:
    """A rule for one operation, with everything that was seen in it."""
    flows = [_flow(total, direction, 0, total.unmasked(direction)) for direction in Direction]
    return _proposed(call.ends, flows, {call: total}, mtls=mtls)


def _set_aside(key: _Aside, total: CallSum, readable: CallSum | None) -> Marked:
    """A marked operation.

    A person may choose to open one that leaves the mesh. Its rule is made only of messages that
    could be read.
    """
    mark, ends, method, route = key
    pattern = pattern_for(route)
    rule = None
    if readable is not None and mark is Mark.OUTSIDE and pattern and ends.source:
        rule = _alone(ProposedCall(ends, method, pattern), readable, mtls=not readable.phi)
    return Marked(mark, ends, method, route, total.messages, total.names, rule)


def _rare(call: ProposedCall, total: CallSum) -> Marked:
    return Marked(
        Mark.RARE,
        call.ends,
        call.method,
        call.pattern,
        total.messages,
        total.names,
        _alone(call, total),
    )


def _rare_identifiers(calls: Mapping[ProposedCall, CallSum], least: int) -> Iterator[Marked]:
    for call, total in calls.items():
        where = call.ends, call.method, call.pattern
        for direction in Direction:
            counts = {
                name: count for name, count in total.counts(direction).items() if count < least
            }
            if counts:
                most, names = max(counts.values()), tuple(sorted(counts))
                yield Marked(Mark.RARE_IDENTIFIER, *where, most, names, direction=direction)


def _place(marked: Marked) -> tuple[int, Ends, str, str, str]:
    place = list(Mark).index(marked.mark), marked.ends, marked.method, marked.route
    return *place, marked.direction.value if marked.direction else ""
