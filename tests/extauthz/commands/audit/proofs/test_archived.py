"""`audit verify --archived`: the archive and what stayed are one ledger, and a key signed so."""

import itertools
import shutil
from datetime import UTC, datetime

import pytest
import zstandard

from extauthz.commands.audit import prune
from extauthz.records.ledger import key_file
from extauthz.records.ledger.chain import segment_name
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer


class InSixYears(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime(2032, 11, 3, tzinfo=UTC)


SIGNER = Signer("clinic.example/ledger", bytes(32))
OTHER = Signer("clinic.example/ledger", b"o" * 32)


def written(folder, day, signing=None, worker=0):
    hours = itertools.count()
    ledger = FileLedger(
        folder, worker, lambda: f"2026-11-{day:02}T{next(hours):02}:00:00.000000Z", signing=signing
    )
    ledger.append({"kind": "decision"})
    ledger.append({"kind": "decision"})
    ledger.close()


@pytest.fixture
def parts(phiguard, tmp_path):
    """Make a ledger of four days, of which the first two are in an archive."""

    def made(*options, signing=None, workers=(0,)):
        folder, to = tmp_path / "ledger", tmp_path / "archive"
        for day, worker in itertools.product((1, 2, 3, 4), workers):
            written(folder, day, signing, worker)
        arguments = ("--to", to, "--until", "2026-11-03", *options)
        assert phiguard("audit", "archive", folder, *arguments)[0] == 0
        copy = tmp_path / "kept" / "yesterday.manifest"
        copy.parent.mkdir()
        shutil.copy(to / "archive-000001.manifest", copy)
        return to, folder, copy

    return made


def packed(archive, start, worker=0):
    return archive / (segment_name(worker, start) + ".zst")


def test_an_archive_that_lacks_its_last_segment_does_not_join_the_ledger(phiguard, parts):
    archive, ledger, manifest = parts()
    assert phiguard("audit", "verify", archive, ledger, "--archived", manifest)[0] == 0
    packed(archive, 4).unlink()
    code, out, _ = phiguard("audit", "verify", archive, ledger, "--archived", manifest)
    said = f"{archive}: {manifest} lists the records of worker 0 up to record 6, and that one is "
    assert (code, said in out) == (1, True)


def test_an_archive_that_lacks_all_of_one_worker_does_not_join_the_ledger(phiguard, parts):
    archive, ledger, manifest = parts(workers=(0, 1))
    assert phiguard("audit", "verify", archive, ledger, "--archived", manifest)[0] == 0
    for start in (1, 4):
        packed(archive, start, worker=1).unlink()
    code, out, _ = phiguard("audit", "verify", archive, ledger, "--archived", manifest)
    assert (code, "the records of worker 1 up to record 6, and that one" in out) == (1, True)


def test_a_broken_archive_is_said_once(phiguard, parts):
    archive, ledger, manifest = parts()
    packed(archive, 4).write_bytes(zstandard.compress(b"forged\n"))
    code, out, _ = phiguard("audit", "verify", archive, ledger, "--archived", manifest)
    assert (code, len(out.splitlines())) == (1, 2)
    assert f"{packed(archive, 4)}:1: changed or torn" in out


def test_the_manifest_beside_the_archive_says_which_ledger_it_is(phiguard, parts, tmp_path):
    archive, ledger, _ = parts()
    manifest = archive / "archive-000001.manifest"
    written(tmp_path / "other", 1)
    for start in (1, 4):
        packed(archive, start).unlink()
    shutil.copy(tmp_path / "other" / segment_name(0, 1), archive)
    code, out, _ = phiguard("audit", "verify", archive, ledger, "--archived", manifest)
    assert (code, "the end was cut off or rewritten" in out) == (1, True)


def test_archived_records_that_are_in_no_folder_are_said(phiguard, parts, tmp_path):
    _, ledger, manifest = parts()
    written(tmp_path / "replica", 1)
    code, out, _ = phiguard("audit", "verify", tmp_path / "replica", ledger, "--archived", manifest)
    said = f"{manifest}: the records of worker 0 up to record 6 are in no folder given here\n"
    assert (code, said in out) == (0, True)


def test_what_was_pruned_need_not_be_there_if_a_manifest_says_so(phiguard, parts, monkeypatch):
    archive, ledger, _ = parts()
    monkeypatch.setattr(prune, "datetime", InSixYears)
    # the segments of both days are gone, so the archive goes on with a third
    again = ("--to", archive, "--until", "2026-11-04")
    assert phiguard("audit", "archive", ledger, *again)[0] == 0
    assert phiguard("audit", "prune", archive, "--keep", "6", "--delete")[0] == 0
    assert not packed(archive, 4).exists()
    gone = archive / "pruned-000001.manifest"
    moved = [("--archived", archive / f"archive-00000{number}.manifest") for number in (1, 2)]
    arguments = (archive, ledger, *itertools.chain(*moved))
    code, out, _ = phiguard("audit", "verify", *arguments)
    assert (code, "if it was pruned, give the manifest of that too" in out) == (1, True)
    assert phiguard("audit", "verify", *arguments, "--archived", gone)[0] == 0


def changed(path):
    path.write_text(path.read_text().replace('"version":"', '"version":"x'))


def stripped(path):
    path.write_text(path.read_text().partition("\n\n")[0] + "\n")


def untouched(path):
    pass


@pytest.mark.parametrize(
    "case",
    [
        (SIGNER, untouched, ""),
        (OTHER, untouched, "no signature of a given key"),
        (SIGNER, changed, "does not fit the text"),
        (SIGNER, stripped, "yesterday.manifest: "),
    ],
)
def test_with_a_key_the_manifest_of_an_archive_must_be_signed_by_it(
    phiguard, parts, tmp_path, case
):
    key, change, problem = case
    key_file.write(tmp_path / "key", key)
    archive, ledger, manifest = parts("--sign", tmp_path / "key", signing=Signing(SIGNER))
    change(manifest)
    arguments = ("--archived", manifest, "--key", SIGNER.public)
    code, out, _ = phiguard("audit", "verify", archive, ledger, *arguments)
    assert (code, problem in out) == (int(bool(problem)), True)
    assert phiguard("audit", "verify", archive, ledger, "--archived", manifest)[0] == 0
