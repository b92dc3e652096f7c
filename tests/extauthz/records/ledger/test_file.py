"""A ledger's file: records in their chain, segments, and what a changed file shows."""

import os
import threading
from pathlib import Path

import orjson
import pytest
from one_ledger import lines, now, segment_files, verify, written

from extauthz.records.ledger.file import SEGMENT_BYTES, FileLedger
from extauthz.records.ledger.keeper import LedgerError


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
    with pytest.raises(LedgerError, match="not healed yet"):
        ledger.append({"kind": "decision"})
    ledger.heal()
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


def test_while_another_thread_heals_a_record_fails_at_once_and_close_waits(tmp_path, monkeypatch):
    ledger, goes_on, healing = FileLedger(tmp_path, 0, now), threading.Event(), threading.Event()
    monkeypatch.setattr(os, "write", lambda _file, _data: 0)
    with pytest.raises(LedgerError):
        ledger.append({"kind": "decision"})
    monkeypatch.undo()
    real = ledger._settle

    def settle():
        healing.set()
        assert goes_on.wait(60)
        real()

    monkeypatch.setattr(ledger, "_settle", settle)
    healer, closer = threading.Thread(target=ledger.heal), threading.Thread(target=ledger.close)
    healer.start()
    assert healing.wait(60)
    for fails in (lambda: ledger.append({"kind": "decision"}), ledger.check):
        with pytest.raises(LedgerError, match="not healed yet"):
            fails()
    closer.start()
    goes_on.set()
    healer.join()
    closer.join()
    assert [each["kind"] for each in lines(tmp_path)] == ["start", "start"]
    assert verify(tmp_path) is None


def test_a_closed_ledger_takes_nothing_more(tmp_path):
    ledger = FileLedger(tmp_path, 0, now)
    ledger.close()
    for fails in (lambda: ledger.append({"kind": "decision"}), ledger.check, ledger.heal):
        with pytest.raises(LedgerError, match="the ledger is closed"):
            fails()
    assert len(lines(tmp_path)) == 1


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


def test_a_file_that_never_syncs_again_neither_stops_the_healing_nor_stays_open(tmp_path):
    ledger = FileLedger(tmp_path, 0, now)
    broken = ledger._segment._file
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, broken)
    os.close(full)
    with pytest.raises(LedgerError, match="the ledger cannot be written"):
        ledger.append({"kind": "decision", "lost": True})

    ledger.heal()
    ledger.append({"kind": "decision"})

    assert ledger.healthy
    assert Path("/dev/full") not in {each.resolve() for each in Path("/proc/self/fd").iterdir()}
    ledger.close()
    assert verify(tmp_path) is None


def test_the_first_records_of_two_chains_are_never_the_same(tmp_path):
    firsts = {FileLedger(tmp_path / name, 0, now).head.hash for name in ("one", "two")}
    assert len(firsts) == 2
