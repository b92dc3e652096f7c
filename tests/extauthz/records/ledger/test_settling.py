"""A disk that fails once and forgets: nothing is signed that is not on it, and no record is lost."""

import os
from collections import defaultdict

import orjson
import pytest

from extauthz.records.ledger import note_files, settling
from extauthz.records.ledger.chain import ChainHead, segment_name
from extauthz.records.ledger.checkpoints import checkpoint
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer

SIGNER = Signer("clinic.example/ledger", bytes(32))
NOW = "2026-08-01T12:00:00.000000Z"


class ForgetfulDisk:
    """What would be on the disk if the power went now.

    It follows Linux: a failed `fsync` takes what was new for written, and the next one succeeds
    without it. The files themselves stay as they are, as in the kernel's cache.
    """

    def __init__(self, monkeypatch):
        self.fails = False
        self.files = defaultdict(bytearray)
        self._new = defaultdict(list)
        self._real = {name: getattr(os, name) for name in ("write", "pwrite", "fsync")}
        for name in self._real:
            monkeypatch.setattr(os, name, getattr(self, name))

    def write(self, file, data):
        at = os.fstat(file).st_size  # the ledger only appends
        written = self._real["write"](file, data)
        self._new[os.fstat(file).st_ino].append((at, bytes(data[:written])))
        return written

    def pwrite(self, file, data, at):
        written = self._real["pwrite"](file, data, at)
        self._new[os.fstat(file).st_ino].append((at, bytes(data[:written])))
        return written

    def fsync(self, file):
        new = self._new.pop(os.fstat(file).st_ino, [])
        if self.fails and new:
            raise OSError(5, "Input/output error")
        kept = self.files[os.fstat(file).st_ino]
        for at, data in new:
            kept.extend(bytes(max(0, at + len(data) - len(kept))))
            kept[at : at + len(data)] = data
        self._real["fsync"](file)

    def lines(self, folder):
        paths = sorted(folder.glob("ledger-0-*.jsonl"))
        return b"".join(bytes(self.files[path.stat().st_ino]) for path in paths).splitlines()


@pytest.fixture
def disk(monkeypatch):
    return ForgetfulDisk(monkeypatch)


def opened(folder, **options):
    return FileLedger(folder, 0, lambda: NOW, signing=Signing(SIGNER, records=1), **options)


def signed(folder):
    note = note_files.read(folder / note_files.checkpoint_name(0))
    return checkpoint(note, [SIGNER.public]).size


def numbers(lines):
    return [orjson.loads(line)["seq"] for line in lines]


def fail(disk, ledger):
    disk.fails = True
    with pytest.raises(LedgerError, match="cannot be synced"):
        ledger.sync()
    disk.fails = False


@pytest.mark.parametrize("segment_bytes", [1 << 20, 10])
def test_a_checkpoint_after_a_failed_sync_covers_only_what_is_on_the_disk(
    tmp_path, disk, segment_bytes
):
    ledger = opened(tmp_path, segment_bytes=segment_bytes)
    ledger.append({"kind": "decision"})
    ledger.upkeep()()
    before = signed(tmp_path)
    ledger.append({"kind": "decision", "mark": "new"})
    ledger.append({"kind": "decision", "mark": "newer"})
    fail(disk, ledger)
    assert signed(tmp_path) == before

    ledger.heal()
    ledger.append({"kind": "decision"})
    ledger.upkeep()()
    assert signed(tmp_path) == ledger.head.seq > before
    assert numbers(disk.lines(tmp_path)) == list(range(1, ledger.head.seq + 1))
    ledger.close()


def test_a_guard_that_stops_after_a_failed_sync_signs_nothing_more(tmp_path, disk):
    ledger = opened(tmp_path)
    ledger.upkeep()()
    before = signed(tmp_path)
    ledger.append({"kind": "decision"})
    fail(disk, ledger)
    with pytest.raises(LedgerError, match="cannot be synced"):
        ledger.close()
    assert signed(tmp_path) == before


def test_what_a_guard_left_in_doubt_is_on_the_disk_before_the_next_one_signs(tmp_path, disk):
    ledger = opened(tmp_path)
    ledger.append({"kind": "decision"})
    fail(disk, ledger)
    with pytest.raises(LedgerError):
        ledger.close()
    ledger = opened(tmp_path)
    ledger.upkeep()()
    ledger.close()
    assert numbers(disk.lines(tmp_path)) == list(range(1, signed(tmp_path) + 1))


def test_records_that_cannot_be_read_back_stop_the_ledger_and_are_never_signed(tmp_path, disk):
    ledger = opened(tmp_path)
    ledger.append({"kind": "decision"})
    ledger.upkeep()()
    before, path = signed(tmp_path), tmp_path / segment_name(0, 1)
    size = path.stat().st_size
    ledger.append({"kind": "decision"})
    fail(disk, ledger)
    os.truncate(path, size)  # some file systems drop such pages at once
    for _ in range(2):
        with pytest.raises(LedgerError, match="the disk has lost records after number 3"):
            ledger.heal()
    assert not ledger.healthy
    with pytest.raises(LedgerError):
        ledger.close()
    assert signed(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "whole"),
    [
        (lambda lines: lines, True),
        (lambda lines: lines[:-1], False),
        (lambda lines: [*lines[:2], *lines[3:]], False),
        (lambda lines: [*lines[:2], bytes(len(lines[2])), *lines[3:]], False),
    ],
)
def test_all_records_after_a_number_are_read_or_it_is_said(tmp_path, change, whole):
    ledger = FileLedger(tmp_path, 0, lambda: NOW)
    for _ in range(4):
        ledger.append({"kind": "decision"})
    ledger.close()
    path = tmp_path / segment_name(0, 1)
    path.write_bytes(b"\n".join(change(path.read_bytes().split(b"\n")[:-1])) + b"\n")
    assert settling.has_all(tmp_path, 0, 1, ledger.head) is whole
    assert not settling.has_all(tmp_path, 0, 1, ChainHead(ledger.head.seq, "0" * 64))


def test_a_file_that_is_gone_needs_no_writing(tmp_path):
    settling.write_again(tmp_path / segment_name(0, 1))
    assert list(tmp_path.iterdir()) == []
