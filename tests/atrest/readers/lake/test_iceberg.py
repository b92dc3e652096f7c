import gzip
import shutil
from pathlib import Path

import fastavro
import orjson
import pytest

from atrest.readers.lake import iceberg as reader
from atrest.readers.lake.disk_folder import DiskFolder
from atrest.source import ReadError, Reason


def last(lake: Path) -> Path:
    return max((lake / "iceberg" / "metadata").glob("*.metadata.json"))


def test_the_live_files_are_those_of_the_current_snapshot(lake: Path, iceberg: DiskFolder):
    table = reader.read(iceberg)
    described = orjson.loads(last(lake).read_bytes())
    assert table.version == f"iceberg {described['current-snapshot-id']}"
    assert len(table.files) == 2
    assert sum(file.rows for file in table.files) == 29
    written = {f"data/{path.name}" for path in (lake / "iceberg" / "data").iterdir()}
    assert len(written - {file.path for file in table.files}) == 1


def test_the_highest_number_is_the_current_metadata_packed_or_not(lake: Path, iceberg: DiskFolder):
    older = sorted((lake / "iceberg" / "metadata").glob("*.metadata.json"))[1]
    packed = gzip.compress(older.read_bytes())
    (older.parent / "v00012.gz.metadata.json").write_bytes(packed)
    assert [file.rows for file in reader.read(iceberg).files] == [20]


def test_a_table_without_a_snapshot_is_empty(lake: Path, iceberg: DiskFolder):
    first = min((lake / "iceberg" / "metadata").glob("*.metadata.json"))
    shutil.copy(first, first.with_name("00009-x.metadata.json"))
    assert reader.read(iceberg).files == ()


def test_metadata_that_lie_elsewhere_are_not_sought(lake: Path, iceberg: DiskFolder):
    described = orjson.loads(last(lake).read_bytes())
    last(lake).write_bytes(orjson.dumps({**described, "location": "s3://elsewhere/table"}))
    with pytest.raises(ReadError) as caught:
        reader.read(iceberg)
    assert caught.value.reason is Reason.GONE


@pytest.mark.parametrize("torn", [b"", b"{}", b'{"location": 3', b"[]"])
def test_torn_metadata_are_malformed(lake: Path, iceberg: DiskFolder, torn: bytes):
    last(lake).write_bytes(torn)
    with pytest.raises(ReadError) as caught:
        reader.read(iceberg)
    assert caught.value.reason is Reason.MALFORMED


def test_a_torn_manifest_is_malformed(lake: Path, iceberg: DiskFolder):
    for manifest in (lake / "iceberg" / "metadata").glob("*-m?.avro"):
        manifest.write_bytes(manifest.read_bytes()[:-20])
    with pytest.raises(ReadError) as caught:
        reader.read(iceberg)
    assert caught.value.reason is Reason.MALFORMED


def test_a_table_whose_files_are_not_parquet_is_none_of_ours(lake: Path, iceberg: DiskFolder):
    for manifest in (lake / "iceberg" / "metadata").glob("*-m?.avro"):
        with manifest.open("rb") as file:
            found = fastavro.reader(file)
            records = list(found)
        for record in records:
            record["data_file"]["file_format"] = "ORC"
        with manifest.open("wb") as file:
            fastavro.writer(file, found.writer_schema, records)
    with pytest.raises(ReadError) as caught:
        reader.read(iceberg)
    assert caught.value.reason is Reason.NO_READER
