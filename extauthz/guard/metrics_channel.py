"""How the process above the workers asks each of them for its metrics.

    supervisor ── connects ──> worker
    supervisor <── metrics ── worker, which then closes

Each worker has an address of its own, without a name in the file system. The supervisor binds it
and hands it to the worker's process, which answers in a thread of its own.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from extauthz.records import exposition, logs
from extauthz.records.logs import LogEvent
from extauthz.records.series import Family

_SECONDS: Final = 3.0
"""A worker that does not answer in this time is left out of a page."""
_PAUSE_SECONDS: Final = 0.1
"""After a failure, so that one that lasts takes no processor time."""
_CHUNK: Final = 65536
_BACKLOG: Final = 8


def listener() -> socket.socket:
    """Return a socket that listens on an address that the kernel picks (unix(7), autobind)."""
    made = socket.socket(socket.AF_UNIX)
    made.bind("")
    made.listen(_BACKLOG)
    return made


def answer(on: socket.socket, families: Callable[[], Iterable[Family]]) -> None:
    """Answer whoever connects, from now on and until the process ends.

    Args:
        on: a listening socket.
        families: returns the metrics. It is called in a thread of its own.
    """
    threading.Thread(
        target=_answer_all, args=(on, families), name="phiguard-counts", daemon=True
    ).start()


def _answer_all(on: socket.socket, families: Callable[[], Iterable[Family]]) -> None:
    while True:
        try:
            _answer(on, families)
        except OSError:  # who asked is gone, or does not read; or no file descriptor is left
            time.sleep(_PAUSE_SECONDS)
        except Exception as raised:  # noqa: BLE001 - one answer is missing, and not all later ones
            logs.error(LogEvent.INTERNAL_ERROR, raised)


def _answer(on: socket.socket, families: Callable[[], Iterable[Family]]) -> None:
    connection, _ = on.accept()
    with connection:
        connection.settimeout(_SECONDS)
        connection.sendall(exposition.packed(families()))


def ask(address: str | bytes) -> list[Family]:
    """Return the metrics of the worker at an address; none when it does not answer."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_SECONDS)
        connection.connect(address)
        return received(connection)
    return []


def received(connection: socket.socket) -> list[Family]:
    """Return the metrics that a worker sends; none when it sends something else."""
    data = bytearray()
    while chunk := connection.recv(_CHUNK):
        data += chunk
    try:
        return exposition.unpacked(bytes(data))
    except ValueError:
        return []
