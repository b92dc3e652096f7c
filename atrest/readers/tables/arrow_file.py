"""Arrow IPC files, as Feather writes them: row numbers are drawn at random.

A batch is read one column at a time, because some writers put a whole table into one batch.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa

from atrest.picks import Picks
from atrest.readers.tables import arrow_rows
from atrest.readers.tables.arrow_errors import as_read_errors
from atrest.source import Budget, Item, ReadError, Reason, Rows, Sampled

_FEATHER_1: Final = b"FEA1"
"""The first bytes of Feather's first version, which Arrow reads no longer in pieces."""


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield a uniform sample of the rows. Raises ReadError for a torn file."""
    if file.read(4) == _FEATHER_1:
        raise ReadError(Reason.NO_READER, "Feather version 1; write it again as version 2")
    file.seek(0)
    with as_read_errors():
        columns = _columns(file)
        if not columns:
            return
        counts = [columns[0].get_batch(at).num_rows for at in range(columns[0].num_record_batches)]
        picks = Picks(sum(counts), budget.rows, budget.seed)
        start = 0
        for number, count in enumerate(counts):
            chosen = picks.within(start, count)
            start += count
            if chosen:
                yield from _rows(columns, number, pa.array(chosen), budget.document_bytes)
        yield Sampled(arrow_rows.method_of(picks), budget.seed)


def _columns(file: BinaryIO) -> list[Any]:
    """Return a reader of each column. Readers of a file with dictionaries read all of them."""
    schema = pa.ipc.open_file(pa.PythonFile(file, "r")).schema
    return [
        pa.ipc.open_file(
            pa.PythonFile(file, "r"),
            options=pa.ipc.IpcReadOptions(included_fields=[at], use_threads=False),
        )
        for at in range(len(schema))
    ]


def _rows(columns: list[Any], number: int, chosen: Any, limit: int) -> Iterator[Rows]:  # noqa: ANN401
    taken = []
    names = []
    for column in columns:
        batch = column.get_batch(number)
        taken.append(batch.column(0).take(chosen))
        names.append(batch.schema.names[0])
    yield from arrow_rows.rows_of(pa.RecordBatch.from_arrays(taken, names=names), limit)
