"""What a request asks and what it gets, without a socket.

INVARIANT (no content in errors): the text of a problem comes from this package. No header, path,
key or body of a client is repeated to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Final

import orjson

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
"""RFC 9457."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose body was read.

    Args:
        headers: names in lower case; of several values they are joined.
        caller: principal of the client, proven by its certificate; empty without one.
    """

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: HTTPStatus
    body: bytes = field(default=b"", repr=False)
    media: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Code(StrEnum):
    """Why a request has no result. A closed set, in the document of OpenAPI too."""

    BAD_REQUEST = "BAD_REQUEST"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NO_BROWSER = "NO_BROWSER"
    LENGTH = "BODY_TOO_LARGE"
    MEDIA = "UNSUPPORTED_MEDIA_TYPE"
    HEAD = "HEAD_TOO_LARGE"
    NOT_MASKED = "NOT_MASKED"
    TOO_SLOW = "TOO_SLOW"
    OVERLOADED = "OVERLOADED"
    DRAINING = "DRAINING"
    NO_POLICY = "NO_POLICY"
    SCANNER_LOST = "SCANNER_LOST"
    INTERNAL = "INTERNAL_ERROR"


_STATUS: Final[Mapping[Code, HTTPStatus]] = {
    Code.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.NO_BROWSER: HTTPStatus.FORBIDDEN,
    Code.LENGTH: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.MEDIA: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.HEAD: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    Code.NOT_MASKED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    Code.OVERLOADED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.DRAINING: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.NO_POLICY: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.SCANNER_LOST: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.INTERNAL: HTTPStatus.SERVICE_UNAVAILABLE,
}


class ProblemError(Exception):
    """A request has no result. The detail is a sentence of this package."""

    def __init__(self, code: Code, detail: str, *headers: tuple[str, str]) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = headers

    def reply(self) -> Reply:
        """Return the answer that says so."""
        status = _STATUS[self.code]
        again = (("Retry-After", "1"),) if status in _LATER else ()
        return Reply(
            status,
            orjson.dumps(
                {
                    "title": status.phrase,
                    "status": status.value,
                    "code": self.code.value,
                    "detail": self.detail,
                }
            ),
            PROBLEM,
            (*again, *self.headers),
        )


_LATER: Final = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))


def json_reply(value: object, *, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """Return an answer in JSON."""
    return Reply(status, orjson.dumps(value))
