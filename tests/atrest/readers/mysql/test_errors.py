"""Errors of MySQL become reasons, without their text."""

import ssl

import pytest
from pymysql.err import InterfaceError, OperationalError, ProgrammingError

from atrest.readers.mysql.errors import read_error, refusal
from atrest.source import Reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1142, Reason.NOT_PERMITTED),
        (1045, Reason.REFUSED),
        (1146, Reason.GONE),
        (1412, Reason.CHANGED),
        (1969, Reason.OUT_OF_TIME),
        (3024, Reason.OUT_OF_TIME),
        (2013, Reason.UNREACHABLE),
        (130, Reason.MALFORMED),
        (1034, Reason.MALFORMED),
        (1064, Reason.INTERNAL_ERROR),
    ],
)
def test_each_number_has_a_reason(code, reason):
    found = read_error(ProgrammingError(code, "Duplicate entry 'Ruiz'"))
    assert (found.reason, found.detail) == (reason, f"error {code}")


def test_other_errors_keep_their_class():
    assert read_error(InterfaceError("Ruiz")).detail == "InterfaceError"
    assert read_error(InterfaceError()).reason is Reason.UNREACHABLE
    assert read_error(UnicodeDecodeError("utf-8", b"Ruiz\xff", 4, 5, "x")).detail == (
        "UnicodeDecodeError"
    )
    assert read_error(ConnectionRefusedError(111, "")).reason is Reason.UNREACHABLE
    assert read_error(ssl.SSLError("Ruiz")).reason is Reason.REFUSED


def test_a_refusal_says_what_mends_it():
    untrusted = OperationalError(2003, "")
    untrusted.original_exception = ssl.SSLCertVerificationError()
    assert refusal(untrusted).detail == "TLS: not trusted; sslrootcert=FILE names the authority"
    assert refusal(OperationalError(2026, "")).detail == (
        "the server has no TLS; sslmode=disable goes without it"
    )
    assert refusal(OperationalError(1045, "")).reason is Reason.REFUSED
    assert refusal(OperationalError(1049, "")).reason is Reason.GONE
