"""HL7 over MLLP in the laboratory: the client of an application, and its receiver."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Final

from extauthz.demo.topology import LOOPBACK

_START: Final = b"\x0b"
_END: Final = b"\x1c\r"
_SEGMENT: Final = b"\r"
_CONTROL_ID: Final = 9
"""MSH-10, by the place that it has between delimiters."""
_CHUNK: Final = 65536
_TIMEOUT_SECONDS: Final = 15.0


def send(content: bytes, port: int) -> bytes:
    """Send one message on a connection of its own. Return the answer, or empty bytes for none.

    Raises:
        OSError: the connection failed.
    """
    with socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT_SECONDS) as connection:
        connection.sendall(_START + content + _END)
        return _frame(connection)


def acknowledgement(answer: bytes) -> str:
    """Return the code of an answer (MSA-1), or empty text."""
    found = [line for line in answer.split(_SEGMENT) if line.startswith(b"MSA|")]
    return found[0].split(b"|")[1].decode(errors="replace") if found else ""


def control_id(content: bytes) -> bytes:
    """Return the control id of a message."""
    fields = content.split(_SEGMENT)[0].split(b"|")
    return fields[_CONTROL_ID] if len(fields) > _CONTROL_ID else b""


def serve(port: int, take: Callable[[bytes], None]) -> None:
    """Receive messages and acknowledge each, until the process ends.

    Args:
        port: on loopback.
        take: is given each message without its frame.
    """
    with socket.create_server((LOOPBACK, port)) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_converse, args=(connection, take), daemon=True).start()


def _converse(connection: socket.socket, take: Callable[[bytes], None]) -> None:
    with connection, contextlib.suppress(OSError):
        while content := _frame(connection):
            take(content)
            head = b"MSH|^~\\&|BILLING|FINANCE|EHR|CLINIC|20260311093001||ACK^A01^ACK|ACK1|P|2.5.1"
            lines = (head, b"MSA|AA|" + control_id(content), b"")
            connection.sendall(_START + _SEGMENT.join(lines) + _END)


def _frame(connection: socket.socket) -> bytes:
    """Read one frame. Return what is in it, or empty bytes at the end of the connection."""
    data = b""
    while not data.endswith(_END):
        part = connection.recv(_CHUNK)
        if not part:
            return b""
        data += part
    return data.removeprefix(_START).removesuffix(_END)
