"""Errors of MySQL and MariaDB as reasons, by their number. Never their text."""

import ssl
from typing import Final

from pymysql.err import Error

from atrest.readers.errors import from_os
from atrest.source import ReadError, Reason

_NUMBERS: Final = {
    1044: Reason.NOT_PERMITTED,
    1142: Reason.NOT_PERMITTED,
    1143: Reason.NOT_PERMITTED,
    1227: Reason.NOT_PERMITTED,
    1045: Reason.REFUSED,
    1698: Reason.REFUSED,
    1130: Reason.REFUSED,  # this host may not connect
    2026: Reason.REFUSED,  # TLS
    3159: Reason.REFUSED,  # the server wants TLS
    1049: Reason.GONE,
    1146: Reason.GONE,
    1054: Reason.CHANGED,
    1412: Reason.CHANGED,  # the table was altered after the snapshot
    1205: Reason.OUT_OF_TIME,
    1317: Reason.OUT_OF_TIME,
    1969: Reason.OUT_OF_TIME,  # max_statement_time of MariaDB
    3024: Reason.OUT_OF_TIME,  # max_execution_time of MySQL
    1040: Reason.UNREACHABLE,
    1053: Reason.UNREACHABLE,
    1203: Reason.UNREACHABLE,
    1927: Reason.UNREACHABLE,  # the connection was killed
    2003: Reason.UNREACHABLE,
    2006: Reason.UNREACHABLE,
    2013: Reason.UNREACHABLE,
    130: Reason.MALFORMED,  # of the storage engine, as are these
    1030: Reason.MALFORMED,
    1034: Reason.MALFORMED,
    1194: Reason.MALFORMED,
    1195: Reason.MALFORMED,
    1712: Reason.MALFORMED,
    1932: Reason.MALFORMED,  # the table has no tablespace
}


def number(error: Exception) -> int:
    """Return the number of an error; 0: none."""
    found = error.args[0] if isinstance(error, Error) and error.args else 0
    return found if isinstance(found, int) else 0


def read_error(error: Exception) -> ReadError:
    """Return the error of a unit: its number or class, and never a text that may quote a row."""
    if code := number(error):
        return ReadError(_NUMBERS.get(code, Reason.INTERNAL_ERROR), f"error {code}")
    if isinstance(error, ssl.SSLError):
        return ReadError(Reason.REFUSED, f"TLS: {type(error).__name__}")
    if isinstance(error, OSError):
        return from_os(error)
    reason = Reason.UNREACHABLE if isinstance(error, Error) else Reason.INTERNAL_ERROR
    return ReadError(reason, type(error).__name__)


def refusal(error: Exception) -> ReadError:
    """Return why there is no connection, with what mends it."""
    cause = getattr(error, "original_exception", error)  # the driver's own attribute
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ReadError(Reason.REFUSED, "TLS: not trusted; sslrootcert=FILE names the authority")
    if number(error) == 2026:
        return ReadError(Reason.REFUSED, "the server has no TLS; sslmode=disable goes without it")
    if number(error) in (1045, 1698):
        return ReadError(Reason.REFUSED, f"error {number(error)}; MYSQL_PWD holds the password")
    return read_error(error)
