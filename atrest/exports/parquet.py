"""The catalogue's entries as Parquet: one row an entry, one typed column a key.

The writer is pyarrow, which the caller brings. A row group is written as soon as it is full, so
memory is bounded whatever the catalogue holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

ROWS: Final = 5000
"""Rows of a row group."""
TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        "source object key kind column field infoType identifier likelihood subject".split(),
        "string",
    ),
    "sure": "bool",
    **dict.fromkeys(("rowsSeen", "filled", "hits"), "int64"),
    **dict.fromkeys(("fractionLeast", "fractionMost"), "double"),
    "verdict": "string",
    "whole": "bool",
    **dict.fromkeys(("storage", "connection"), "string"),
    "lastSeen": "timestamp",
    "detectors": "string",
}
"""The type of each column, in the order of the entries' keys."""


class _Pieces:
    """A file that gives away what is written to it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._at = 0
        self.closed = False

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer of pyarrow
        """Take bytes."""
        self._written.append(bytes(data))
        self._at += len(self._written[-1])
        return len(self._written[-1])

    def tell(self) -> int:
        """Return the number of bytes so far."""
        return self._at

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """End the file."""
        self.closed = True

    def take(self) -> bytes:
        """Return what was written since the last time."""
        data = b"".join(self._written)
        self._written = []
        return data


def pieces(rows: Iterable[Mapping[str, Any]], library: tuple[Any, Any]) -> Iterator[bytes]:
    """Yield the bytes of one file, row group by row group.

    Args:
        rows: the entries, as JSON has them.
        library: the modules `pyarrow` and `pyarrow.parquet`.
    """
    arrow, files = library
    types = {
        "string": arrow.string(),
        "bool": arrow.bool_(),
        "int64": arrow.int64(),
        "double": arrow.float64(),
        "timestamp": arrow.timestamp("us", tz="UTC"),
    }
    schema = arrow.schema([(key, types[kind]) for key, kind in TYPES.items()])
    sink = _Pieces()
    waiting = iter(rows)
    with files.ParquetWriter(sink, schema, compression="zstd") as writer:
        while group := [_cells(row) for row in islice(waiting, ROWS)]:
            writer.write_table(arrow.Table.from_pylist(group, schema=schema))
            yield sink.take()
    yield sink.take()


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "lastSeen": datetime.fromisoformat(row["lastSeen"])}
