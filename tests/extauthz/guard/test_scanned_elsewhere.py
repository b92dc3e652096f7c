"""The guard with scanner processes: the same answers, and nobody waits for another's scan."""

import asyncio
import contextlib
import os
import signal

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from running_guard import (
    ALLOWED,
    DENIED,
    REDACTED,
    Guard,
    check_request,
    processing_call,
    processing_request,
    request_head,
    response_head,
)

from extauthz.guard import inspection
from extauthz.settings import Limits
from phiscan.detectors import select
from phiscan.engine import Engine


@pytest.fixture(scope="module")
def engine_in_use():
    return Engine(select())


@pytest.fixture
def guard(tmp_path, engine_in_use):
    def make(**options):
        return opened(Guard(tmp_path, engine_in_use, scanners=1, **options))

    return make


@pytest.fixture
def everything_is_dear(monkeypatch):
    monkeypatch.setattr(inspection, "is_dear", lambda *_: True)


@contextlib.asynccontextmanager
async def opened(guard):
    async with guard:
        pool = guard.worker._scanners
        while not pool.is_open:
            await asyncio.sleep(0.01)
        guard.pid = pool.pids[0]
        yield guard


def large(document, size=4096):
    """The document with blanks: too large for the event loop."""
    return document + b" " * size


def body(data, side="request"):
    return processing_request(f"{side}_body", body=data, end_of_stream=True)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (ALLOWED, "ALLOWED_BY_RULE"),
        (DENIED, "MINIMUM_NECESSARY"),
        (REDACTED, "REDACTION_UNAVAILABLE"),
    ],
)
def test_a_check_is_answered_as_on_the_event_loop(guard, run, document, reason):
    async def scenario():
        async with guard() as g:
            answer = await g.check(check_request(large(document)))
            return answer, g.records(), g.spans.get_finished_spans()

    answer, records, spans = run(scenario())

    assert answer.dynamic_metadata["reason"] == reason
    assert [(r["reason"], r["verdict"]) for r in records] == [(reason, "phi")]
    assert [s.name for s in spans][-1] == "phiguard.authorize"


def test_a_response_is_masked_and_its_digest_made_anew(guard, run):
    async def scenario():
        async with guard() as g:
            events = (response_head(etag="1"), body(large(REDACTED), "response"))
            answers, _ = await g.process(*events)
            return answers, g.records()

    answers, records = run(scenario())
    changed = answers[1].response_body.response

    assert b"536-22-8790" not in changed.body_mutation.body
    assert b"Ana Ruiz" in changed.body_mutation.body
    assert [r["reason"] for r in records] == ["REDACTED_BY_RULE"]


@pytest.mark.usefixtures("everything_is_dear")
@pytest.mark.parametrize("document", [b"", b"{", b"plain words", ALLOWED, DENIED])
def test_small_and_broken_bodies_can_go_there_too(guard, run, document):
    async def scenario():
        async with guard() as g:
            there = await g.check(check_request(document))
            g.worker._scanners._is_open = False
            here = await g.check(check_request(document))
            return there, here, g.records()

    there, here, records = run(scenario())

    assert there.dynamic_metadata["reason"] == here.dynamic_metadata["reason"]
    changing = ("id", "exchange", "trace", "time", "hash", "prev", "seq")
    first, second = ({k: v for k, v in r.items() if k not in changing} for r in records)
    assert first == second


def test_a_name_in_a_trailer_belongs_to_the_diagnosis_in_the_body(guard, run):
    async def scenario():
        async with guard() as g:
            trailers = processing_request("request_trailers", headers={"x-mail": "ana@fern.net"})
            part = processing_request("request_body", body=large(ALLOWED), end_of_stream=False)
            await g.process(request_head(), part, trailers)
            return g.records()

    assert [r["reason"] for r in run(scenario())] == ["ALLOWED_BY_RULE", "MINIMUM_NECESSARY"]


def test_nobody_waits_for_the_scan_of_another(guard, run):
    async def scenario():
        async with guard() as g:
            os.kill(g.pid, signal.SIGSTOP)
            dear = asyncio.ensure_future(g.check(check_request(large(DENIED))))
            await asyncio.sleep(0.1)
            small = await g.check(check_request(ALLOWED))
            clean = await g.check(check_request(b"[" + b"1," * 4096 + b"1]"))
            assert not dear.done()
            os.kill(g.pid, signal.SIGCONT)
            return small, clean, await dear

    small, clean, dear = run(scenario())
    assert [a.dynamic_metadata["reason"] for a in (small, clean, dear)] == [
        "ALLOWED_BY_RULE",
        "NO_PHI",
        "MINIMUM_NECESSARY",
    ]


def test_a_message_whose_process_dies_is_denied_and_recorded(guard, run):
    async def scenario():
        async with guard() as g:
            os.kill(g.pid, signal.SIGSTOP)
            asked = asyncio.ensure_future(g.check(check_request(large(ALLOWED))))
            await asyncio.sleep(0.2)
            os.kill(g.pid, signal.SIGKILL)
            lost = await asked
            return lost, await g.check(check_request(large(ALLOWED))), g.records()

    lost, after, records = run(scenario())

    assert lost.denied_response.status.code == 503
    assert lost.dynamic_metadata["reason"] == "SCANNER_LOST"
    assert after.dynamic_metadata["reason"] == "ALLOWED_BY_RULE"
    assert [r["reason"] for r in records] == ["SCANNER_LOST", "ALLOWED_BY_RULE"]
    assert records[0]["source"] == records[1]["source"]


def test_a_message_for_which_no_process_is_free_is_denied_and_recorded(guard, run):
    async def scenario():
        async with guard(limits=Limits(scan_seconds=0.5)) as g:
            os.kill(g.pid, signal.SIGSTOP)
            first = asyncio.ensure_future(g.check(check_request(large(ALLOWED))))
            await asyncio.sleep(0.2)
            shed = [await g.check(check_request(large(ALLOWED))) for _ in range(2)]
            with contextlib.suppress(ProcessLookupError):  # on a slow machine it counts as hung
                os.kill(g.pid, signal.SIGCONT)
            await first
            return shed, g.records()

    shed, records = run(scenario())

    assert [a.dynamic_metadata["reason"] for a in shed] == ["OVERLOADED"] * 2
    assert [r["reason"] for r in records[:2]] == ["OVERLOADED"] * 2


def test_checks_that_wait_hold_places_and_bytes(guard, run):
    limits = Limits(scan_seconds=20.0, exchanges=2)

    async def scenario():
        async with guard(limits=limits) as g:
            os.kill(g.pid, signal.SIGSTOP)
            asked = [
                asyncio.ensure_future(g.check(check_request(large(ALLOWED)))) for _ in range(2)
            ]
            await asyncio.sleep(0.3)
            third = await g.check(check_request(ALLOWED))
            os.kill(g.pid, signal.SIGCONT)
            await asyncio.gather(*asked)
            return third, await g.check(check_request(ALLOWED))

    third, after = run(scenario())
    assert third.dynamic_metadata["reason"] == "OVERLOADED"
    assert after.dynamic_metadata["reason"] == "ALLOWED_BY_RULE"


def test_a_caller_that_gives_up_leaves_nothing_behind(guard, run):
    async def scenario():
        async with guard(limits=Limits(scan_seconds=20.0, exchanges=1)) as g:
            os.kill(g.pid, signal.SIGSTOP)
            with pytest.raises(grpc.aio.AioRpcError) as seen:
                await g.check(check_request(large(ALLOWED)), timeout=0.3)
            os.kill(g.pid, signal.SIGCONT)
            async with asyncio.timeout(20):
                while (await g.check(check_request(ALLOWED))).dynamic_metadata[
                    "reason"
                ] == "OVERLOADED":
                    await asyncio.sleep(0.05)
            return seen.value.code(), g.worker._admission.streams

    assert run(scenario()) == (grpc.StatusCode.DEADLINE_EXCEEDED, 0)


def test_the_guard_is_ready_when_its_processes_are(tmp_path, engine_in_use, run):
    async def status(g):
        async with g.channel() as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            return (await stub.Check(health_pb2.HealthCheckRequest())).status

    async def scenario():
        async with Guard(tmp_path, engine_in_use, scanners=1) as g:
            first = await status(g), g.worker._scanners.is_open
            async with asyncio.timeout(50):
                while await status(g) != health_pb2.HealthCheckResponse.SERVING:
                    await asyncio.sleep(0.05)
            return first, g.worker._scanners.is_open

    first, is_open = run(scenario())
    assert first in (
        (health_pb2.HealthCheckResponse.NOT_SERVING, False),
        (health_pb2.HealthCheckResponse.NOT_SERVING, True),  # it became ready in between
    )
    assert is_open


def test_a_new_policy_reaches_the_processes(guard, run):
    async def scenario():
        async with guard() as g:
            before = await g.check(check_request(large(ALLOWED)))
            stricter = g.policy.read_text().replace(
                "allow: [PERSON_NAME, MEDICAL", "allow: [MEDICAL"
            )
            g.policy.write_text(stricter)
            g.worker.refresh_policy()
            return before, await g.check(check_request(large(ALLOWED)))

    before, after = run(scenario())
    assert before.dynamic_metadata["reason"] == "ALLOWED_BY_RULE"
    assert after.dynamic_metadata["reason"] == "MINIMUM_NECESSARY"


@pytest.mark.parametrize("way", ["check", "process"])
def test_a_message_whose_caller_leaves_while_it_is_judged_has_a_record(
    guard, run, monkeypatch, way
):
    """It is not judged to its end: nobody waits for that, and it is no allow."""

    async def scenario():
        async with guard() as g, g.channel() as channel:
            os.kill(g.pid, signal.SIGSTOP)
            asked, judge = asyncio.Event(), g.worker._scanners.judge

            async def seen_judge(*work):
                asked.set()
                return await judge(*work)

            monkeypatch.setattr(g.worker._scanners, "judge", seen_judge)
            if way == "check":
                call = asyncio.ensure_future(g.check(check_request(large(ALLOWED))))
            else:
                call = processing_call(channel)
                await call.write(request_head())
                await call.read()
                await call.write(body(large(ALLOWED)))
            await asked.wait()
            call.cancel()
            while g.worker._admission.streams:
                await asyncio.sleep(0.01)
            os.kill(g.pid, signal.SIGCONT)
            return g.records()

    (record,) = run(scenario())
    assert (record["decision"], record["reason"]) == ("DENY", "ABORTED")
