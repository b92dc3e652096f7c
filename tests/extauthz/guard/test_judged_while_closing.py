"""A connection closes while a scanner process judges its message: the record must not be lost."""

import asyncio
import os
import signal

import pytest
from running_guard import reasons
from tcp_connection import CLEAN, DENIED, END, POLICY, VT, Connection

from extauthz.guard import inspection, network_processor
from extauthz.guard.network_processor import _Conversation
from extauthz.settings import Limits


async def given_and_left(guard, channel, monkeypatch, given=DENIED):
    """Give messages away, and end the call as soon as a process is asked to judge it."""
    asked, closing = asyncio.Event(), asyncio.Event()
    pool = guard.worker._scanners
    judge, close = pool.judge, _Conversation.close

    async def seen_judge(*work):
        asked.set()
        return await judge(*work)

    async def seen_close(conversation):
        closing.set()
        await close(conversation)

    monkeypatch.setattr(inspection, "is_dear", lambda *_: True)
    monkeypatch.setattr(pool, "judge", seen_judge)
    monkeypatch.setattr(_Conversation, "close", seen_close)
    connection = Connection(channel)
    await connection.give(given)
    await asked.wait()
    connection.call.cancel()
    await closing.wait()
    assert guard.records() == []
    first = len(DENIED) - len(VT + END)
    assert guard.worker._admission.held == first + len(given) - len(DENIED)


async def nothing_runs(guard):
    while guard.worker._admission.streams:
        await asyncio.sleep(0.01)
    assert guard.worker._admission.held == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("none", "MINIMUM_NECESSARY"),
        ("the process dies", "SCANNER_LOST"),
        ("the worker ends", "SCANNER_LOST"),
    ],
)
def test_its_record_is_kept(guard, run, monkeypatch, fault, reason):
    limits = Limits(grace_seconds=0.2, scan_seconds=20)

    async def scenario():
        async with guard(policy=POLICY, scanners=1, limits=limits) as g, g.channel() as channel:
            await g.worker._scanners.opened()
            (pid,) = g.worker._scanners.pids
            os.kill(pid, signal.SIGSTOP)  # so that it judges when it is let
            await given_and_left(g, channel, monkeypatch)
            if fault == "the worker ends":
                await g.worker.drain()
            else:
                os.kill(pid, signal.SIGCONT if fault == "none" else signal.SIGKILL)
            await nothing_runs(g)
            return g.records()

    assert reasons(run(scenario())) == [reason]


@pytest.mark.parametrize(("most", "recorded"), [(1024, 3), (2, 2)])
def test_what_waits_behind_it_has_a_record_too(guard, run, monkeypatch, most, recorded):
    """Each whole message, up to a number; none of them is allowed."""
    monkeypatch.setattr(network_processor, "_MOST_ABANDONED", most)
    limits = Limits(grace_seconds=0.2, scan_seconds=20)

    async def scenario():
        async with guard(policy=POLICY, scanners=1, limits=limits) as g, g.channel() as channel:
            await g.worker._scanners.opened()
            (pid,) = g.worker._scanners.pids
            os.kill(pid, signal.SIGSTOP)
            await given_and_left(g, channel, monkeypatch, DENIED + CLEAN * 3 + CLEAN[:-2])
            os.kill(pid, signal.SIGCONT)
            await nothing_runs(g)
            return g.records()

    records = run(scenario())
    assert reasons(records) == ["MINIMUM_NECESSARY", *["ABORTED"] * recorded]
    assert [r["decision"] for r in records] == ["DENY"] * (1 + recorded)
    assert {r["exchange"] for r in records} == {records[0]["id"]}
    assert [r["piece"] for r in records] == list(range(1, 2 + recorded))
