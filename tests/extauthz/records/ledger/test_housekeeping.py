import os
import resource
from pathlib import Path

import pytest
from killed import KilledError, dying

from extauthz.records.ledger import disk, housekeeping, segments
from extauthz.records.ledger.chain import Verifier, chains, segment_name
from extauthz.records.ledger.file import FileLedger


def now():
    return "2026-08-01T12:00:00.000000Z"


def written(folder, count=3):
    ledger = FileLedger(folder, 0, now)
    for _ in range(count):
        ledger.append({"kind": "decision"})
    ledger.close()


def names(folder):
    return chains(p.name for p in folder.iterdir()).get(0, [])


def lines(folder):
    """Return all lines of the chain, which must hold."""
    verifier, found = Verifier(), b""
    for name in names(folder):
        data = segments.content(folder / name)
        assert verifier.segment(name, data) is None
        found += data
    assert verifier.end() is None
    return found


def pack_all(folder):
    return list(iter(lambda: housekeeping.pack_next(folder, 0), None))


def test_closed_segments_are_compressed_and_every_byte_stays(tmp_path):
    for _ in range(3):
        written(tmp_path)
    before = lines(tmp_path)
    packed = pack_all(tmp_path)

    assert [path.name for path in packed] == [
        segment_name(0, 1) + ".zst",
        segment_name(0, 5) + ".zst",
    ]
    assert names(tmp_path) == [*(path.name for path in packed), segment_name(0, 9)]
    assert lines(tmp_path) == before
    assert {path.stat().st_mode & 0o777 for path in packed} == {0o600}
    written(tmp_path)
    assert lines(tmp_path).startswith(before)


def test_the_segment_that_is_written_is_not_touched(tmp_path):
    written(tmp_path)
    assert housekeeping.pack_next(tmp_path, 0) is None


def test_a_segment_stays_open_until_a_later_one_holds_a_record(tmp_path):
    # A crash tore the first line of the next segment: the guard goes on from the one before.
    written(tmp_path)
    (tmp_path / segment_name(0, 5)).write_bytes(b'{"half":')
    assert housekeeping.closed(tmp_path, names(tmp_path)) == []
    assert housekeeping.pack_next(tmp_path, 0) is None
    written(tmp_path)
    assert housekeeping.closed(tmp_path, names(tmp_path)) == [segment_name(0, 1)]
    assert len(pack_all(tmp_path)) == 1


def test_a_torn_segment_stays_plain(tmp_path):
    written(tmp_path)
    written(tmp_path)
    first = tmp_path / segment_name(0, 1)
    first.write_bytes(first.read_bytes()[:-3])
    assert pack_all(tmp_path) == []


STEPS = [(os, "fsync"), (Path, "replace"), (Path, "unlink"), (disk, "sync_folder"), (housekeeping, "unpacked_digest")]  # fmt: skip


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
def test_a_process_that_dies_at_any_step_leaves_every_line(tmp_path, monkeypatch, step, after, nth):
    written(tmp_path)
    written(tmp_path)
    before = lines(tmp_path)
    where, name = step
    dies = dying(getattr(where, name), nth, after=after)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, dies)
        try:
            housekeeping.pack_next(tmp_path, 0)
        except KilledError:
            pass
        else:
            assert nth == 2  # the step runs once
    assert lines(tmp_path) == before
    pack_all(tmp_path)
    assert lines(tmp_path) == before
    left = {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"}
    assert left == {segment_name(0, 1) + ".zst", segment_name(0, 5)}


def test_a_full_disk_leaves_the_plain_segment(tmp_path):
    written(tmp_path, 2000)
    written(tmp_path)
    before = lines(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            housekeeping.pack_next(tmp_path, 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert lines(tmp_path) == before
    assert len(pack_all(tmp_path)) == 1


def test_what_was_written_wrongly_never_replaces_a_segment(tmp_path, monkeypatch):
    written(tmp_path)
    written(tmp_path)
    before = lines(tmp_path)
    monkeypatch.setattr(housekeeping, "unpacked_digest", lambda path: "0" * 64)
    with pytest.raises(housekeeping.HousekeepingError, match="not what was read"):
        housekeeping.pack_next(tmp_path, 0)
    assert lines(tmp_path) == before
    assert not list(tmp_path.glob("*.zst*"))


def test_two_processes_do_not_work_on_the_same_segments(tmp_path):
    written(tmp_path)
    written(tmp_path)
    with housekeeping.alone(tmp_path) as first, housekeeping.alone(tmp_path) as second:
        assert (first, second) == (True, False)
        assert housekeeping.pack_next(tmp_path, 0) is None
    assert len(pack_all(tmp_path)) == 1


@pytest.mark.parametrize("broken", [b"", b"no zstd", b"\x28\xb5\x2f\xfd damaged"])
def test_a_damaged_file_has_no_digest(tmp_path, broken):
    path = tmp_path / (segment_name(0, 1) + ".zst")
    path.write_bytes(broken)
    with_lines = tmp_path / segment_name(0, 1)
    with_lines.write_bytes(b"a\n")
    assert housekeeping.unpacked_digest(path) != housekeeping.unpacked_digest(with_lines)


def test_a_segment_whose_size_changes_while_it_is_compressed_is_an_error(tmp_path):
    growing = Path("/proc/self/status")  # its size is 0, and it holds more
    with pytest.raises(housekeeping.HousekeepingError, match="it changed while it was compressed"):
        housekeeping.pack(growing, tmp_path / "packed.zst")
