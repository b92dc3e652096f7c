import pytest
from google.api_core.exceptions import BadRequest, Forbidden, NotFound, RetryError
from google.auth.exceptions import RefreshError, TransportError
from requests.exceptions import ConnectionError as NoConnection

from atrest.readers.objects.gcs_errors import ERRORS, read_error
from atrest.source import Reason


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (NotFound("ruiz"), Reason.GONE, "NotFound"),
        (Forbidden("ruiz"), Reason.NOT_PERMITTED, "Forbidden"),
        (BadRequest("ruiz"), Reason.UNREACHABLE, "BadRequest"),
        (BadRequest("Bucket is a Requester Pays bucket"), Reason.REQUESTER_PAYS, ""),
        (RetryError("ruiz", None), Reason.UNREACHABLE, "RetryError"),
        (RefreshError("ruiz"), Reason.REFUSED, "RefreshError"),
        (TransportError("ruiz"), Reason.UNREACHABLE, "TransportError"),
        (NoConnection("ruiz"), Reason.UNREACHABLE, "ConnectionError"),
    ],
)
def test_an_error_is_a_reason_with_its_class_and_without_its_text(error, reason, detail):
    assert isinstance(error, ERRORS)
    found = read_error(error)
    assert (found.reason, found.detail) == (reason, detail)
