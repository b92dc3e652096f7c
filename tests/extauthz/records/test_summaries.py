from dataclasses import replace

import pytest
from judgements import JUDGEMENT
from ledger_schema import KINDS, faults

from extauthz.records.judgement import Judgement
from extauthz.records.ledger.chain import GENESIS_HEAD, seal, unseal
from extauthz.records.ledger.file import SCHEMA
from extauthz.records.summaries import Edge, Summaries, edge_of
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Action, Decision, Reason, Uneventful
from mesh.policy.policy import Policy
from phiscan.finding import ScanReport

DIGEST = "9212d0" + "0" * 58
POLICY = Policy("p", DIGEST, uneventful=Uneventful.SUMMARY)
A, B = "cluster.local/ns/n/sa/a", "cluster.local/ns/n/sa/b"
CLEAN = Judgement(
    "decision-2",
    Facts(source=A, destination=B, caller=B, mtls=True),
    Decision(Action.ALLOW, Reason.NO_PHI, rules=("r",), policy=DIGEST),
    ScanReport(media="json", size=12),
    "p",
    "trace",
)
EDGE = Edge(A, B, "", B, "request", "inbound", ("r",), DIGEST, enforced=True)
MICROSECOND = 1000


class Clock:
    """Nanoseconds since 1970."""

    def __init__(self, now=0):
        self.now = now

    def __call__(self):
        return self.now


def written(summaries):
    """The records of all counts, each called kept."""
    found = []
    for record, kept in summaries.entries():
        found.append(record)
        kept()
    return found


def counting(clock=Clock(), **options):  # noqa: B008 - its time stands still
    summaries = Summaries(clock, **options)
    summaries.meet(EDGE)
    return summaries


def test_decisions_are_counted_by_what_they_have_in_common():
    assert edge_of(CLEAN, POLICY) == EDGE
    response = replace(CLEAN, facts=replace(CLEAN.facts, direction=Direction.RESPONSE))
    monitored = replace(CLEAN, decision=replace(CLEAN.decision, enforced=False))
    assert edge_of(response, POLICY) == EDGE._replace(direction="response")
    assert edge_of(monitored, POLICY) == EDGE._replace(enforced=False)
    other = replace(CLEAN, id="x", trace="y", report=ScanReport(media="csv", size=1))
    assert edge_of(other, POLICY) == EDGE


@pytest.mark.parametrize(
    "judgement",
    [
        JUDGEMENT,
        replace(CLEAN, observed=True),
        replace(CLEAN, asked_over_http=True),
        # nobody has proved that the connection is mutual TLS
        replace(CLEAN, facts=replace(CLEAN.facts, caller="")),
        replace(CLEAN, facts=replace(CLEAN.facts, mtls=None)),
    ],
    ids=["denied", "observed", "asked over HTTP", "no caller", "mtls not known"],
)
def test_what_is_eventful_has_no_edge(judgement):
    assert edge_of(judgement, POLICY) is None


def test_without_the_policys_word_nothing_is_counted():
    assert edge_of(CLEAN, replace(POLICY, uneventful=Uneventful.EACH)) is None
    assert edge_of(CLEAN, None) is None


def test_a_record_says_how_many_and_when_and_no_more():
    clock = Clock(1_793_520_000_123_456_789)
    summaries = counting(clock)
    for size in (3, 4, 5):
        summaries.count(EDGE, size)
        clock.now += 2 * MICROSECOND
    (record,) = written(summaries)
    line, _ = seal(
        {**record, "schema": SCHEMA, "time": "2026-11-01T08:00:01.000000Z"}, GENESIS_HEAD
    )
    assert faults(unseal(line.strip()), KINDS["summary"], "summary") == []
    assert (record["count"], record["bytes"]) == (3, 12)
    assert (record["from"], record["to"]) == (
        "2026-11-01T08:00:00.123456Z",
        "2026-11-01T08:00:00.123460Z",
    )
    assert (record["source"], record["destination"], record["caller"]) == (A, B, B)
    assert (record["service"], record["rules"], record["policy"]) == (None, ["r"], DIGEST)


def test_a_clock_that_jumps_back_turns_no_period_around():
    clock = Clock(5 * MICROSECOND)
    summaries = counting(clock)
    summaries.count(EDGE, 0)
    clock.now = 2 * MICROSECOND
    summaries.count(EDGE, 0)
    (record,) = written(summaries)
    assert (record["from"][-7:], record["to"][-7:]) == ("000002Z", "000005Z")


def test_each_edge_has_a_record_and_what_was_written_is_not_written_again():
    other, idle = EDGE._replace(direction="response"), EDGE._replace(policy="x")
    summaries = counting()
    summaries.meet(other)
    summaries.meet(idle)
    summaries.count(EDGE, 1)
    summaries.count(other, 2)
    summaries.count(other, 2)
    assert summaries.pending == 3
    assert [(r["direction"], r["count"]) for r in written(summaries)] == [
        ("request", 1),
        ("response", 2),
    ]
    assert (written(summaries), summaries.pending) == ([], 0)
    summaries.count(EDGE, 1)
    assert [(r["count"], r["bytes"]) for r in written(summaries)] == [(1, 1)]


def test_what_is_not_called_kept_stays_counted():
    summaries = counting()
    summaries.count(EDGE, 1)
    (first, _), (second, kept) = next(summaries.entries()), next(summaries.entries())
    assert first == second
    assert summaries.pending == 1
    kept()
    assert (summaries.pending, written(summaries)) == (0, [])


def test_an_edge_that_finds_no_room_is_not_counted():
    summaries = counting(limit=1)
    other = EDGE._replace(direction="response")
    summaries.meet(other)
    assert (summaries.knows(EDGE), summaries.knows(other)) == (True, False)


def test_meeting_an_edge_again_keeps_its_count():
    summaries = counting()
    summaries.count(EDGE, 1)
    summaries.meet(EDGE)
    assert [r["count"] for r in written(summaries)] == [1]


def test_what_is_forgotten_is_met_anew():
    summaries = counting()
    summaries.forget()
    assert not summaries.knows(EDGE)
