"""Envoy's `ExternalProcessor.Process`: moves the events of a stream in and the answers out.

`extauthz.guard.stream` makes the answers.

INVARIANT (verdict or abort): a stream that owes a verdict does not end with an OK status. Envoy
takes a clean end for "nothing to say" and forwards the message unread, even with
`failure_mode_allow: false`.
"""

import logging
from collections.abc import AsyncIterator, Iterable

import grpc

from extauthz.guard.admission import Admission
from extauthz.guard.calls import Incoming, call_of
from extauthz.guard.envoy import processing, wire
from extauthz.guard.envoy.stream_context import StreamContext
from extauthz.guard.inspection import InspectionContext
from extauthz.guard.stream import Stream
from extauthz.guard.stream_event import StreamAnswer
from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.logs import LogEvent


class ExternalProcessor:
    """The servicer of ext_proc.

    Args:
        inspections: what every inspection needs.
        admission: says what is refused while the worker drains or is overloaded.
        trust_domain: of workloads that are known by namespace and service account only.
    """

    def __init__(
        self, inspections: InspectionContext, admission: Admission, trust_domain: str
    ) -> None:
        self._inspections = inspections
        self._admission = admission
        self._trust_domain = trust_domain
        self._observed = False

    async def process(
        self,
        _: AsyncIterator[bytes],
        context: "grpc.aio.ServicerContext[bytes, bytes]",
    ) -> None:
        """Answer the events of one exchange until its end."""
        call = call_of(SpanName.INSPECT, context)
        known = StreamContext(call.caller, self._trust_domain)
        stream = Stream(self._inspections, self._admission, call, known, self._admission.begin())
        incoming = Incoming(context)
        try:
            await self._converse(stream, incoming, context)
        except grpc.aio.AbortError:
            raise
        except Exception as raised:  # noqa: BLE001 - gRPC would send the exception's text
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            await context.abort(grpc.StatusCode.INTERNAL, "internal error")
        finally:
            incoming.close()
            stream.close()
            self._admission.end()

    async def _converse(
        self,
        stream: Stream,
        incoming: Incoming,
        context: "grpc.aio.ServicerContext[bytes, bytes]",
    ) -> None:
        while (data := await self._next(stream, incoming, context)) is not None:
            event = processing.decode(data)
            # the schema does not know this kind of event, so nobody knows what it asks
            if event is None:
                await self._abort(context, grpc.StatusCode.INVALID_ARGUMENT, "unknown event")
                return
            answers = await stream.answer(event)
            if event.observed:
                self._say_observed()
                continue  # Envoy ignores answers here; the message has gone on
            if answers and not await self._inspections.kept():
                answers = stream.unkept(event, answers)
            if await self._send(answers, context):
                return
            stream.settle()
            if stream.is_over:
                # Envoy resets a stream that stays open. Each reset costs a few bytes of memory that
                # gRPC does not give back (https://github.com/grpc/grpc/issues/43360).
                return
        if stream.owes:
            await self._abort(
                context, grpc.StatusCode.ABORTED, "the stream ended before its verdict"
            )

    async def _send(
        self,
        answers: Iterable[StreamAnswer],
        context: "grpc.aio.ServicerContext[bytes, bytes]",
    ) -> bool:
        """Send answers. Return whether one of them ends the exchange."""
        for answer in answers:
            await context.write(processing.encode(answer))
            if answer.is_final:
                return True
        return False

    def _say_observed(self) -> None:
        """Log it once. Every ledger record of such a message says it too."""
        if not self._observed:
            self._observed = True
            logs.emit(LogEvent.OBSERVED, logging.WARNING)

    async def _next(
        self,
        stream: Stream,
        incoming: Incoming,
        context: "grpc.aio.ServicerContext[bytes, bytes]",
    ) -> bytes | None:
        """Return the next message, or None at the end of the stream.

        A message that stays open for longer than `Limits.wait_seconds` is judged as out of time.
        """
        while True:
            seconds = self._inspections.limits.wait_seconds if stream.waits else None
            goes_on = stream.goes_on
            try:
                return await incoming.next(seconds, goes_on=goes_on)
            except TimeoutError:
                answers = stream.give_up()
            if any(answer.is_final for answer in answers):
                await self._abort(
                    context, grpc.StatusCode.DEADLINE_EXCEEDED, "the message did not end in time"
                )
            if not (goes_on and stream.owes):
                return None  # the policy does not enforce, so Envoy may go on alone
            await self._inspections.kept()  # if not, the policy does not enforce all the same
            for answer in answers:
                await context.write(processing.encode(answer))
            stream.settle()

    async def _abort(
        self, context: "grpc.aio.ServicerContext[bytes, bytes]", code: grpc.StatusCode, details: str
    ) -> None:
        logs.emit(LogEvent.ABORTED, logging.WARNING, code=code.name)
        await context.abort(code, details)

    def handlers(self) -> "grpc.GenericRpcHandler[bytes, bytes]":
        """Return the gRPC handlers.

        They pass bytes, so that `process` itself catches a decode error.
        """
        method = grpc.stream_stream_rpc_method_handler(self.process)
        return grpc.method_handlers_generic_handler(wire.EXTERNAL_PROCESSOR, {"Process": method})
