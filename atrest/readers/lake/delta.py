"""Delta Lake: the log of a table, replayed from its last checkpoint.

https://github.com/delta-io/delta/blob/master/PROTOCOL.md

Rows that a deletion vector hides still lie in their file, so they are read, too.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from atrest.readers.lake.table import LOG, DataFile, Folder, Table, decoded, malformed, within
from atrest.readers.tables.arrow_errors import as_read_errors
from atrest.source import ReadError, Reason

# matches "00000000000000000007.json"; not "00000000000000000007.compacted.json"
_COMMIT: Final = re.compile(r"(\d{20})\.json")
# matches "...10.checkpoint.parquet" and "...10.checkpoint.0000000001.0000000003.parquet"; not one
# with the UUID of version 2
_CHECKPOINT: Final = re.compile(r"(\d{20})\.checkpoint(?:\.\d{10}\.(\d{10}))?\.parquet")
_PHYSICAL: Final = "delta.columnMapping.physicalName"
_BATCH: Final = 1024


@dataclass(slots=True)
class _State:
    """What the log said so far."""

    files: dict[str, DataFile] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def take(self, action: Mapping[str, Any]) -> None:
        """Apply one action. Others than these change no file."""
        if (added := action.get("add")) is not None:
            self.files[added["path"]] = _file(added)
        elif (removed := action.get("remove")) is not None:
            self.files.pop(removed["path"], None)
        elif (described := action.get("metaData")) is not None:
            self.names = _names(described.get("schemaString") or "{}")


def read(folder: Folder) -> Table:
    """Return a table as its last version describes it.

    Raises:
        ReadError: the log cannot be read; NO_READER for checkpoints of version 2 alone.
    """
    names = folder.names(LOG)
    first, checkpoint, commits = _plan(names)
    state = _State()
    try:
        for name in checkpoint:
            for action in _checkpointed(folder, name):
                state.take(action)
        for version in range(first, commits):
            # a file that changes its deletion vector is removed and added in one commit
            for action in sorted(_committed(folder, version), key=lambda each: "add" in each):
                state.take(action)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise malformed(type(error).__name__) from None
    live = sorted(state.files.values(), key=lambda each: each.path)
    named = [
        DataFile(f.path, f.rows, {state.names.get(k, k): v for k, v in f.added.items()})
        for f in live
    ]
    return Table(f"delta {commits - 1}", tuple(named), state.names)


def _plan(names: Sequence[str]) -> tuple[int, list[str], int]:
    """Return the first commit to read, the files of the checkpoint before it, and the end."""
    commits = {int(match[1]) for name in names if (match := _COMMIT.fullmatch(name))}
    parts: dict[int, list[str]] = defaultdict(list)
    for name in sorted(names):
        if match := _CHECKPOINT.fullmatch(name):
            parts[int(match[1])].append(name)
    whole = [v for v, found in parts.items() if len(found) == _parts(found[0])]
    end = max([*commits, *whole], default=-1) + 1
    for version in sorted(whole, reverse=True):
        if commits.issuperset(range(version + 1, end)):
            return version + 1, parts[version], end
    if end and commits.issuperset(range(end)):
        return 0, [], end
    raise ReadError(Reason.NO_READER, "a Delta log without a checkpoint of version 1")


def _parts(name: str) -> int:
    match = _CHECKPOINT.fullmatch(name)
    return int(match[2]) if match and match[2] else 1


def _committed(folder: Folder, version: int) -> Iterator[Mapping[str, Any]]:
    with folder.open(f"{LOG}/{version:020d}.json") as file:
        for line in file:
            if line.strip():
                yield orjson.loads(line)


def _checkpointed(folder: Folder, name: str) -> Iterator[Mapping[str, Any]]:
    with folder.open(f"{LOG}/{name}") as file, as_read_errors():
        found = pq.ParquetFile(pa.PythonFile(file, "r"), pre_buffer=False)
        wanted = [each for each in ("add", "metaData") if each in found.schema_arrow.names]
        for batch in found.iter_batches(_BATCH, columns=wanted, use_threads=False):
            yield from batch.to_pylist(maps_as_pydicts="lossy")


def _file(added: Mapping[str, Any]) -> DataFile:
    stats = orjson.loads(added.get("stats") or "{}")
    parsed = added.get("stats_parsed") or {}
    rows = stats.get("numRecords", parsed.get("numRecords"))
    place = within("", decoded(added["path"]))
    return DataFile(place, -1 if rows is None else int(rows), added.get("partitionValues") or {})


def _names(schema: str) -> dict[str, str]:
    """Return the names of columns whose files name them otherwise (column mapping)."""
    fields = orjson.loads(schema).get("fields", ())
    pairs = ((each.get("metadata", {}).get(_PHYSICAL), each["name"]) for each in fields)
    return {physical: name for physical, name in pairs if physical}
