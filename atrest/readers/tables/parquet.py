"""Apache Parquet: row numbers are drawn at random, and only their row groups are read.

Pages are decoded in small batches, and the texts of a small column stay in their dictionary, so
that neither a large row group nor a long text that is repeated a million times has to fit into
memory.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

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
_LARGEST_DICTIONARY: Final = 4 << 20
_DICTIONARIES: Final = 64 << 20
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
        self.total: int = found.num_rows
        self._metadata = found
        self._file = file
        if found.num_row_groups:
            # Of an encrypted column only a read may be asked for: to look at what the footer says
            # of it ends the process.
            next(self._opened([]).iter_batches(1, row_groups=[0], use_threads=False), None)
        self._reader = self._opened(_dictionaries(found))

    def _opened(self, dictionaries: list[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
        buffer = _BUFFERS // max(1, self._metadata.num_columns)
        return pq.ParquetFile(
            pa.PythonFile(self._file, "r"),
            metadata=self._metadata,
            read_dictionary=dictionaries,
            buffer_size=min(max(buffer, _LEAST_BUFFER), _LARGEST_BUFFER),
            pre_buffer=False,  # it would read a column of a row group at once
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
                batches = self._reader.iter_batches(
                    batch_size=min(max(fitting, _FEWEST_ROWS), _MOST_ROWS),
                    row_groups=[number],
                    use_threads=False,
                )
                yield from arrow_rows.drawn(batches, picks, start, limit)
            start += group.num_rows


def _dictionaries(found: Any) -> list[str]:  # noqa: ANN401 - pyarrow has no types
    """Return the columns whose texts stay in their dictionary: those with little to hold.

    Of a column with many different texts, a dictionary would grow over the whole row group.
    """
    most = min(_LARGEST_DICTIONARY, _DICTIONARIES // max(1, found.num_columns))
    groups = [found.row_group(number) for number in range(found.num_row_groups)]
    return [
        leaf.path
        for number, leaf in enumerate(map(found.schema.column, range(found.num_columns)))
        if leaf.physical_type == "BYTE_ARRAY"
        and all(group.column(number).total_uncompressed_size <= most for group in groups)
    ]


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield a uniform sample of the rows. Raises ReadError for a torn or an encrypted file."""
    with as_read_errors():
        found = File(file)
        picks = Picks(found.total, budget.rows, budget.seed)
        yield from found.rows(picks, 0, budget.document_bytes)
        yield Sampled(arrow_rows.method_of(picks), budget.seed)
