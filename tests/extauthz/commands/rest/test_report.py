import csv
import io
import sys

import orjson
import pyarrow.parquet
import pytest
from rest_catalogue import catalogue

from extauthz.commands.rest.forms import FORMS


@pytest.fixture
def report(phiguard, tmp_path):
    folder = catalogue(tmp_path / "catalogue")

    def run(*arguments):
        return phiguard("rest", "report", "--catalogue", folder, *arguments)

    return run


def lines(out):
    return [orjson.loads(line) for line in out.splitlines()]


def test_the_entries_are_sorted_and_look_alikes_are_left_out(report):
    code, out, _ = report("--format", "jsonl")
    found = [(e["source"], e["object"], e["column"], e["field"], e["infoType"]) for e in lines(out)]
    assert (code, found) == (0, sorted(found))
    assert len(found) == 7
    assert len(lines(report("--format", "jsonl", "--all")[1])) == 8


def test_csv_has_the_keys_of_jsonl(report):
    entry = lines(report("--format", "jsonl")[1])[0]
    rows = list(csv.DictReader(io.StringIO(report("--format", "csv")[1])))
    assert list(rows[0]) == list(entry)
    columns = ["", "mrn", "note", "note", "(name)", "full_name", "phone"]
    assert [row["column"] for row in rows] == columns


def test_sarif_names_what_was_found_and_what_was_not_read(report):
    run = orjson.loads(report("--format", "sarif")[1])["runs"][0]
    assert len(run["results"]) == 7
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 3


# a page tells when it was made; Parquet is no text, and written by the test below
@pytest.mark.parametrize("form", sorted(set(FORMS) - {"html", "parquet"}))
def test_a_file_holds_what_the_standard_output_would(report, tmp_path, form):
    _, out, _ = report("--format", form)
    code, nothing, _ = report("--format", form, "--output", tmp_path / "out")
    assert (code, nothing) == (0, "")
    assert (tmp_path / "out").read_text() == out


def test_a_file_that_cannot_be_written_is_one_line(report, tmp_path):
    code, _, err = report("--output", tmp_path / "missing" / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert "name a file in a folder that exists" in err


def test_parquet_is_what_pyarrow_reads(report, tmp_path):
    assert report("--format", "parquet", "--output", tmp_path / "out")[0] == 0
    table = pyarrow.parquet.read_table(tmp_path / "out")
    assert table.column("column").to_pylist() == [
        "",
        "mrn",
        "note",
        "note",
        "(name)",
        "full_name",
        "phone",
    ]


def test_parquet_without_its_extra_says_what_to_install(report, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = report("--format", "parquet", "--output", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert "pip install 'phiguard[parquet]'" in err


def test_openmetadata_has_the_names_of_services_that_are_given(report):
    source = "postgres://db.clinic/ehr"
    found = lines(report("--format", "openmetadata", "--service", f"{source}=clinic")[1])
    assert found[-1]["column_fqn"] == "clinic.ehr.public.patient.note"
    assert report("--format", "openmetadata", "--service", "clinic")[0] == 2


def test_datahub_has_the_environment_that_is_given(report):
    found = orjson.loads(report("--format", "datahub", "--environment", "DEV")[1])
    assert {each["entityUrn"].rpartition(",")[2] for each in found} == {"DEV)"}
