"""The page's server: loopback only, one client at a time, nothing logged.

Who can reach it: a process of this machine that knows the token in the address, and a browser that
was given the address. A page of another site can neither: it does not know the token, and a name
that was rebound to 127.0.0.1 has another Host header. The page itself may load and send nothing
beyond its own address (Content-Security-Policy).
"""

import hmac
import io
import secrets
import socket
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import orjson

from extauthz.commands.policy.playground.page import page
from extauthz.commands.policy.playground.trial import Trial

HOST: Final = "127.0.0.1"
LARGEST: Final = 2 << 20
"""Bytes of a question: a policy and a message."""
_SECONDS: Final = 5.0
"""A client may take so long to ask, however it does, since the next one waits for it."""


class Playground:
    """The server of one page.

    Args:
        port: 0 for any free one.
        trial: answers the page's questions.
        policy: the text that it begins with.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, port: int, trial: Trial, policy: str) -> None:
        self.token = secrets.token_urlsafe(24)
        self._server = _Server((HOST, port), _Handler)
        self._server.hosts = tuple(
            f"{name}:{self._server.server_port}" for name in (HOST, "localhost")
        )
        self._server.token, self._server.trial, self._server.policy = self.token, trial, policy

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self._server.server_port}/{self.token}/"

    def serve(self) -> None:
        """Answer until `stop` or Ctrl-C."""
        try:
            self._server.serve_forever()
        except KeyboardInterrupt:
            return

    def stop(self) -> None:
        """End `serve`, which runs in another thread."""
        self._server.shutdown()

    def __enter__(self) -> "Playground":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()


class _Server(HTTPServer):
    hosts: tuple[str, ...]
    token: str
    trial: Trial
    policy: str

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's
        """Say nothing: a traceback can quote what was typed."""


class _Punctual(io.RawIOBase):
    """Reads a socket until a moment: a timeout of each read would let a client send drops."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        super().__init__()
        self._connection = connection
        self._until = until

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int:  # noqa: ANN401 - a buffer, as the base has it
        """Read what is there, or wait for more. Raises TimeoutError."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(into)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SECONDS
    server_version = "phiguard"
    sys_version = ""
    # its own pages of errors repeat the request
    error_message_format = "refused\n"
    error_content_type = "text/plain"

    def setup(self) -> None:
        """Give the request a deadline."""
        super().setup()
        self.rfile.close()
        until = time.monotonic() + _SECONDS
        self.rfile = io.BufferedReader(_Punctual(self.connection, until))

    def log_message(self, *_: object) -> None:
        """Log nothing: an address holds the token."""

    def do_GET(self) -> None:
        """Send the page."""
        if self._is_welcome(""):
            nonce = secrets.token_urlsafe(16)
            self._send("text/html; charset=utf-8", page(self.server.policy, nonce).encode(), nonce)

    def do_POST(self) -> None:
        """Answer a question of the page."""
        if not self._is_welcome("try"):
            return
        size = self.headers.get("Content-Length", "")
        if self.headers.get("Content-Type") != "application/json" or not size.isdecimal():
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        elif len(size) > 9 or int(size) > LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            answer = self.server.trial.answer(self.rfile.read(int(size)))
            self._send("application/json", orjson.dumps(answer))

    def _is_welcome(self, place: str) -> bool:
        """Whether the request comes from the page; if not, refuse it."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0] not in self.server.hosts:
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{hosts[0]}":
            return self._refuse(HTTPStatus.FORBIDDEN)
        expected = f"/{self.server.token}/{place}"
        if not hmac.compare_digest(self.path.encode(), expected.encode()):
            return self._refuse(HTTPStatus.NOT_FOUND)
        return True

    def _refuse(self, status: HTTPStatus) -> bool:
        self.close_connection = True
        self.send_error(status, explain="")
        return False

    def _send(self, media: str, body: bytes, nonce: str = "") -> None:
        allowed = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; " if nonce else ""
        self.connection.settimeout(_SECONDS)
        self.send_response(HTTPStatus.OK)
        for name, value in (
            ("Content-Type", media),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            (
                "Content-Security-Policy",
                f"default-src 'none'; {allowed}connect-src 'self'; form-action 'none'; "
                "base-uri 'none'; frame-ancestors 'none'",
            ),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
