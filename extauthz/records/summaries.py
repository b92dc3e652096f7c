"""Counts uneventful decisions by edge, between two ledger records of kind `summary`.

INVARIANT (one edge, one policy): a record of kind `summary` speaks of decisions that differ in
nothing but their ids, times, bodies and traces.

The first decision on an edge is never counted, so that an example of it can be read. Memory is
bounded: an edge that finds no room keeps a record a decision.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from extauthz.records import ledger_time
from extauthz.records.judgement import Judgement
from extauthz.records.ledger.keeper import Entry
from mesh.policy.decision import Action, Reason, Uneventful
from mesh.policy.eventful import is_eventful
from mesh.policy.policy import Policy
from phiscan.finding import Coverage, Verdict

KIND: Final = "summary"
"""The kind of such a record."""
LIMIT: Final = 1000
"""Edges of one worker that are counted. Each can have a record a second."""
SECONDS: Final = 1.0
"""Seconds between two records of an edge. So much of the counts is lost with a process."""


class Edge(NamedTuple):
    """What decisions that are counted together have in common.

    Args:
        service: empty where it is not known, as at a receiver.
        rules: names of the rules that name the edge.
        policy: digest of the policy.
        enforced: false in the modes discover and monitor.
    """

    source: str
    destination: str
    service: str
    caller: str
    direction: str
    vantage: str
    rules: tuple[str, ...]
    policy: str
    enforced: bool


@dataclass(slots=True)
class _Tally:
    """Decisions on one edge since the last record: number, bytes of bodies, times in ns."""

    count: int = 0
    size: int = 0
    first: int = 0
    last: int = 0


def edge_of(judgement: Judgement, policy: Policy | None) -> Edge | None:
    """Return the edge with which a decision is counted; None when it keeps its own record.

    Where the proxy that asks has not proved who it is, or takes no answer, decisions are eventful.
    So is what a client asks over HTTP, which is no traffic of the mesh.

    Args:
        judgement: the decision.
        policy: the revision that decided, or None when there is none.
    """
    if policy is None or policy.uneventful is not Uneventful.SUMMARY:
        return None
    facts, decision = judgement.facts, judgement.decision
    if judgement.observed or judgement.asked_over_http or not facts.caller:
        return None
    if is_eventful(facts, decision, judgement.report, policy):
        return None
    return Edge(
        facts.source,
        facts.destination,
        facts.service,
        facts.caller,
        facts.direction.value,
        facts.vantage.value,
        decision.rules,
        decision.policy,
        decision.enforced,
    )


class Summaries:
    """The counts of one worker. Not thread-safe, like the ledger.

    Args:
        clock: nanoseconds since 1970.
        limit: edges that are counted.
    """

    def __init__(self, clock: Callable[[], int], limit: int = LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._tallies: dict[Edge, _Tally] = {}
        self.pending = 0

    def knows(self, edge: Edge) -> bool:
        """Whether decisions on this edge are counted."""
        return edge in self._tallies

    def meet(self, edge: Edge) -> None:
        """Count on this edge from now on, if there is room. One decision on it has a record."""
        if len(self._tallies) < self._limit:
            self._tallies.setdefault(edge, _Tally())

    def count(self, edge: Edge, size: int) -> None:
        """Count a decision on a known edge.

        Args:
            edge: the edge.
            size: bytes of the body.
        """
        tally, now = self._tallies[edge], self._clock()
        if tally.count:  # a clock may jump back
            tally.first, tally.last = min(tally.first, now), max(tally.last, now)
        else:
            tally.first = tally.last = now
        tally.count += 1
        tally.size += size
        self.pending += 1

    def entries(self) -> Iterator[Entry]:
        """Yield the record of each count. The count begins anew when the record is called kept."""
        for edge, tally in self._tallies.items():
            if tally.count:
                yield _record(edge, tally), partial(self._begin_anew, tally)

    def forget(self) -> None:
        """Forget all edges. Call it when nothing is pending."""
        self._tallies.clear()

    def _begin_anew(self, tally: _Tally) -> None:
        self.pending -= tally.count
        tally.count = tally.size = 0


def _record(edge: Edge, tally: _Tally) -> dict[str, Any]:
    return {
        "kind": KIND,
        "count": tally.count,
        "bytes": tally.size,
        "from": ledger_time.at(tally.first),
        "to": ledger_time.at(tally.last),
        "decision": Action.ALLOW.value,
        "enforced": edge.enforced,
        "reason": Reason.NO_PHI.value,
        "verdict": Verdict.NONE.value,
        "coverage": Coverage.COMPLETE.value,
        "rules": list(edge.rules),
        "policy": edge.policy,
        "source": edge.source,
        "destination": edge.destination,
        "service": edge.service or None,
        "caller": edge.caller,
        "mtls": True,
        "direction": edge.direction,
        "vantage": edge.vantage,
    }
