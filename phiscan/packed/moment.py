"""Points in time that are numbers on the wire, as text."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def shown(seconds: float) -> str:
    """Return seconds since 1970 as an ISO 8601 date and time.

    Zero becomes `0`, because a mask writes zero. So does a number that is out of range or NaN.
    """
    if not seconds:
        return "0"
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat()
    except (OverflowError, ValueError):  # also NaN
        return "0"
