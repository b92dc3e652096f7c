"""Errors of Apache Arrow as reasons. Its messages quote cells, so only the class is kept."""

import contextlib
from collections.abc import Iterator

import pyarrow as pa

from atrest.source import ReadError, Reason


@contextlib.contextmanager
def as_read_errors() -> Iterator[None]:
    """Raise ReadError for what Arrow raises: ENCRYPTED where a key is missing, else MALFORMED.

    An error of the file below it has a number, and passes.
    """
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        text = str(error).lower()
        is_locked = "decrypt" in text or "encrypt" in text
        reason = Reason.ENCRYPTED if is_locked else Reason.MALFORMED
        raise ReadError(reason, type(error).__name__) from None
