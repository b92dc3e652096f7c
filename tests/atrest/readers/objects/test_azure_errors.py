import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
)

from atrest.readers.objects.azure_errors import read_error
from atrest.source import Reason


def of_store(status, code):
    error = HttpResponseError("ruiz_ana.txt is not here")
    error.status_code = status
    error.error_code = code
    return error


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (of_store(404, "BlobNotFound"), Reason.GONE, "BlobNotFound"),
        (of_store(404, None), Reason.GONE, "HTTP 404"),
        (of_store(401, "a sentence of Ana Ruiz"), Reason.REFUSED, "HTTP 401"),
        (of_store(403, "AuthorizationFailure"), Reason.NOT_PERMITTED, "AuthorizationFailure"),
        (of_store(500, "InternalError"), Reason.UNREACHABLE, "InternalError"),
        (ClientAuthenticationError("ruiz"), Reason.REFUSED, "ClientAuthenticationError"),
        (ServiceRequestError("ruiz"), Reason.UNREACHABLE, "ServiceRequestError"),
        (AzureError("ruiz"), Reason.UNREACHABLE, "AzureError"),
    ],
)
def test_an_error_is_a_reason_with_its_code_and_without_its_text(error, reason, detail):
    found = read_error(error)
    assert (found.reason, found.detail) == (reason, detail)
