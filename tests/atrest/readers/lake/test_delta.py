from pathlib import Path

import orjson
import pytest

from atrest.readers.lake import delta as reader
from atrest.readers.lake.disk_folder import DiskFolder
from atrest.readers.lake.table import DataFile
from atrest.source import ReadError, Reason


def on_disk(lake: Path) -> set[str]:
    root = lake / "delta"
    return {str(path.relative_to(root)) for path in root.rglob("*.parquet")} - {
        f"_delta_log/{2:020d}.checkpoint.parquet"
    }


def test_the_live_files_are_those_of_the_last_version(lake: Path, delta: DiskFolder):
    table = reader.read(delta)
    assert table.version == "delta 3"
    live = {file.path for file in table.files}
    assert len(live) == 6
    assert len(on_disk(lake) - live) == 1  # the one that the deletion replaced
    assert live < on_disk(lake)
    assert sum(file.rows for file in table.files) == 39


def test_the_columns_that_make_the_folders_stand_in_the_log(delta: DiskFolder):
    assert {file.added["ward"] for file in reader.read(delta).files} == {"North 1", "South/2"}


def test_a_checkpoint_stands_for_the_commits_before_it(lake: Path, delta: DiskFolder):
    whole = reader.read(delta)
    for version in range(3):
        (lake / "delta" / "_delta_log" / f"{version:020d}.json").unlink()
    assert reader.read(delta) == whole


def test_without_a_checkpoint_the_log_is_replayed_from_its_beginning(lake: Path, delta: DiskFolder):
    whole = reader.read(delta)
    (lake / "delta" / "_delta_log" / f"{2:020d}.checkpoint.parquet").unlink()
    assert reader.read(delta) == whole


def test_a_log_with_a_hole_is_not_read(lake: Path, delta: DiskFolder):
    for name in (f"{1:020d}.json", f"{2:020d}.checkpoint.parquet"):
        (lake / "delta" / "_delta_log" / name).unlink()
    with pytest.raises(ReadError) as caught:
        reader.read(delta)
    assert caught.value.reason is Reason.NO_READER


def test_half_a_checkpoint_is_none(lake: Path, delta: DiskFolder):
    log = lake / "delta" / "_delta_log"
    part = log / f"{3:020d}.checkpoint.{1:010d}.{2:010d}.parquet"
    part.write_bytes(b"half")
    assert reader.read(delta).version == "delta 3"


@pytest.mark.parametrize("torn", [b'{"add": {"path"', b'{"add": {}}', b'{"add": 3}', b"[1]"])
def test_a_torn_commit_is_malformed_and_quotes_nothing(lake: Path, delta: DiskFolder, torn: bytes):
    (lake / "delta" / "_delta_log" / f"{3:020d}.json").write_bytes(torn)
    with pytest.raises(ReadError) as caught:
        reader.read(delta)
    assert caught.value.reason is Reason.MALFORMED
    assert "path" not in str(caught.value)


def committed(root: Path, *actions: object) -> DiskFolder:
    log = root / "_delta_log"
    log.mkdir()
    (log / f"{0:020d}.json").write_bytes(b"\n".join(map(orjson.dumps, actions)))
    return DiskFolder(root, lambda path: path.open("rb"))


def test_a_file_that_is_removed_and_added_in_one_commit_is_live(tmp_path: Path):
    """So a deletion vector comes into the log, whatever the order of the lines."""
    folder = committed(tmp_path, {"add": {"path": "a"}}, {"remove": {"path": "a"}})
    assert reader.read(folder).files == (DataFile("a"),)


def test_columns_whose_files_name_them_otherwise_have_their_own_names(tmp_path: Path):
    schema = {
        "fields": [
            {"name": "mrn", "metadata": {"delta.columnMapping.physicalName": "col-7f"}},
            {"name": "ward", "metadata": {"delta.columnMapping.physicalName": "col-8a"}},
        ]
    }
    added = {"path": "a%20b", "partitionValues": {"col-8a": "North"}, "stats": '{"numRecords": 2}'}
    described = {"schemaString": orjson.dumps(schema).decode()}
    table = reader.read(committed(tmp_path, {"metaData": described}, {"add": added}))
    assert table.names == {"col-7f": "mrn", "col-8a": "ward"}
    assert table.files == (DataFile("a b", 2, {"ward": "North"}),)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "s3://other/x", "a/../../x", "%2e%2e/x"])
def test_a_file_that_lies_elsewhere_has_no_path(tmp_path: Path, path: str):
    assert reader.read(committed(tmp_path, {"add": {"path": path}})).files == (DataFile(""),)
