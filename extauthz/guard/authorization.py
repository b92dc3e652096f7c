"""Envoy's `Authorization.Check`: one request in, one answer out.

This module knows no policy and no PHI: it decodes, inspects and encodes. A check may wait for a
scanner process, so it holds a place and its bytes like any other exchange.
"""

import grpc

from extauthz.guard.admission import Admission
from extauthz.guard.calls import call_of
from extauthz.guard.envoy import check, wire
from extauthz.guard.envoy.check import CheckAnswer, CheckedRequest
from extauthz.guard.inspection import Call, Inspection, InspectionContext
from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.judgement import Judgement
from extauthz.records.logs import LogEvent
from mesh.message.facts import Facts
from mesh.message.headers import Headers
from mesh.policy.decision import Reason


class Authorization:
    """The servicer of ext_authz.

    Args:
        inspections: what every inspection needs.
        admission: says what is refused while the worker drains or is overloaded.
    """

    def __init__(self, inspections: InspectionContext, admission: Admission) -> None:
        self._inspections = inspections
        self._admission = admission

    async def check(self, data: bytes, context: "grpc.aio.ServicerContext[bytes, bytes]") -> bytes:
        """Answer one CheckRequest.

        Any failure inside is a denial with INTERNAL_ERROR. Bytes that are no CheckRequest get a
        gRPC error (INVALID_ARGUMENT).
        """
        call = call_of(SpanName.AUTHORIZE, context)
        refused = self._admission.begin()
        request = CheckedRequest(Facts())  # nothing is known yet
        try:
            request = check.decode(data, call.caller)
            judgement = await self._admitted(request, call, refused)
            if not await self._inspections.kept():
                lost = Reason.LEDGER_UNAVAILABLE
                judgement = self._inspections.open(call).refuse(
                    lost, request.facts, request.headers
                )
            return check.encode(CheckAnswer(judgement, request.headers))
        except wire.DecodeError:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not a CheckRequest")
        except Exception as raised:  # noqa: BLE001 - fail closed; the text of the exception never leaves
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            answer = await self._failure(call, request.headers)
            if answer is None:
                await context.abort(grpc.StatusCode.INTERNAL, "internal error")
            return answer
        finally:
            self._admission.end()

    async def _failure(self, call: Call, headers: Headers) -> bytes | None:
        """Return the denial with INTERNAL_ERROR, or None when that fails too.

        gRPC would send the text of an exception to the caller.
        """
        try:
            judgement = self._inspections.open(call).refuse(Reason.INTERNAL_ERROR, None, headers)
            await self._inspections.kept()  # if not, it is a denial all the same
            return check.encode(CheckAnswer(judgement))
        except Exception as raised:  # noqa: BLE001 - as above
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            return None

    async def _admitted(
        self, request: CheckedRequest, call: Call, refused: Reason | None
    ) -> Judgement:
        inspection = self._inspections.open(call)
        if refused is not None:
            return inspection.refuse(refused, request.facts, request.headers)
        if not self._admission.enter(len(request.body), call.caller):
            return inspection.refuse(Reason.OVERLOADED, request.facts, request.headers)
        try:
            return await self._judge(request, inspection)
        finally:
            self._admission.leave(len(request.body), call.caller)

    async def _judge(self, request: CheckedRequest, inspection: Inspection) -> Judgement:
        for event in request.events(self._inspections.limits.max_request_bytes):
            judgement = await inspection.receive(event)
            if judgement is not None:
                return judgement
        raise AssertionError("the last event of a message did not give a judgement")

    def handlers(self) -> "grpc.GenericRpcHandler[bytes, bytes]":
        """Return the gRPC handlers.

        They pass bytes, so that `check` itself catches a decode error.
        """
        method = grpc.unary_unary_rpc_method_handler(self.check)
        return grpc.method_handlers_generic_handler(wire.AUTHORIZATION, {"Check": method})
