import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from judgements import JUDGEMENT
from ledger_schema import KINDS, faults
from running_guard import (
    ALLOWED,
    DENIED,
    POLICY,
    check_request,
    processing_request,
    request_head,
    response_head,
    trailers,
)

from extauthz.guard.recorder import Recorder
from extauthz.policies.files import PolicyFiles
from extauthz.policies.store import PolicyStore
from extauthz.records.ledger.keeper import LedgerError, NoLedger
from mesh.policy_file.teams import SetAside

TODAY = date(2026, 6, 1)
OTHER = POLICY.replace("mode: enforce", "mode: monitor")
EXCEPTION = (
    POLICY + "  exceptions: [{name: until-june, from: [{namespaces: [a]}], to: [{namespaces: [b]}],"
    " allow: [EMAIL_ADDRESS], owner: privacy, reason: a move, expires: 2026-06-01}]\n"
)


class Kept(NoLedger):
    """A ledger in memory, which fails on demand."""

    def __init__(self):
        self.records, self.fails = [], False

    def append(self, record):
        if self.fails:
            raise LedgerError("the disk is full")
        self.records.append(record)

    def kinds(self):
        return [(r["kind"], r["policy"]) for r in self.records]


@pytest.fixture
def snapshot(tmp_path, engine):
    def made(text, today=TODAY):
        path = tmp_path / "policy.yaml"
        path.write_text(text)
        return PolicyStore(PolicyFiles(path), lambda: today, lambda _: engine).current

    return made


def decided(snapshot):
    return replace(JUDGEMENT, decision=replace(JUDGEMENT.decision, policy=snapshot.policy.digest))


def test_the_policy_stands_before_the_first_decision_that_names_it(snapshot):
    ledger, one, two = Kept(), snapshot(POLICY), snapshot(OTHER)
    recorder = Recorder(ledger)
    for each in (one, one, two, one, two):  # a stream that began earlier goes on with its policy
        recorder.keep(decided(each), each)
    first, second = one.policy.digest, two.policy.digest
    assert ledger.kinds() == [
        ("policy", first),
        ("decision", first),
        ("decision", first),
        ("policy", second),
        ("decision", second),
        ("decision", first),
        ("decision", second),
    ]


def test_a_policy_that_comes_back_is_recorded_again(snapshot):
    ledger, one, two = Kept(), snapshot(POLICY), snapshot(OTHER)
    recorder = Recorder(ledger)
    for each in (one, one, two, one):
        recorder.come_into_force(each)
    assert [r["mode"] for r in ledger.records] == ["enforce", "monitor", "enforce"]
    assert ledger.records[0]["texts"] == dict(one.texts.policies)
    assert list(ledger.records[0]["texts"].values()) == [POLICY]


def test_an_exception_that_ends_is_a_change(snapshot):
    ledger, before = Kept(), snapshot(EXCEPTION)
    recorder = Recorder(ledger)
    recorder.come_into_force(before)
    after = replace(before, policy=before.policy.on(date(2026, 6, 2)), today=date(2026, 6, 2))
    recorder.come_into_force(after)
    assert [(r["exceptions"], r["ended"]) for r in ledger.records] == [
        ({"until-june": "2026-06-01"}, []),
        ({"until-june": "2026-06-01"}, ["until-june"]),
    ]


def test_a_namespace_that_is_set_aside_is_a_change(snapshot):
    ledger, before = Kept(), snapshot(POLICY)
    recorder = Recorder(ledger)
    recorder.come_into_force(before)
    aside = SetAside("clinic", closed=False, problems=()), SetAside("lab", closed=True, problems=())
    for found in (aside, aside, ()):
        recorder.come_into_force(replace(before, aside=found))
    assert [r["setAside"] for r in ledger.records] == [
        {},
        {"clinic": "held", "lab": "closed"},
        {},
    ]
    places = KINDS["policy"]["properties"]["setAside"]
    assert faults(ledger.records[1]["setAside"], places, "setAside") == []
    assert faults({"lab": "gone"}, places, "setAside") != []


def test_a_policy_that_could_not_be_recorded_is_tried_again(snapshot):
    ledger, one = Kept(), snapshot(POLICY)
    recorder = Recorder(ledger)
    ledger.fails = True
    with suppress(LedgerError):
        recorder.come_into_force(one)
    with pytest.raises(LedgerError):
        recorder.keep(decided(one), one)
    ledger.fails = False
    recorder.keep(decided(one), one)
    assert [kind for kind, _ in ledger.kinds()] == ["policy", "decision"]


def test_no_policy_is_recorded_too(snapshot):
    ledger = Kept()
    Recorder(ledger).come_into_force(replace(snapshot(POLICY), policy=None))
    assert ledger.kinds() == [("policy", None)]


def test_the_version_of_the_detectors_is_a_digest_of_their_patterns(snapshot):
    ledger = Kept()
    Recorder(ledger).come_into_force(snapshot(POLICY))
    (record,) = ledger.records
    assert len(record["detectors"]["version"]) == 64
    assert record["detectors"]["sets"] == {}


def test_a_guard_records_its_policy_at_the_start_and_at_each_change(guard, run):
    async def scenario():
        async with guard() as g:
            g.policy.write_text(OTHER)
            g.worker._hurry.set()
            while len(g.records("policy")) < 2:
                await asyncio.sleep(0.01)
            await g.check(check_request(DENIED))
            return g.records("start", "policy", "decision")

    start, one, two, decision = run(scenario())
    assert (start["kind"], start["worker"], start["schema"]) == ("start", 0, 2)
    assert (one["mode"], two["mode"]) == ("enforce", "monitor")
    assert (decision["policy"], decision["enforced"]) == (two["policy"], False)


def test_the_parts_of_one_call_read_as_one_message(guard, run):
    """A body, its trailers, and the response to it come in one call of ext_proc."""
    body = processing_request("request_body", body=ALLOWED)

    async def scenario():
        async with guard() as g:
            await g.process(request_head(), body, trailers(), response_head(end=True))
            await g.check(check_request(ALLOWED))
            return g.records()

    one, two, answer, other = run(scenario())
    assert {r["exchange"] for r in (one, two, answer)} == {one["id"]}
    assert [(r["direction"], r["piece"]) for r in (one, two, answer)] == [
        ("request", 1),
        ("request", 2),
        ("response", 1),
    ]
    assert (other["exchange"], other["piece"]) == (other["id"], 1)


def test_a_sender_cannot_say_whether_tls_is_mutual_or_who_answers(guard, run):
    async def scenario():
        async with guard() as g:
            await g.process(request_head(end=True))
            await g.check(check_request(ALLOWED))
            await g.check(check_request(b"{}", source=""))
            return g.records()

    sender, receiver, stranger = run(scenario())
    assert (sender["vantage"], sender["mtls"], sender["destination"]) == ("outbound", None, None)
    assert (receiver["mtls"], receiver["service"], receiver["caller"]) == (True, None, None)
    assert (stranger["mtls"], stranger["source"]) == (False, None)


def test_a_revision_that_is_refused_is_recorded_once_and_again_after_another(guard, run):
    async def until(g, count):
        g.worker._hurry.set()
        while len(g.records("refusal")) < count:
            await asyncio.sleep(0.01)

    async def scenario():
        async with guard() as g:
            broken = POLICY.replace("mode: enforce", "mode: sleep")
            g.policy.write_text(broken)
            await until(g, 1)
            g.worker.refresh_policy()
            g.worker._record_policy()
            g.policy.write_text(POLICY)
            g.worker.refresh_policy()
            g.worker._record_policy()
            g.policy.write_text(broken)
            await until(g, 2)
            return g.records("policy", "refusal")

    policy, *refusals = run(scenario())
    assert [r["kind"] for r in refusals] == ["refusal", "refusal"]
    assert {r["policy"] for r in refusals} == {policy["policy"]}
    assert "`sleep`" in refusals[0]["problems"][0]


def test_a_refusal_that_could_not_be_recorded_is_tried_again(snapshot):
    ledger = Kept()
    recorder = Recorder(ledger)
    ledger.fails = True
    with pytest.raises(LedgerError):
        recorder.refused(["a problem"])
    ledger.fails = False
    recorder.refused(["a problem"])
    assert ledger.kinds() == [("refusal", None)]
