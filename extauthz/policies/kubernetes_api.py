"""A minimal Kubernetes API client over HTTP/1.1: list and watch objects of one kind, and send some.

It uses Python's `http.client` and `ssl`. A few requests are no reason for a client library: one
would bring a dozen packages into a process that every request of a mesh depends on. The calls
block, so run them in a thread of their own.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

WATCH_SECONDS: Final = 60
"""Seconds after which the server ends a watch. The next watch continues where it ended."""
# a connection that is silent for longer is dead: the end of the watch is due by then
_READ_SECONDS: Final = WATCH_SECONDS + 15.0
_CALL_SECONDS: Final = 10.0
_PAGE: Final = 500
_MAX_BYTES: Final = 32 << 20  # of one response; etcd keeps no object of more than 1.5 MiB
_GONE: Final = 410
_HINTS: Final = {
    401: "the API refuses the service account's token",
    403: "let the service account get, list and watch the objects, see docs/kubernetes-policies.md",
    404: "install the kind: phiguard policy schema --crd | kubectl apply -f -",
}


class ApiError(Exception):
    """The API did not answer as expected. The text is one line without any text of the response.

    Args:
        text: the line.
        status: of the answer; 0 when there was none.
    """

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class GoneError(ApiError):
    """The API no longer knows the changes since the given version. List again."""


@dataclass(frozen=True, slots=True)
class Api:
    """Where the API is, and who asks.

    Args:
        url: `https://HOST:PORT`, or `http://` on this machine (`kubectl proxy`).
        token, ca: files that Kubernetes puts into a pod. They are read for each request, because
            Kubernetes replaces tokens every hour.
    """

    url: str
    token: Path | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """All objects of a collection, and the version at which a watch continues."""

    items: tuple[dict[str, Any], ...]
    version: str


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One change. Its type is ADDED, MODIFIED, DELETED, or BOOKMARK (a later version only)."""

    type: str
    item: dict[str, Any]

    @property
    def version(self) -> str:
        """The version at which the next watch continues."""
        return str(self.item["metadata"]["resourceVersion"])


def list_objects(api: Api, path: str) -> Listed:
    """Return all objects of a collection, read page by page. Raises ApiError."""
    items: list[dict[str, Any]] = []
    query = {"limit": str(_PAGE)}
    while True:
        with _get(api, path, query) as response:
            body = response.read(_MAX_BYTES + 1)
        page = _parsed(body)
        with _well_formed():
            items += page["items"]
            metadata = page["metadata"]
            if not metadata.get("continue"):
                return Listed(tuple(items), str(metadata["resourceVersion"]))
            query = {"limit": str(_PAGE), "continue": str(metadata["continue"])}


def watch(api: Api, path: str, version: str) -> Iterator[WatchEvent]:
    """Yield the changes after a version, until the server ends the watch."""
    query = {
        "watch": "true",
        "resourceVersion": version,
        "allowWatchBookmarks": "true",
        "timeoutSeconds": str(WATCH_SECONDS),
    }
    with _get(api, path, query) as response, _transport(api):
        while line := response.readline(_MAX_BYTES + 1):
            yield _event(line)


def _event(line: bytes) -> WatchEvent:
    with _well_formed():
        found = _parsed(line)
        event = WatchEvent(str(found["type"]), found["object"])
        if event.type == "ERROR":
            code = event.item.get("code")
            raise (GoneError if code == _GONE else ApiError)(
                f"the watch ended with code {int(code or 0)}"
            )
        event.version  # noqa: B018 - an event without one is malformed
    return event


def call(
    api: Api,
    method: str,
    path: str,
    body: object = None,
    *,
    content: str = "application/json",
) -> dict[str, Any]:
    """Make one short request, and return the object in its answer.

    Args:
        api: the Kubernetes API.
        method: of HTTP.
        path: of the object or the collection, with the parameters of the request.
        body: an object, or None.
        content: the media type of the body.

    Raises:
        ApiError: with the status, when the API refused.
    """
    sent = None if body is None else json.dumps(body).encode()
    request = _Request(method, path, sent, content, _CALL_SECONDS)
    with _answered(api, request) as response:
        return _parsed(response.read(_MAX_BYTES + 1))


@dataclass(frozen=True, slots=True)
class _Request:
    """One request, with the seconds of silence after which its connection is dead."""

    method: str
    path: str
    body: bytes | None
    content: str
    seconds: float


def _get(
    api: Api, path: str, query: dict[str, str]
) -> AbstractContextManager[http.client.HTTPResponse]:
    return _answered(api, _Request("GET", f"{path}?{urlencode(query)}", None, "", _READ_SECONDS))


@contextmanager
def _answered(api: Api, request: _Request) -> Iterator[http.client.HTTPResponse]:
    with _transport(api):
        connection = _connection(api, request.seconds)
        sent = {} if request.body is None else {"content-type": request.content}
        try:
            connection.request(
                request.method, request.path, request.body, {**_headers(api), **sent}
            )
            # by itself: after `Connection: close` the answer owns the socket
            with connection.getresponse() as response:
                if response.status not in {http.client.OK, http.client.CREATED}:
                    raise _refusal(api, response.status)
                yield response
        finally:
            connection.close()


def _connection(api: Api, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(api.url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        trusted = ssl.create_default_context(cafile=api.ca)
        # as kubectl: authorities of old clusters lack fields that Python 3.13 asks for by default
        trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=trusted)
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _headers(api: Api) -> dict[str, str]:
    bearer = (
        {} if api.token is None else {"authorization": f"Bearer {api.token.read_text().strip()}"}
    )
    return {"accept": "application/json", "user-agent": "phiguard", **bearer}


def _refusal(api: Api, status: int) -> ApiError:
    if status == _GONE:
        return GoneError(f"{api.url}: status {status}", status)
    hint = _HINTS.get(status, "see the API server's log")
    return ApiError(f"{api.url}: status {status}; {hint}", status)


def _parsed(body: bytes) -> dict[str, Any]:
    if len(body) > _MAX_BYTES:
        raise ApiError(f"a response of the API has more than {_MAX_BYTES} bytes")
    with _well_formed():
        found = json.loads(body)
        if isinstance(found, dict):
            return found
    raise ApiError("a response of the API is not a JSON object")


@contextmanager
def _transport(api: Api) -> Iterator[None]:
    """Turn errors of files, sockets, TLS and HTTP into ApiError."""
    try:
        yield
    except OSError as error:
        why = (
            "does not answer in time"
            if isinstance(error, TimeoutError)
            else (error.strerror or type(error).__name__)
        )
        where = error.filename or api.url
        raise ApiError(f"{where}: {str(why).lower()}; the API server cannot be asked") from None
    except http.client.HTTPException as error:
        raise ApiError(
            f"{api.url}: {type(error).__name__}; the API server does not speak HTTP as it should"
        ) from None


@contextmanager
def _well_formed() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise ApiError("a response of the API does not have the documented form") from None
