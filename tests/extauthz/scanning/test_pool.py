"""Real scanner processes: answers, deaths, hangs, and who waits for whom."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import time

import pytest
from scanned_policy import POLICY, snapshot_of

from extauthz.detection.engines import Detection
from extauthz.records import logs
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.spans import span_attributes
from extauthz.scanning.job import Job, judge
from extauthz.scanning.pool import LostError, NoRoomError, ScannerPool, Work
from extauthz.scanning.timed_exchange import Before, Budget
from mesh.exchange.events import Body, Head, Trailers
from mesh.message.facts import Facts
from mesh.message.headers import Headers
from mesh.observed.observation import counted_kinds
from mesh.policy.decision import Action, Reason
from mesh.policy.decision_cache import asked

A, B = "cluster.local/ns/a/sa/a", "cluster.local/ns/b/sa/b"
HEAD = Head(Facts(source=A, destination=B, mtls=True, redactable=True))
ALLOWED = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'
REDACTED = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "536-22-8790"}'
DENIED = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "email": "ana.ruiz@example.net"}'


def work(*events, seconds=20.0):
    return Work(events, Before(), lambda _: Budget(8 << 20, seconds), with_places=True)


def message(body, seconds=20.0):
    return work(HEAD, Body(body, end=True), seconds=seconds)


@contextlib.asynccontextmanager
async def opened(count, current):
    pool = ScannerPool(count, Detection(), current)
    pool.start()
    try:
        async with asyncio.timeout(60):
            while not pool.is_open:
                await asyncio.sleep(0.01)
        yield pool
    finally:
        await pool.close()
    assert pool.pids == []


def run(count, snapshot, use):
    async def used():
        async with opened(count, lambda: snapshot) as pool:
            return await use(pool)

    return asyncio.run(used())


@pytest.mark.parametrize("body", [ALLOWED, REDACTED, DENIED, b"", b"\xff{", b"plain words"])
def test_a_process_judges_as_the_worker_would(snapshot, body):
    answer = run(1, snapshot, lambda pool: pool.judge(message(body), snapshot, "x"))
    events = (HEAD, Body(body, end=True))
    here = judge(Job(events, Budget(8 << 20, 20.0), Before(), with_places=True), snapshot)

    there, outcome = answer.outcome, here.outcome
    assert (there.decision, there.report, there.body) == (
        outcome.decision,
        outcome.report,
        outcome.body,
    )
    assert [step.name for step in answer.steps] == [step.name for step in here.steps]


@pytest.mark.parametrize("body", [ALLOWED, REDACTED, DENIED, b"plain words"])
def test_without_places_all_records_are_the_same(snapshot, body):
    """A proxy asks for no places, and a report can have thousands of findings."""
    events = (HEAD, Body(b"[" + b",".join([body] * 3) + b"]", end=True))
    budget = Budget(8 << 20, 20.0)
    whole, less = (
        judge(Job(events, budget, Before(), with_places=each), snapshot).outcome
        for each in (True, False)
    )
    kept, sent = (
        Judgement("1", each.facts, each.decision, each.report, "clinic", "")
        for each in (whole, less)
    )

    assert (less.decision, less.body, less.facts) == (whole.decision, whole.body, whole.facts)
    assert len(less.report.findings) < len(whole.report.findings) or b"{" not in body
    assert ledger_record(sent) == ledger_record(kept)
    assert span_attributes(sent) == span_attributes(kept)
    assert asked(less.facts, less.report) == asked(whole.facts, whole.report)
    assert counted_kinds(less.report) == counted_kinds(whole.report)
    assert less.report.identifiers == whole.report.identifiers


def test_trailers_belong_to_their_message(snapshot):
    trailers = Trailers(Headers((("x-mail", "ana.ruiz@example.net"),)))
    events = (HEAD, Body(ALLOWED, end=False), trailers)
    answer = run(1, snapshot, lambda pool: pool.judge(work(*events), snapshot, "x"))

    assert answer.outcome.decision.action is Action.DENY


def test_each_message_is_judged_by_its_own_snapshot(engine_in_use, snapshot):
    stricter = snapshot_of(POLICY.replace("[PERSON_NAME]", "[]"), engine_in_use)

    async def use(pool):
        found = []
        for each in (snapshot, stricter, snapshot, stricter):
            answer = await pool.judge(message(ALLOWED), each, "x")
            found.append((answer.outcome.decision.action, answer.outcome.decision.policy))
        return found

    decided = run(1, snapshot, use)
    assert (
        decided
        == [
            (Action.ALLOW, snapshot.policy.digest),
            (Action.DENY, stricter.policy.digest),
        ]
        * 2
    )


@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_dies_loses_its_message_only(snapshot, deadly):
    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)  # so that it dies with the message
        judged = asyncio.ensure_future(pool.judge(message(DENIED), snapshot, "x"))
        await asyncio.sleep(0.2)
        behind = asyncio.ensure_future(pool.judge(message(DENIED), snapshot, "x"))
        os.kill(pid, deadly)
        with contextlib.suppress(ProcessLookupError):  # SIGKILL ends a stopped process too
            os.kill(pid, signal.SIGCONT)
        with pytest.raises(LostError):
            await judged
        answer = await behind
        assert pool.pids != [pid]
        return answer

    assert run(1, snapshot, use).outcome.decision.action is Action.DENY


def test_a_process_that_dies_while_nothing_waits_is_replaced_and_loses_nothing(snapshot, caplog):
    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while pool.pids in ([], [pid]):
                await asyncio.sleep(0.01)
        return await pool.judge(message(ALLOWED), snapshot, "x")

    with caplog.at_level("INFO", logger="phiguard"):
        assert run(1, snapshot, use).outcome.decision.action is Action.ALLOW
    assert [r.msg for r in caplog.records] == [logs.LogEvent.SCANNER_LOST.value]


def test_a_process_that_hangs_is_killed(snapshot, monkeypatch):
    monkeypatch.setattr("extauthz.scanning.remote._SLACK_SECONDS", 0.1)

    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(LostError):
            await pool.judge(message(DENIED, seconds=0.1), snapshot, "x")
        return await pool.judge(message(DENIED), snapshot, "x")

    assert run(1, snapshot, use).outcome.decision.action is Action.DENY


def test_a_message_for_which_no_process_becomes_free_gives_up(snapshot):
    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        first = asyncio.ensure_future(pool.judge(message(ALLOWED), snapshot, "x"))
        await asyncio.sleep(0.1)
        with pytest.raises(NoRoomError):
            await pool.judge(message(ALLOWED, seconds=0.2), snapshot, "y")
        os.kill(pid, signal.SIGCONT)
        return await first

    assert run(1, snapshot, use).outcome.decision.action is Action.ALLOW


def test_a_message_that_nobody_waits_for_is_dropped(snapshot):
    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        first = asyncio.ensure_future(pool.judge(message(ALLOWED), snapshot, "x"))
        dropped = asyncio.ensure_future(pool.judge(message(b" " * (1 << 20)), snapshot, "x"))
        await asyncio.sleep(0.1)
        dropped.cancel()
        os.kill(pid, signal.SIGCONT)
        await first
        began = time.monotonic()
        answer = await pool.judge(message(REDACTED), snapshot, "x")
        assert pool.pids == [pid]
        return answer, time.monotonic() - began

    answer, _ = run(1, snapshot, use)
    assert answer.outcome.decision.reason is Reason.REDACTED_BY_RULE


def test_one_caller_that_sends_much_does_not_delay_another(snapshot):
    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        order = []

        async def asked(caller):
            await pool.judge(message(ALLOWED), snapshot, caller)
            order.append(caller)

        tasks = [asyncio.ensure_future(asked("busy")) for _ in range(6)]
        await asyncio.sleep(0.1)
        tasks.append(asyncio.ensure_future(asked("quiet")))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGCONT)
        await asyncio.gather(*tasks)
        return order

    # one is with the process already, and one of the busy caller's was next
    assert run(1, snapshot, use).index("quiet") <= 2


def test_what_waits_when_the_pool_closes_is_lost_and_never_silent(snapshot):
    async def use(pool):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asked = [
            asyncio.ensure_future(pool.judge(message(ALLOWED), snapshot, "x")) for _ in range(3)
        ]
        await asyncio.sleep(0.1)
        await pool.close()
        return await asyncio.gather(*asked, return_exceptions=True)

    lost = run(1, snapshot, use)
    assert [type(each) for each in lost] == [LostError] * 3


def test_a_pool_that_closes_while_it_starts_leaves_no_process(snapshot, capfd):
    async def use():
        pool = ScannerPool(2, Detection(), lambda: snapshot)
        pool.start()
        await asyncio.sleep(0)
        await asyncio.sleep(0.005)
        await pool.close()
        return pool.pids

    assert asyncio.run(use()) == []
    assert "Traceback" not in capfd.readouterr().err
    assert [p for p in multiprocessing.active_children() if p.name == "phiguard-scanner"] == []
