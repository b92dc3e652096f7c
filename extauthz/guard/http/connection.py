"""One HTTP/1.1 connection: `h11` reads and writes the protocol, this module holds the clocks.

    head within HEAD_SECONDS ─> route ─> place and bytes reserved ─> body within wait_seconds
        ─> handler ─> answer ─> next head, or the end

A request that has no result gets its answer without its body being read, and the connection ends.
What h11 refuses (a request that two readers could understand in two ways) gets 400, and the
connection ends. A client that sends nothing for too long loses its connection without an answer to
a head that is not there.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import h11

from extauthz.guard.admission import Admission
from extauthz.guard.http.messages import Code, ProblemError, Reply, Request
from extauthz.guard.http.service import Route, Service
from extauthz.records import logs
from extauthz.records.logs import LogEvent
from extauthz.settings import Limits
from mesh.message.decimals import decimal
from mesh.policy.decision import Reason

HEAD_BYTES: Final = 16384
HEAD_SECONDS: Final = 10.0
"""For a head, and from one answer to the end of the next head."""
WRITE_SECONDS: Final = 30.0
_LINGER_SECONDS: Final = 1.0
_LINGER_BYTES: Final = 1 << 20
"""What is read and thrown away after an early answer, so that the client can read the answer."""
_CHUNK: Final = 65536
_ANYBODY: Final = "http"
"""All clients without a certificate: together they hold at most half, and the rest is Envoy's."""
_REASONS: Final = {Code.OVERLOADED: Reason.OVERLOADED, Code.DRAINING: Reason.DRAINING}


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds that a client may take."""

    head: float = HEAD_SECONDS
    body: float = 60.0
    write: float = WRITE_SECONDS


class _GoneError(Exception):
    """The client has gone, or is too slow to be answered."""


@dataclass(slots=True)
class Connection:
    """One client.

    Args:
        reader, writer: of the client.
        service: answers.
        admission: says what is refused while the worker drains or is overloaded.
        limits: of the worker.
        clocks: seconds that the client may take.
        caller: principal of the client, proven by its certificate; empty without one.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    service: Service
    admission: Admission
    limits: Limits
    clocks: Clocks
    caller: str = ""
    _http: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
    )

    async def run(self) -> None:
        """Answer until the client goes, or may not stay."""
        try:
            while await self._exchange():
                self._http.start_next_cycle()
        except (_GoneError, OSError, TimeoutError):
            self.writer.transport.abort()

    async def _exchange(self) -> bool:
        """Answer one request. Return whether another may follow."""
        try:
            async with asyncio.timeout(self.clocks.head):
                head = await self._next()
            if not isinstance(head, h11.Request):
                return False
            await self._counted(head)
        except ProblemError as error:
            refused = error
        else:
            return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        # outside of the handler: an exception of now would have the other one in its traceback
        await self._end(refused)
        return False

    async def _counted(self, head: h11.Request) -> None:
        """Answer as one of the running RPCs, which a drain waits for. Raises as `_answer`."""
        self.admission.begin()
        try:
            await self._answer(head)
        finally:
            self.admission.end()

    async def _answer(self, head: h11.Request) -> None:
        """Place and bytes stay reserved until the client has taken the answer.

        Raises ProblemError, and what ends the connection.
        """
        headers = _headers(head)
        route = self._route(head, headers)
        size = self._size(headers)
        if not route.reads:
            if size:
                raise ProblemError(Code.BAD_REQUEST, "nothing is read here; send no body")
            await self._answered(route, Request(headers, await self._body(), self.caller))
            return
        refused = self._admit(size)
        if refused is not None:
            if route.decides:
                await self._record(Request(headers, b"", self.caller), refused.code)
            raise refused
        try:
            await self._answered(route, Request(headers, await self._body(), self.caller))
        finally:
            self.admission.leave(size, self.caller or _ANYBODY)

    def _route(self, head: h11.Request, headers: Mapping[str, str]) -> Route:
        """Compare bytes: no path is normalised, so none can be read in two ways."""
        if head.http_version not in {b"1.0", b"1.1"}:
            raise _not_http()
        # h11 looks at the size of a head only while it is incomplete
        if sum(len(name) + len(value) for name, value in head.headers) > HEAD_BYTES:
            raise _huge_head()
        route = self.service.routes.get(head.target.decode("latin-1"))
        if route is None:
            raise ProblemError(Code.NOT_FOUND, "no such path; GET /openapi.json names them")
        if head.method.decode("latin-1") != route.method:
            raise ProblemError(
                Code.METHOD_NOT_ALLOWED, f"use {route.method} here", ("Allow", route.method)
            )
        if "origin" in headers:  # a page of a browser: no pipeline sends it
            raise ProblemError(Code.NO_BROWSER, "a browser's page may not ask")
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if route.media and media != route.media:
            raise ProblemError(Code.MEDIA, f"send {route.media}")
        return route

    def _size(self, headers: dict[str, str]) -> int:
        """Return the bytes to reserve: what is announced, else the most that is read."""
        most = self.limits.body_bytes
        if "transfer-encoding" in headers:
            if "content-length" in headers:  # RFC 9112, section 6.1: it may be smuggling
                raise _not_http()
            return most
        size = decimal(headers.get("content-length", "0"))
        if size is None or size > most:
            raise _too_large(most)
        return size

    def _admit(self, size: int) -> ProblemError | None:
        if self.admission.draining:
            return ProblemError(Code.DRAINING, "the guard stops")
        if not self.admission.enter(size, self.caller or _ANYBODY):
            return ProblemError(Code.OVERLOADED, "too many requests at once")
        return None

    async def _body(self) -> bytes:
        if self._http.they_are_waiting_for_100_continue:
            await self._write(
                self._http.send(h11.InformationalResponse(status_code=100, headers=[]))
            )
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.clocks.body):
                while not isinstance(event := await self._next(), h11.EndOfMessage):
                    if not isinstance(event, h11.Data):
                        raise _GoneError
                    size += len(event.data)
                    if size > self.limits.body_bytes:
                        raise _too_large(self.limits.body_bytes)
                    parts.append(bytes(event.data))
        except TimeoutError:
            raise ProblemError(Code.TOO_SLOW, "the body did not arrive in time") from None
        return b"".join(parts)

    async def _answered(self, route: Route, request: Request) -> None:
        reply = await self._handled(route, request)
        await self._send(reply, closes=self.admission.draining)

    async def _handled(self, route: Route, request: Request) -> Reply:
        try:
            return await route.handler(request)
        except ProblemError as error:
            if error.code is Code.BAD_REQUEST or not self._is_reusable():
                raise
            return error.reply()
        except Exception as raised:  # noqa: BLE001 - fail closed; the text of the exception never leaves
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            if route.decides:
                await self._record(request, Code.INTERNAL)
            return ProblemError(Code.INTERNAL, "the guard failed; nothing was decided").reply()

    def _is_reusable(self) -> bool:
        return self._http.their_state is h11.DONE

    async def _record(self, request: Request, code: Code) -> None:
        """Keep the record of a refusal. It stays a refusal when that fails."""
        try:
            await self.service.refused(request, _REASONS.get(code, Reason.INTERNAL_ERROR))
        except Exception as raised:  # noqa: BLE001 - as above
            logs.error(LogEvent.INTERNAL_ERROR, raised)

    async def _next(self) -> Any:  # noqa: ANN401 - an event of h11
        """Return the next event. Raises ProblemError for what h11 refuses."""
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise _refused(error) from None
            if event is h11.PAUSED:
                raise _GoneError
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self.reader.read(_CHUNK))

    async def _end(self, error: ProblemError) -> None:
        """Answer before the request was read, and end the connection."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            raise _GoneError
        await self._send(error.reply(), closes=True)
        with contextlib.suppress(TimeoutError, OSError):
            self.writer.write_eof() if self.writer.can_write_eof() else None
            left = _LINGER_BYTES
            async with asyncio.timeout(_LINGER_SECONDS):
                while left > 0 and (thrown := await self.reader.read(_CHUNK)):
                    left -= len(thrown)

    async def _send(self, reply: Reply, *, closes: bool) -> None:
        said = [
            ("Content-Type", reply.media),
            ("Content-Length", str(len(reply.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *reply.headers,
            *([("Connection", "close")] if closes else []),
        ]
        # of a masked document, they are its client's; h11 would take a text in ASCII only
        headers = [(name.encode(), value.encode("latin-1")) for name, value in said]
        try:
            parts = [
                self._http.send(
                    h11.Response(
                        status_code=reply.status.value,
                        headers=headers,
                        reason=reply.status.phrase,
                    )
                ),
                self._http.send(h11.Data(data=reply.body)),
                self._http.send(h11.EndOfMessage()),
            ]
        except h11.LocalProtocolError:
            raise _GoneError from None
        await self._write(*parts)

    async def _write(self, *parts: bytes | None) -> None:
        # not `writelines`: until Python 3.12.9 and 3.13.2 the transport holds what it is given so,
        # and `drain` does not wait for it (CVE-2024-12254)
        pieces = [part for part in parts if part]
        if sum(map(len, pieces)) <= _CHUNK:
            pieces = [b"".join(pieces)]  # one packet
        for piece in pieces:
            self.writer.write(piece)
        async with asyncio.timeout(self.clocks.write):
            await self.writer.drain()


def _headers(head: h11.Request) -> dict[str, str]:
    """Names in lower case; all values of a name are joined, so that none can hide the others."""
    found: dict[str, str] = {}
    for raw, value in head.headers:
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _refused(error: h11.RemoteProtocolError) -> ProblemError:
    """The answer for what h11 refuses. Its own words can quote the client."""
    if error.error_status_hint == 431:
        return _huge_head()
    return _not_http()


def _huge_head() -> ProblemError:
    return ProblemError(Code.HEAD, f"a head may have {HEAD_BYTES} bytes")


def _not_http() -> ProblemError:
    return ProblemError(Code.BAD_REQUEST, "the request is not valid HTTP/1.1")


def _too_large(most: int) -> ProblemError:
    return ProblemError(Code.LENGTH, f"a body may have {most} bytes")
