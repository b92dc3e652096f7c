"""The forged check describes another workload's exchange, and its answer is read as by Envoy."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from extauthz.demo.client import Request
from extauthz.demo.forgery import forged_check
from extauthz.demo.topology import BILLING, EHR, LOOPBACK
from extauthz.guard.envoy.wire import AUTHORIZATION, decoder, encode, message

_REQUEST = Request(BILLING.host, path="/claims", body=b"{}", headers={"traceparent": "00-a-b-01"})


class _Guard:
    """Answers every check with `status`, and remembers the last one."""

    status = 0
    last: Any = None

    def check(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.last = request, dict(context.invocation_metadata())
        response = message("envoy.service.auth.v3.CheckResponse")()
        response.status.code = self.status
        if self.status:
            response.denied_response.status.code = 403
            response.denied_response.body = "denied"
            option = response.denied_response.headers.add()
            option.header.key, option.header.value = "X-Phiguard-Reason", "CALLER_MISMATCH"
        return response


@pytest.fixture
def guard() -> _Guard:
    return _Guard()


@pytest.fixture
def channel(guard: _Guard) -> Iterator[grpc.Channel]:
    server = grpc.server(ThreadPoolExecutor(1))
    unary = grpc.unary_unary_rpc_method_handler(
        guard.check, decoder("envoy.service.auth.v3.CheckRequest"), encode
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(AUTHORIZATION, {"Check": unary}),)
    )
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    with grpc.insecure_channel(f"{LOOPBACK}:{port}") as opened:
        yield opened
    server.stop(grace=None).wait()


def test_it_speaks_of_ehr_and_the_callee(guard: _Guard, channel: grpc.Channel) -> None:
    forged_check(channel, BILLING, _REQUEST)
    check, metadata = guard.last

    assert check.attributes.source.principal == EHR.spiffe
    assert check.attributes.destination.principal == BILLING.spiffe
    assert check.attributes.request.http.raw_body == b"{}"
    assert metadata["traceparent"] == "00-a-b-01"


def test_an_allowed_check_reads_as_200(channel: grpc.Channel) -> None:
    assert forged_check(channel, BILLING, _REQUEST).status == 200


def test_a_denied_check_reads_as_the_answer_that_envoy_would_give(
    guard: _Guard, channel: grpc.Channel
) -> None:
    guard.status = grpc.StatusCode.PERMISSION_DENIED.value[0]
    answer = forged_check(channel, BILLING, _REQUEST)

    assert (answer.status, answer.body) == (403, b"denied")
    assert answer.headers == {"x-phiguard-reason": "CALLER_MISMATCH"}


def test_no_answer_reads_as_503() -> None:
    with grpc.insecure_channel(f"{LOOPBACK}:1") as nobody:
        assert forged_check(nobody, BILLING, _REQUEST).status == 503
