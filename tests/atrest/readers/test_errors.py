"""The system's errors as reasons, without a path."""

import pickle

import pytest

from atrest.readers.errors import from_os
from atrest.source import ReadError, Reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "no", "/ana_ruiz"), Reason.NOT_PERMITTED),
        (FileNotFoundError(2, "no", "/ana_ruiz"), Reason.GONE),
        (OSError(40, "no", "/ana_ruiz"), Reason.LINK_LOOP),
        (OSError(5, "no", "/ana_ruiz"), Reason.UNREACHABLE),
        (OSError("ana_ruiz"), Reason.UNREACHABLE),
    ],
)
def test_reasons(error, reason):
    found = from_os(error)
    assert found.reason is reason
    assert "ana_ruiz" not in str(found)


def test_an_error_survives_the_way_between_processes():
    found = pickle.loads(pickle.dumps(ReadError(Reason.GONE, "42P01")))  # noqa: S301 - our own
    assert (found.reason, found.detail) == (Reason.GONE, "42P01")
