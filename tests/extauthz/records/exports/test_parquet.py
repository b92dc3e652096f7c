import io
import sys
from datetime import datetime
from pathlib import Path

import orjson
import pyarrow
import pytest
from exported_records import FORGED, RECORD, as_read, sealed_keys
from hypothesis import given
from pyarrow import parquet as reader

from extauthz.records.exports import parquet
from extauthz.records.exports.parquet import TYPES
from extauthz.records.exports.values import KEYS

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA = orjson.loads((DOCS / "ledger.schema.json").read_bytes())["$defs"]["decision"]["properties"]


def read(*records):
    out = io.BytesIO()
    parquet.write(iter(records), out)
    file = reader.ParquetFile(io.BytesIO(out.getvalue()))
    assert file.metadata.num_rows == len(records)
    return file


def as_json(cells):
    """The cells of a row as the values of the ledger's line."""
    times = {key: cells[key] for key in ("time", "from", "to")}
    said = {**cells, **{key: at and f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" for key, at in times.items()}}
    return {key: dict(said[key]) if TYPES[key].startswith("map") else said[key] for key in said}


def stated(key):
    """The type that the ledger's schema says."""
    said = SCHEMA[key]
    kind = said.get("type", {int: "integer", str: "string"}[type(said.get("const", ""))])
    (kind,) = {kind} if isinstance(kind, str) else set(kind) - {"null"}
    if kind == "array":
        return f"list<{said['items']['type']}>"
    if kind == "object":
        value = {"integer": "int64", "string": "string"}[said["additionalProperties"]["type"]]
        return f"map<string, {value}>"
    if key == "time":
        return "timestamp[us, tz=UTC]"
    return {"boolean": "bool", "integer": "int64", "string": "string"}[kind]


@pytest.mark.parametrize("key", sorted(sealed_keys()))
def test_a_column_has_the_type_that_the_schema_of_the_ledger_says(key):
    assert TYPES[key] == stated(key)


def test_the_columns_of_a_file_have_the_types_that_the_page_says():
    columns = read(RECORD).schema_arrow
    assert columns.names == list(KEYS)
    for name in KEYS:
        arrow = columns.field(name).type
        assert TYPES[name].split("<")[0].split("[")[0] == str(arrow).split("<")[0].split("[")[0]
    section = (DOCS / "audit-exports.md").read_text().split("\n## parquet\n")[1].split("\n## ")[0]
    table = section.split("| column | type |\n|---|---|\n")[1].split("\n\n")[0].splitlines()
    assert table == [f"| `{key}` | `{kind}` |" for key, kind in TYPES.items() if kind != "string"]


def test_a_row_says_what_the_line_says():
    (cells,) = read(RECORD).read().to_pylist()
    assert as_json(cells) == RECORD
    assert isinstance(cells["time"], datetime)


def test_a_key_that_is_null_or_absent_is_null():
    old = {key: value for key, value in RECORD.items() if key not in {"schema", "caller"}}
    (cells,) = read({**old, "mtls": None}).read().to_pylist()
    assert (cells["mtls"], cells["schema"], cells["caller"]) == (None, None, None)


def test_a_long_export_is_written_in_groups(monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 10)
    file = read(*({**RECORD, "seq": number} for number in range(25)))
    groups = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
    assert groups == [10, 10, 5]
    assert file.read(columns=["seq"])["seq"].to_pylist() == list(range(25))


def test_no_more_than_one_group_is_taken_before_it_is_written(monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 10)
    out, taken = io.BytesIO(), []

    def records():
        for number in range(30):
            taken.append(out.tell())
            yield {**RECORD, "seq": number}

    parquet.write(records(), out)
    assert 0 < taken[11] < taken[21]  # a group was written when the next one begins


def test_an_export_of_nothing_is_a_file_with_columns():
    file = read()
    assert (file.metadata.num_rows, file.schema_arrow.names) == (0, list(KEYS))


@given(record=FORGED)
def test_a_forged_value_is_null_or_stays_in_its_cell(record):
    forged = as_read(record)
    (cells,) = read(forged).read().to_pylist()
    for key, kind in TYPES.items():
        if kind == "string":
            assert cells[key] == (forged[key] if isinstance(forged[key], str) else None)


def test_without_its_writer_the_error_says_the_fix(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(parquet.MissingWriterError, match=r"pip install 'phiguard\[parquet\]'"):
        parquet.write(iter(()), io.BytesIO())


def test_the_writer_is_imported_only_where_it_is_used():
    assert "pyarrow" not in vars(parquet)
    assert pyarrow.__version__
