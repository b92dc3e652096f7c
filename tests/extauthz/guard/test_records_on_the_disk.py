"""With `--fsync group`, no answer leaves before its record is on the disk, over real gRPC."""

import asyncio
import os
import threading

import pytest
from running_guard import (
    ALLOWED,
    NOT_SERVING,
    POLICY,
    SERVING,
    Guard,
    check_request,
    health,
    kinds,
    processing_call,
    processing_request,
    reasons,
    request_head,
)

from extauthz.records.ledger.durability import Fsync

FULL_DUPLEX = 4
MONITOR = POLICY.replace("mode: enforce", "mode: monitor")


class Disk:
    """Its `fsync` waits until it may go on, and fails while it is broken."""

    def __init__(self):
        self.goes_on, self.is_broken, self.real = threading.Event(), False, os.fsync
        self.goes_on.set()

    def fsync(self, file):
        self.goes_on.wait(60)
        if self.is_broken:
            raise OSError(5, "Input/output error")
        self.real(file)


@pytest.fixture
def disk(monkeypatch):
    found = Disk()
    monkeypatch.setattr(os, "fsync", found.fsync)
    return found


@pytest.fixture
def guard(tmp_path, engine):
    return lambda policy=POLICY, fsync=Fsync.GROUP: Guard(
        tmp_path, engine, policy=policy, fsync=fsync
    )


def body(data, end=True):
    return processing_request("request_body", body=data, end_of_stream=end)


def test_answers_wait_for_the_disk_and_others_are_judged_meanwhile(guard, disk, run):
    async def scenario():
        async with guard() as g:
            await g.check(check_request(ALLOWED))
            disk.goes_on.clear()
            waiting = [asyncio.create_task(g.check(check_request(ALLOWED))) for _ in range(5)]
            while len(g.records()) < 6:
                await asyncio.sleep(0.01)
            done, _ = await asyncio.wait(waiting, timeout=0.1)
            disk.goes_on.set()
            return len(done), [answer.status.code for answer in await asyncio.gather(*waiting)]

    assert run(scenario()) == (0, [0] * 5)


def test_a_check_whose_record_may_be_lost_is_denied(guard, disk, run):
    async def scenario():
        async with guard() as g:
            disk.is_broken = True
            denied = await g.check(check_request(ALLOWED))
            disk.is_broken = False
            await g.worker._tend_ledger()
            return denied, await g.check(check_request(ALLOWED))

    denied, allowed = run(scenario())
    assert denied.status.code == 14
    assert denied.denied_response.status.code == 503
    headers = {h.header.key: h.header.value for h in denied.denied_response.headers}
    assert headers["x-phiguard-reason"] == "LEDGER_UNAVAILABLE"
    assert allowed.status.code == 0


@pytest.mark.parametrize("mode", [2, FULL_DUPLEX])
def test_a_stream_whose_record_may_be_lost_is_denied(guard, disk, run, mode):
    async def scenario():
        async with guard() as g:
            disk.is_broken = True
            events = request_head(mode=mode), body(ALLOWED)
            if mode == FULL_DUPLEX:  # headers are not answered before the body
                async with g.channel() as channel:
                    return await _all_at_once(channel, events)
            return (await g.process(*events))[0]

    answers = run(scenario())
    assert kinds(answers)[-1] == "immediate_response"
    assert answers[-1].immediate_response.status.code == 503
    assert "request_body" not in kinds(answers)


async def _all_at_once(channel, events):
    call = processing_call(channel)
    for event in events:
        await call.write(event)
    await call.done_writing()
    return [answer async for answer in call]


def test_where_nothing_is_enforced_the_message_passes_and_the_failure_is_counted(guard, disk, run):
    async def scenario():
        async with guard(MONITOR) as g:
            disk.is_broken = True
            answer = await g.check(check_request(ALLOWED))
            streamed, _ = await g.process(request_head(), body(ALLOWED))
            disk.is_broken = False
            await g.worker._tend_ledger()
            await g.check(check_request(ALLOWED))
            return g, answer, streamed

    g, answer, streamed = run(scenario())
    assert answer.status.code == 0
    assert kinds(streamed) == ["request_headers", "request_body"]
    # while the disk fails nothing is recorded; then the ledger says that it was continued
    assert len(g.records("start")) > 1
    assert reasons(g.records())[-1] == "ALLOWED_BY_RULE"
    assert "phiguard.ledger.failures" in g.metrics_json


def test_while_the_ledger_is_healed_messages_are_denied_at_once_and_then_judged(guard, disk, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            g.worker._upkeep.cancel()
            disk.is_broken = True
            await g.check(check_request(ALLOWED))
            disk.is_broken = False
            disk.goes_on.clear()  # what writes again waits for a slow disk
            healing = asyncio.create_task(g.worker._tend_ledger())
            await asyncio.sleep(0)
            denied = await g.check(check_request(ALLOWED))
            unable, is_healing = await health(channel), not healing.done()
            disk.goes_on.set()
            await healing
            allowed = await g.check(check_request(ALLOWED))
            return denied, unable, is_healing, allowed, await health(channel), g.records()

    denied, unable, is_healing, allowed, able, records = run(scenario())
    assert denied.dynamic_metadata["reason"] == "LEDGER_UNAVAILABLE"
    assert (unable, is_healing) == (NOT_SERVING, True)
    assert (allowed.status.code, able) == (0, SERVING)
    # what the failed fsync was about is there again, and what was denied has no record
    assert reasons(records) == ["ALLOWED_BY_RULE"] * 2


def test_with_each_a_record_that_cannot_be_synced_denies(guard, disk, run):
    async def scenario():
        async with guard(fsync=Fsync.EACH) as g:
            disk.is_broken = True
            denied = await g.check(check_request(ALLOWED))
            disk.is_broken = False
            return denied.denied_response.status.code

    assert run(scenario()) == 503
