"""The laboratory's application client: one HTTP request to a sidecar.

It speaks plain HTTP to its own sidecar, or mutual TLS to another one.
"""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

from extauthz.demo.topology import LOOPBACK, CertificateFiles

_TIMEOUT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send.

    Args:
        host: the service host; a sidecar routes by it.
        path: with its query, as sent.
    """

    host: str
    method: str = "POST"
    path: str = "/"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """The response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(request: Request, port: int, *, identity: CertificateFiles | None = None) -> Response:
    """Send one request to a port on loopback.

    Args:
        request: what to send.
        port: of a listener on loopback.
        identity: the certificate to present over TLS; None for plain HTTP.

    Raises:
        OSError: the connection failed.
        http.client.HTTPException: the answer was not HTTP.
    """
    connection = _connection(port, identity)
    try:
        headers = {"host": request.host, **request.headers}
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        lowered = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, lowered, answer.read())
    finally:
        connection.close()


def tls_context(identity: CertificateFiles) -> ssl.SSLContext:
    """Return a client's TLS context that presents `identity`.

    A SPIFFE certificate has no host name to check.
    """
    context = ssl.create_default_context(cafile=str(identity.authority))
    context.check_hostname = False
    context.load_cert_chain(identity.certificate, identity.key)
    return context


def new_traceparent() -> tuple[str, str]:
    """Return a new trace id, and a W3C `traceparent` that samples it."""
    trace = token_hex(16)
    return trace, f"00-{trace}-{token_hex(8)}-01"


def _connection(port: int, identity: CertificateFiles | None) -> http.client.HTTPConnection:
    if identity is None:
        return http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT_SECONDS)
    return http.client.HTTPSConnection(
        LOOPBACK, port, timeout=_TIMEOUT_SECONDS, context=tls_context(identity)
    )
