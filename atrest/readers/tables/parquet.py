"""Apache Parquet: row numbers are drawn at random, and only their row groups are read.

Pages are decoded in small batches, and texts stay in their dictionaries, so that neither a large
row group nor a long text that is repeated a million times has to fit into memory.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from atrest.picks import Picks
from atrest.readers.tables import arrow_rows
from atrest.readers.tables.arrow_errors import as_read_errors
from atrest.source import Budget, Item, ReadError, Reason, Rows, Sampled

_ENCRYPTED: Final = b"PARE"
"""The first bytes of a file whose footer is encrypted, too."""
_BATCH_BYTES: Final = 8 << 20
_MOST_ROWS: Final = 8192
_FEWEST_ROWS: Final = 16
_BUFFERS: Final = 32 << 20
"""All columns are read at once, each through a buffer. Together they take so many bytes."""
_LEAST_BUFFER, _LARGEST_BUFFER = 4 << 10, 1 << 20


class File:
    """An opened Parquet file.

    Args:
        file: at its beginning; it can seek.

    Attributes:
        total: its rows.
    """

    def __init__(self, file: BinaryIO) -> None:
        if file.read(4) == _ENCRYPTED:
            raise ReadError(Reason.ENCRYPTED, "the footer")
        file.seek(0)
        found = pq.read_metadata(pa.PythonFile(file, "r"))
        leaves = [found.schema.column(number) for number in range(found.num_columns)]
        buffer = _BUFFERS // max(1, len(leaves))
        self.total: int = found.num_rows
        self._metadata = found
        self._file = pq.ParquetFile(
            pa.PythonFile(file, "r"),
            metadata=found,
            read_dictionary=[leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"],
            buffer_size=min(max(buffer, _LEAST_BUFFER), _LARGEST_BUFFER),
        )

    def rows(self, picks: Picks, start: int, limit: int) -> Iterator[Rows]:
        """Yield the rows that are drawn.

        Args:
            picks: which.
            start: the number of this file's first row.
            limit: of a cell at most one byte more is kept.
        """
        for number in range(self._metadata.num_row_groups):
            group = self._metadata.row_group(number)
            if picks.within(start, group.num_rows):
                fitting = _BATCH_BYTES * group.num_rows // max(1, group.total_byte_size)
                batches = self._file.iter_batches(
                    batch_size=min(max(fitting, _FEWEST_ROWS), _MOST_ROWS),
                    row_groups=[number],
                    use_threads=False,
                )
                yield from arrow_rows.drawn(batches, picks, start, limit)
            start += group.num_rows


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield a uniform sample of the rows. Raises ReadError for a torn or an encrypted file."""
    with as_read_errors():
        found = File(file)
        picks = Picks(found.total, budget.rows, budget.seed)
        yield from found.rows(picks, 0, budget.document_bytes)
        yield Sampled(arrow_rows.method_of(picks), budget.seed)
