import itertools
import os
import resource
import shutil
from pathlib import Path

import pytest
from killed import KilledError, dying

from extauthz import cli
from extauthz.records.ledger import archive, disk, housekeeping, key_file, notes
from extauthz.records.ledger.chain import chains, segment_name
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notes import Signer

SIGNER = Signer("clinic.example", bytes(32))


def written(folder, day, worker=0, count=2):
    hours = itertools.count()
    ledger = FileLedger(folder, worker, lambda: f"2026-11-{day:02}T{next(hours):02}:00:00.000000Z")
    for _ in range(count):
        ledger.append({"kind": "decision"})
    ledger.close()
    return ledger.head.hash


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    for day in (1, 2, 3, 4):
        written(folder, day)
    return folder


@pytest.fixture
def run(tmp_path, capsys, ledger):
    def audit(*arguments):
        code = cli.main(["audit", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    audit.archive = lambda until, *more: audit(
        "archive", ledger, "--to", tmp_path / "archive", "--until", until, *more
    )
    return audit


def names(folder):
    return [path.name for path in sorted(folder.glob("ledger-*.jsonl*"))]


def all_lines(*folders):
    """Return all lines of both folders, each once, by segment."""
    found = {}
    for folder in folders:
        for name in chains(names(folder)).get(0, []) if folder.exists() else []:
            data = archive.housekeeping.segments.content(folder / name)
            found[name.removesuffix(".zst")] = data
    return b"".join(found[name] for name in sorted(found))


def manifest(folder, number=1):
    return folder / f"archive-{number:06}.manifest"


def test_old_segments_move_and_the_rest_the_archive_and_both_hold(run, ledger, tmp_path):
    before, to = all_lines(ledger), tmp_path / "archive"
    code, out, _ = run.archive("2026-11-03")
    assert (code, "2 segments moved, records 1 to 6" in out) == (0, True)
    assert names(ledger) == [segment_name(0, 7), segment_name(0, 10)]
    assert names(to) == [segment_name(0, 1) + ".zst", segment_name(0, 4) + ".zst"]
    assert all_lines(ledger, to) == before

    assert run("verify", ledger)[0] == 1  # nobody has said where it begins
    for folder in (ledger, to):
        assert run("verify", folder, "--archived", manifest(to))[0] == 0
    both = tmp_path / "both"
    shutil.copytree(ledger, both)
    for name in names(to):
        shutil.copy(to / name, both)
    assert run("verify", both, "--archived", manifest(to))[0] == 0


def test_the_next_run_goes_on_and_each_run_has_a_manifest(run, ledger, tmp_path):
    to = tmp_path / "archive"
    run.archive("2026-11-02")
    assert run.archive("2026-11-04")[0] == 0
    assert [(m.segments[0].first, m.segments[-1].last) for m in archive.manifests(to)] == [
        (1, 3),
        (4, 9),
    ]
    assert run("verify", to, "--archived", manifest(to, 2))[0] == 0
    assert run("verify", ledger, "--archived", manifest(to, 2))[0] == 0
    assert "nothing was moved" in run.archive("2026-11-04")[1]


def test_the_newest_segment_stays_however_old_it_is(run, ledger):
    assert run.archive("2027-01-01")[0] == 0
    assert names(ledger) == [segment_name(0, 10)]
    written(ledger, 5)


def test_a_clock_that_jumps_back_holds_back_what_is_younger(run, ledger, tmp_path):
    other = tmp_path / "other"
    for day in (1, 9, 2, 3):
        written(other, day)
    run("archive", other, "--to", tmp_path / "archive", "--until", "2026-11-05")
    assert names(other)[0] == segment_name(0, 4)


def test_one_young_record_holds_back_its_segment(run, tmp_path):
    other, times = tmp_path / "other", iter(["2026-11-02", "2026-11-09", "2026-11-02"])
    written(other, 1)
    ledger = FileLedger(other, 0, lambda: f"{next(times)}T00:00:00.000000Z")
    ledger.append({"kind": "decision"})
    ledger.append({"kind": "decision"})
    ledger.close()
    written(other, 3)
    run("archive", other, "--to", tmp_path / "archive", "--until", "2026-11-05")
    assert names(other)[0] == segment_name(0, 4)


def test_a_manifest_is_signed_with_a_key(run, ledger, tmp_path):
    key = tmp_path / "key"
    key_file.write(key, SIGNER)
    assert run.archive("2026-11-03", "--sign", key)[0] == 0
    text, signed = notes.opened(manifest(tmp_path / "archive").read_text(), [SIGNER.public])
    assert signed == (SIGNER.public,)
    assert text.startswith(archive.TITLE)
    assert archive.read(manifest(tmp_path / "archive")).segments[0].first == 1


STEPS = [
    *((os, "fsync", nth) for nth in (1, 2, 3, 4, 5, 6)),
    *((disk, "sync_folder", nth) for nth in (1, 2, 3, 4, 5)),
    *((Path, "replace", nth) for nth in (1, 2, 3)),
    *((Path, "unlink", nth) for nth in (1, 2)),
]


@pytest.mark.parametrize("step", [(*step, after) for step in STEPS for after in (False, True)])
def test_a_run_that_dies_loses_nothing_and_the_next_one_goes_on(run, ledger, monkeypatch, step):
    (where, name, nth, after), tmp_path = step, ledger.parent
    before, to = all_lines(ledger), tmp_path / "archive"
    dies = dying(getattr(where, name), nth, after=after)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, dies)
        with pytest.raises(KilledError):
            run.archive("2026-11-03")
    assert all_lines(ledger, to) == before
    code, _, err = run.archive("2026-11-03")
    assert (code, err) == (0, "")
    assert all_lines(ledger, to) == before
    assert names(ledger) == [segment_name(0, 7), segment_name(0, 10)]
    assert not list(to.glob("ledger-*.part"))
    listed = [each.first for m in archive.manifests(to) for each in m.segments]
    assert listed == [1, 4]
    assert run("verify", to, "--archived", sorted(to.glob("*.manifest"))[-1])[0] == 0


def broken_chain(ledger, to):
    path = ledger / segment_name(0, 4)
    path.write_bytes(path.read_bytes().replace(b'"kind":"decision"', b'"kind":"decisioN"', 1))


def missing_segment(ledger, to):
    (ledger / segment_name(0, 4)).unlink()


def damaged_copy(ledger, to):
    to.mkdir()
    (to / (segment_name(0, 1) + ".zst")).write_bytes(b"half")


def other_ledger(ledger, to):
    for day in (1, 2, 3):
        written(ledger.parent / "other", day, count=3)
    assert (
        cli.main(
            [
                "audit",
                "archive",
                str(ledger.parent / "other"),
                "--to",
                str(to),
                "--until",
                "2026-11-03",
            ]
        )
        == 0
    )


def damaged_manifest(ledger, to):
    to.mkdir()
    manifest(to).write_text(f"{archive.TITLE}\n{{}}\n")


def no_folder(ledger, to):
    to.write_text("a file")


def busy(ledger, to):
    busy.held = housekeeping.alone(ledger)
    busy.held.__enter__()


@pytest.mark.parametrize(
    "case",
    [
        (broken_chain, 1, "nothing was moved"),
        (missing_segment, 1, "nothing was moved"),
        (damaged_copy, 2, "give each ledger its own archive"),
        (other_ledger, 2, "give each ledger its own archive"),
        (damaged_manifest, 2, "not a manifest"),
        (no_folder, 2, "a file, not a folder"),
        (busy, 2, "another process works on it"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_moves(run, ledger, capsys, case):
    (made, code, told), to = case, ledger.parent / "archive"
    made(ledger, to)
    capsys.readouterr()
    before = names(ledger)
    found, out, err = run.archive("2026-11-03")
    assert (found, out, err.count("\n"), told in err) == (code, "", 1, True)
    assert names(ledger) == before
    if made is busy:
        busy.held.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--until", "soon"), "not a time"),
        (("--until", "2026-11-03", "--sign", "/no/key"), "no such file"),
    ],
)
def test_wrong_use_is_one_line(run, ledger, tmp_path, arguments, told):
    code, out, err = run("archive", ledger, "--to", tmp_path / "archive", *arguments)
    assert (code, out, err.count("\n"), told in err) == (2, "", 1, True)


def test_the_ledger_is_no_archive_of_itself(run, ledger):
    code, _, err = run("archive", ledger, "--to", ledger, "--until", "2026-11-03")
    assert (code, "the ledger itself" in err) == (2, True)


def test_a_full_disk_is_one_line_and_the_ledger_is_whole(run, ledger, tmp_path):
    big = tmp_path / "big"
    for day in (1, 2):
        written(big, day, count=22)
    before = all_lines(big)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))
    try:
        code, out, err = run("archive", big, "--to", tmp_path / "archive", "--until", "2026-11-02")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (code, out, err.count("\n"), "nothing is lost" in err) == (2, "", 1, True)
    assert all_lines(big) == before
    assert run("archive", big, "--to", tmp_path / "archive", "--until", "2026-11-02")[0] == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ("archive", "LEDGER", "--to", "FILE", "--until", "1d"),
            "--to FILE: a file, not a folder; ",
        ),
        (("archive", "FILE", "--to", "NEW", "--until", "1d"), "FILE: a file, not a folder; "),
        (("archive", "NEW", "--to", "NEW", "--until", "1d"), "NEW: no such folder; "),
        (("prune", "FILE", "--keep", "6"), "FILE: a file, not a folder; "),
        (("prune", "NEW", "--keep", "6"), "NEW: no such folder; "),
    ],
)
def test_a_folder_is_expected(phiguard, ledger, tmp_path, command, said):
    places = {"LEDGER": ledger, "FILE": tmp_path / "file", "NEW": tmp_path / "new"}
    places["FILE"].write_text("text")
    code, out, err = phiguard("audit", *[places.get(word, word) for word in command])
    for word, place in places.items():
        said = said.replace(word, str(place))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"phiguard: {said}")
