"""`phiguard rest` as a user runs it: one scan, and every command that reads its catalogue."""

import csv
import io
import json
import sqlite3

import pytest

from extauthz import cli

NOTE = "Patient: Marcus Hollingsworth, SSN 512-44-9031, type 2 diabetes (E11.9)"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory, engine):
    """A folder and a database, and the catalogue of one scan of both."""
    folder = tmp_path_factory.mktemp("rest")
    data = folder / "data"
    data.mkdir()
    (data / "note.txt").write_text(NOTE)
    (data / "menu.txt").write_text("soup, fish, cake")
    (data / "SSN 512-44-9031.txt").write_text("nothing")
    db = sqlite3.connect(folder / "app.db")
    db.execute("CREATE TABLE patient (id, mrn, full_name, dob, dx_code)")
    db.executemany(
        "INSERT INTO patient VALUES (?,?,?,?,?)",
        ((n, 7_000_000 + n, "Ana Ruiz", f"19{30 + n % 60}-03-14", "E11.9") for n in range(100)),
    )
    db.commit()
    db.close()
    sources = (str(data), f"sqlite://{folder}/app.db")
    code = cli.main(["rest", "scan", *sources, "--catalogue", str(folder / "c"), "--workers", "1"])
    assert code == 1
    return folder, sources


@pytest.fixture
def rest(scanned, phiguard):
    folder, _ = scanned
    return lambda *words: phiguard("rest", *words, "--catalogue", folder / "c")


def test_a_scan_says_what_holds_phi_and_a_second_one_reads_nothing(scanned, rest):
    _, sources = scanned
    code, out, err = rest("scan", *sources, "--workers", "1")
    assert (code, err) == (1, "")
    assert "4 units, 0 read, 4 unchanged; 2 hold PHI" in out
    assert "note.txt" in out
    assert "menu.txt" not in out
    assert "512-44-9031" not in out


def test_report_lists_columns(rest):
    code, out, _ = rest("report", "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    found = {(r["object"], r["column"], r["infoType"], r["identifier"]) for r in rows}
    assert ("patient", "mrn", "MEDICAL_RECORD_NUMBER", "H") in found
    assert ("patient", "dob", "DATE_OF_BIRTH", "C") in found
    assert not {row for row in found if row[0] == "menu.txt"}
    mrn = next(r for r in rows if r["column"] == "mrn")
    assert (mrn["hits"], mrn["rowsSeen"], mrn["fractionMost"]) == (100, 100, 1.0)


def test_report_as_csv_and_as_table(rest):
    _, out, _ = rest("report", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["column"] for row in rows} >= {"mrn", "full_name"}
    _, out, _ = rest("report")
    assert "MEDICAL_RECORD_NUMBER" in out
    assert "100 % of all rows" in out


def test_explain_says_why(rest):
    code, out, _ = rest("explain", "patient.mrn")
    assert code == 0
    assert "100 of 100 that were read" in out
    assert "csv_column (the name of the column)" in out
    assert "`9999999` 100 %" in out
    code, out, _ = rest("explain", "patient.id")
    assert (code, out) == (0, "patient.id: nothing was found there\n")
    code, out, _ = rest("explain", "patient.mrn", "--format", "json")
    assert json.loads(out)[0]["infoType"] == "MEDICAL_RECORD_NUMBER"


def test_explain_of_what_is_not_there(rest):
    code, _, err = rest("explain", "patient.none")
    assert code == 2
    assert "not in the catalogue" in err


def test_status_and_diff(rest):
    code, out, _ = rest("status")
    assert code == 0
    assert "sqlite://" in out
    code, out, _ = rest("status", "--format", "json")
    assert json.loads(out)["notRead"] == []
    code, out, _ = rest("diff", "--since", "1", "--format", "jsonl")
    changes = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert {c["change"] for c in changes} == {"NEW"}


def test_a_masked_name_is_found_again(scanned, rest):
    _, sources = scanned
    _, out, _ = rest("report", "--format", "jsonl")
    masked = next(r for r in map(json.loads, out.splitlines()) if r["column"] == "(name)")
    assert "512-44" not in masked["object"]
    assert rest("locate", masked["key"], sources[0])[:2] == (0, "SSN 512-44-9031.txt\n")
    as_json = rest("locate", masked["key"], sources[0], "--format", "json")[1]
    assert '"object": "SSN 512-44-9031.txt"' in as_json
    assert rest("locate", "00" * 16, sources[0])[0] == 1


def test_a_dry_run_reads_nothing(scanned, phiguard, tmp_path):
    _, sources = scanned
    code, out, _ = phiguard("rest", "scan", *sources, "--catalogue", tmp_path, "--dry-run")
    assert code == 0
    assert "about" in out
    code, _, _ = phiguard("rest", "report", "--catalogue", tmp_path)
    assert code == 0


def test_the_catalogue_holds_no_value(scanned):
    folder, _ = scanned
    for path in (folder / "c").iterdir():
        data = path.read_bytes()
        for value in (b"Hollingsworth", b"512-44-9031", b"Ana Ruiz", b"7000007", b"1930-03-14"):
            assert value not in data, path.name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scan", "ftp://x"], "no such kind of source"),
        (["scan", "x", "--engine", "spark"], "one of local, ray"),
        (["scan", "x", "--rows", "-1"], "give 0 or more"),
        (["scan", "x", "--seed", "-1"], "from 0 to 9223372036854775807"),
        (["scan", "x", "--seed", str(1 << 63)], "from 0 to 9223372036854775807"),
        (["scan", "x", "--workers", "0"], "give 1 or more"),
        (["diff", "--since", "99"], "there are runs 1 to"),
    ],
)
def test_wrong_use_is_one_line(rest, words, said):
    code, _, err = rest(*words)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["report", "status", "diff", "explain"])
def test_no_catalogue_is_one_line(phiguard, tmp_path, command):
    words = ["x"] if command == "explain" else []
    code, _, err = phiguard("rest", command, *words, "--catalogue", tmp_path / "none")
    assert code == 2
    assert "run `phiguard rest scan` first" in err


def test_a_source_that_cannot_be_read_is_named(phiguard, tmp_path, engine):
    code, out, _ = phiguard(
        "rest", "scan", tmp_path / "none", "--catalogue", tmp_path / "c", "--workers", "1"
    )
    assert code == 2
    assert "GONE" in out
