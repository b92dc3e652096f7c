"""MongoDB's errors become reasons, without their text."""

import pytest
from bson.errors import InvalidBSON
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from atrest.readers.mongodb.errors import read_error
from atrest.source import Reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, Reason.MALFORMED),
        (13, Reason.NOT_PERMITTED),
        (18, Reason.REFUSED),
        (26, Reason.GONE),
        (43, Reason.OUT_OF_TIME),
        (50, Reason.OUT_OF_TIME),
        (136, Reason.CHANGED),
        (175, Reason.GONE),
        (9, Reason.INTERNAL_ERROR),
        (None, Reason.INTERNAL_ERROR),
    ],
)
def test_each_code_has_a_reason(code, reason):
    found = read_error(OperationFailure("dup key: Ruiz", code))
    assert (found.reason, found.detail) == (reason, f"code {code}")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ServerSelectionTimeoutError("Ruiz"), Reason.UNREACHABLE),
        (AutoReconnect("Ruiz"), Reason.UNREACHABLE),
        (NetworkTimeout("Ruiz"), Reason.OUT_OF_TIME),
        (ConfigurationError("Ruiz"), Reason.REFUSED),
        (InvalidBSON("Ruiz"), Reason.MALFORMED),
        (TypeError("Ruiz"), Reason.INTERNAL_ERROR),
    ],
)
def test_other_errors_keep_their_class(error, reason):
    found = read_error(error)
    assert (found.reason, found.detail) == (reason, type(error).__name__)


def test_an_untrusted_certificate_says_what_mends_it():
    found = read_error(ServerSelectionTimeoutError("[SSL: CERTIFICATE_VERIFY_FAILED] Ruiz"))
    assert found.detail == "TLS: not trusted; sslrootcert=FILE names the authority"
