from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atrest.readers.lake import delta as delta_log
from atrest.readers.lake import iceberg as iceberg_metadata
from atrest.readers.lake import rows
from atrest.readers.lake.disk_folder import DiskFolder
from atrest.readers.lake.table import DataFile, Table
from atrest.source import Budget, Item, Method, Reason, Rows, Sampled, Unread

ALL = Budget(rows=0)
LIVE_DELTA = {f"{n:06d}" for n in range(40)} - {"000003"}
LIVE_ICEBERG = {f"{n:06d}" for n in range(30)} - {"000003"}


def cells(items: list[Item], column: str) -> list[object]:
    return [
        row[item.columns.index(column)]
        for item in items
        if isinstance(item, Rows)
        for row in item.rows
    ]


def test_the_live_rows_of_a_delta_table_are_read_once_with_the_columns_of_its_folders(
    delta: DiskFolder,
):
    found = list(rows.read(delta_log.read(delta), delta, ALL))
    mrn = cells(found, "mrn")
    assert len(mrn) == 39
    assert set(mrn) == LIVE_DELTA
    wards = dict(zip(mrn, cells(found, "ward"), strict=True))
    assert (wards["000000"], wards["000001"]) == ("North 1", "South/2")
    assert dict(zip(mrn, cells(found, "seen"), strict=True))["000007"] == [{"at": "day 7"}]
    assert found[-1] == Sampled(Method.ALL, 0)


def test_the_live_rows_of_an_iceberg_table_are_read_once(iceberg: DiskFolder):
    found = list(rows.read(iceberg_metadata.read(iceberg), iceberg, ALL))
    assert sorted(cells(found, "mrn")) == sorted(LIVE_ICEBERG)


def test_a_sample_is_drawn_over_all_files(delta: DiskFolder):
    table = delta_log.read(delta)
    found = list(rows.read(table, delta, Budget(rows=10, seed=2)))
    assert len(set(cells(found, "mrn"))) == 10
    assert found[-1] == Sampled(Method.RANDOM, 2)
    ever = {
        mrn
        for seed in range(60)
        for mrn in cells(list(rows.read(table, delta, Budget(rows=10, seed=seed))), "mrn")
    }
    assert ever == LIVE_DELTA


@pytest.fixture
def many(tmp_path: Path) -> tuple[Table, DiskFolder]:
    for number in range(230):
        pq.write_table(pa.table({"c7": [number] * 2}), tmp_path / f"{number:03d}.parquet")
    files = tuple(DataFile(f"{number:03d}.parquet") for number in range(230))
    table = Table("delta 1", files, {"c7": "n"})
    return table, DiskFolder(tmp_path, lambda path: path.open("rb"))


def test_of_too_many_files_some_are_drawn_and_no_bound_is_claimed(many):
    table, folder = many
    found = list(rows.read(table, folder, Budget(rows=300, seed=1)))
    assert len(cells(found, "n")) == 300
    assert found[-1] == Sampled(Method.BLOCKS, 1)
    assert not Method.BLOCKS.is_uniform


@pytest.mark.parametrize("said", [0, 1, 9])
def test_rows_are_counted_by_the_files_and_not_by_what_the_metadata_say(many, said):
    table, folder = many
    files = tuple(DataFile(file.path, said) for file in table.files)
    found = list(rows.read(Table("delta 1", files, table.names), folder, ALL))
    assert (len(cells(found, "n")), found[-1]) == (460, Sampled(Method.ALL, 0))


def test_all_rows_of_many_files_are_all_rows(many):
    table, folder = many
    found = list(rows.read(table, folder, ALL))
    assert len(cells(found, "n")) == 460
    assert found[-1] == Sampled(Method.ALL, 0)


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(many, tmp_path: Path):
    table, folder = many
    (tmp_path / "007.parquet").unlink()
    (tmp_path / "008.parquet").write_bytes(b"PAR1 torn")
    outside = Table("delta 1", (*table.files, DataFile("")), table.names)
    found = list(rows.read(outside, folder, ALL))
    assert [each for each in found if isinstance(each, Unread)] == [
        Unread(Reason.GONE, "files that lie elsewhere"),
        Unread(Reason.GONE, "007.parquet"),
        Unread(Reason.MALFORMED, "008.parquet"),
    ]
    assert len(cells(found, "n")) == 456
