"""Envoy's `NetworkExternalProcessor.Process`: moves the bytes of one TCP connection in and out.

`extauthz.guard.tcp_stream` makes the answers. This module knows gRPC and keeps the time.

INVARIANT (no judgement without a record): a message that a scanner process judges is judged to its
end, also when its connection ends before. Until then its bytes stay reserved. What waits behind it
is recorded as ABORTED.

INVARIANT (never a clean end): a call does not end with an OK status while its connection may live.
Envoy takes a clean end for leave to pass all that follows unread, in both directions, even with
`failure_mode_allow: false` (seen with Envoy 1.36, 1.38 and 1.40). Any other end closes the
connection. So every call ends with an abort, also after the answer that closes.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from itertools import islice
from typing import Final

import grpc

from extauthz.guard.admission import Admission
from extauthz.guard.calls import call_of
from extauthz.guard.envoy import network, wire
from extauthz.guard.inspection import InspectionContext
from extauthz.guard.tcp_answer import TcpAnswer
from extauthz.guard.tcp_stream import Out, Owed, TcpStream
from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.logs import LogEvent
from mesh.exchange.tcp_events import Judge, Judged, Received
from mesh.policy.decision import Reason

_MOST_ABANDONED: Final = 1024
"""Messages of one connection that have a record each when it ends before their judgement."""
_AT_ONCE: Final = 16
_EOF: Final[object] = grpc.aio.EOF  # type: ignore[attr-defined]  # missing in grpc-stubs


class NetworkProcessor:
    """The servicer of network ext_proc.

    Args:
        inspections: what every inspection needs.
        admission: says what is refused while the worker drains or is overloaded.
    """

    def __init__(self, inspections: InspectionContext, admission: Admission) -> None:
        self._inspections = inspections
        self._admission = admission

    async def process(
        self,
        _: AsyncIterator[bytes],
        context: "grpc.aio.ServicerContext[bytes, bytes]",
    ) -> None:
        """Answer for one connection until its end."""
        call = call_of(SpanName.INSPECT, context)
        refused = self._admission.begin()
        stream = TcpStream(self._inspections, self._admission, call, network.facts(call))
        conversation = _Conversation(stream, self._admission, context)
        try:
            await conversation.run(refused)
        except grpc.aio.AbortError:
            raise
        except wire.DecodeError:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not a ProcessingRequest")
        except Exception as raised:  # noqa: BLE001 - gRPC would send the exception's text
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            await context.abort(grpc.StatusCode.INTERNAL, "internal error")
        finally:
            try:
                await conversation.close()
            finally:
                stream.close()
                self._admission.end()

    def handlers(self) -> "grpc.GenericRpcHandler[bytes, bytes]":
        """Return the gRPC handlers.

        They pass bytes, so that `process` itself catches a decode error.
        """
        method = grpc.stream_stream_rpc_method_handler(self.process)
        return grpc.method_handlers_generic_handler(wire.NETWORK_PROCESSOR, {"Process": method})


class _Conversation:
    """One call: what is read, what is judged elsewhere, and until when.

    One message is read and one is written at a time. Judgements by scanner processes run beside
    that, one for each direction at most.
    """

    def __init__(
        self,
        stream: TcpStream,
        admission: Admission,
        context: "grpc.aio.ServicerContext[bytes, bytes]",
    ) -> None:
        self._stream = stream
        self._admission = admission
        self._context = context
        self._reading: asyncio.Task[Received | None] | None = None
        self._judging: set[asyncio.Task[Judged]] = set()
        self._until: dict[Owed, float] = {}
        self._drained = asyncio.get_running_loop().create_future()
        self._task = asyncio.current_task()
        self._only_reads = self._leaves = False

    async def run(self, refused: Reason | None) -> None:
        """Converse until the connection ends. It always ends with an abort."""
        if refused is not None:
            await self._write(self._stream.refuse(refused))
            await self._abort(grpc.StatusCode.UNAVAILABLE, "draining")
        self._admission.at_drain(self._on_drain)
        while not self._stream.is_closed:
            outs = await self._next()
            if outs is None:
                break
            await self._do(outs)
        await self._abort(grpc.StatusCode.ABORTED, "the connection has ended")

    async def close(self) -> None:
        """End the conversation, and wait until what is judged elsewhere is judged.

        Its sender has gone, and its record must not go with him. Of what waited behind it, each
        message has a record too, up to a number.
        """
        self._admission.forget(self._on_drain)
        if self._reading is not None:
            self._reading.cancel()
        if self._judging:
            await asyncio.wait(self._judging)
        try:
            for number, _ in enumerate(islice(self._stream.abandon(), _MOST_ABANDONED)):
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # the worker has others
        except Exception as raised:  # noqa: BLE001 - the connection has ended; gRPC would send the text
            logs.error(LogEvent.INTERNAL_ERROR, raised)

    def _on_drain(self) -> None:
        if self._drained.done():
            return
        self._drained.set_result(None)
        if self._task is not None and self._only_reads and self._stream.is_idle:
            self._leaves = self._task.cancel()

    async def _next(self) -> list[Out] | None:
        """Wait for what happens next. Return what is to be done, or None when the proxy has gone.

        A judgement comes before new bytes, and both before a deadline.
        """
        if self._drained.done() and self._stream.is_idle:
            return self._stream.leave(Reason.DRAINING)
        seconds_left = self._seconds_left()
        if seconds_left is None and self._reading is None and not self._judging:
            return await self._alone()
        reading = self._reading = self._reading or asyncio.ensure_future(self._read())
        waits = {reading, *self._judging} | (set() if self._drained.done() else {self._drained})
        await asyncio.wait(waits, timeout=seconds_left, return_when=asyncio.FIRST_COMPLETED)
        for task in self._judging:
            if task.done():
                self._judging.discard(task)
                return self._stream.judged(task.result())
        if reading.done():
            self._reading = None
            given = reading.result()
            return None if given is None else self._stream.receive(given)
        now = time.monotonic()
        late = [owed.direction for owed, until in self._until.items() if until <= now]
        return self._stream.overdue(late[0]) if late else []

    async def _alone(self) -> list[Out] | None:
        """The same, where only bytes are waited for: without a task, which would cost more turns.

        A drain ends the read of an idle connection. Such a read breaks its call, which ends anyway.
        """
        self._only_reads = True
        try:
            given = await self._read()
        except asyncio.CancelledError:
            if self._task is None or not self._leaves or self._task.uncancel():
                raise  # the call has ended
            return self._stream.leave(Reason.DRAINING)
        finally:
            self._only_reads = False
        return None if given is None else self._stream.receive(given)

    async def _read(self) -> Received | None:
        """Return the next bytes, or None when the proxy has ended the call.

        Raises:
            wire.DecodeError: it is no ProcessingRequest, or one of an unknown kind.
        """
        message = await self._context.read()
        if message is _EOF:
            return None
        given = network.decode(message)
        if given is None:
            raise wire.DecodeError
        return given

    def _seconds_left(self) -> float | None:
        """Return the time until a sender that must go on is late, or None when none must."""
        owed = self._stream.owed
        if not owed:
            self._until = {}
            return None
        now, before = time.monotonic(), self._until
        self._until = {each: before.get(each, now + each.seconds) for each in owed}
        return max(0.0, min(self._until.values()) - now)

    async def _do(self, outs: list[Out]) -> None:
        left = deque(outs)  # what is done is not kept: a piece can hold very many messages
        while left:
            out = left.popleft()
            if isinstance(out, TcpAnswer):
                await self._write(out)
            elif self._stream.is_dear(out):
                self._judging.add(asyncio.ensure_future(self._stream.judge(out)))
            else:
                # a message may have many behind it, so this is no recursion
                left.extend(self._stream.judged(await self._stream.judge(out)))
                if any(isinstance(each, Judge) for each in left):
                    await asyncio.sleep(0)  # nor may it keep the worker from everybody else

    async def _write(self, answer: TcpAnswer) -> None:
        await self._context.write(network.encode(answer))

    async def _abort(self, code: grpc.StatusCode, details: str) -> None:
        if not self._stream.is_idle:
            logs.emit(LogEvent.ABORTED, logging.WARNING, code=code.name)
        await self._context.abort(code, details)
