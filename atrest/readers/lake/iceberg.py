"""Apache Iceberg: the files of a table's current snapshot.

https://iceberg.apache.org/spec/

Without its catalogue, the current metadata is the one with the highest number. Files of deletes
hide rows that still lie in the data files, so all rows are read.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from atrest.picks import Picks
from atrest.readers.lake.table import METADATA, DataFile, Folder, Table, malformed, within
from atrest.readers.tables import avro
from atrest.source import ReadError, Reason

# matches "v3.metadata.json", "00003-9c1e.metadata.json" and "00003-9c1e.gz.metadata.json"; not
# "snap-1.avro"
_NAME: Final = re.compile(r"v?(\d{1,18})(?:-[^/]*)?(?:\.gz)?\.metadata\.json")
_DELETED: Final = 2
_DATA: Final = 0
_LARGEST: Final = 256 << 20


def read(folder: Folder) -> Table:
    """Return a table as its current snapshot describes it.

    Raises:
        ReadError: the metadata cannot be read; NO_READER for data files that are not Parquet, which
            then are units of their own.
    """
    numbered = [
        (int(match[1]), name) for name in folder.names(METADATA) if (match := _NAME.fullmatch(name))
    ]
    try:
        described = orjson.loads(_bytes(folder, f"{METADATA}/{max(numbered)[1]}"))
        snapshot = described.get("current-snapshot-id")
        location = described["location"]
        found = [s for s in described.get("snapshots") or () if s["snapshot-id"] == snapshot]
        files = [file for each in found for file in _files(folder, location, each)]
    except ReadError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise malformed(type(error).__name__) from None
    return Table(f"iceberg {snapshot}", tuple(sorted(files, key=lambda each: each.path)))


def _bytes(folder: Folder, path: str) -> bytes:
    with folder.open(path) as file:
        if path.endswith(".gz.metadata.json"):
            with gzip.GzipFile(fileobj=file) as unpacked:
                data = unpacked.read(_LARGEST)
        else:
            data = file.read(_LARGEST)
    return data


def _files(folder: Folder, location: str, snapshot: Mapping[str, Any]) -> Iterator[DataFile]:
    # the first version of the format lists manifests in place; later ones in a file of their own
    manifests = [
        entry["manifest_path"]
        for entry in _records(folder, location, snapshot.get("manifest-list"))
        if entry.get("content", _DATA) == _DATA
    ] or snapshot.get("manifests", ())
    for manifest in manifests:
        for entry in _records(folder, location, manifest):
            if entry["status"] != _DELETED and entry["data_file"].get("content", _DATA) == _DATA:
                yield _file(location, entry["data_file"])


def _records(folder: Folder, location: str, path: str | None) -> Iterator[Any]:
    if not path:
        return
    place = within(location, path)
    if not place:
        raise ReadError(Reason.GONE, "metadata that lie elsewhere")
    with folder.open(place) as file, avro.as_read_errors():
        found = avro.File(file)
        yield from found.records(Picks(found.total, 0, 0))


def _file(location: str, described: Mapping[str, Any]) -> DataFile:
    if str(described["file_format"]).upper() != "PARQUET":
        raise ReadError(Reason.NO_READER, "an Iceberg table whose files are not Parquet")
    return DataFile(within(location, described["file_path"]), int(described["record_count"]))
