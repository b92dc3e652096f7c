"""Arrow IPC files, as Feather writes them: row numbers are drawn at random.

Some writers put a whole table into one batch. A file of this machine is mapped, so that its batches
need not fit into memory unless they are compressed. Of an object one column at a time is read.
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
        readers = _readers(file)
        if not readers:
            return
        counts = [readers[0].get_batch(at).num_rows for at in range(readers[0].num_record_batches)]
        picks = Picks(sum(counts), budget.rows, budget.seed)
        start = 0
        for number, count in enumerate(counts):
            chosen = picks.within(start, count)
            start += count
            if chosen:
                yield from _rows(readers, number, pa.array(chosen), budget.document_bytes)
        yield Sampled(arrow_rows.method_of(picks), budget.seed)


def _readers(file: BinaryIO) -> list[Any]:
    """Return readers that together read all columns.

    A file of this machine is mapped, and one reader takes what it needs. Else each column has a
    reader of its own.
    """
    try:
        descriptor = file.fileno()
    except OSError:
        source = pa.PythonFile(file, "r")
        columns = range(len(pa.ipc.open_file(source).schema))
        options = [pa.ipc.IpcReadOptions(included_fields=[at], use_threads=False) for at in columns]
        return [pa.ipc.open_file(source, options=each) for each in options]
    mapped = pa.ipc.open_file(pa.memory_map(f"/proc/self/fd/{descriptor}"))
    return [mapped] if len(mapped.schema) else []


def _rows(readers: list[Any], number: int, chosen: Any, limit: int) -> Iterator[Rows]:  # noqa: ANN401
    taken = []
    names: list[str] = []
    for reader in readers:
        batch = reader.get_batch(number)
        taken += [column.take(chosen) for column in batch.columns]
        names += batch.schema.names
    yield from arrow_rows.rows_of(pa.RecordBatch.from_arrays(taken, names=names), limit)
