"""A connection closes while a scanner process judges its message: the record must not be lost."""

import asyncio
import os
import signal

import pytest
from running_guard import reasons
from tcp_connection import DENIED, END, POLICY, VT, Connection

from extauthz.guard import inspection
from extauthz.guard.network_processor import _Conversation
from extauthz.settings import Limits


async def given_and_left(guard, channel, monkeypatch):
    """Give a message away, and end the call as soon as a process is asked to judge it."""
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
    await connection.give(DENIED)
    await asked.wait()
    connection.call.cancel()
    await closing.wait()
    assert guard.records() == []
    assert guard.worker._admission.held == len(DENIED) - len(VT + END)


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
