"""From observations to a proposed policy: the least that would have let the traffic through, and what a person must look at.

Least. A rule names one source, one destination, the methods and routes that were seen there, and in each direction exactly
the infoTypes that messages with PHI held. Operations that held the same share a rule. What the language cannot say is
told: its paths end in `*`, so `/patients/{id}/labs` opens all of `/patients/*`. Health information and a provider's own
identifiers flow wherever a patient's identifier may; no rule is needed for them, and none is proposed against them.

Marked. What looks wrong opens nothing. It is handed back with the reason, and with the rule that would open it where there
is one: never of messages that could not be read. Messages without PHI on unencrypted connections pass with an alert whatever the rules say, so they need no rule either.

Pure, and blind to order: the same observations in any order, split and merged in any way, give the same proposal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    unread_operations,
)
from mesh.observed.service_hosts import services_of

MIN_COUNT: Final = 3
"""Messages that make an edge, or an identifier on it, more than a chance."""

_Flow = tuple[tuple[str, ...], tuple[str, ...]]
"""InfoTypes that are allowed, and masked, in one direction."""

_Aside = tuple[Mark, Ends, str, str]
"""What marks messages, their ends, their method and their route."""


def propose(observations: Iterable[Observation], *, min_count: int = MIN_COUNT) -> Proposal:
    """What the observations ask for.

    Args:
        min_count: operations, and identifiers in one, that were seen in fewer messages are marked
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
        elif (pattern := route_template.pattern_of(each.sighting.route)) and needs_rule(each):
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
    """Operations of the same ends that let the same flow are one rule."""
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
    """What flows in a direction: masked where every message of the edge was, as it is where one was
    not."""
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
            tuple(sorted(set().union(*(total.health(direction) for total in found.values())))),
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
    """A person can open what leaves the mesh: the rule is made of what was read of it alone."""
    mark, ends, method, route = key
    pattern = route_template.pattern_of(route)
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
