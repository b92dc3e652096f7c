"""The page that Prometheus scrapes: `GET /metrics` over plain HTTP, in a thread of its own.

gRPC owns the health port and speaks no HTTP/1.1, so the page has a port of its own. Nobody who can
reach it learns more than counts. What a client sends is never repeated to it, nor kept.

A client holds at most one of a few places, and each for a few seconds. So one that is slow, or that
opens many connections, keeps nobody from the guard, and Prometheus from the page only while it
goes on.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from extauthz.records import logs
from extauthz.records.exposition import Source, rendered
from extauthz.records.logs import LogEvent

_PATH: Final = b"/metrics"
_HEAD_BYTES: Final = 8192
_SECONDS: Final = 10.0  # for a request and its answer
_PLACES: Final = 8
_READS: Final = (b"GET", b"HEAD")


class MetricsPage:
    """Answers scrapes.

    Args:
        listener: a bound socket. The page closes it.
        sources: returns whose counts to show. It is called in the thread of the page.
    """

    def __init__(self, listener: socket.socket, sources: Callable[[], Sequence[Source]]) -> None:
        self._listener = listener
        self._sources = sources
        self._open = 0
        self._thread = threading.Thread(target=self._run, name="phiguard-metrics", daemon=True)

    def start(self) -> None:
        """Begin to answer. The thread ends with its process."""
        self._thread.start()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as raised:  # noqa: BLE001 - the guard goes on, and the scrapes fail
            logs.error(LogEvent.INTERNAL_ERROR, raised)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, sock=self._listener, limit=_HEAD_BYTES)
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= _PLACES:
                async with asyncio.timeout(_SECONDS):
                    writer.write(self._response(await reader.readuntil(b"\r\n\r\n")))
                    writer.close()
                    await writer.wait_closed()  # what the client does not read is not left either
            writer.close()
        # a client that is slow, gone, or speaks something else gets no answer
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            self._open -= 1

    def _response(self, head: bytes) -> bytes:
        request, *fields = head.split(b"\r\n")
        words = request.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return _message(HTTPStatus.BAD_REQUEST)
        if words[0] not in _READS:
            return _message(HTTPStatus.METHOD_NOT_ALLOWED, ("Allow", "GET, HEAD"))
        if words[1].partition(b"?")[0] != _PATH:
            return _message(HTTPStatus.NOT_FOUND)
        try:
            page, media = rendered(self._sources(), openmetrics=_asks_openmetrics(fields))
        except Exception as raised:  # noqa: BLE001 - no text of it may reach the client
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            return _message(HTTPStatus.INTERNAL_SERVER_ERROR)
        answer = _message(HTTPStatus.OK, ("Content-Type", media), length=len(page))
        return answer if words[0] == b"HEAD" else answer + page


def _asks_openmetrics(fields: Sequence[bytes]) -> bool:
    for field in fields:
        name, _, value = field.partition(b":")
        if name.strip().lower() == b"accept":
            return b"application/openmetrics-text" in value
    return False


def _message(status: HTTPStatus, *fields: tuple[str, str], length: int = 0) -> bytes:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in fields]
    lines += [f"Content-Length: {length}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")
