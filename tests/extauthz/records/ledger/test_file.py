import asyncio
import contextlib
import os
import threading
from pathlib import Path

import orjson
import pytest

from extauthz.records.ledger.chain import GENESIS_HEAD, Verifier, chains, seal
from extauthz.records.ledger.durability import Fsync
from extauthz.records.ledger.file import SEGMENT_BYTES, FileLedger, LedgerError, NoLedger


def now():
    return "2026-08-01T12:00:00.000000Z"


def verify(folder, worker=0):
    verifier = Verifier()
    for name in chains(p.name for p in folder.iterdir()).get(worker, []):
        broken = verifier.segment(name, (folder / name).read_bytes())
        if broken:
            return broken
    return verifier.end()


def lines(folder):
    names = chains(p.name for p in folder.iterdir())[0]
    return [
        orjson.loads(line) for name in names for line in (folder / name).read_bytes().splitlines()
    ]


def written(folder, count):
    ledger = FileLedger(folder, 0, now)
    for number in range(count):
        ledger.append({"kind": "decision", "number": number})
    ledger.close()
    return ledger.head


def test_a_record_is_on_file_with_its_place_in_the_chain(tmp_path):
    head = written(tmp_path, 2)
    start, first, second = lines(tmp_path)

    assert (start["kind"], start["prev"], start["seq"]) == ("start", "0" * 64, 1)
    assert (first["number"], second["number"], second["time"]) == (0, 1, now())
    assert (first["prev"], second["prev"], second["hash"]) == (
        start["hash"],
        first["hash"],
        head.hash,
    )
    assert verify(tmp_path) is None


def test_a_record_is_with_the_operating_system_before_append_returns(tmp_path):
    ledger = FileLedger(tmp_path, 0, now)
    ledger.append({"kind": "decision"})

    assert lines(tmp_path)[-1]["kind"] == "decision"
    ledger.close()


def test_files_are_readable_by_their_owner_only(tmp_path):
    written(tmp_path, 1)

    assert {p.stat().st_mode & 0o777 for p in tmp_path.iterdir()} == {0o600}


def test_a_new_process_continues_the_chain_in_a_new_segment(tmp_path):
    written(tmp_path, 2)
    head = written(tmp_path, 1)

    assert sorted(p.name for p in tmp_path.glob("*.jsonl")) == [
        "ledger-0-000000000001.jsonl",
        "ledger-0-000000000004.jsonl",
    ]
    assert head.seq == 5
    assert verify(tmp_path) is None


def test_each_worker_has_a_chain_of_its_own(tmp_path):
    one, two = FileLedger(tmp_path, 0, now), FileLedger(tmp_path, 1, now)
    one.append({"kind": "decision"})
    two.append({"kind": "decision"})
    one.close()
    two.close()

    assert (verify(tmp_path, 0), verify(tmp_path, 1)) == (None, None)
    assert (one.head.seq, two.head.seq) == (2, 2)


def test_two_processes_cannot_write_one_chain(tmp_path):
    ledger = FileLedger(tmp_path, 0, now)
    with pytest.raises(LedgerError, match="another process writes the ledger of worker 0"):
        FileLedger(tmp_path, 0, now)
    ledger.close()


@pytest.mark.parametrize("kept", [1, 40])
def test_a_torn_last_line_is_kept_and_closed_by_a_recovery_record(tmp_path, kept):
    written(tmp_path, 2)
    segment = tmp_path / "ledger-0-000000000001.jsonl"
    data = segment.read_bytes()
    torn = data[: data.rstrip(b"\n").rindex(b"\n") + 1 + kept]
    segment.write_bytes(torn)
    assert verify(tmp_path).problem == "the last line is torn and no recovery record closes it"

    written(tmp_path, 1)

    assert segment.read_bytes().startswith(torn)
    assert b'"kind":"recovery"' in segment.read_bytes()
    assert verify(tmp_path) is None


def test_a_line_that_lacks_only_its_newline_stays_in_the_chain(tmp_path):
    written(tmp_path, 1)
    segment = tmp_path / "ledger-0-000000000001.jsonl"
    segment.write_bytes(segment.read_bytes()[:-1])

    written(tmp_path, 1)

    assert verify(tmp_path) is None
    assert [r["kind"] for r in lines(tmp_path)] == ["start", "decision", "start", "decision"]


def test_a_long_segment_is_followed_by_a_new_one(tmp_path):
    ledger = FileLedger(tmp_path, 0, now, segment_bytes=300)
    for _ in range(5):
        ledger.append({"kind": "decision"})
    ledger.close()

    assert len(list(tmp_path.glob("*.jsonl"))) > 1
    assert verify(tmp_path) is None


def test_a_failed_write_is_an_error_and_the_chain_heals_when_the_disk_does(tmp_path, monkeypatch):
    ledger = FileLedger(tmp_path, 0, now)
    real = os.write
    # A full disk writes only a part.
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:30]))
    with pytest.raises(LedgerError, match="the disk is full"):
        ledger.append({"kind": "decision", "lost": True})
    assert not ledger.healthy

    monkeypatch.setattr(os, "write", real)
    ledger.append({"kind": "decision"})
    ledger.close()

    assert ledger.healthy
    assert verify(tmp_path) is None


def test_a_ledger_heals_without_waiting_for_the_next_record(tmp_path, monkeypatch):
    ledger = FileLedger(tmp_path, 0, now)
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:30]))
    with pytest.raises(LedgerError):
        ledger.append({"kind": "decision"})
    with pytest.raises(LedgerError):
        ledger.heal()
    monkeypatch.setattr(os, "write", real)
    ledger.heal()
    ledger.close()

    assert ledger.healthy
    assert verify(tmp_path) is None


def test_a_folder_that_is_a_file_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(LedgerError, match=r"file: the ledger cannot be opened"):
        FileLedger(path, 0, now)


@pytest.mark.parametrize(("line", "expected"), [(0, 1), (2, 3), (3, 4)])
def test_a_changed_line_is_found(tmp_path, line, expected):
    written(tmp_path, 3)
    segment = tmp_path / "ledger-0-000000000001.jsonl"
    rows = segment.read_bytes().splitlines(keepends=True)
    rows[line] = rows[line].replace(b'"time":"2026', b'"time":"2025')
    segment.write_bytes(b"".join(rows))
    broken = verify(tmp_path)

    assert str(expected) in f"{broken.line} {broken.problem}"


def test_a_missing_line_and_a_missing_segment_are_found(tmp_path):
    written(tmp_path, 3)
    written(tmp_path, 1)
    first = tmp_path / "ledger-0-000000000001.jsonl"
    rows = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(rows[:1] + rows[2:]))
    assert (verify(tmp_path).line, verify(tmp_path).problem) == (2, "record 3 follows record 1")

    first.unlink()
    assert verify(tmp_path).problem == "record 5 follows record 0"


def test_a_record_made_up_with_a_right_hash_does_not_fit_the_chain(tmp_path):
    written(tmp_path / "a", 3)
    written(tmp_path / "b", 2)
    other = FileLedger(tmp_path / "c", 0, lambda: "2020-01-01T00:00:00.000000Z")
    other.append({"kind": "decision"})
    other.close()
    name = "ledger-0-000000000001.jsonl"
    good = (tmp_path / "a" / name).read_bytes().splitlines(keepends=True)
    good[1] = (tmp_path / "c" / name).read_bytes().splitlines(keepends=True)[1]
    (tmp_path / "a" / name).write_bytes(b"".join(good))

    assert verify(tmp_path / "a").problem == "record 2 does not follow from the hash of record 1"


def test_a_line_that_nests_deeper_than_it_can_be_sealed_is_a_changed_line(tmp_path):
    """orjson reads 1,024 levels, but writes only 254.

    Such a line made `audit verify` and the start of the guard raise an exception.
    """
    written(tmp_path, 1)
    path = next(tmp_path.glob("ledger-0-*.jsonl"))
    path.write_bytes(path.read_bytes() + b'{"seq":3,"a":' + b"[" * 300 + b"]" * 300 + b"}\n")

    assert verify(tmp_path) is not None
    written(tmp_path, 1)
    assert verify(tmp_path) is None


def test_without_a_ledger_nothing_is_kept_and_nothing_fails():
    ledger = NoLedger()
    ledger.append({"kind": "decision"})
    ledger.sync()
    ledger.close()

    assert ledger.healthy


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


def segment_files(folder):
    return sorted(folder.glob("ledger-0-*.jsonl"))


def first_numbers(folder):
    """The number in each segment's name, and that of its first record."""
    return [
        (int(path.stem.rpartition("-")[2]), orjson.loads(path.read_bytes().splitlines()[0])["seq"])
        for path in segment_files(folder)
    ]


def test_a_segment_has_the_number_of_its_first_record(tmp_path):
    ledger = FileLedger(tmp_path, 0, now, segment_bytes=300)
    for _ in range(5):
        ledger.append({"kind": "decision"})
    ledger.close()
    numbers = first_numbers(tmp_path)
    assert len(numbers) > 1
    assert all(name == record for name, record in numbers)


def test_a_segment_fits_in_memory():
    assert SEGMENT_BYTES == 64 << 20


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


def test_a_disk_that_cannot_sync_is_an_error_until_a_record_is_written_again(tmp_path, monkeypatch):
    def refuse(_file):
        raise OSError(5, "Input/output error")

    ledger = FileLedger(tmp_path, 0, now)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LedgerError, match="the ledger cannot be synced"):
        ledger.sync()
    assert not ledger.healthy
    monkeypatch.undo()
    ledger.append({"kind": "decision"})
    assert ledger.healthy
    ledger.close()
    assert verify(tmp_path) is None


def test_a_file_that_never_syncs_again_neither_stops_the_healing_nor_stays_open(tmp_path):
    ledger = FileLedger(tmp_path, 0, now)
    broken = ledger._segment._file
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, broken)
    os.close(full)
    with pytest.raises(LedgerError, match="the ledger cannot be written"):
        ledger.append({"kind": "decision", "lost": True})

    ledger.append({"kind": "decision"})

    assert ledger.healthy
    assert Path("/dev/full") not in {each.resolve() for each in Path("/proc/self/fd").iterdir()}
    ledger.close()
    assert verify(tmp_path) is None


def test_a_chain_goes_on_from_its_newest_segment(tmp_path):
    for expected in (2, 4, 6):
        assert written(tmp_path, 1).seq == expected
    assert len(segment_files(tmp_path)) == 3
    assert verify(tmp_path) is None


def test_a_segment_without_a_good_line_is_closed_and_the_chain_goes_on_from_the_one_before(
    tmp_path,
):
    written(tmp_path, 1)
    written(tmp_path, 1)
    newest = segment_files(tmp_path)[-1]
    newest.write_bytes(b'{"seq":3,"kind":"sta')
    assert written(tmp_path, 1).seq == 4
    assert [r["kind"] for r in lines_that_are_whole(tmp_path)][-2:] == ["recovery", "decision"]
    assert verify(tmp_path) is None


def lines_that_are_whole(folder):
    for path in segment_files(folder):
        for line in path.read_bytes().splitlines():
            if line.endswith(b"}"):
                yield orjson.loads(line)


def test_what_stands_in_a_segment_counts_for_its_size(tmp_path):
    written(tmp_path, 3)
    segment = segment_files(tmp_path)[0]
    segment.write_bytes(segment.read_bytes()[:-5])  # torn, so the next process goes on in it
    ledger = FileLedger(tmp_path, 0, now, segment_bytes=600)
    ledger.append({"kind": "decision"})
    ledger.close()
    assert segment.stat().st_size > 600
    assert len(segment_files(tmp_path)) == 2
    assert verify(tmp_path) is None


def test_a_ledger_that_cannot_begin_lets_go_of_its_chain(tmp_path):
    blocked = tmp_path / "ledger-0-000000000001.jsonl"
    blocked.mkdir()
    with pytest.raises(LedgerError, match="the ledger cannot be written"):
        FileLedger(tmp_path, 0, now)
    blocked.rmdir()
    assert written(tmp_path, 1).seq == 2


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


def test_no_byte_of_a_torn_line_can_be_changed_later(tmp_path):
    written(tmp_path, 1)
    segment = segment_files(tmp_path)[0]
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-5])
    written(tmp_path, 1)
    data = segment.read_bytes()
    assert verify(tmp_path) is None
    for at in range(whole.index(b"\n") + 1, len(whole) - 5):
        segment.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert verify(tmp_path) is not None


def test_a_recovery_record_of_an_older_release_has_no_digest_and_holds():
    line, head = seal({"kind": "start"}, GENESIS_HEAD)
    old, head = seal({"kind": "recovery", "torn": 1}, head)
    assert Verifier().segment("a.jsonl", line + b"{torn\n" + old) is None
    wrong, _ = seal({"kind": "recovery", "torn": 1, "tornHash": "0" * 64}, head)
    assert Verifier().segment("a.jsonl", line + old + b"{torn\n" + wrong) is not None


def test_the_first_records_of_two_chains_are_never_the_same(tmp_path):
    firsts = {FileLedger(tmp_path / name, 0, now).head.hash for name in ("one", "two")}
    assert len(firsts) == 2


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
        ledger.append({"kind": "decision"})
        await ledger.kept()
        ledger.close()

    asyncio.run(answers())
