"""Times as the ledger writes them: ISO 8601, UTC, with microseconds.

All have the same length, so their texts sort and compare as the times do.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def written(moment: datetime) -> str:
    """Return a time with an offset as the ledger writes it. Raises OverflowError."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def now() -> str:
    """Return the current time."""
    return f"{datetime.fromtimestamp(time.time(), UTC).isoformat(timespec='microseconds')[:-6]}Z"


def at(nanoseconds: int) -> str:
    """Return the time so many nanoseconds after 1970, rounded down."""
    return written(_EPOCH + timedelta(microseconds=nanoseconds // 1000))
