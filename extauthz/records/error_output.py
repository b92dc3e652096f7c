"""Standard error of a guard: what libraries write there becomes events of the log.

gRPC writes to descriptor 2 from C++, in a form of its own, once for each probe of the port, with a
client's text. So descriptor 2 becomes one end of a socket. A thread reads the other end and logs
what it read by cause and count (`extauthz.records.grpc_lines`). The log itself has a descriptor of
its own.

- The socket keeps the bounds of each write. So a line break in a client's text starts no new line.
- A writer never waits: when the socket is full, its line is lost, and OUTPUT_LOST says so.
- A process that crashes cannot read its own last words. A supervisor reads those of its workers.
  Python's `faulthandler` writes the lines of code that ran, and no values, to the real standard
  error.
"""

import contextlib
import faulthandler
import fcntl
import io
import logging
import os
import socket
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from typing import Final

from extauthz.records import grpc_lines, logs
from extauthz.records.grpc_lines import Notice
from extauthz.records.logs import LogEvent
from extauthz.records.quota import WINDOW_SECONDS, Quota

_STANDARD_ERROR: Final = 2
# a server name has at most 255 bytes; what decides stands at the beginning
_READ_BYTES: Final = 4096
# about 800 lines of gRPC; the kernel may allow less
_BUFFER_BYTES: Final = 1024 * 1024
_KERNEL_BYTES: Final = 1024
_LOST: Final = Notice(LogEvent.OUTPUT_LOST, logging.WARNING)


class ErrorOutput:
    """Reads what one process writes to `inlet`, and logs it.

    The first line of a kind is logged at once, further ones once a window with their count.

    Args:
        worker: the number of the process, for the log; a spare gets another one later.
        window: in seconds.
    """

    def __init__(self, worker: int, window: float = WINDOW_SECONDS) -> None:
        self._outlet, self.inlet = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.inlet.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        self.inlet.setblocking(False)
        self._room = self.inlet.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        self.worker = worker
        self._quota: Quota[Notice] = Quota(1, self._tell, window)
        self._closing = False
        self._thread = threading.Thread(target=self._read, name="error-output", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Log what is left, and end the thread. The process must write no more."""
        self._closing = True
        self.inlet.shutdown(socket.SHUT_WR)
        self._thread.join()
        self.inlet.close()
        self._outlet.close()
        self._quota.flush()

    def _read(self) -> None:
        while True:
            written = self._outlet.recv(_READ_BYTES)
            # looked at after the read: the socket may have been filled while this thread waited
            if self._queued() + _most_memory(written) >= self._room:
                self._note(_LOST)
            if written:
                self._note(grpc_lines.read(written))
            # a write of nothing reads like the end, so the end is where nothing is left
            elif self._closing and not self._queued():
                return

    def _queued(self) -> int:
        """Return how much memory the kernel uses for what is not read yet, in bytes."""
        (queued,) = struct.unpack("i", fcntl.ioctl(self.inlet, termios.TIOCOUTQ, b"\0" * 4))
        return int(queued)

    def _note(self, notice: Notice) -> None:
        if self._quota.admit(notice):
            self._tell(notice, 1)

    def _tell(self, notice: Notice, count: int) -> None:
        cause = {} if notice.cause is None else {"cause": notice.cause.value}
        logs.emit(notice.event, notice.level, **cause, count=count, worker=self.worker)


def _most_memory(written: bytes) -> int:
    """Return the bytes that the kernel may have used for one write: a power of two, and its own."""
    return 2 * len(written) + _KERNEL_BYTES


@contextlib.contextmanager
def diverted(inlet: socket.socket) -> Iterator[None]:
    """Send this process's standard error to `inlet` for a while.

    An exception that nobody catches in a thread is logged with its type and without its text.
    """
    sys.stderr.flush()
    real = os.dup(_STANDARD_ERROR)
    python, thread, unraisable = sys.stderr, threading.excepthook, sys.unraisablehook
    os.dup2(inlet.fileno(), _STANDARD_ERROR)
    sys.stderr = _NeverFails()
    threading.excepthook = lambda raised: _say(raised.exc_value)
    sys.unraisablehook = lambda raised: _say(raised.exc_value)
    faulthandler.enable(real)
    try:
        yield
    finally:
        faulthandler.disable()
        threading.excepthook, sys.unraisablehook = thread, unraisable
        sys.stderr = python
        os.dup2(real, _STANDARD_ERROR)
        os.close(real)


def _say(raised: BaseException | None) -> None:
    if raised is not None:
        logs.crash(raised)


class _NeverFails(io.TextIOBase):
    """Python's standard error. A full socket must not fail the code that prints."""

    def fileno(self) -> int:
        return _STANDARD_ERROR

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        with contextlib.suppress(OSError):
            os.write(_STANDARD_ERROR, text.encode(errors="replace")[:_READ_BYTES])
        return len(text)


@contextlib.contextmanager
def own(worker: int) -> Iterator[None]:
    """Divert this process's standard error, and read it in this process."""
    output = ErrorOutput(worker)
    try:
        with diverted(output.inlet):
            yield
    finally:
        output.close()
