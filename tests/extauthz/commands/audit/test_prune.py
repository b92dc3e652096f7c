from datetime import UTC, datetime

import pytest

from extauthz import cli
from extauthz.commands.audit import prune
from extauthz.records.ledger import archive, housekeeping, key_file, notes
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notes import Signer

NOW = datetime(2032, 11, 30, tzinfo=UTC)
SIGNER = Signer("clinic.example/ledger", bytes(32))
YEARS = 2025, 2026, 2027, 2028


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def written(folder, year, kinds):
    ledger = FileLedger(folder, 0, lambda: f"{year}-06-01T00:00:00.000000Z")
    for kind in kinds:
        ledger.append({"kind": kind})
    ledger.close()


@pytest.fixture
def made(tmp_path, capsys, monkeypatch):
    def make(policies=()):
        ledger, to = tmp_path / "ledger", tmp_path / "archive"
        for year in YEARS:
            written(ledger, year, ["policy"] * (year in policies) + ["decision"])
        assert (
            cli.main(["audit", "archive", str(ledger), "--to", str(to), "--until", "2028-01-01"])
            == 0
        )
        capsys.readouterr()
        return to

    monkeypatch.setattr(prune, "datetime", Clock)
    return make


@pytest.fixture
def run(capsys):
    def audit(*arguments):
        code = cli.main(["audit", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return audit


def kept(folder):
    return len(list(folder.glob("ledger-*.jsonl.zst")))


@pytest.mark.parametrize(
    ("policies", "keep", "left"),
    [
        ((), 6, 1),  # 2025 and 2026 are older than November 2026
        ((), 7, 2),
        ((), 8, 3),
        ((2025,), 6, 3),  # the policy of 2025 was in force until 2032
        ((2025, 2026), 6, 2),  # that of 2025 until 2026
        ((2025, 2026, 2027), 6, 2),
    ],
)
def test_what_is_older_and_not_needed_is_removed(made, run, policies, keep, left):
    to = made(policies)
    code, out, _ = run("prune", to, "--keep", keep)
    assert (code, kept(to)) == (0, 3)
    code, out, _ = run("prune", to, "--keep", keep, "--delete")
    assert (code, kept(to), out.count(": removed")) == (0, left, 3 - left)


def test_the_rest_of_the_archive_holds_with_the_manifest_of_what_was_pruned(made, run, tmp_path):
    to = made()
    run("prune", to, "--keep", 6, "--delete")
    gone = to / "pruned-000001.manifest"
    assert run("verify", to, "--archived", gone)[0] == 0
    assert archive.read(gone).segments[-1].until.startswith("2026")
    # the archive goes on, and a second pruning finds nothing
    written(tmp_path / "ledger", 2029, ["decision"])
    assert run("archive", tmp_path / "ledger", "--to", to, "--until", "2029-01-01")[0] == 0
    assert "nothing is older" in run("prune", to, "--keep", 6, "--delete")[1]
    assert kept(to) == 2


def test_the_manifest_of_what_was_pruned_is_signed_with_a_key(made, run, tmp_path):
    key_file.write(tmp_path / "key", SIGNER)
    to = made()
    assert run("prune", to, "--keep", 6, "--delete", "--sign", tmp_path / "key")[0] == 0
    text, signed = notes.opened((to / "pruned-000001.manifest").read_text(), [SIGNER.public])
    assert (signed, text.startswith(archive.TITLE)) == ((SIGNER.public,), True)
    assert run("prune", to, "--keep", 6, "--sign", tmp_path / "none")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--keep", "5"), 2, "six years"),
        (("--keep", "0", "--less-than-six-years"), 2, "out of range"),
        (("--keep", "5", "--less-than-six-years"), 0, ""),
    ],
)
def test_less_than_six_years_must_be_meant(made, run, arguments, code, told):
    found, _, err = run("prune", made(), *arguments)
    assert (found, told in err) == (code, True)


def test_a_broken_archive_is_not_pruned(made, run):
    to = made()
    sorted(to.glob("ledger-*.zst"))[1].unlink()
    code, _, err = run("prune", to, "--keep", 6, "--delete")
    assert (code, "nothing was removed" in err, kept(to)) == (1, True, 2)


def test_a_ledger_is_no_archive(made, run, tmp_path):
    made()
    code, _, err = run("prune", tmp_path / "ledger", "--keep", 6, "--delete")
    assert (code, "no manifest" in err, err.count("\n")) == (2, True, 1)
    assert run("prune", tmp_path / "none", "--keep", 6)[0] == 2


def test_one_at_a_time(made, run):
    to = made()
    with housekeeping.alone(to):
        code, _, err = run("prune", to, "--keep", 6, "--delete")
    assert (code, "another process" in err, kept(to)) == (2, True, 3)


def test_a_leap_day_six_years_ago_is_the_day_before():
    assert prune._years_before(datetime(2032, 2, 29, tzinfo=UTC), 6).day == 28
