"""PostgreSQL's errors as reasons, by their SQLSTATE (PostgreSQL, appendix A). Never their text."""

import ssl
from typing import Final

from pg8000.exceptions import DatabaseError, InterfaceError

from atrest.readers.errors import from_os
from atrest.source import ReadError, Reason

_STATES: Final = {
    "42501": Reason.NOT_PERMITTED,
    "42P01": Reason.GONE,
    "3D000": Reason.GONE,
    "3F000": Reason.GONE,
    "42703": Reason.CHANGED,
    "57014": Reason.OUT_OF_TIME,  # statement_timeout
    "55P03": Reason.OUT_OF_TIME,  # lock_timeout
    "40001": Reason.OUT_OF_TIME,  # a replica ended the read to go on with its replay
}
_CLASSES: Final = {
    "08": Reason.UNREACHABLE,
    "28": Reason.REFUSED,
    "53": Reason.UNREACHABLE,  # no connections or no memory left
    "57": Reason.UNREACHABLE,  # it shuts down or starts up
    "58": Reason.UNREACHABLE,
    "22": Reason.MALFORMED,
    "XX": Reason.MALFORMED,  # a page or an index is corrupt
}


def sqlstate(error: DatabaseError) -> str:
    """Return the five letters of an error, or nothing."""
    fields = error.args[0] if error.args else None
    found = fields.get("C", "") if isinstance(fields, dict) else ""
    return found if isinstance(found, str) and len(found) == 5 and found.isalnum() else ""


def read_error(error: Exception) -> ReadError:
    """Return the error of a unit: SQLSTATE or class, and never a text that may quote a row."""
    if isinstance(error, DatabaseError):
        state = sqlstate(error)
        reason = _STATES.get(state) or _CLASSES.get(state[:2], Reason.INTERNAL_ERROR)
        return ReadError(reason, f"SQLSTATE {state or 'unknown'}")
    if isinstance(error, TimeoutError):
        return ReadError(Reason.OUT_OF_TIME, "the server does not answer")
    if isinstance(error, ssl.SSLError):
        return ReadError(Reason.REFUSED, f"TLS: {type(error).__name__}")
    if isinstance(error, OSError):
        return from_os(error)
    reasons = {UnicodeDecodeError: Reason.MALFORMED, InterfaceError: Reason.UNREACHABLE}
    return ReadError(reasons.get(type(error), Reason.INTERNAL_ERROR), type(error).__name__)


def refusal(error: Exception, *, has_password: bool) -> ReadError:
    """Return why there is no connection, with what mends it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ReadError(Reason.REFUSED, "TLS: not trusted; sslrootcert=FILE names the authority")
    if isinstance(error, InterfaceError) and "SSL" in str(error):
        return ReadError(Reason.REFUSED, "the server has no TLS; sslmode=disable goes without it")
    if not has_password and not isinstance(error, (DatabaseError, OSError)):
        return ReadError(Reason.REFUSED, "no password; set PGPASSWORD or PGPASSFILE")
    return read_error(error)
