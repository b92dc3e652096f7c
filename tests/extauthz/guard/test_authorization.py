import asyncio

import grpc
import pytest
from running_guard import ALLOWED, BILLING, DENIED, EHR, POLICY, REDACTED, check_request

from extauthz.guard.envoy import wire
from extauthz.settings import Limits

OK, PERMISSION_DENIED, UNAVAILABLE = 0, 7, 14


def headers_of(denied):
    return {h.header.key: h.header.value for h in denied.headers}


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [(b"", OK, "NO_PHI"), (ALLOWED, OK, "ALLOWED_BY_RULE"), (DENIED, 7, "MINIMUM_NECESSARY")],
)
def test_a_check_is_answered_as_the_policy_decides(guard, run, body, code, reason):
    async def scenario():
        async with guard() as g:
            return await g.check(check_request(body)), g.records()

    answer, records = run(scenario())

    assert answer.HasField("status")
    assert answer.status.code == code
    assert answer.WhichOneof("http_response") == (
        "ok_response" if code == OK else "denied_response"
    )
    assert answer.dynamic_metadata["reason"] == reason
    assert [r["reason"] for r in records] == [reason]


def test_a_denial_names_its_reason_and_decision_and_nothing_else(guard, run):
    async def scenario():
        async with guard() as g:
            return await g.check(check_request(DENIED)), g.records()[0]

    answer, record = run(scenario())
    denied = answer.denied_response

    assert denied.status.code == 403
    assert headers_of(denied)["x-phiguard-reason"] == "MINIMUM_NECESSARY"
    assert headers_of(denied)["x-phiguard-decision"] == record["id"]
    assert denied.body == (
        f'{{"error":"denied by phiguard","reason":"MINIMUM_NECESSARY","decision":"{record["id"]}"}}'
    )


def test_ext_authz_denies_what_it_would_have_to_redact(guard, run):
    async def scenario():
        async with guard() as g:
            return await g.check(check_request(REDACTED))

    assert run(scenario()).dynamic_metadata["reason"] == "REDACTION_UNAVAILABLE"


def test_headers_that_only_the_guard_writes_are_removed_from_an_allowed_request(guard, run):
    async def scenario():
        async with guard() as g:
            return await g.check(
                check_request(ALLOWED, headers={"x-phiguard-reason": "NO_PHI", "x-other": "1"})
            )

    assert list(run(scenario()).ok_response.headers_to_remove) == ["x-phiguard-reason"]


def test_a_tcp_connection_is_denied(guard, run):
    async def scenario():
        request = wire.message("envoy.service.auth.v3.CheckRequest")()
        request.attributes.source.principal = f"spiffe://{EHR}"
        request.attributes.destination.principal = f"spiffe://{BILLING}"
        async with guard() as g:
            return await g.check(request)

    assert run(scenario()).dynamic_metadata["reason"] == "PROTOCOL_NOT_ALLOWED"


def test_an_empty_request_is_denied(guard, run):
    async def scenario():
        async with guard() as g:
            return await g.check(wire.message("envoy.service.auth.v3.CheckRequest")())

    assert run(scenario()).status.code == PERMISSION_DENIED


def test_garbage_is_an_error_and_the_server_stays_up(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")(
                    b"\xff\xff 123-45-6789", timeout=10
                )
            return caught.value, await g.check(check_request(ALLOWED))

    error, answer = run(scenario())

    assert error.code() is not grpc.StatusCode.OK
    assert "6789" not in (error.details() or "")
    assert answer.status.code == OK


def test_a_body_beyond_grpcs_default_of_four_mebibytes_is_scanned(guard, run):
    body = b'{"note": "' + b"x" * (5 << 20) + b'"}'

    async def scenario():
        async with guard(limits=Limits(max_request_bytes=6 << 20, scan_seconds=30.0)) as g:
            return await g.check(check_request(body)), g.span("phiguard.authorize")

    answer, span = run(scenario())

    assert answer.status.code == OK
    assert span.attributes["phiguard.body.size"] == len(body)


def test_a_message_over_the_limit_is_an_error(guard, run):
    async def scenario():
        async with guard(limits=Limits(max_request_bytes=1 << 20, body_bytes=1 << 20)) as g:
            await g.check(check_request(b"x" * (3 << 20)))

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        run(scenario())
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_fault_inside_is_a_denial_without_its_text(guard, run, monkeypatch, caplog):
    def broken(*_):
        raise ValueError("Ana Ruiz 536-22-8790")

    monkeypatch.setattr("extauthz.guard.envoy.check.decode", broken)

    async def scenario():
        async with guard() as g:
            return await g.check(check_request(ALLOWED)), g.records()

    answer, records = run(scenario())

    assert (answer.status.code, answer.denied_response.status.code) == (UNAVAILABLE, 503)
    assert records[0]["reason"] == "INTERNAL_ERROR"
    assert "536-22-8790" not in str(answer) + caplog.text + str(records)


def test_a_fault_inside_the_denial_of_a_fault_is_an_error_without_its_text(guard, run, monkeypatch):
    def broken(*_):
        raise ValueError("Ana Ruiz 536-22-8790")

    monkeypatch.setattr("extauthz.guard.envoy.check.encode", broken)

    async def scenario():
        async with guard() as g:
            await g.check(check_request(ALLOWED))

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        run(scenario())
    assert (caught.value.code(), caught.value.details()) == (
        grpc.StatusCode.INTERNAL,
        "internal error",
    )


def test_a_caller_in_a_hurry_gets_no_unfinished_scan(guard, run):
    body = b'{"note": "' + b"call 212-555-0123 now. " * 20000 + b'"}'

    async def scenario():
        async with guard() as g:
            return await g.check(
                check_request(body), metadata=[("x-envoy-expected-rq-timeout-ms", "0")]
            )

    assert run(scenario()).dynamic_metadata["reason"] == "OUT_OF_TIME"


def test_while_draining_new_checks_are_denied_with_503(guard, run):
    async def scenario():
        async with guard() as g:
            g.worker._admission.drain()
            return await g.check(check_request(ALLOWED))

    answer = run(scenario())

    assert answer.denied_response.status.code == 503
    assert answer.dynamic_metadata["reason"] == "DRAINING"


def test_checks_run_beside_each_other(guard, run):
    async def scenario():
        async with guard() as g:
            return await asyncio.gather(
                *(g.check(check_request(b)) for b in [ALLOWED, DENIED] * 10)
            )

    assert [a.status.code for a in run(scenario())] == [OK, PERMISSION_DENIED] * 10


def test_in_monitor_mode_everything_passes_and_the_record_says_what_would_have_been(guard, run):
    async def scenario():
        async with guard(policy=POLICY.replace("mode: enforce", "mode: monitor")) as g:
            return await g.check(check_request(DENIED)), g.records()[0]

    answer, record = run(scenario())

    assert answer.status.code == OK
    assert (record["decision"], record["enforced"], record["reason"]) == (
        "DENY",
        False,
        "MINIMUM_NECESSARY",
    )
