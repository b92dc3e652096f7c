"""GET and POST over HTTP/1.1, with a bearer token, and errors without a server's text.

A redirect is not followed: the token would go wherever it leads.
"""

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from atrest.protection import Evidence, Protection, Shield
from atrest.readers.tls import trusting
from atrest.source import ReadError, Reason

_SECONDS: Final = 60.0
_REASONS: Final = {
    401: Reason.REFUSED,
    403: Reason.NOT_PERMITTED,
    404: Reason.GONE,
    410: Reason.GONE,
    429: Reason.OUT_OF_TIME,
    503: Reason.OUT_OF_TIME,
}


@dataclass(frozen=True, slots=True)
class Client:
    """Asks one server.

    Args:
        base: its address: `https://fhir.clinic/r4`.
        bearer: returns a bearer token (RFC 6750) that is still good; None: there is none.
        ca: file with the certificates that are trusted; empty: those of the system.
    """

    base: str
    bearer: Callable[[], str] | None = field(default=None, repr=False)
    ca: str = ""

    def get(self, url: str, accept: str, further: Mapping[str, str] | None = None) -> "Answer":
        """Ask for a resource.

        Args:
            url: absolute, or relative to the base.
            accept: the media type that is asked for.
            further: more headers.

        Raises:
            ReadError: the server cannot be reached, or refuses. 2xx is an answer.
        """
        whole = urljoin(self.base.rstrip("/") + "/", url)
        headers = {"Accept": accept, **(further or {})}
        if self.bearer is not None and self.may_have_secret(whole):
            headers["Authorization"] = f"Bearer {self.bearer()}"
        answer = self._answer("GET", whole, headers)
        status = answer.response.status
        if status // 100 != 2:
            answer.close()
            raise ReadError(_REASONS.get(status, Reason.UNREACHABLE), f"HTTP {status}")
        return answer

    def post(self, url: str, form: Mapping[str, str]) -> "Answer":
        """Send a form, without a token. Any status is an answer.

        Args:
            url: absolute.
            form: its fields.

        Raises:
            ReadError: the server cannot be reached.
        """
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._answer("POST", url, headers, urlencode(form).encode())

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> "Answer":
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = self._connect(parts.scheme, parts.netloc)
        try:
            connection.request(method, path or "/", body, headers)
            return Answer(connection.getresponse(), connection)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ReadError(Reason.UNREACHABLE, type(error).__name__) from None

    def _connect(self, scheme: str, host: str) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, timeout=_SECONDS)
        if scheme != "https":
            raise ReadError(Reason.MALFORMED, "an address that is not http or https")
        try:
            context = trusting(self.ca)
        except OSError as error:
            raise ReadError(Reason.REFUSED, f"TLS: {type(error).__name__}") from None
        return http.client.HTTPSConnection(host, timeout=_SECONDS, context=context)

    def may_have_secret(self, url: str) -> bool:
        """Whether a secret may go there: to the server itself, or to another over TLS."""
        return url.startswith("https://") or urlsplit(url)[:2] == urlsplit(self.base)[:2]

    def protection(self) -> Protection:
        """What is known: whether the connection is TLS. A server does not say how it stores."""
        is_tls = self.base.startswith("https://")
        shield = Shield.UP if is_tls else Shield.DOWN
        return Protection((), (Evidence("scheme", "https" if is_tls else "http", shield),))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body has not been read.

    Args:
        response: with status and headers.
        connection: it came over.
    """

    response: http.client.HTTPResponse
    connection: http.client.HTTPConnection

    def header(self, name: str) -> str:
        """Return a header, or nothing."""
        return self.response.headers.get(name, "")

    def body(self, limit: int) -> bytes:
        """Return the body and end the connection.

        Raises:
            ReadError: it is longer than `limit`, or the server went away.
        """
        try:
            data = self.response.read(limit + 1)
        except (OSError, http.client.HTTPException) as error:
            raise ReadError(Reason.UNREACHABLE, type(error).__name__) from None
        finally:
            self.close()
        if len(data) > limit:
            raise ReadError(Reason.OVER_LIMIT)
        if self.is_torn:
            raise ReadError(Reason.UNREACHABLE, "the answer ends before its Content-Length")
        return data

    @property
    def is_torn(self) -> bool:
        """Whether the body ended before its Content-Length: http.client does not say so."""
        return bool(self.response.length)

    def close(self) -> None:
        """End the connection."""
        self.response.close()
        self.connection.close()


def fixed(token: str | None) -> Callable[[], str] | None:
    """Return what gives out this one token; None: there is none."""
    return None if token is None else lambda: token
