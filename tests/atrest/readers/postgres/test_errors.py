"""PostgreSQL's errors become reasons, without their text."""

import ssl

import pytest
from pg8000.exceptions import DatabaseError, InterfaceError

from atrest.readers.postgres.errors import read_error, refusal, sqlstate
from atrest.source import Reason


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("42501", Reason.NOT_PERMITTED),
        ("42P01", Reason.GONE),
        ("42703", Reason.CHANGED),
        ("57014", Reason.OUT_OF_TIME),
        ("55P03", Reason.OUT_OF_TIME),
        ("40001", Reason.OUT_OF_TIME),
        ("57P01", Reason.UNREACHABLE),
        ("53300", Reason.UNREACHABLE),
        ("08006", Reason.UNREACHABLE),
        ("28P01", Reason.REFUSED),
        ("22P02", Reason.MALFORMED),
        ("XX001", Reason.MALFORMED),
        ("42883", Reason.INTERNAL_ERROR),
    ],
)
def test_each_sqlstate_has_a_reason(state, reason):
    error = read_error(DatabaseError({"C": state, "M": 'invalid input: "Ruiz"'}))
    assert (error.reason, error.detail) == (reason, f"SQLSTATE {state}")


@pytest.mark.parametrize(
    "args", [(), ("Ruiz",), ({"M": "Ruiz"},), ({"C": "Ruiz!"},), ({"C": "Ruizes"},), ({"C": 7},)]
)
def test_what_is_no_sqlstate_is_not_repeated(args):
    assert sqlstate(DatabaseError(*args)) == ""
    assert read_error(DatabaseError(*args)).detail == "SQLSTATE unknown"


def test_other_errors_keep_their_class():
    found = read_error(UnicodeDecodeError("utf-8", b"Ruiz\xff", 4, 5, "invalid"))
    assert (found.reason, found.detail) == (Reason.MALFORMED, "UnicodeDecodeError")
    assert read_error(InterfaceError("network error")).reason is Reason.UNREACHABLE
    assert read_error(TimeoutError()).reason is Reason.OUT_OF_TIME
    assert read_error(KeyError("Ruiz")).detail == "KeyError"


def test_a_refusal_says_what_mends_it():
    untrusted = refusal(ssl.SSLCertVerificationError(), has_password=True)
    assert untrusted.detail == "TLS: not trusted; sslrootcert=FILE names the authority"
    plain = refusal(InterfaceError("Server refuses SSL"), has_password=True)
    assert plain.detail == "the server has no TLS; sslmode=disable goes without it"
    missing = refusal(AttributeError("no decode"), has_password=False)
    assert missing.detail == "no password; set PGPASSWORD or PGPASSFILE"
    assert refusal(AttributeError(), has_password=True).reason is Reason.INTERNAL_ERROR
