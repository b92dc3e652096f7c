import asyncio
import contextlib

import pytest
from running_guard import POLICY
from serving import Serving

from extauthz.guard import ledger_upkeep
from extauthz.guard.ledger_upkeep import LedgerUpkeep
from extauthz.records import logs
from extauthz.records.ledger import id_index
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer
from extauthz.records.logs import LogEvent


def now():
    return "2026-08-01T12:00:00.000000Z"


@pytest.fixture
def said(monkeypatch):
    found = []
    monkeypatch.setattr(logs, "emit", lambda event, *level, **fields: found.append((event, fields)))
    return found


@pytest.fixture
def ledger(tmp_path):
    made = FileLedger(tmp_path, 0, now)
    yield made
    made.close()


def fill(folder, size):
    (folder / "ledger-1-000000000001.jsonl").write_bytes(bytes(size))


def test_each_share_is_said_once_on_the_way_up_and_once_on_the_way_down(tmp_path, ledger, said):
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 10_000, compresses=False)
    told = []
    for size in (0, 5000, 5100, 7600, 9100, 9600, 5100, 0):
        fill(tmp_path, size)
        upkeep.look()
        told.append([(event, fields["percent"] // 5 * 5) for event, fields in said])
        said.clear()
    fills, room = LogEvent.LEDGER_FILLS, LogEvent.LEDGER_ROOM
    assert told == [[], [(fills, 50)], [], [(fills, 75)], [(fills, 90)], [(fills, 95)], [(room, 50)], [(room, 0)]]  # fmt: skip


def test_at_the_budget_nothing_is_written_until_there_is_room(tmp_path, ledger, said):
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 10_000, compresses=False)
    head = ledger.head
    fill(tmp_path, 10_000)
    upkeep.look()
    for refused in (lambda: ledger.append({"kind": "decision"}), ledger.heal):
        with pytest.raises(LedgerError, match="used its budget"):
            refused()
    assert (ledger.healthy, ledger.head) == (False, head)
    fill(tmp_path, 0)
    upkeep.look()
    ledger.heal()
    ledger.append({"kind": "decision"})
    assert (ledger.healthy, ledger.head.seq) == (True, head.seq + 2)


def test_an_index_that_cannot_be_written_keeps_no_segment_from_being_compressed(tmp_path, said):
    signing = Signing(Signer("clinic.example", bytes(32)))
    for _ in range(3):
        FileLedger(tmp_path, 0, now, signing=signing).close()
    (tmp_path / "ledger-0.ids").unlink(missing_ok=True)
    (tmp_path / "ledger-0.ids").mkdir()
    ledger = FileLedger(tmp_path, 0, now, signing=signing)
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=True)
    said.clear()
    upkeep.look()
    assert list(tmp_path.glob("*.zst"))
    assert [event for event, _ in said] == [LogEvent.LEDGER_UPKEEP_FAILED]
    ledger.close()


def test_without_a_budget_the_disk_is_the_wall(tmp_path, ledger, said):
    fill(tmp_path, 10_000)
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=False)
    upkeep.look()
    assert ledger.has_room
    assert upkeep.room.limit > 10_000


@pytest.mark.parametrize("compresses", [False, True])
def test_closed_segments_are_compressed_when_asked_for(tmp_path, said, compresses):
    FileLedger(tmp_path, 0, now).close()
    ledger = FileLedger(tmp_path, 0, now)
    LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=compresses).look()
    ledger.close()
    assert len(list(tmp_path.glob("*.zst"))) == compresses


@pytest.mark.parametrize("signing", [None, Signing(Signer("clinic.example", bytes(32)))])
def test_a_signed_ledger_gets_an_index_of_ids(tmp_path, said, signing):
    for _ in range(20):
        FileLedger(tmp_path, 0, now, signing=signing).close()
    ledger = FileLedger(tmp_path, 0, now, signing=signing)
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=True)
    said.clear()
    upkeep.look()
    upkeep.look()
    assert said == []
    ledger.close()
    indexed = []
    if signing is not None:
        with id_index.opened(tmp_path, 0) as file:
            indexed = [block.segment for block in file.blocks()]
    assert len(indexed) == (20 if signing else 0)


def test_a_failure_is_said_once_and_stops_nothing(tmp_path, ledger, said, monkeypatch):
    def fails(*_):
        raise PermissionError

    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=True)
    with monkeypatch.context() as patched:
        patched.setattr(ledger_upkeep.room, "measure", fails)
        upkeep.look()
        upkeep.look()
    assert said == [(LogEvent.LEDGER_UPKEEP_FAILED, {"error": "PermissionError"})]
    ledger.append({"kind": "decision"})
    upkeep.look()
    with monkeypatch.context() as patched:
        patched.setattr(ledger_upkeep.room, "measure", fails)
        upkeep.look()
    assert len(said) == 2


def test_it_looks_again_and_again(tmp_path, ledger, monkeypatch):
    monkeypatch.setattr(ledger_upkeep, "SECONDS", 0)
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=False)

    async def until_three():
        looks, enough = [], asyncio.Event()
        loop = asyncio.get_running_loop()

        def look():
            looks.append(1)
            if len(looks) == 3:
                loop.call_soon_threadsafe(enough.set)

        monkeypatch.setattr(upkeep, "look", look)
        task = asyncio.create_task(upkeep.run())
        await enough.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_three())


def test_a_guard_at_its_budget_is_not_ready_and_says_so_and_heals(tmp_path):
    # a real process: a budget that its own start record exceeds
    folder, policy = tmp_path / "ledger", tmp_path / "p.yaml"
    policy.write_text(POLICY)
    folder.mkdir()
    fill(folder, 8192)
    FileLedger(folder, 0, now).close()
    options = "--ledger", folder, "--workers", "1", "--scanners", "0"
    with Serving(policy, *options, "--ledger-budget", "8KiB", "--ledger-compress") as serving:
        serving.until(LogEvent.LEDGER_FILLS.value)
        serving.until(LogEvent.LEDGER_FAILED.value)
        fill(folder, 0)
        serving.until(LogEvent.LEDGER_ROOM.value)
        serving.until(LogEvent.LEDGER_HEALED.value)
        assert serving.end() == 0
    (full, *_) = (line for line in serving.log if line["event"] == LogEvent.LEDGER_FILLS.value)
    assert (full["percent"], full["limit"], full["worker"]) == (100, 8192, 0)
    # after healing the chain goes on in a new segment, so a late look may compress a second one
    assert (folder / "ledger-0-000000000001.jsonl.zst").exists()


def test_one_look_compresses_some_of_many_segments(tmp_path, said, monkeypatch):
    monkeypatch.setattr(ledger_upkeep, "_PACKED_AT_ONCE", 2)
    for _ in range(4):
        FileLedger(tmp_path, 0, now).close()
    ledger = FileLedger(tmp_path, 0, now)
    upkeep, counts = LedgerUpkeep(ledger, tmp_path, 0, 0, compresses=True), []
    for _ in range(3):
        upkeep.look()
        counts.append(len(list(tmp_path.glob("*.zst"))))
    ledger.close()
    assert counts == [2, 4, 4]


def test_what_nobody_thought_of_is_logged_once_and_does_not_end_the_looks(
    tmp_path, ledger, said, monkeypatch
):
    upkeep = LedgerUpkeep(ledger, tmp_path, 0, 10_000, compresses=False)
    with monkeypatch.context() as broken:
        broken.setattr("extauthz.records.ledger.room.measure", lambda *_: 1 / 0)
        upkeep.look()
        upkeep.look()
    fill(tmp_path, 10_000)
    upkeep.look()

    assert [event for event, _ in said].count(LogEvent.LEDGER_UPKEEP_FAILED) == 1
    assert not ledger.has_room
