"""What gRPC says about a call: its metadata, its deadline and its caller."""

import asyncio
from typing import Final

import grpc

from extauthz.guard.envoy.identity import proven
from extauthz.guard.inspection import Call
from extauthz.records.allow_list import SpanName
from mesh.message.decimals import decimal

_EOF: Final[object] = grpc.aio.EOF  # type: ignore[attr-defined]  # missing in grpc-stubs
_SPIFFE: Final = "peer_spiffe_id"
_CERTIFICATE: Final = "x509_pem_cert"
_EXPECTED: Final = "x-envoy-expected-rq-timeout-ms"


def call_of(kind: SpanName, context: "grpc.aio.ServicerContext[bytes, bytes]") -> Call:
    """Return the call of a context.

    Envoy states its timeout as metadata. Other clients set a gRPC deadline. The nearer one counts.
    """
    metadata = {k.lower(): v for k, v in context.invocation_metadata() or () if isinstance(v, str)}
    expected = decimal(metadata.get(_EXPECTED, ""))
    seconds = [context.time_remaining(), None if expected is None else expected / 1000]
    known = [s for s in seconds if s is not None]
    return Call(kind, metadata, _caller(context), min(known) if known else None)


class Incoming:
    """The messages of one stream.

    A read of gRPC that is cancelled breaks its stream. So where the stream is to go on, a wait that
    ends early leaves the read running, and the next call takes its message.
    """

    def __init__(self, context: "grpc.aio.ServicerContext[bytes, bytes]") -> None:
        self._context = context
        self._reading: asyncio.Task[bytes | None] | None = None

    async def next(self, seconds: float | None, *, goes_on: bool) -> bytes | None:
        """Return the next message, or None when the caller has ended the stream.

        Args:
            seconds: the longest wait, or None for any.
            goes_on: whether the stream is read again after a wait that ended early. That costs a
                task for each message.

        Raises:
            TimeoutError: none came within so many seconds.
        """
        if seconds is None and self._reading is None:
            return await self._read()
        if not goes_on:
            async with asyncio.timeout(seconds):
                return await self._read()
        reading = self._reading = self._reading or asyncio.ensure_future(self._read())
        done, _ = await asyncio.wait((reading,), timeout=seconds)
        if not done:
            raise TimeoutError
        self._reading = None
        return reading.result()

    def close(self) -> None:
        """Forget a read that still runs. Nothing may be read after that."""
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> bytes | None:
        message = await self._context.read()
        return None if message is _EOF else message


def _caller(context: "grpc.aio.ServicerContext[bytes, bytes]") -> str:
    """Return the principal of the calling proxy, proven by the TLS handshake.

    It is empty on a plain listener.
    """
    shown = context.auth_context()
    if _CERTIFICATE not in shown:
        return ""
    return proven(uri.decode(errors="replace") for uri in shown.get(_SPIFFE, ()))
