"""Listens for HTTP clients of the guard, over TLS where it has a certificate."""

import asyncio
import contextlib
import ssl
from typing import Any, Final

from extauthz.guard.admission import Admission
from extauthz.guard.envoy.identity import proven
from extauthz.guard.http.connection import Clocks, Connection
from extauthz.guard.http.service import Service
from extauthz.listeners import Http, Tls
from extauthz.records import logs
from extauthz.records.logs import LogEvent
from extauthz.settings import Limits, Settings

_HANDSHAKE_SECONDS: Final = 10.0
_Stamp = tuple[int, ...]


class Listener:
    """The HTTP server of one worker.

    Args:
        http: where it listens.
        service: answers.
        admission: of the worker. HTTP and Envoy share its places.
        limits: of the worker. So many connections are held as exchanges may be open.
        shares: whether other workers listen at the same address.
    """

    def __init__(
        self, http: Http, service: Service, admission: Admission, limits: Limits, *, shares: bool
    ) -> None:
        self._http = http
        self._service = service
        self._admission = admission
        self._limits = limits
        self._shares = shares
        self._open: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self.port = http.port
        self._certificate = None if http.tls is None else Certificate(http.tls)
        self._context = None if self._certificate is None else self._certificate.context

    async def start(self) -> None:
        """Listen at `port`, which the system may have picked. Raises OSError."""
        server = await self._listen(
            self._context,
            host=self._http.host.strip("[]"),
            port=self._http.port,
            reuse_port=self._shares,
        )
        self._servers = [server]
        self.port = server.sockets[0].getsockname()[1]

    async def tend(self) -> None:
        """Take a renewed certificate into use, for the connections to come.

        Raises:
            OSError: the old one is in use still. The next call tries again.
        """
        if self._certificate is None:
            return
        self._certificate.renew()
        context = self._certificate.context
        if context is self._context:
            return
        renewed: list[asyncio.Server] = []
        with contextlib.ExitStack() as undone:
            for listening in [each for server in self._servers for each in server.sockets]:
                place = listening.dup()  # the system keeps the place, and who waits there
                undone.callback(place.close)
                renewed.append(await self._listen(context, sock=place))
                undone.callback(renewed[-1].close)
            undone.pop_all()
        for server in self._servers:
            server.close()
        self._servers, self._context = renewed, context

    async def _listen(self, context: ssl.SSLContext | None, **where: Any) -> asyncio.Server:  # noqa: ANN401 - arguments of asyncio
        seconds = None if context is None else _HANDSHAKE_SECONDS
        return await asyncio.start_server(
            self._take, ssl=context, ssl_handshake_timeout=seconds, **where
        )

    async def drain(self, grace: float) -> None:
        """Take no new connection; let running requests finish within the grace period."""
        for server in self._servers:
            server.close()
        if self._open:
            await asyncio.wait(self._open, timeout=grace if self._admission.streams else 0.0)
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= self._limits.exchanges:
            writer.transport.abort()
            return
        self._open.add(task)
        connection = Connection(
            reader,
            writer,
            self._service,
            self._admission,
            self._limits,
            Clocks(body=self._limits.wait_seconds),
            _caller(writer),
        )
        try:
            await connection.run()
        except Exception as raised:  # noqa: BLE001 - asyncio would print its text
            logs.error(LogEvent.INTERNAL_ERROR, raised)
        except asyncio.CancelledError:
            writer.transport.abort()  # a drain is over; asyncio would print a traceback
        finally:
            self._open.discard(task)
            with contextlib.suppress(OSError, ssl.SSLError):
                writer.close()


def _caller(writer: asyncio.StreamWriter) -> str:
    """Return the principal of the client; empty when it shows no certificate."""
    shown: Any = writer.get_extra_info("peercert")
    if not shown:
        return ""
    return proven(value for kind, value in shown.get("subjectAltName", ()) if kind == "URI")


def of(settings: Settings, service: Service, admission: Admission) -> Listener | None:
    """Return the listener that the settings ask for, or None."""
    if settings.http is None:
        return None
    shares = settings.workers > 1
    return Listener(settings.http, service, admission, settings.limits, shares=shares)


class Certificate:
    """The certificate of the listener, and the authority of its clients.

    A renewed one is another context. What was taken into one context stays trusted in it: an
    authority that is no longer in its file, and the sessions of its clients.

    Raises:
        OSError, ssl.SSLError: a file cannot be used.
    """

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._stamp = self._stamps()
        self.context = self._loaded()

    def renew(self) -> None:
        """Make another context if the files changed. What cannot be used leaves the old one."""
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self.context = self._loaded()
                self._stamp = stamp
        except OSError as error:  # ssl.SSLError is one; a rotation may be under way
            logs.error(LogEvent.CERTIFICATE_REFUSED, error)

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._tls.cert, self._tls.key)
        if self._tls.ca is not None:
            context.load_verify_locations(self._tls.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _stamps(self) -> _Stamp:
        files = (self._tls.cert, self._tls.key, *([self._tls.ca] if self._tls.ca else []))
        return tuple(each.stat().st_mtime_ns for each in files)
