import asyncio
import hashlib

import grpc
import pytest
from running_guard import (
    ALLOWED,
    BUFFERED,
    DENIED,
    POLICY,
    REDACTED,
    check_request,
    code_of,
    kinds,
    processing_call,
    processing_request,
    reasons,
    request_head,
    response_head,
    trailers,
)

from extauthz.guard.envoy import wire
from extauthz.settings import Limits

STREAMED, NONE, PARTIAL = 1, 0, 3
MONITOR = POLICY.replace("mode: enforce", "mode: monitor")


def body(data, end=True, side="request"):
    return processing_request(f"{side}_body", body=data, end_of_stream=end)


def converse(guard, run, *events, **options):
    async def scenario():
        async with guard(**options) as g:
            answers, code = await g.process(*events)
            return answers, code, g.records()

    return run(scenario())


def test_an_allowed_message_goes_on_unchanged(guard, run):
    answers, code, records = converse(guard, run, request_head(), body(ALLOWED))

    assert kinds(answers) == ["request_headers", "request_body"]
    assert not answers[1].request_body.response.HasField("body_mutation")
    assert (code, reasons(records)) == (grpc.StatusCode.OK, ["ALLOWED_BY_RULE"])


def test_headers_alone_are_decided_at_once(guard, run):
    answers, _, records = converse(guard, run, request_head(end=True))

    assert kinds(answers) == ["request_headers"]
    assert reasons(records) == ["NO_PHI"]


def test_a_denied_message_gets_an_immediate_response_that_serves_http_and_grpc(guard, run):
    answers, _, records = converse(guard, run, request_head(), body(DENIED))
    immediate = answers[-1].immediate_response
    headers = {h.header.key: h.header.raw_value.decode() for h in immediate.headers.set_headers}

    assert (immediate.status.code, immediate.grpc_status.status) == (403, 7)
    assert headers["x-phiguard-reason"] == "MINIMUM_NECESSARY"
    assert headers["x-phiguard-decision"] == records[0]["id"]
    assert answers[-1].dynamic_metadata["phiguard"]["action"] == "DENY"


def test_a_redacted_message_goes_on_with_its_new_length(guard, run):
    head = request_head(content_digest="sha-256=:x:", x_sum=hashlib.sha256(REDACTED).hexdigest())
    answers, _, records = converse(guard, run, head, body(REDACTED))
    common = answers[1].request_body.response
    set_headers = {h.header.key: h.header.raw_value for h in common.header_mutation.set_headers}

    assert b"536-22-8790" not in common.body_mutation.body
    assert b"Ana Ruiz" in common.body_mutation.body
    assert set_headers["content-length"] == str(len(common.body_mutation.body)).encode()
    assert list(common.header_mutation.remove_headers) == ["content-digest"]  # it is of no body
    masked = hashlib.sha256(common.body_mutation.body).hexdigest()
    assert set_headers["x-sum"] == masked.encode()
    assert reasons(records) == ["REDACTED_BY_RULE"]


def test_a_stream_carries_a_request_and_its_response(guard, run):
    events = (request_head(), body(ALLOWED), response_head(), body(REDACTED, side="response"))
    answers, code, records = converse(guard, run, *events)

    assert kinds(answers) == [
        "request_headers",
        "request_body",
        "response_headers",
        "response_body",
    ]
    assert b"536-22-8790" not in answers[-1].response_body.response.body_mutation.body
    assert [r["direction"] for r in records] == ["request", "response"]
    assert code is grpc.StatusCode.OK


def test_a_response_may_be_the_first_event(guard, run):
    answers, _, records = converse(guard, run, response_head(), body(b"{}", side="response"))

    assert kinds(answers) == ["response_headers", "response_body"]
    assert [(r["vantage"], r["reason"]) for r in records] == [("inbound", "NO_PHI")]


def test_a_body_whose_trailers_follow_is_judged_before_they_come(guard, run):
    answers, _, _ = converse(guard, run, request_head(), body(DENIED, end=False))

    assert kinds(answers) == ["request_headers", "immediate_response"]


def test_trailers_are_judged_after_the_body(guard, run):
    events = (
        request_head(),
        body(ALLOWED, end=False),
        trailers(**{"x-note": "patient: Ana Ruiz, SSN 536-22-8790"}),
    )
    answers, code, records = converse(guard, run, *events)

    assert len(records) == 2
    assert records[1]["infoTypes"].get("US_SOCIAL_SECURITY_NUMBER")
    assert kinds(answers)[:2] == ["request_headers", "request_body"]
    assert code is grpc.StatusCode.OK


@pytest.mark.parametrize("side", ["request", "response"])
def test_nobodys_number_follows_in_a_trailer_what_the_body_says_of_their_health(guard, run, side):
    head = request_head() if side == "request" else response_head()
    events = (head, body(b'{"diagnosis": "E11.9"}', end=False, side=side))
    answers, _, records = converse(guard, run, *events, trailers(side, **{"x-ssn": "536-22-8790"}))

    assert kinds(answers) == [f"{side}_headers", f"{side}_body", "immediate_response"]
    assert reasons(records) == ["NO_PHI", "REDACTION_UNAVAILABLE"]
    assert "DIAGNOSIS" not in records[1]["infoTypes"]


def test_trailers_of_a_redacted_body_do_not_know_what_was_masked(guard, run):
    events = (request_head(), body(REDACTED, end=False), trailers(**{"x-patient-name": "Ana Ruiz"}))
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers) == ["request_headers", "request_body", "request_trailers"]
    assert reasons(records) == ["REDACTED_BY_RULE", "ALLOWED_BY_RULE"]


@pytest.mark.parametrize("side", ["request", "response"])
def test_digests_in_trailers_of_a_redacted_body_are_made_anew_or_removed(guard, run, side):
    digests = {
        "x-body": hashlib.sha256(REDACTED).hexdigest(),
        "x-amz-checksum-xxhash64": "AAAAAAAAAAA=",
        "grpc-status": "0",
    }
    head = () if side == "request" else (request_head(end=True),)
    events = (*head, request_head() if side == "request" else response_head())
    answers, _, _ = converse(
        guard, run, *events, body(REDACTED, end=False, side=side), trailers(side, **digests)
    )

    sent = getattr(answers[-2], f"{side}_body").response.body_mutation.body
    mutation = getattr(answers[-1], f"{side}_trailers").header_mutation
    assert b"536-22-8790" not in sent
    assert {option.header.key: option.header.raw_value for option in mutation.set_headers} == {
        "x-body": hashlib.sha256(sent).hexdigest().encode()
    }
    assert list(mutation.remove_headers) == ["x-amz-checksum-xxhash64"]


def test_harmless_trailers_go_on(guard, run):
    answers, _, _ = converse(
        guard, run, request_head(), body(ALLOWED, end=False), trailers(**{"grpc-status": "0"})
    )

    assert kinds(answers) == ["request_headers", "request_body", "request_trailers"]


def test_trailers_without_a_body_end_the_message(guard, run):
    answers, _, records = converse(guard, run, request_head(), trailers(**{"x-sum": "1"}))

    assert kinds(answers) == ["request_headers", "request_trailers"]
    assert reasons(records) == ["NO_PHI"]


@pytest.mark.parametrize("mode", [NONE, STREAMED, PARTIAL, None])
def test_a_body_that_envoy_would_not_hold_back_is_denied_before_it_comes(guard, run, mode):
    answers, _, records = converse(guard, run, request_head(mode=mode), body(ALLOWED))

    assert kinds(answers) == ["immediate_response"]
    assert reasons(records) == ["TRUNCATED"]


def test_in_monitor_mode_a_streamed_body_passes_chunk_by_chunk_with_one_record(guard, run):
    events = (request_head(mode=STREAMED), body(ALLOWED[:9], end=False), body(ALLOWED[9:]))
    answers, code, records = converse(guard, run, *events, policy=MONITOR)

    assert kinds(answers) == ["request_headers", "request_body", "request_body"]
    assert (code, reasons(records)) == (grpc.StatusCode.OK, ["TRUNCATED"])


def test_a_second_body_after_a_verdict_is_denied(guard, run):
    answers, _, records = converse(guard, run, request_head(), body(ALLOWED), body(b"more"))

    assert kinds(answers)[-1] == "immediate_response"
    assert reasons(records)[-1] == "TRUNCATED"


@pytest.mark.parametrize(
    "events",
    [
        (body(ALLOWED),),
        (trailers(a="b"),),
        (request_head(), request_head()),
        (request_head(end=True), request_head()),
    ],
)
def test_events_out_of_order_are_denied(guard, run, events):
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers)[-1] == "immediate_response"
    assert reasons(records)[-1] == "INTERNAL_ERROR"


@pytest.mark.parametrize(
    "events", [(), (request_head(),), (request_head(), body(ALLOWED), response_head())]
)
def test_a_stream_that_ends_before_its_verdict_is_aborted(guard, run, events):
    _, code, _ = converse(guard, run, *events)

    assert code is grpc.StatusCode.ABORTED


def test_an_unknown_kind_of_event_is_aborted(guard, run):
    _, code, _ = converse(guard, run, wire.message("envoy.service.ext_proc.v3.ProcessingRequest")())

    assert code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "attributes", [{}, {"xds.listener_direction": 0}, {"connection.mtls": True}]
)
def test_without_proof_of_who_talks_to_whom_phi_is_denied(guard, run, attributes):
    answers, _, records = converse(guard, run, request_head(attributes=attributes), body(ALLOWED))

    assert kinds(answers)[-1] == "immediate_response"
    assert (records[0]["source"], records[0]["destination"]) == (None, None)


def test_a_message_that_stays_open_for_too_long_is_aborted(guard, run):
    async def scenario():
        async with guard(limits=Limits(wait_seconds=0.2)) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(request_head())
            await call.read()
            code = await code_of(call)
            async with asyncio.timeout(5):  # the caller hears of it before the place is free
                while g.worker._admission.streams:
                    await asyncio.sleep(0.01)
            return code, g.records()

    code, records = run(scenario())

    assert (code, reasons(records)) == (grpc.StatusCode.DEADLINE_EXCEEDED, ["OUT_OF_TIME"])


def test_in_monitor_mode_a_slow_message_goes_on_without_us(guard, run):
    async def scenario():
        async with (
            guard(limits=Limits(wait_seconds=0.2), policy=MONITOR) as g,
            g.channel() as channel,
        ):
            call = processing_call(channel)
            await call.write(request_head())
            await call.read()
            return await code_of(call)

    assert run(scenario()) is grpc.StatusCode.OK


def test_more_exchanges_than_the_limit_are_refused_and_places_are_given_back(guard, run):
    async def scenario():
        async with (
            guard(limits=Limits(exchanges=1, scan_seconds=20.0)) as g,
            g.channel() as channel,
        ):
            first = processing_call(channel)
            await first.write(request_head())
            await first.read()
            refused, _ = await g.process(request_head(), body(ALLOWED))
            await first.write(body(ALLOWED))
            await first.read()
            taken, _ = await g.process(request_head(), body(ALLOWED))
            await first.done_writing()
            return refused, taken

    refused, taken = run(scenario())

    assert refused[0].immediate_response.status.code == 503
    assert refused[0].dynamic_metadata["phiguard"]["reason"] == "OVERLOADED"
    assert kinds(taken) == ["request_headers", "request_body"]


def test_announced_bytes_are_counted_before_they_come(guard, run):
    head = request_head(content_length="5000")
    answers, _, records = converse(guard, run, head, limits=Limits(held_bytes=4000))

    assert (kinds(answers), reasons(records)) == (["immediate_response"], ["OVERLOADED"])


def test_two_hundred_waiting_streams_do_not_keep_a_check_from_its_answer(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            calls = [processing_call(channel) for _ in range(200)]
            for call in calls:
                await call.write(request_head())
            await asyncio.gather(*(call.read() for call in calls))
            answer = await g.check(check_request(ALLOWED))
            for call in calls:
                call.cancel()
            return answer

    assert run(scenario()).status.code == 0


def test_a_stream_that_its_client_leaves_gives_its_place_back(guard, run):
    async def scenario():
        async with guard() as g:
            async with g.channel() as channel:
                call = processing_call(channel)
                await call.write(request_head())
                await call.read()
                assert g.worker._admission.streams == 1
                call.cancel()
            while g.worker._admission.streams:
                await asyncio.sleep(0.01)
            return g.worker._admission._all.exchanges

    assert run(scenario()) == 0


def whole(side):
    head = request_head() if side == "request" else response_head()
    return head, body(ALLOWED if side == "request" else b"{}", side=side)


@pytest.mark.parametrize(
    ("events", "is_over", "why"),
    [
        (whole("response"), True, "a filter may skip requests"),
        ((*whole("request"), *whole("response")), True, "both have come whole"),
        (whole("request"), False, "a response may follow"),
        ((request_head(), *whole("response")), False, "the request still comes"),
        (
            (response_head(), body(b"{}", end=False, side="response")),
            False,
            "trailers of the response may follow",
        ),
    ],
)
def test_a_stream_ends_by_itself_when_nothing_can_follow(guard, run, events, is_over, why):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            call = processing_call(channel)
            for event in events:
                await call.write(event)
                await call.read()
            try:
                return await asyncio.wait_for(asyncio.shield(call.code()), 0.5)
            except TimeoutError:
                return None

    assert run(scenario()) is (grpc.StatusCode.OK if is_over else None), why


def test_while_draining_running_streams_finish_and_new_ones_are_denied(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(request_head())
            await call.read()
            g.worker._admission.drain()
            refused, _ = await g.process(request_head(), body(ALLOWED))
            await call.write(body(ALLOWED))
            answer = await call.read()
            await call.done_writing()
            return refused, answer

    refused, answer = run(scenario())

    assert refused[0].dynamic_metadata["phiguard"]["reason"] == "DRAINING"
    assert answer.WhichOneof("response") == "request_body"


def test_garbage_on_a_stream_is_an_error_and_the_server_stays_up(guard, run):
    async def scenario():
        async with guard() as g:
            async with g.channel() as channel:
                call = channel.stream_stream(f"/{wire.EXTERNAL_PROCESSOR}/Process")()
                await call.write(b"\xff\xff 123-45-6789")
                code, details = await code_of(call), await call.details()
            answers, _ = await g.process(request_head(), body(ALLOWED))
            return code, details, answers

    code, details, answers = run(scenario())

    assert code is not grpc.StatusCode.OK
    assert "6789" not in details
    assert kinds(answers) == ["request_headers", "request_body"]


def test_own_headers_are_removed_at_the_head(guard, run):
    answers, _, _ = converse(guard, run, request_head(x_phiguard_reason="NO_PHI"), body(ALLOWED))

    assert list(answers[0].request_headers.response.header_mutation.remove_headers) == [
        "x-phiguard-reason"
    ]
    assert BUFFERED == 2


def observed(request):
    request.observability_mode = True
    return request


def test_a_filter_that_only_looks_on_gets_no_answer_and_its_messages_are_recorded_as_not_enforced(
    guard, run, caplog
):
    """In `observability_mode` Envoy does not wait and ignores answers, so PHI passes."""
    head = request_head(mode=STREAMED, x_patient_ssn="536-22-8790")

    async def scenario():
        async with guard() as g, g.channel() as channel:
            call = processing_call(channel)
            for event in (
                head,
                body(DENIED, end=False),
                body(b"", end=True),
                response_head(mode=STREAMED),
            ):
                await call.write(observed(event))
            await call.done_writing()
            return (
                await code_of(call),
                g.records(),
                g.span("phiguard.inspect").attributes["phiguard.observed"],
            )

    code, records, flagged = run(scenario())
    assert code is grpc.StatusCode.OK
    assert [(r["decision"], r["enforced"], r["observed"], r["reason"]) for r in records] == [
        ("DENY", False, True, "TRUNCATED"),
        ("DENY", False, True, "TRUNCATED"),
    ]
    assert flagged is True
    assert sum("observability_mode on" in r.msg for r in caplog.records) == 1


@pytest.mark.parametrize("first", [True, False])
def test_a_stream_that_changes_its_mode_is_denied(guard, run, first):
    """An observed event is not enforced. It must not answer a message that Envoy holds back."""

    async def scenario():
        async with guard() as g, g.channel() as channel:
            call = processing_call(channel)
            head = request_head(mode=STREAMED if first else BUFFERED)
            await call.write(observed(head) if first else head)
            await call.write(body(DENIED) if first else observed(body(DENIED)))
            await call.done_writing()
            answers = [answer async for answer in call]
            return answers, g.records()

    answers, records = run(scenario())
    assert (records[-1]["reason"], records[-1]["enforced"], records[-1]["observed"]) == (
        "INTERNAL_ERROR",
        True,
        False,
    )
    assert kinds(answers) == (["immediate_response"] if first else ["request_headers"])


def test_every_other_record_says_that_it_was_not_only_observed(guard, run):
    _, _, (record,) = converse(guard, run, request_head(), body(DENIED))
    assert (record["observed"], record["enforced"]) == (False, True)
