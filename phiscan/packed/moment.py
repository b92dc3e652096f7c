"""Points in time that are numbers on the wire, as a reader of the document would show them."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def shown(seconds: float) -> str:
    """Seconds since 1970 as an ISO 8601 date with its time; `0` for the epoch, which is what a mask
    leaves."""
    if not seconds:
        return "0"
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat()
    except (OverflowError, ValueError):  # also NaN
        return "0"
