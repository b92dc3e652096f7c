"""The attacker's client: writes bytes of HTTP/1 as they are, or frames of HTTP/2."""

import http.client
import io
import socket
from dataclasses import dataclass
from typing import Final, Self

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from e2e.bypass.technique import Http2, Sent
from extauthz.demo.client import tls_context
from extauthz.demo.topology import LOOPBACK, CertificateFiles

_TIMEOUT_SECONDS: Final = 10.0
_REASON: Final = "x-phiguard-reason"


@dataclass(frozen=True, slots=True)
class Answer:
    """One final answer. The status is 0 when the connection ended without one."""

    status: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: the answers, and all bytes (of HTTP/2: decoded)."""

    answers: tuple[Answer, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Door:
    """A listener of a sidecar, and the certificate to show there; None for plain HTTP."""

    port: int
    identity: CertificateFiles | None = None

    def open(self) -> socket.socket:
        """Connect."""
        connection = socket.create_connection((LOOPBACK, self.port), timeout=_TIMEOUT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.identity is None:
            return connection
        return tls_context(self.identity).wrap_socket(connection)


def send(door: Door, sent: Sent) -> Heard:
    """Send everything, and return what came back."""
    with door.open() as connection:
        if isinstance(sent.parts, Http2):
            return _http2(connection, sent.parts)
        for part in sent.parts:
            _write(connection, part)
        heard = _Heard(connection)
        file, answers = _File(heard), []
        method = sent.parts[0].split(b" ", 1)[0].decode()
        while len(answers) < sent.answers and (not answers or answers[-1].status):
            answers.append(_answer(file, method))
        return Heard(tuple(answers), bytes(heard.raw))


def _write(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        return  # the sidecar has answered and closed; its answer is still to be read


class _Heard(io.RawIOBase):
    """What comes back, as a stream that keeps what was read of it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.raw = bytearray()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        try:
            data = self._connection.recv(len(buffer))
        except ConnectionError:
            return 0
        self.raw += data
        buffer[: len(data)] = data
        return len(data)


class _File(io.BufferedReader):
    """The same for several answers: `http.client` closes its file after each."""

    def makefile(self, _mode: str) -> Self:
        """As a socket does, for `http.client`."""
        return self

    def close(self) -> None:
        """Keep what is read ahead for the next answer."""


def _answer(file: _File, method: str) -> Answer:
    while True:
        response = http.client.HTTPResponse(file, method=method)  # type: ignore[arg-type]
        try:
            response.begin()
            response.read()
        except (http.client.HTTPException, ConnectionError, ValueError):
            return Answer(0)
        if response.status >= 200 or response.status == 101:
            return Answer(response.status, response.getheader(_REASON, ""))


def _http2(connection: socket.socket, request: Http2) -> Heard:
    config = h2.config.H2Configuration(
        validate_outbound_headers=False, normalize_outbound_headers=False, header_encoding=None
    )
    client = h2.connection.H2Connection(config)
    client.initiate_connection()
    has_more = bool(request.frames or request.trailers)
    client.send_headers(1, list(request.headers), end_stream=not has_more)
    for number, frame in enumerate(request.frames, 1):
        is_last = number == len(request.frames) and not request.trailers
        client.send_data(1, frame, end_stream=is_last)
    if request.trailers:
        client.send_headers(1, list(request.trailers), end_stream=True)
    _write(connection, client.data_to_send())
    return _http2_answer(connection, client)


def _http2_answer(connection: socket.socket, client: h2.connection.H2Connection) -> Heard:
    raw, fields = bytearray(), {}
    while data := connection.recv(65536):
        for event in client.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                fields = dict(event.headers)
            if isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                raw += b"".join(b"%b: %b\n" % pair for pair in event.headers)
            elif isinstance(event, h2.events.DataReceived):
                raw += event.data
            elif isinstance(
                event,
                h2.events.StreamEnded | h2.events.StreamReset | h2.events.ConnectionTerminated,
            ):
                status = int(fields.get(b":status", b"0"))
                answer = Answer(status, fields.get(_REASON.encode(), b"").decode())
                return Heard((answer,), bytes(raw))
        _write(connection, client.data_to_send())
    return Heard((Answer(0),), bytes(raw))
