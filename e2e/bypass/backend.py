"""A server that records every byte it receives, and answers what a test asks it to answer.

It takes the place of the sample applications behind the sidecars. It speaks HTTP/1.1, and HTTP/2
without an upgrade, as a sidecar speaks to its application.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import h2.config
import h2.connection
import h2.events

from extauthz.demo.topology import LOOPBACK

ANSWERS: Final = "/answer/"
_PREFACE: Final = b"PRI * HTTP/2.0\r\n"
_RECEIPT: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Http2Answer:
    """An answer over HTTP/2: its DATA frames one by one, then its trailers."""

    headers: tuple[tuple[str, str], ...] = ()
    frames: tuple[bytes, ...] = ()
    trailers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Backend:
    """What was received, and what to answer.

    Args:
        answers: by the name behind `/answer/`; other paths get a receipt.
    """

    answers: dict[str, bytes | Http2Answer] = field(default_factory=dict)
    _raw: bytearray = field(default_factory=bytearray)
    _read: bytearray = field(default_factory=bytearray)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def mark(self) -> tuple[int, int]:
        """The point in time from which `since` returns."""
        with self._lock:
            return len(self._raw), len(self._read)

    def since(self, mark: tuple[int, int] = (0, 0)) -> bytes:
        """All bytes from the sockets, then the same without chunks, frames and HPACK."""
        with self._lock:
            return bytes(self._raw[mark[0] :] + self._read[mark[1] :])

    def note(self, data: bytes, *, raw: bool = False) -> None:
        """Record bytes, as received or as read."""
        with self._lock:
            (self._raw if raw else self._read).extend(data)

    def answer(self, path: str) -> bytes | Http2Answer:
        """The answer to a request for `path`."""
        return self.answers.get(path.partition(ANSWERS)[2], _RECEIPT)


@contextmanager
def serve(backend: Backend, ports: tuple[int, ...]) -> Iterator[None]:
    """Serve on ports of loopback until the context is left."""
    listeners = [socket.create_server((LOOPBACK, port), backlog=64) for port in ports]
    for listener in listeners:
        threading.Thread(target=_accept, args=(listener, backend), daemon=True).start()
    try:
        yield
    finally:
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _accept(listener: socket.socket, backend: Backend) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_converse, args=(connection, backend), daemon=True).start()


def _converse(connection: socket.socket, backend: Backend) -> None:
    reader = _Reader(connection, backend)
    try:
        first = reader.line()
        if first == _PREFACE:
            _http2(reader, backend, _PREFACE)
        while first:
            _http1(first, reader, backend)
            first = reader.line()
    except OSError:
        return
    finally:
        connection.close()


class _Reader:
    """Reads a connection, and records what it reads."""

    def __init__(self, connection: socket.socket, backend: Backend) -> None:
        self.connection = connection
        self._backend = backend
        self._held = b""

    def some(self) -> bytes:
        held, self._held = self._held, b""
        return held or self._received()

    def line(self) -> bytes:
        return self._until(lambda: self._held.find(b"\n") + 1)

    def exactly(self, size: int) -> bytes:
        return self._until(lambda: size if len(self._held) >= size else 0) if size else b""

    def _until(self, found) -> bytes:
        while not (end := found()):
            if not (more := self._received()):
                return b""
            self._held += more
        data, self._held = self._held[:end], self._held[end:]
        return data

    def _received(self) -> bytes:
        data = self.connection.recv(65536)
        self._backend.note(data, raw=True)
        return data


def _http1(first: bytes, reader: _Reader, backend: Backend) -> None:
    head = first + b"".join(iter(reader.line, b"\r\n"))
    fields = {}
    for line in head.splitlines()[1:]:
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    if fields.get(b"transfer-encoding") == b"chunked":
        body = b"".join(iter(lambda: _chunk(reader), b""))
    else:
        body = reader.exactly(int(fields.get(b"content-length", b"0")))
    backend.note(head + body)
    answer = backend.answer(first.split()[1].decode("latin-1"))
    assert isinstance(answer, bytes)
    reader.connection.sendall(answer)
    if b"connection: close" in answer.lower():
        reader.connection.shutdown(socket.SHUT_WR)


def _chunk(reader: _Reader) -> bytes:
    data = reader.exactly(int(reader.line().split(b";")[0], 16))
    reader.line()
    return data


def _http2(reader: _Reader, backend: Backend, read: bytes) -> None:
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    paths: dict[int, str] = {}
    data = read
    while data:
        for event in server.receive_data(data):
            if isinstance(event, h2.events.RequestReceived | h2.events.TrailersReceived):
                for name, value in event.headers:
                    backend.note(name + b": " + value + b"\n")
                paths.setdefault(event.stream_id, dict(event.headers).get(b":path", b"").decode())
            elif isinstance(event, h2.events.DataReceived):
                backend.note(event.data)
                server.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                _answer(server, event.stream_id, backend.answer(paths[event.stream_id]))
        reader.connection.sendall(server.data_to_send())
        data = reader.some()


def _answer(server: h2.connection.H2Connection, stream: int, answer: bytes | Http2Answer) -> None:
    if isinstance(answer, bytes):
        answer = Http2Answer(frames=(b"ok",))
    server.send_headers(stream, [(":status", "200"), *answer.headers])
    for frame in answer.frames:
        server.send_data(stream, frame)
    if answer.trailers:
        server.send_headers(stream, list(answer.trailers), end_stream=True)
    else:
        server.end_stream(stream)
