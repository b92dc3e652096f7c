"""A value of every infoType lies in every local source, and nothing that a scan leaves holds one.

Each value, its encodings and its unkeyed hashes are sought in the catalogue's folder, in every
report, and in whatever the commands print.
"""

import contextlib
import csv
import json
import sqlite3

import pytest
from canaries import BODY, CANARIES, SOUGHT

from extauthz import cli
from extauthz.commands.rest.report import FORMS

IN_NAMES = ("536-22-8790", "1EG4-TE5-MK73", "4539 1488 0343 6467")
"""Values that their form alone gives away. What no detector finds in a name is kept."""


def fill(folder):
    """Write every value into files of several formats, into tables, and some into names."""
    folder.mkdir()
    (folder / "body.json").write_bytes(BODY)
    (folder / "lines.ndjson").write_bytes(b"\n".join([BODY] * 30))
    (folder / "note.txt").write_text("\n".join(f"{k}: {v}" for k, v in CANARIES.items()))
    with (folder / "table.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CANARIES)
        writer.writerows([CANARIES.values()] * 40)
    with (folder / "pivoted.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["mrn", *IN_NAMES])
        writer.writerows([["MRN-88417732", "1", "2", "3"]] * 5)
    for number, value in enumerate(IN_NAMES):
        (folder / f"SSN or card {value} {number}.txt").write_text("nothing")
    (folder / "torn.gz").write_bytes(b"\x1f\x8b\x08" + BODY)
    names = [f"c{number}" for number in range(len(CANARIES))]
    with contextlib.closing(sqlite3.connect(folder.parent / "app.db")) as db, db:
        db.execute(f"CREATE TABLE useless ({', '.join(names)}, body, photo)")
        row = [*CANARIES.values(), json.dumps(CANARIES), BODY]
        marks = ", ".join("?" * len(row))
        db.executemany(f"INSERT INTO useless VALUES ({marks})", [row] * 40)  # noqa: S608 - marks
        columns = ", ".join(f'"{name}"' for name in CANARIES)
        db.execute(f"CREATE TABLE telling ({columns})")
        marks = ", ".join("?" * len(CANARIES))
        db.executemany(f"INSERT INTO telling VALUES ({marks})", [list(CANARIES.values())] * 40)  # noqa: S608 - marks
    db.close()


@pytest.fixture(scope="module")
def scanned(tmp_path_factory, engine):
    folder = tmp_path_factory.mktemp("leaks")
    fill(folder / "data")
    sources = (str(folder / "data"), f"sqlite://{folder}/app.db")
    words = ["rest", "scan", *sources, "--catalogue", str(folder / "c"), "--workers", "1"]
    assert cli.main(words) == 3  # torn.gz cannot be read, and the rest holds PHI
    return folder


def leaks(data):
    return {value for value in SOUGHT if len(value) > 3 and value in data}


def test_the_values_are_found(scanned, phiguard):
    _, out, _ = phiguard("rest", "report", "--format", "jsonl", "--catalogue", scanned / "c")
    rows = [json.loads(line) for line in out.splitlines()]
    telling = {r["column"] for r in rows if r["object"] == "telling"}
    assert {"ssn", "mrn", "birthDate", "patientName", "email"} <= telling
    assert {r["object"] for r in rows} >= {"body.json", "lines.ndjson", "note.txt", "table.csv"}


def test_the_catalogues_folder_holds_none(scanned):
    files = [path for path in (scanned / "c").rglob("*") if path.is_file()]
    assert {"catalogue.sqlite", "names.key"} <= {path.name for path in files}
    assert {path.name: leaks(path.read_bytes()) for path in files if leaks(path.read_bytes())} == {}


@pytest.mark.parametrize("form", FORMS)
def test_no_report_holds_one(scanned, phiguard, form, tmp_path):
    words = ["rest", "report", "--all", "--format", form, "--catalogue", scanned / "c"]
    if form == "parquet":
        pytest.importorskip("pyarrow")
        words += ["-o", tmp_path / "r.parquet"]
    code, out, err = phiguard(*words)
    assert code == 0, err
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert leaks(out.encode("utf-8", "replace") + err.encode() + written) == set()


@pytest.mark.parametrize("command", ["status", "diff", "explain"])
def test_no_command_prints_one(scanned, phiguard, command):
    words = {"explain": ["telling"], "diff": ["--since", "1"]}.get(command, [])
    for form in ("json", "text") if command == "explain" else ("table",):
        _, out, err = phiguard(
            "rest", command, *words, "--format", form, "--catalogue", scanned / "c"
        )
        assert out
        assert leaks(out.encode() + err.encode()) == set()
