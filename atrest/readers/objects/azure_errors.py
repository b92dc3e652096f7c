"""Errors of Azure as reasons. Their texts hold addresses, so only the code is kept."""

import re
from typing import Final

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

from atrest.source import ReadError, Reason

_REASONS: Final = {
    "BlobNotFound": Reason.GONE,
    "ContainerNotFound": Reason.GONE,
    "ContainerBeingDeleted": Reason.GONE,
    "ConditionNotMet": Reason.CHANGED,
    "InvalidRange": Reason.CHANGED,
    "BlobArchived": Reason.ARCHIVED,
    "BlobBeingRehydrated": Reason.ARCHIVED,
    # a blob whose key only its owner has
    "BlobUsesCustomerSpecifiedEncryption": Reason.ENCRYPTED,
    "AuthenticationFailed": Reason.REFUSED,
    "InvalidAuthenticationInfo": Reason.REFUSED,
    "NoAuthenticationInformation": Reason.REFUSED,
}
_OF_STATUS: Final = {
    401: Reason.REFUSED,
    403: Reason.NOT_PERMITTED,
    404: Reason.GONE,
    412: Reason.CHANGED,
    416: Reason.CHANGED,
}
# matches "BlobNotFound"; not a sentence or a path
_CODE: Final = re.compile(r"[A-Za-z0-9]{1,64}")


def read_error(error: AzureError) -> ReadError:
    """Return an error of the store as a reason, with its code or its class."""
    if isinstance(error, HttpResponseError) and error.status_code is not None:
        return _of_store(error, error.status_code)
    is_refused = isinstance(error, ClientAuthenticationError)
    return ReadError(Reason.REFUSED if is_refused else Reason.UNREACHABLE, type(error).__name__)


def _of_store(error: HttpResponseError, status: int) -> ReadError:
    said = getattr(error, "error_code", None)
    code = str(getattr(said, "value", said) or "")
    reason = _REASONS.get(code) or _OF_STATUS.get(status, Reason.UNREACHABLE)
    return ReadError(reason, code if _CODE.fullmatch(code) else f"HTTP {status}")
