import ledgers_in_folders as in_folders
import orjson
import pytest

from extauthz import cli
from extauthz.commands.audit import sample_ledger
from extauthz.records.ledger.chain import Verifier
from extauthz.records.ledger.file import FileLedger


@pytest.fixture
def size(capsys, monkeypatch):
    monkeypatch.setattr(sample_ledger, "RECORDS", 500)

    def run(*arguments):
        code = cli.main(["audit", "size", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def written(folder, count):
    ledger = FileLedger(folder, 0, lambda: "2026-11-01T00:00:00.000000Z")
    for _ in range(count):
        ledger.append({"kind": "decision", "source": "a" * 100})
    ledger.close()
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


def test_a_ledger_is_measured(size, tmp_path):
    total = written(tmp_path, 99)
    code, out, _ = size(tmp_path, "--decisions-per-second", 10, "--years", 2, "--format", "json")
    found = orjson.loads(out)
    assert (code, found["measured"]["records"], found["measured"]["plain"]) == (0, 100, total)
    assert found["plain"]["decision"] == total / 99  # the first record says that a process began
    assert found["tree"]["decision"] == 64 * 100 / 99
    assert found["plain"]["day"] == pytest.approx(total / 99 * 10 * 86400)
    assert found["plain"]["retention"] == pytest.approx(found["plain"]["day"] * 365.25 * 2)
    assert 0 < found["compressed"]["decision"] < found["plain"]["decision"]


def test_all_files_and_folders_count(size, tmp_path):
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        written(folder, 2)
        written(folder, 3)
    found = orjson.loads(size(*folders, "--decisions-per-second", 1, "--format", "json")[1])
    assert found["measured"]["records"] == 2 * (3 + 4)


def test_decisions_that_were_only_counted_share_the_bytes_of_their_summary(size, tmp_path):
    in_folders.written(tmp_path, {}, in_folders.SUMMARY)
    total = sum(path.stat().st_size for path in tmp_path.glob("*.jsonl"))
    code, out, _ = size(tmp_path, "--decisions-per-second", 10)
    assert (code, out.startswith(f"41 decisions of {tmp_path} (40 of them only counted), at")) == (
        0,
        True,
    )
    assert "loses\nits counts of about the last second" in out
    found = orjson.loads(size(tmp_path, "--decisions-per-second", 10, "--format", "json")[1])
    assert found["plain"]["decision"] == total / 41
    assert found["tree"]["decision"] == 64 * 3 / 41


def test_a_ledger_without_a_decision_has_no_size(size, tmp_path):
    FileLedger(tmp_path, 0, lambda: "2026-11-01T00:00:00.000000Z").close()
    code, _, err = size(tmp_path, "--decisions-per-second", 10)
    assert (code, "no decisions yet" in err) == (2, True)


def test_a_ledger_in_which_each_decision_has_a_record_says_nothing_of_counts(size, tmp_path):
    written(tmp_path, 3)
    assert "summed up" not in size(tmp_path, "--decisions-per-second", 10)[1]


def test_made_up_decisions_are_measured_with_summaries_too(size):
    found = orjson.loads(size("--decisions-per-second", 300, "--format", "json")[1])
    assert found["measured"]["decisions"] == found["summed"]["decisions"] == 500
    assert found["measured"]["summed"] == 0 < found["summed"]["summed"] < 350
    assert found["summed up, plain"]["decision"] < found["plain"]["decision"]
    # few in a second are few to sum up
    slow = orjson.loads(size("--decisions-per-second", 1, "--format", "json")[1])
    assert slow["summed"]["records"] == 500
    assert "loses\nits counts of about the last second" in size("--decisions-per-second", 300)[1]


def test_without_a_ledger_made_up_decisions_are_measured(size):
    code, out, _ = size("--decisions-per-second", 300)
    assert (code, "500 decisions of a made-up ledger, at 300 decisions a second" in out) == (
        0,
        True,
    )
    assert "6 years" in out


def test_the_made_up_ledger_holds_like_one(monkeypatch):
    monkeypatch.setattr(sample_ledger, "RECORDS", 100)
    verifier = Verifier()
    assert verifier.segment("sample", b"".join(sample_ledger.lines())) is None
    assert verifier.head.seq == 100
    assert Verifier().segment("sample", b"".join(sample_ledger.summed(50))) is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--decisions-per-second", 0), "above 0"),
        (("--decisions-per-second", -1), "above 0"),
        (("--decisions-per-second", "nan"), "above 0"),
        (("--decisions-per-second", 1, "--years", 0), "above 0"),
        (("/no/folder", "--decisions-per-second", 1), "no such file"),
    ],
)
def test_wrong_use_is_one_line(size, arguments, told):
    code, out, err = size(*arguments)
    assert (code, out, err.count("\n"), told in err) == (2, "", 1, True)
