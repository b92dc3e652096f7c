"""Parquet for data lakes: one row a record, one typed column a key.

The writer is pyarrow, of the extra `phiguard[parquet]`. It is imported only here, and only when
somebody asks for this form.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, BinaryIO, Final

from extauthz.records.exports.values import KEYS, Record, counts, moment, shown

NAME: Final = "parquet"
ROWS: Final = 5000
"""Rows of a row group: about 5 MB of records, which is what the writer holds."""
_WIDEST: Final = 2**63

TYPES: Final[Mapping[str, str]] = dict.fromkeys(KEYS, "string") | {
    "enforced": "bool",
    "observed": "bool",
    "mtls": "bool",
    "schema": "int64",
    "piece": "int64",
    "opaque": "int64",
    "worker": "int64",
    "seq": "int64",
    "count": "int64",
    "bytes": "int64",
    **dict.fromkeys(("time", "from", "to"), "timestamp[us, tz=UTC]"),
    "parts": "list<string>",
    "identifiers": "list<string>",
    "tipped": "list<string>",
    "rules": "list<string>",
    "infoTypes": "map<string, int64>",
    "audits": "map<string, string>",
}
"""The type of each column. `docs/ledger.schema.json` says the type of each key."""
PLACES: Final[Mapping[str, str]] = {key: f"`{key}`" for key in KEYS}


class MissingWriterError(Exception):
    """pyarrow is not installed. The text is one line with the fix."""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _WIDEST


_FITTING: Final[Mapping[str, Callable[[Any], object]]] = {
    "string": lambda value: value if isinstance(value, str) else None,
    "bool": lambda value: value if isinstance(value, bool) else None,
    "int64": lambda value: value if _is_number(value) else None,
    "list<string>": lambda value: [shown(v) for v in value] if isinstance(value, list) else None,
    "map<string, int64>": lambda value: (
        list(counts(value).items()) if isinstance(value, dict) else None
    ),
    "map<string, string>": lambda value: (
        [(name, shown(each)) for name, each in sorted(value.items())]
        if isinstance(value, dict)
        else None
    ),
}


def row(record: Record) -> dict[str, object]:
    """Return the cells of a decision or a summary, by column.

    A value of another type than its column's is None. No guard writes one.
    """
    return {
        key: _FITTING[kind](record.get(key)) if kind in _FITTING else moment(record, key)
        for key, kind in TYPES.items()
    }


def write(records: Iterable[Record], out: BinaryIO) -> None:
    """Write a file of row groups.

    Raises:
        MissingWriterError: pyarrow is not installed.
    """
    arrow, files = writer_library()
    schema = _schema(arrow)
    rows = map(row, records)
    with files.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(rows, ROWS)):
            writer.write_table(arrow.Table.from_pylist(group, schema=schema))


def writer_library() -> tuple[Any, Any]:
    """Import pyarrow and its writer.

    Raises:
        MissingWriterError: it is not installed.
    """
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise MissingWriterError(
            "its writer is not installed; run: pip install 'phiguard[parquet]'"
        ) from None


def _schema(arrow: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    text = arrow.string()
    types = {
        "string": text,
        "bool": arrow.bool_(),
        "int64": arrow.int64(),
        "timestamp[us, tz=UTC]": arrow.timestamp("us", tz="UTC"),
        "list<string>": arrow.list_(text),
        "map<string, int64>": arrow.map_(text, arrow.int64()),
        "map<string, string>": arrow.map_(text, text),
    }
    return arrow.schema([(key, types[kind]) for key, kind in TYPES.items()])
