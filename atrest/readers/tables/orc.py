"""Apache ORC: row numbers are drawn at random, and the file is read through in small batches.

Its library does not say how many rows a stripe has, so no stripe can be left out.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import orc

from atrest.picks import Picks
from atrest.readers.tables import arrow_rows
from atrest.readers.tables.arrow_errors import as_read_errors
from atrest.source import Budget, Item, Sampled

_BATCH_ROWS: Final = 1024


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield a uniform sample of the rows. Raises ReadError for a torn file."""
    with as_read_errors():
        opened = pa.PythonFile(file, "r")
        picks = Picks(orc.ORCFile(opened).nrows, budget.rows, budget.seed)
        # unlike ORCFile.read_stripe, a fragment does not hold a whole stripe in memory
        batches = (
            ds.OrcFileFormat()
            .make_fragment(opened)
            .to_batches(batch_size=_BATCH_ROWS, use_threads=False, batch_readahead=0)
        )
        yield from arrow_rows.drawn(batches, picks, 0, budget.document_bytes)
        yield Sampled(arrow_rows.method_of(picks), budget.seed)
