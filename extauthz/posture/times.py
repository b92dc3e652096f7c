"""Times of a collection, as its files have them: ISO 8601, UTC."""

from datetime import UTC, datetime

from mesh.posture.observed import time_of

__all__ = ["time_of", "written"]


def written(at: float) -> str:
    """Return Unix seconds as `2026-11-30T14:00:00.000000Z`, or `never` outside the calendar."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError, OSError):
        return "never"
