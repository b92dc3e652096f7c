"""Errors of Google Cloud Storage as reasons. Their texts hold keys, so only the class is kept."""

from typing import Final

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.auth.exceptions import GoogleAuthError, TransportError
from google.cloud.storage.exceptions import InvalidResponse
from requests.exceptions import RequestException

from atrest.source import ReadError, Reason

ERRORS: Final = (GoogleAPIError, GoogleAuthError, InvalidResponse, RequestException)
"""What Google's library raises."""
_REASONS: Final = {
    401: Reason.REFUSED,
    403: Reason.NOT_PERMITTED,
    404: Reason.GONE,
    412: Reason.CHANGED,
    416: Reason.CHANGED,
}
_OF_REQUESTER_PAYS: Final = "requester pays"


def read_error(error: Exception) -> ReadError:
    """Return an error of the store as a reason, with its class."""
    named = type(error).__name__
    if isinstance(error, GoogleAPICallError):
        # a bucket whose readers pay: the status alone says no more than 400
        if error.code == 400 and _OF_REQUESTER_PAYS in str(error.message).lower():
            return ReadError(Reason.REQUESTER_PAYS)
        return ReadError(_REASONS.get(error.code or 0, Reason.UNREACHABLE), named)
    is_refused = isinstance(error, GoogleAuthError) and not isinstance(error, TransportError)
    return ReadError(Reason.REFUSED if is_refused else Reason.UNREACHABLE, named)
