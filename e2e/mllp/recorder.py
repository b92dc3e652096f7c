"""A receiver of HL7 over MLLP that keeps every byte, and answers what a test says."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from e2e.mllp.way import CR, END, VT, framed
from extauthz.demo.topology import LOOPBACK

_WAIT_SECONDS = 10.0


@dataclass
class Received:
    """One connection, as its receiver saw it."""

    connection: socket.socket
    data: bytearray = field(default_factory=bytearray)
    ended: threading.Event = field(default_factory=threading.Event)

    def say(self, data: bytes) -> None:
        """Answer now."""
        self.connection.sendall(data)


def acknowledged(control_id: bytes, *more: bytes) -> bytes:
    """Return the frame of an acknowledgement."""
    msh = b"MSH|^~\\&|LAB|LAB|EHR|CLINIC|20260311093001||ACK^R01^ACK|A1|P|2.5.1"
    return framed(CR.join((msh, b"MSA|AA|" + control_id, *more, b"")))


@dataclass
class Recorder:
    """All connections so far.

    Args:
        answers: what to answer to a message, by its control id; others get an acknowledgement.
        greeting: what is sent before anything has come.
    """

    connections: list[Received] = field(default_factory=list)
    answers: dict[bytes, bytes] = field(default_factory=dict)
    greeting: bytes = b""
    is_silent: bool = False
    listeners: dict[int, socket.socket] = field(default_factory=dict)

    def serve(self, received: Received) -> None:
        """Take one connection to its end."""
        buffer, connection = b"", received.connection
        with connection, contextlib.suppress(OSError):
            if self.greeting:
                connection.sendall(self.greeting)
            while part := connection.recv(65536):
                received.data += part
                buffer += part
                while END in buffer and not self.is_silent:
                    message, _, buffer = buffer.partition(END)
                    if b"\rMSA|" not in message:  # nobody acknowledges an acknowledgement
                        connection.sendall(self._answer(message))
        received.ended.set()

    def _answer(self, message: bytes) -> bytes:
        fields = message.lstrip(VT).split(CR)[0].split(b"|")
        control_id = fields[9] if len(fields) > 9 else b""
        return self.answers.get(control_id) or acknowledged(control_id)

    def since(self, number: int) -> bytes:
        """Return what came on connections from this one on, once they have ended."""
        until = time.monotonic() + _WAIT_SECONDS
        found = b""
        for each in self.connections[number:]:
            assert each.ended.wait(max(0.0, until - time.monotonic())), "a connection is left open"
            found += bytes(each.data)
        return found

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something has come."""
        until = time.monotonic() + _WAIT_SECONDS
        while not condition():
            assert time.monotonic() < until, what
            time.sleep(0.005)

    def listen(self, port: int) -> None:
        """Receive on a port until its listener is closed."""
        listener = socket.create_server((LOOPBACK, port))

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                received = Received(connection)
                self.connections.append(received)
                threading.Thread(target=self.serve, args=(received,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        self.listeners[port] = listener

    def leave(self, port: int) -> None:
        """Give a port free."""
        listener = self.listeners.pop(port)
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    @contextmanager
    def replaced(self, port: int) -> Iterator[None]:
        """Leave a port to a server of another."""
        self.leave(port)
        try:
            yield
        finally:
            self.listen(port)


@contextmanager
def recording(*ports: int) -> Iterator[Recorder]:
    """Receive on these ports until the context is left."""
    recorder = Recorder()
    for port in ports:
        recorder.listen(port)
    try:
        yield recorder
    finally:
        for port in tuple(recorder.listeners):
            recorder.leave(port)
