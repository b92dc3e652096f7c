"""Errors of S3 as reasons. Their texts hold keys, so only the code is kept."""

import re
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
)

from atrest.source import ReadError, Reason

_REASONS: Final = {
    "NoSuchKey": Reason.GONE,
    "NoSuchVersion": Reason.GONE,
    "NoSuchBucket": Reason.GONE,
    "404": Reason.GONE,
    "PreconditionFailed": Reason.CHANGED,
    "InvalidRange": Reason.CHANGED,
    "412": Reason.CHANGED,
    "InvalidObjectState": Reason.ARCHIVED,
    "AccessDenied": Reason.NOT_PERMITTED,
    "AllAccessDisabled": Reason.NOT_PERMITTED,
    "403": Reason.NOT_PERMITTED,
    "UserProjectMissing": Reason.REQUESTER_PAYS,
    "InvalidAccessKeyId": Reason.REFUSED,
    "SignatureDoesNotMatch": Reason.REFUSED,
    "ExpiredToken": Reason.REFUSED,
    "InvalidToken": Reason.REFUSED,
    "RequestTimeTooSkewed": Reason.REFUSED,
    "PermanentRedirect": Reason.REFUSED,
    "AuthorizationHeaderMalformed": Reason.REFUSED,
    "401": Reason.REFUSED,
}
# matches "NoSuchKey" and "404"; not a sentence or a path
_CODE: Final = re.compile(r"[A-Za-z0-9]{1,48}")
_OF_SSE_C: Final = "server side encryption"


def read_error(error: BotoCoreError | ClientError) -> ReadError:
    """Return an error of the store as a reason, with its code or its class."""
    if isinstance(error, ClientError):
        return _of_store(error)
    is_refused = isinstance(error, (NoCredentialsError, CredentialRetrievalError))
    return ReadError(Reason.REFUSED if is_refused else Reason.UNREACHABLE, type(error).__name__)


def _of_store(error: ClientError) -> ReadError:
    said = error.response.get("Error", {})
    code = str(said.get("Code", ""))
    # an object whose key only its owner has (SSE-C): the code alone says no more than 400
    if code == "InvalidRequest" and _OF_SSE_C in str(said.get("Message", "")).lower():
        return ReadError(Reason.ENCRYPTED, "SSE-C")
    named = code if _CODE.fullmatch(code) else ""
    return ReadError(_REASONS.get(code, Reason.UNREACHABLE), named)
