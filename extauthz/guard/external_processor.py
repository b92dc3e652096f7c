"""Envoy's `ExternalProcessor.Process`: moves the messages of a stream in and out; `extauthz.guard.stream` answers them.

INVARIANT (verdict or abort): a stream that owes a verdict does not end with an OK status. Envoy takes a clean end for
"nothing to say" and forwards the message unread, `failure_mode_allow: false` or not.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import grpc

from extauthz.guard.admission import Admission
from extauthz.guard.calls import EOF, call_of
from extauthz.guard.envoy import processing, wire
from extauthz.guard.inspection import Desk
from extauthz.guard.stream import Stream
from extauthz.records import logs
from extauthz.records.logs import LogEvent
from extauthz.records.telemetry import SpanName


class ExternalProcessor:
    """The servicer of ext_proc.

    Args:
        desk: where messages are inspected.
        admission: what is refused while draining or overloaded.
        trust_domain: of workloads that only their namespace and service account name.
    """

    def __init__(self, desk: Desk, admission: Admission, trust_domain: str) -> None:
        self._desk = desk
        self._admission = admission
        self._trust_domain = trust_domain
        self._observed = False

    async def process(
        self,
        _: AsyncIterator[Any],
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> None:
        """Answer the events of one HTTP exchange until its end."""
        call = call_of(SpanName.INSPECT, context)
        known = processing.Context(call.caller, self._trust_domain)
        stream = Stream(self._desk, self._admission, call, known, self._admission.begin())
        try:
            await self._converse(stream, context)
        except grpc.aio.AbortError:
            raise
        except Exception as raised:  # noqa: BLE001 - gRPC would send its text; an event that cannot be read ends here
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            await context.abort(grpc.StatusCode.INTERNAL, "internal error")
        finally:
            stream.close()
            self._admission.end()

    async def _converse(
        self, stream: Stream, context: "grpc.aio.ServicerContext[Any, Any]"
    ) -> None:
        while (request := await self._next(stream, context)) is not EOF:
            found = processing.phase(request)
            # a kind of event that this schema does not know: what it asks is unknown
            if found is None:
                await self._abort(context, grpc.StatusCode.INVALID_ARGUMENT, "unknown event")
                return
            response = stream.answer(request, found)
            if processing.is_observed(request):
                self._say_observed()
                continue  # an answer would be ignored, and PHI passes
            await context.write(response)
            if processing.is_final(response):
                return
        if stream.waiting:
            await self._abort(
                context, grpc.StatusCode.ABORTED, "the stream ended before its verdict"
            )

    def _say_observed(self) -> None:
        """Log it once: every record of such a message says it too."""
        if not self._observed:
            self._observed = True
            logs.emit(LogEvent.OBSERVED, logging.WARNING)

    async def _next(self, stream: Stream, context: "grpc.aio.ServicerContext[Any, Any]") -> Any:  # noqa: ANN401
        """Return the next event. A message that stays open for too long is judged as out of
        time."""
        if not stream.waiting:
            return await context.read()
        try:
            async with asyncio.timeout(self._desk.limits.wait_seconds):
                return await context.read()
        except TimeoutError:
            if processing.stops(stream.give_up()):
                await self._abort(
                    context, grpc.StatusCode.DEADLINE_EXCEEDED, "the message did not end in time"
                )
            return EOF  # the policy does not enforce: Envoy goes on without us

    async def _abort(
        self, context: "grpc.aio.ServicerContext[Any, Any]", code: grpc.StatusCode, details: str
    ) -> None:
        logs.emit(LogEvent.ABORTED, logging.WARNING, code=code.name)
        await context.abort(code, details)

    def handlers(self) -> "grpc.GenericRpcHandler[Any, Any]":
        """Return the gRPC handlers, with the codec."""
        method = grpc.stream_stream_rpc_method_handler(
            self.process,
            request_deserializer=wire.decoder(processing.REQUEST),
            response_serializer=wire.encode,
        )
        return grpc.method_handlers_generic_handler(wire.EXTERNAL_PROCESSOR, {"Process": method})
