import itertools
import os

import pytest

from extauthz.records.ledger import frames, housekeeping, id_index, segments
from extauthz.records.ledger.chain import chains, segment_name
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.id_index import IdIndex, index_name

WORKER = 3


def now():
    return "2026-08-01T12:00:00.000000Z"


def identity(number):
    return f"{(number * 2654435761) % 2**32:08x}{number:024x}"


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    monkeypatch.setattr(id_index, "PART_BYTES", 2000)
    monkeypatch.setattr(frames, "FRAME_BYTES", 700)


def write(folder, numbers):
    ledger = FileLedger(folder, WORKER, now, segment_bytes=9000)
    for number in numbers:
        ledger.append({"kind": "decision", "id": identity(number)})
    ledger.close()


def grow(index):
    return sum(1 for _ in iter(index.grow, False))


def paths(folder):
    return [folder / name for name in chains(p.name for p in folder.iterdir())[WORKER]]


def pointed(folder, wanted):
    """Return the lines at which the index points for an id."""
    found = []
    with id_index.opened(folder, WORKER) as file:
        for block in file.blocks():
            path = next(p for p in paths(folder) if segments.plain_name(p.name) == segment_name(WORKER, block.segment))  # fmt: skip
            for at in id_index.positions(file.entries(block), wanted):
                found.append(id_index.line_at(path, at))
    return found


def all_named(folder):
    """Return the numbers of records that the index names, of the first 100."""
    return [n for n in range(100) if any(identity(n).encode() in line for line in pointed(folder, identity(n)))]  # fmt: skip


def test_each_id_points_at_its_whole_line_in_plain_and_compressed_segments(tmp_path):
    write(tmp_path, range(60))
    write(tmp_path, range(60, 100))
    assert len(paths(tmp_path)) > 3
    assert grow(IdIndex(tmp_path, WORKER)) > len(paths(tmp_path))
    lines = [line for path in paths(tmp_path) for line in path.read_bytes().split(b"\n")]
    for packs in (False, True):
        if packs:
            assert list(iter(lambda: housekeeping.pack_next(tmp_path, WORKER), None))
        open_ones = [n for n in range(100) if not pointed(tmp_path, identity(n))]
        assert len(open_ones) < 8  # the newest segment has a part that is too short for a block
        for number in set(range(100)) - set(open_ones):
            (found,) = pointed(tmp_path, identity(number))
            assert found in lines
            assert f'"id":"{identity(number)}"'.encode() in found


def test_a_compressed_segment_without_an_index_gets_one(tmp_path):
    write(tmp_path, range(60))
    write(tmp_path, range(60, 80))
    list(iter(lambda: housekeeping.pack_next(tmp_path, WORKER), None))
    grow(IdIndex(tmp_path, WORKER))
    assert set(range(60)) <= set(all_named(tmp_path))


def test_an_index_grows_with_its_segment_and_names_nothing_twice(tmp_path):
    index = IdIndex(tmp_path, WORKER)
    ledger = FileLedger(tmp_path, WORKER, now)
    sizes = []
    for number in range(100):
        ledger.append({"kind": "decision", "id": identity(number)})
        index.grow()
        path = tmp_path / index_name(WORKER)
        sizes.append(path.stat().st_size if path.exists() else 0)
    ledger.close()
    assert len(set(sizes)) > 5
    assert len(all_named(tmp_path)) > 90
    assert all(len(pointed(tmp_path, identity(n))) <= 1 for n in range(100))


def test_what_is_asked_may_have_the_beginning_of_another_id(tmp_path):
    lines = [f'{{"id":"{"ab" * 4}{n:024x}"}}\n'.encode() for n in range(3)]
    block = id_index.made(1, 70, b"".join(lines))
    entries = block[-24:]
    places = [70 + len(lines[0]) * n for n in range(3)]
    assert list(id_index.positions(entries, "ab" * 16)) == places
    assert list(id_index.positions(entries, "00" * 16)) == []
    assert list(id_index.positions(entries, "ff" * 16)) == []
    assert list(id_index.positions(b"", "ab" * 16)) == []


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_block_is_made_again(tmp_path, cut):
    write(tmp_path, range(100))
    grow(IdIndex(tmp_path, WORKER))
    path = tmp_path / index_name(WORKER)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    grow(IdIndex(tmp_path, WORKER))
    assert path.read_bytes() == whole


def test_a_last_block_of_zeros_is_made_again(tmp_path):
    # a machine that lost power can leave the size of a file without its bytes
    write(tmp_path, range(100))
    grow(IdIndex(tmp_path, WORKER))
    path = tmp_path / index_name(WORKER)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20] + bytes(20))
    grow(IdIndex(tmp_path, WORKER))
    assert path.read_bytes() == whole


def other_ledger(folder):
    for path in paths(folder):
        path.unlink()
    write(folder, range(30, 100))


def another_worker(folder):
    write(folder / "other", range(50, 100))
    for path in (folder / "other").iterdir():
        path.replace(folder / path.name)


def not_an_index(folder):
    (folder / index_name(WORKER)).write_bytes(b"no index" * 10)


def forged_count(folder):
    path = folder / index_name(WORKER)
    path.write_bytes(path.read_bytes()[:20] + b"\xff" * 12)


@pytest.mark.parametrize("spoil", [other_ledger, another_worker, not_an_index, forged_count])
def test_an_index_that_does_not_fit_its_ledger_is_made_again(tmp_path, spoil):
    write(tmp_path, range(60))
    grow(IdIndex(tmp_path, WORKER))
    spoil(tmp_path)
    grow(IdIndex(tmp_path, WORKER))
    made = (tmp_path / index_name(WORKER)).read_bytes()
    (tmp_path / index_name(WORKER)).unlink()
    grow(IdIndex(tmp_path, WORKER))
    assert made == (tmp_path / index_name(WORKER)).read_bytes()


class FailedError(OSError):
    pass


@pytest.mark.parametrize("step", ["fsync", "pwrite", "ftruncate"])
@pytest.mark.parametrize("nth", [1, 3])
def test_after_a_failed_write_the_next_call_writes_the_block_again(
    tmp_path, monkeypatch, step, nth
):
    write(tmp_path, range(100))
    index, real, calls = IdIndex(tmp_path, WORKER), getattr(os, step), itertools.count(1)

    def fails(*args):
        if next(calls) == nth:
            raise FailedError
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(os, step, fails)
        with pytest.raises(FailedError):
            grow(index)
    grow(index)
    made = (tmp_path / index_name(WORKER)).read_bytes()
    (tmp_path / index_name(WORKER)).unlink()
    grow(IdIndex(tmp_path, WORKER))
    assert made == (tmp_path / index_name(WORKER)).read_bytes()


def test_a_damaged_segment_has_no_entries_and_the_others_have(tmp_path):
    write(tmp_path, range(60))
    write(tmp_path, range(60, 80))
    list(iter(lambda: housekeeping.pack_next(tmp_path, WORKER), None))
    paths(tmp_path)[0].write_bytes(b"damaged")
    grow(IdIndex(tmp_path, WORKER))
    named = all_named(tmp_path)
    assert 0 not in named
    assert 50 in named


def test_a_torn_line_has_no_entry(tmp_path):
    write(tmp_path, range(40))
    path = paths(tmp_path)[0]
    whole = path.read_bytes()
    path.write_bytes(whole + f'{{"id":"{identity(99)}'.encode())
    grow(IdIndex(tmp_path, WORKER))
    with id_index.opened(tmp_path, WORKER) as file:
        ends = [b.end for b in file.blocks() if b.segment == 1]
    assert ends[-1] == len(whole)
    assert pointed(tmp_path, identity(99)) == []


def test_only_its_owner_reads_it_and_a_link_is_not_followed(tmp_path):
    write(tmp_path, range(60))
    grow(IdIndex(tmp_path, WORKER))
    path = tmp_path / index_name(WORKER)
    assert path.stat().st_mode & 0o777 == 0o600
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        IdIndex(tmp_path, WORKER).grow()
