"""MongoDB's errors as reasons, by their code. Never their text."""

from typing import Final

from bson.errors import BSONError
from pymongo.errors import (
    ConfigurationError,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
)

from atrest.source import ReadError, Reason

FAILURES: Final = (PyMongoError, BSONError, OSError, ValueError, TypeError)
"""What the driver raises. A document that makes no sense is one of the later ones."""
_CODES: Final = {
    1: Reason.MALFORMED,  # the server cannot read its own record
    13: Reason.NOT_PERMITTED,
    18: Reason.REFUSED,
    26: Reason.GONE,
    43: Reason.OUT_OF_TIME,  # the cursor was idle for too long
    50: Reason.OUT_OF_TIME,
    136: Reason.CHANGED,  # a capped collection has overwritten the place
    175: Reason.GONE,  # the collection was dropped during the read
    262: Reason.OUT_OF_TIME,
    11601: Reason.OUT_OF_TIME,
}
UNKNOWN_STAGE: Final = frozenset((40324, 238, 59))
"""The server has no such stage of an aggregation, or none yet, or no such command."""


def read_error(error: Exception) -> ReadError:
    """Return the error of a unit: its code or class, and never a text that may quote a document."""
    if isinstance(error, OperationFailure):
        return ReadError(_CODES.get(error.code or 0, Reason.INTERNAL_ERROR), f"code {error.code}")
    reason = Reason.INTERNAL_ERROR
    if isinstance(error, ConfigurationError):
        reason = Reason.REFUSED
    elif isinstance(error, NetworkTimeout):
        reason = Reason.OUT_OF_TIME
    elif isinstance(error, InvalidOperation | PyMongoError | OSError):
        reason = Reason.UNREACHABLE
    elif isinstance(error, BSONError | ValueError):
        reason = Reason.MALFORMED
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ReadError(Reason.REFUSED, "TLS: not trusted; sslrootcert=FILE names the authority")
    return ReadError(reason, type(error).__name__)
