"""When a record is on the disk, and who is told that it is not."""

import asyncio
import contextlib
import os
import threading

import pytest
from one_ledger import now, verify

from extauthz.records.ledger.durability import Fsync
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import LedgerError


@pytest.fixture
def calls(monkeypatch):
    """The names of `fsync` and `close` in the order of their calls, with their file."""
    made = []
    for name in ("fsync", "close"):
        real = getattr(os, name)

        def noted(file, name=name, real=real):
            made.append((name, file))
            real(file)

        monkeypatch.setattr(os, name, noted)
    return made


def test_sync_puts_the_file_on_the_disk_and_close_does_it_once_more(tmp_path, calls):
    ledger = FileLedger(tmp_path, 0, now)
    ledger.sync()  # with the name of the new file, once
    calls.clear()
    ledger.sync()
    ledger.close()
    (synced, file), again, closed, *_ = calls
    assert (synced, again, closed) == ("fsync", ("fsync", file), ("close", file))


def test_a_full_segment_is_on_the_disk_before_its_file_is_closed(tmp_path, calls):
    ledger = FileLedger(tmp_path, 0, now, segment_bytes=10)
    calls.clear()
    ledger.append({"kind": "decision"})
    assert calls == []  # the next sync does it, in its thread
    ledger.sync()
    (first, file), second, *_ = calls
    assert (first, second) == ("fsync", ("close", file))
    ledger.close()


def test_a_disk_that_cannot_sync_is_an_error_until_the_ledger_is_healed(tmp_path, monkeypatch):
    def refuse(_file):
        raise OSError(5, "Input/output error")

    ledger = FileLedger(tmp_path, 0, now)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LedgerError, match="the ledger cannot be synced"):
        ledger.sync()
    assert not ledger.healthy
    monkeypatch.undo()
    ledger.heal()
    ledger.append({"kind": "decision"})
    assert ledger.healthy
    ledger.close()
    assert verify(tmp_path) is None


def fsyncs(calls):
    return sum(name == "fsync" for name, _ in calls)


def test_with_each_a_record_is_on_the_disk_before_append_returns(tmp_path, calls):
    ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.EACH)
    ledger.sync()
    calls.clear()
    for _ in range(3):
        ledger.append({"kind": "decision"})
    assert fsyncs(calls) == 3
    ledger.close()


def test_with_each_a_record_that_cannot_be_synced_is_an_error(tmp_path, refusing):
    ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.EACH)
    refusing.set()
    with pytest.raises(LedgerError, match="the ledger cannot be synced"):
        ledger.append({"kind": "decision"})
    refusing.clear()
    ledger.heal()
    ledger.append({"kind": "decision"})
    ledger.close()
    assert verify(tmp_path) is None


@pytest.fixture
def refusing(monkeypatch):
    """While it is set, no file can be synced."""
    real, refuses = os.fsync, threading.Event()

    def fsync(file):
        if refuses.is_set():
            raise OSError(5, "Input/output error")
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    return refuses


def test_with_second_and_each_an_answer_waits_for_nothing_more(tmp_path, calls):
    async def wait(fsync):
        ledger = FileLedger(tmp_path / fsync, 0, now, fsync=fsync)
        ledger.append({"kind": "decision"})
        before = fsyncs(calls)
        await ledger.kept()
        assert fsyncs(calls) == before
        ledger.close()

    for fsync in (Fsync.SECOND, Fsync.EACH):
        asyncio.run(wait(fsync))


def test_with_group_many_answers_wait_for_one_sync_and_the_loop_goes_on(tmp_path, monkeypatch):
    real, may_end, begun = os.fsync, threading.Event(), threading.Event()
    synced = []

    def fsync(file):
        assert threading.current_thread() is not threading.main_thread()
        begun.set()
        assert may_end.wait(60)
        real(file)
        synced.append(file)

    async def answers():
        ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.GROUP)
        ledger.sync()
        monkeypatch.setattr(os, "fsync", fsync)
        ledger.append({"kind": "decision"})
        first = asyncio.create_task(ledger.kept())
        await asyncio.to_thread(begun.wait)
        later = []
        for _ in range(50):  # while the disk works
            ledger.append({"kind": "decision"})
            later.append(asyncio.create_task(ledger.kept()))
        await asyncio.sleep(0)
        assert not first.done()
        may_end.set()
        await first
        assert len(synced) == 1
        await asyncio.gather(*later)
        assert len(synced) == 2
        monkeypatch.setattr(os, "fsync", real)
        ledger.close()

    asyncio.run(answers())


def test_with_group_every_answer_whose_record_a_failed_sync_may_have_lost_is_told(
    tmp_path, refusing
):
    async def answers():
        ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.GROUP)
        await ledger.kept()
        refusing.set()
        ledger.append({"kind": "decision"})
        waiting = asyncio.create_task(ledger.kept())
        await asyncio.sleep(0)
        ledger.append({"kind": "decision"})  # perhaps in the page that could not be written
        late = asyncio.create_task(ledger.kept())
        for task in (waiting, late):
            with pytest.raises(LedgerError, match=r"cannot be synced .Input/output error."):
                await task
        assert not ledger.healthy
        refusing.clear()
        ledger.heal()
        ledger.append({"kind": "decision"})
        await ledger.kept()
        assert ledger.healthy
        ledger.close()

    asyncio.run(answers())
    assert verify(tmp_path) is None


def test_with_group_a_file_that_fails_when_it_is_put_away_loses_its_records(tmp_path, refusing):
    async def answers():
        ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.GROUP)
        ledger.append({"kind": "decision"})
        waiting = asyncio.create_task(ledger.kept())
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, ledger._segment._file)
        os.close(full)
        refusing.set()
        with pytest.raises(LedgerError):
            ledger.append({"kind": "decision", "lost": True})
        with pytest.raises(LedgerError):
            await waiting
        ledger.close()

    with pytest.raises(LedgerError):
        asyncio.run(answers())


def test_a_waiter_that_gives_up_does_not_stop_the_sync_of_others(tmp_path):
    async def answers():
        ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.GROUP)
        ledger.append({"kind": "decision"})
        waiting = [asyncio.create_task(ledger.kept()) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await waiting[1]
        ledger.close()

    asyncio.run(answers())


def test_the_name_of_a_new_segment_is_put_on_the_disk_too(tmp_path, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(os.fstat(file)), real(file)))
    ledger = FileLedger(tmp_path, 0, now)
    folder = tmp_path.stat().st_ino
    ledger.sync()
    assert folder in {each.st_ino for each in synced}
    synced.clear()
    ledger.sync()
    assert folder not in {each.st_ino for each in synced}
    ledger.close()


@pytest.fixture
def told_elsewhere(monkeypatch):
    """Where the kernel tells its one failure to the first sync, after `says`."""
    real, begun, says = os.fsync, threading.Event(), threading.Event()

    def fsync(file):
        if begun.is_set():
            return real(file)
        begun.set()
        says.wait(60)
        raise OSError(5, "Input/output error")

    def sync(ledger):
        with contextlib.suppress(LedgerError):
            ledger.sync()

    def upkeep(ledger):
        monkeypatch.setattr(os, "fsync", fsync)
        thread = threading.Thread(target=sync, args=(ledger,))
        thread.start()
        begun.wait(60)
        return says, thread

    return upkeep


def test_with_each_a_failure_that_another_thread_was_told_is_a_failure(tmp_path, told_elsewhere):
    ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.EACH)
    says, thread = told_elsewhere(ledger)
    threading.Timer(0.05, says.set).start()
    with pytest.raises(LedgerError, match="cannot be synced"):
        ledger.append({"kind": "decision"})
    thread.join()
    ledger.heal()
    ledger.append({"kind": "decision"})
    ledger.close()


def test_with_group_a_failure_that_another_thread_was_told_is_a_failure(tmp_path, told_elsewhere):
    async def answers():
        ledger = FileLedger(tmp_path, 0, now, fsync=Fsync.GROUP)
        says, thread = told_elsewhere(ledger)
        ledger.append({"kind": "decision"})
        waiting = asyncio.create_task(ledger.kept())
        await asyncio.sleep(0.05)
        says.set()
        with pytest.raises(LedgerError, match="cannot be synced"):
            await waiting
        thread.join()
        ledger.heal()
        ledger.append({"kind": "decision"})
        await ledger.kept()
        ledger.close()

    asyncio.run(answers())
