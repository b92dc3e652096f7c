"""Envoy's `Authorization.Check`: one request in, one answer out.

Knows no policy and no PHI: it translates, inspects, and translates back. A request is taken on and answered without
giving up the event loop in between, so Check needs no place in the queue.
"""

from typing import Any

import grpc

from extauthz.guard.admission import Admission
from extauthz.guard.calls import call_of
from extauthz.guard.envoy import check, wire
from extauthz.guard.inspection import Call, Desk
from extauthz.records import logs
from extauthz.records.judgement import Judgement
from extauthz.records.logs import LogEvent
from extauthz.records.telemetry import SpanName
from mesh.policy.decision import Reason


class Authorization:
    """The servicer of ext_authz.

    Args:
        desk: where messages are inspected.
        admission: what is refused while draining.
    """

    def __init__(self, desk: Desk, admission: Admission) -> None:
        self._desk = desk
        self._admission = admission

    async def check(self, request: Any, context: "grpc.aio.ServicerContext[Any, Any]") -> Any:  # noqa: ANN401
        """Answer one CheckRequest. Whatever goes wrong inside is a denial with INTERNAL_ERROR."""
        call = call_of(SpanName.AUTHORIZE, context)
        refused = self._admission.begin()
        try:
            return check.answer(self._judge(request, call, refused), check.headers(request))
        except Exception as raised:  # noqa: BLE001 - the one place of this RPC: fail closed, and its text never leaves
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            return check.answer(self._desk.open(call).refuse(Reason.INTERNAL_ERROR, None))
        finally:
            self._admission.end()

    def _judge(self, request: Any, call: Call, refused: Reason | None) -> Judgement:  # noqa: ANN401
        inspection = self._desk.open(call)
        if refused is not None:
            return inspection.refuse(refused, check.facts(request, call.caller))
        for event in check.events(request, call.caller, self._desk.limits.max_request_bytes):
            judgement = inspection.receive(event)
            if judgement is not None:
                return judgement
        raise AssertionError("the last event of a message did not give a judgement")

    def handlers(self) -> "grpc.GenericRpcHandler[Any, Any]":
        """Return the gRPC handlers, with the codec."""
        method = grpc.unary_unary_rpc_method_handler(
            self.check,
            request_deserializer=wire.decoder(check.REQUEST),
            response_serializer=wire.encode,
        )
        return grpc.method_handlers_generic_handler(wire.AUTHORIZATION, {"Check": method})
