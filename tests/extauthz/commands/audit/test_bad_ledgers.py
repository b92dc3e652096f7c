"""Every command that reads a ledger, on ledgers that are broken: one line, and nothing is changed."""

import os

import pytest
import zstandard

from extauthz import cli
from extauthz.records.ledger.chain import GENESIS_HEAD, seal, segment_name
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.segments import LARGEST_BYTES, PACKED

COMMANDS = {
    "verify": ("verify", "DIR"),
    "tail": ("tail", "DIR"),
    "query": ("query", "DIR"),
    "export": ("export", "DIR"),
    "archive": ("archive", "DIR", "--to", "ARCHIVE", "--until", "2027-01-01"),
    "size": ("size", "DIR", "--decisions-per-second", "1"),
}


def written(folder, time="2026-11-01T00:00:00.000000Z"):
    ledger = FileLedger(folder, 0, lambda: time)
    ledger.append({"kind": "decision", "id": "a" * 32, "decision": "ALLOW"})
    ledger.close()


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    for _ in range(3):
        written(folder)
    return folder


@pytest.fixture
def run(ledger, tmp_path, capsys):
    def audit(name):
        places = {"DIR": str(ledger), "ARCHIVE": str(tmp_path / "archive")}
        code = cli.main(["audit", *(places.get(word, word) for word in COMMANDS[name])])
        out, err = capsys.readouterr()
        return code, out, err

    return audit


def content(folder):
    return {p.name: p.read_bytes() for p in folder.glob("ledger-*.jsonl*")}


def packed(folder, data):
    (folder / segment_name(0, 1)).unlink()
    (folder / (segment_name(0, 1) + PACKED)).write_bytes(data)


def bomb(folder):
    made = zstandard.ZstdCompressor().compressobj(size=LARGEST_BYTES + 1)
    packed(folder, made.compress(b"{}") + made.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))


def no_zstd(folder):
    packed(folder, b"no zstd")


def cut_off(folder):
    whole = zstandard.ZstdCompressor(write_checksum=True).compress(
        (folder / segment_name(0, 1)).read_bytes()
    )
    packed(folder, whole[:-6])


def a_folder_in_its_place(folder):
    (folder / segment_name(0, 1)).unlink()
    (folder / segment_name(0, 1)).mkdir()


@pytest.mark.parametrize("made", [bomb, no_zstd, cut_off])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_segment_that_nobody_packed_is_one_line(run, ledger, name, made):
    made(ledger)
    before = content(ledger)
    code, _, err = run(name)
    assert (code, err.count("\n"), segment_name(0, 1) + PACKED in err) == (2, 1, True)
    assert content(ledger) == before


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_in_the_place_of_a_segment_is_one_line(run, ledger, name):
    a_folder_in_its_place(ledger)
    code, _, err = run(name)
    assert (code, err.count("\n"), "directory" in err) == (2, 1, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_segment_without_end_is_one_line(run, ledger, name):
    os.truncate(ledger / segment_name(0, 1), LARGEST_BYTES + 1)  # a sparse file
    code, _, err = run(name)
    assert (code, err.count("\n"), "it is too large" in err) == (2, 1, True)


def torn(data):
    return data[: len(data) // 2]


def forged(data):
    return data.replace(b"ALLOW", b"DENY!")


def swapped(data):
    return b"".join(reversed(data.splitlines(keepends=True)))


@pytest.mark.parametrize("change", [torn, forged, swapped])
@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("name", ["verify", "export", "archive"])
def test_a_changed_segment_is_found_and_nothing_is_written_or_moved(
    run, ledger, name, change, is_packed
):
    path = ledger / segment_name(0, 3)
    data = change(path.read_bytes())
    if is_packed:
        path.unlink()
        path = path.with_name(path.name + PACKED)
        data = zstandard.ZstdCompressor().compress(data)
    path.write_bytes(data)
    before = content(ledger)
    code, out, err = run(name)
    told = out if name == "verify" else err
    assert (code, f"{path.name}:" in told) == (1, True)
    assert (name == "verify") == bool(out)
    assert content(ledger) == before


def test_a_clock_that_jumps_back_breaks_nothing(run, ledger):
    written(ledger, "2020-01-01T00:00:00.000000Z")
    assert all(run(name)[0] == 0 for name in COMMANDS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(run, ledger):
    ledger.chmod(0o500)
    try:
        code, _, err = run("archive")
    finally:
        ledger.chmod(0o700)
    assert (code, err.count("\n"), "permission denied" in err) == (2, 1, True)


def test_a_read_only_archive_is_one_line_and_nothing_moves(run, ledger, monkeypatch):
    def refuses(*_):
        raise OSError(30, "Read-only file system", "archive")

    monkeypatch.setattr(os, "fsync", refuses)
    before = content(ledger)
    code, _, err = run("archive")
    assert (code, err.count("\n"), "read-only file system" in err) == (2, 1, True)
    assert content(ledger) == before


@pytest.mark.slow
def test_a_ledger_of_many_segments(run, ledger, tmp_path):
    # a hundred thousand files: every hundredth a segment, the rest left over from something else
    many = tmp_path / "ledger"
    for path in many.glob("ledger-*.jsonl"):
        path.unlink()
    head = GENESIS_HEAD
    for number in range(1, 100_001):
        name = many / f"leftover-{number}"
        data = b""
        if number % 100 == 0:
            name = many / segment_name(0, head.seq + 1)
            data, head = seal({"kind": "decision", "time": "2026-11-01"}, head)
        file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(file, data)
        os.close(file)
    assert "1000 records hold" in run("verify")[1]
    assert len(run("export")[1].splitlines()) == 1000
