"""Checkpoints of a ledger that is written: what is signed, when, and what is never signed."""

import hashlib
import os

import orjson
import pytest
import zstandard
from ledger_schema import wrong

from extauthz.records.ledger import checkpoints, key_file, note_files, notes, segments
from extauthz.records.ledger.chain import ChainHead, seal
from extauthz.records.ledger.checkpoints import checkpoint, trees
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer

NAME = "clinic.example/ledger"
KEYS = [Signer(NAME, bytes([n]) * 32) for n in range(3)]
PUBLIC = [KEYS[0].public]
NOW = "2026-08-01T12:00:00.000000Z"
ALTERED = "the ledger does not fit its last checkpoint; no other is signed, decisions go on"
FAILED = "a checkpoint cannot be written; it is tried again, decisions go on"


def opened(folder, worker=0, signing=None, **options):
    return FileLedger(folder, worker, lambda: NOW, signing=signing or Signing(KEYS[0]), **options)


def written(folder, count, **options):
    ledger = opened(folder, **options)
    for number in range(count):
        ledger.append({"kind": "decision", "number": number})
    ledger.close()


def lines(folder, worker=0):
    return [line for _, line in segments.records_from(folder, worker, 1)]


def naive(leaves):
    if len(leaves) < 2:
        return hashlib.sha256(b"".join(b"\x00" + each for each in leaves)).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def newest(folder, worker=0, keys=PUBLIC):
    return checkpoint(note_files.read(folder / f"checkpoint-{worker}.note"), keys)


def fits(folder, worker=0, keys=PUBLIC):
    found, all_lines = newest(folder, worker, keys), lines(folder, worker)
    first = hashlib.sha256(b"\x00" + all_lines[0]).hexdigest()[:16]
    want = (f"{NAME}/{first}", len(all_lines), naive(all_lines))
    return (found.origin, found.size, found.root) == want


def test_the_last_checkpoint_covers_every_record(tmp_path):
    written(tmp_path, 5)
    assert fits(tmp_path)
    assert [orjson.loads(line)["kind"] for line in lines(tmp_path)][:3] == [
        "start",
        "key",
        "decision",
    ]


@pytest.mark.parametrize("count", [0, 1, 7, 30])
def test_a_ledger_that_is_opened_again_goes_on_with_its_tree(tmp_path, count):
    for _ in range(3):
        written(tmp_path, count, segment_bytes=2000)
        assert fits(tmp_path)
    kinds = [orjson.loads(line)["kind"] for line in lines(tmp_path)]
    assert (kinds.count("start"), kinds.count("key")) == (3, 1)


@pytest.mark.parametrize("harm", ["missing", "short", "zeros", "longer"])
def test_a_tree_file_that_was_harmed_is_built_again(tmp_path, harm):
    written(tmp_path, 9)
    tree = tmp_path / "ledger-0.tree"
    data = tree.read_bytes()
    if harm == "missing":
        tree.unlink()
    else:
        tree.write_bytes(
            {"short": data[:300], "zeros": bytes(len(data)), "longer": data + data}[harm]
        )
    written(tmp_path, 3)
    assert fits(tmp_path)


def test_an_old_ledger_gets_a_tree_of_all_its_records(tmp_path):
    ledger = FileLedger(tmp_path, 0, lambda: NOW)
    ledger.append({"kind": "decision"})
    ledger.close()
    written(tmp_path, 1)
    assert fits(tmp_path)


def test_segments_may_be_compressed_or_moved_away_while_the_tree_file_stays(tmp_path):
    written(tmp_path, 4)
    written(tmp_path, 4)
    every = lines(tmp_path)
    first, second = sorted(tmp_path.glob("*.jsonl"))
    first.unlink()
    packed = zstandard.compress(second.read_bytes())
    second.with_name(second.name + ".zst").write_bytes(packed)
    second.unlink()
    for is_checkpoint_gone in (False, True):
        if is_checkpoint_gone:
            (tmp_path / "checkpoint-0.note").unlink()
        seq = len(every)
        written(tmp_path, 2)
        every += [line for _, line in segments.records_from(tmp_path, 0, seq + 1)]
        assert (newest(tmp_path).size, newest(tmp_path).root) == (len(every), naive(every))


def test_without_the_first_records_and_the_tree_file_the_start_says_what_to_restore(tmp_path):
    written(tmp_path, 4)
    next(tmp_path.glob("*.jsonl")).unlink()
    (tmp_path / "ledger-0.tree").unlink()
    ledger = FileLedger(tmp_path, 0, lambda: NOW)  # begins a new chain in the place of the old
    ledger.close()
    path = next(tmp_path.glob("*.jsonl"))
    path.rename(tmp_path / "ledger-0-000000000009.jsonl")
    line = path.with_name("ledger-0-000000000009.jsonl")
    line.write_bytes(seal({"kind": "start"}, ChainHead(8, "a" * 64))[0])
    with pytest.raises(LedgerError, match="no records 1 to 8 and the tree file"):
        opened(tmp_path)


def test_checkpoints_come_after_so_many_records_and_not_before(tmp_path):
    ledger = opened(tmp_path, signing=Signing(KEYS[0], records=3, seconds=3600))
    ledger.upkeep()()
    sizes = [newest(tmp_path).size]
    for _ in range(7):
        ledger.append({"kind": "decision"})
        ledger.upkeep()()
        sizes.append(newest(tmp_path).size)
    ledger.close()
    assert sizes == [2, 2, 2, 5, 5, 5, 8, 8]


def test_checkpoints_come_after_so_many_seconds_if_there_is_a_new_record(tmp_path):
    ledger = opened(tmp_path, signing=Signing(KEYS[0], seconds=0.000001))
    ledger.upkeep()()
    first = (tmp_path / "checkpoint-0.note").stat().st_ino
    ledger.upkeep()()
    assert (tmp_path / "checkpoint-0.note").stat().st_ino == first
    ledger.append({"kind": "decision"})
    ledger.upkeep()()
    assert newest(tmp_path).size == 3
    ledger.close()


def test_a_checkpoint_is_signed_after_its_records_are_on_the_disk(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(5, "Input/output error")

    ledger = opened(tmp_path)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LedgerError):
        ledger.upkeep()()
    assert not (tmp_path / "checkpoint-0.note").exists()
    monkeypatch.undo()
    ledger.heal()
    ledger.append({"kind": "decision"})
    ledger.close()
    assert fits(tmp_path)


def test_the_manifest_lists_all_workers_and_a_copy_is_kept_of_each(tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    signing, folder = Signing(KEYS[0], copies=copies), tmp_path / "ledger"
    written(folder, 1, worker=0, signing=signing)
    written(folder, 2, worker=1, signing=signing)
    found = trees(note_files.read(folder / "manifest.note"), PUBLIC)
    assert set(found) == {newest(folder, 0), newest(folder, 1)}
    kept = [trees(note_files.read(path), PUBLIC) for path in copies.iterdir()]
    assert sorted(map(len, kept)) == [1, 2]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_forged_checkpoint_of_another_worker_does_not_get_into_the_manifest(tmp_path):
    forged = notes.sign(f"{NAME}/0000\n1\n{'A' * 43}=\n", Signer(NAME, b"f" * 32))
    written(tmp_path, 1)
    (tmp_path / "checkpoint-1.note").write_text(forged)
    written(tmp_path, 1)
    assert len(trees(note_files.read(tmp_path / "manifest.note"), PUBLIC)) == 1


@pytest.mark.parametrize("change", ["line", "cut", "gone"])
def test_a_ledger_that_does_not_fit_its_checkpoint_is_never_signed_again(tmp_path, caplog, change):
    written(tmp_path, 6)
    before = (tmp_path / "checkpoint-0.note").read_bytes()
    (tmp_path / "ledger-0.tree").unlink()
    segment = next(tmp_path.glob("*.jsonl"))
    rows = segment.read_bytes().splitlines(keepends=True)
    if change == "line":  # all of it written again, with hashes that fit
        segment.unlink()
        ledger = FileLedger(tmp_path, 0, lambda: "2020-01-01T00:00:00.000000Z")
        for _ in range(8):
            ledger.append({"kind": "decision"})
        ledger.close()
    elif change == "cut":
        segment.write_bytes(b"".join(rows[:-2]))
    else:
        segment.write_bytes(b"".join(rows[:3] + rows[4:]))
    caplog.set_level("INFO", "phiguard")
    written(tmp_path, 3)  # decisions go on
    assert ALTERED in [record.msg for record in caplog.records]
    assert (tmp_path / "checkpoint-0.note").read_bytes() == before


def test_a_checkpoint_that_cannot_be_copied_is_said_once_and_tried_again(tmp_path, caplog):
    copies = tmp_path / "copies"
    copies.mkdir()
    ledger = opened(tmp_path / "ledger", signing=Signing(KEYS[0], copies=copies))
    copies.rmdir()
    caplog.set_level("INFO", "phiguard")
    for _ in range(3):
        ledger.append({"kind": "decision"})
        ledger.upkeep()()
    assert [record.msg for record in caplog.records].count(FAILED) == 1
    assert ledger.healthy
    copies.mkdir()
    ledger.upkeep()()
    assert len(list(copies.iterdir())) == 1
    ledger.close()


def test_a_failed_write_leaves_the_tree_with_the_records_of_the_file(tmp_path, monkeypatch):
    ledger = opened(tmp_path)
    real = os.write
    for kept in (30, -1):  # torn, and without its newline only
        monkeypatch.setattr(os, "write", lambda file, data, kept=kept: real(file, data[:kept]))
        with pytest.raises(LedgerError):
            ledger.append({"kind": "decision"})
        monkeypatch.undo()
        ledger.heal()
        ledger.append({"kind": "decision"})
    ledger.close()
    assert fits(tmp_path)


def test_a_new_key_is_recorded_with_the_rotation_that_led_to_it(tmp_path):
    written(tmp_path / "ledger", 1)
    first, second, third = KEYS
    handed = (checkpoints.rotation(first, second), checkpoints.rotation(second, third))
    key_file.write(tmp_path / "key", third, handed)
    signer, rotations = key_file.read(tmp_path / "key")
    assert (signer.public, rotations) == (third.public, handed)
    written(tmp_path / "ledger", 1, signing=Signing(signer, rotations))
    record = [r for r in map(orjson.loads, lines(tmp_path / "ledger")) if r["kind"] == "key"][-1]
    assert (record["key"], tuple(record["rotations"])) == (str(third.public), handed)
    assert wrong(record) == []
    trusted = checkpoints.trusted(PUBLIC, record["rotations"])
    assert fits(tmp_path / "ledger", keys=trusted)
