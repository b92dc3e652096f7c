"""Messages that Envoy gives away in FULL_DUPLEX_STREAMED, over a real gRPC connection."""

import asyncio
import hashlib

import grpc
import pytest
from full_duplex import (
    FULL_DUPLEX,
    GRPC,
    MONITOR,
    NDJSON,
    SSN,
    bodies,
    body,
    converse,
    frame,
    head,
    released,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_guard import (
    ALLOWED,
    DENIED,
    INBOUND,
    REDACTED,
    code_of,
    kinds,
    processing_call,
    reasons,
    response_head,
    trailers,
)

from extauthz.settings import Limits


def test_a_whole_message_is_released_at_its_end_with_one_record(guard, run):
    events = (head(), body(ALLOWED[:9]), body(ALLOWED[9:]), body(b"", end=True))
    answers, code, records = converse(guard, run, *events)

    assert kinds(answers) == ["request_headers", "request_body"]
    assert (released(answers), bodies(answers)[-1].end_of_stream) == (ALLOWED, True)
    assert (code, reasons(records)) == (grpc.StatusCode.OK, ["ALLOWED_BY_RULE"])
    assert answers[0].dynamic_metadata["phiguard"]["action"] == "ALLOW"


def test_nothing_is_released_before_the_end_and_a_cut_stream_is_aborted(guard, run):
    answers, code, records = converse(guard, run, head(), body(ALLOWED))

    assert (answers, code, records) == ([], grpc.StatusCode.ABORTED, [])


def test_a_denied_message_is_answered_before_anything_was_released(guard, run):
    events = (head(), body(DENIED[:30]), body(DENIED[30:], end=True))
    answers, code, records = converse(guard, run, *events)

    assert kinds(answers) == ["immediate_response"]
    assert (code, reasons(records)) == (grpc.StatusCode.OK, ["MINIMUM_NECESSARY"])


def test_headers_alone_are_judged_at_once(guard, run):
    answers, code, records = converse(guard, run, head(end=True))

    assert (kinds(answers), code) == (["request_headers"], grpc.StatusCode.OK)
    assert reasons(records) == ["NO_PHI"]


def test_an_upgrade_is_judged_by_its_headers_since_nothing_else_could_be_read(guard, run):
    answers, _, records = converse(guard, run, head(upgrade="websocket"))

    assert kinds(answers) == ["immediate_response"]
    assert reasons(records) == ["PROTOCOL_NOT_ALLOWED"]


def test_a_redacted_message_is_masked_with_its_digests(guard, run):
    events = (head(x_sum=hashlib.sha256(REDACTED).hexdigest()), body(REDACTED, end=True))
    answers, _, records = converse(guard, run, *events)
    mutation = answers[0].request_headers.response.header_mutation
    fields = {h.header.key: h.header.raw_value for h in mutation.set_headers}

    assert SSN not in released(answers)
    assert b"Ana Ruiz" in released(answers)
    assert fields["x-sum"] == hashlib.sha256(released(answers)).hexdigest().encode()
    assert not answers[0].request_headers.response.HasField("body_mutation")
    assert reasons(records) == ["REDACTED_BY_RULE"]


def test_headers_that_only_the_guard_may_set_are_removed(guard, run):
    events = (head(x_phiguard_reason="NO_PHI"), body(b"{}", end=True))
    answers, _, _ = converse(guard, run, *events)

    mutation = answers[0].request_headers.response.header_mutation
    assert "x-phiguard-reason" in mutation.remove_headers


def test_trailers_are_judged_with_the_body_before_them(guard, run):
    answers, _, records = converse(guard, run, head(), body(ALLOWED), trailers(x_a="1"))
    assert kinds(answers) == ["request_headers", "request_body", "request_trailers"]
    assert (released(answers), bodies(answers)[-1].end_of_stream) == (ALLOWED, False)
    assert reasons(records) == ["ALLOWED_BY_RULE"]

    denied, _, _ = converse(
        guard, run, head(), body(ALLOWED), trailers(x_email="ana.ruiz@example.net")
    )
    assert kinds(denied) == ["immediate_response"]


def test_a_digest_in_a_trailer_is_made_anew(guard, run):
    events = (head(), body(REDACTED), trailers(x_sum=hashlib.sha256(REDACTED).hexdigest()))
    answers, _, _ = converse(guard, run, *events)

    renewed = answers[-1].request_trailers.header_mutation.set_headers[0].header
    assert renewed.raw_value == hashlib.sha256(released(answers)).hexdigest().encode()


@pytest.mark.parametrize("length", ["9", "100000"])
def test_a_length_that_is_not_true_counts_as_cut_off(guard, run, length):
    answers, _, records = converse(guard, run, head(content_length=length), body(b"{}", end=True))

    assert kinds(answers) == ["immediate_response"]
    assert reasons(records) == ["TRUNCATED"]


@pytest.mark.parametrize("kind", ["application/json", NDJSON])
def test_a_body_beyond_the_limit_that_cannot_be_cut_is_judged_there(guard, run, kind):
    limits = Limits(body_bytes=1000, scan_seconds=20.0)
    events = (head(kind), body(b'{"a": "'), *[body(b"a" * 300) for _ in range(4)])
    answers, _, records = converse(guard, run, *events, limits=limits)

    assert kinds(answers) == ["immediate_response"]
    assert [(r["reason"], r["gap"]) for r in records] == [("TRUNCATED", "OVER_LIMIT")]


def test_where_nothing_is_enforced_the_rest_of_a_long_body_passes_as_it_comes(guard, run):
    limits = Limits(body_bytes=1000, scan_seconds=20.0)
    chunks = [bytes([65 + n]) * 400 for n in range(6)]
    events = (head(), *map(body, chunks), body(b"", end=True))
    answers, code, records = converse(guard, run, *events, limits=limits, policy=MONITOR)

    assert (released(answers), code) == (b"".join(chunks), grpc.StatusCode.OK)
    assert reasons(records) == ["TRUNCATED"]


@pytest.mark.parametrize("kind", [GRPC, "application/json"])
def test_a_part_of_a_message_that_is_held_for_too_long_is_out_of_time(guard, run, kind):
    async def scenario():
        limits = Limits(wait_seconds=0.2, scan_seconds=20.0)
        async with guard(limits=limits) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head(kind))
            await call.write(body(frame(ALLOWED)[:-1]))
            if kind == GRPC:
                await call.read()
            return await code_of(call), g.records()

    code, records = run(scenario())
    assert (code, reasons(records)[-1]) == (grpc.StatusCode.DEADLINE_EXCEEDED, "OUT_OF_TIME")


def test_where_nothing_is_enforced_a_slow_message_is_released_and_goes_on(guard, run):
    async def scenario():
        limits = Limits(wait_seconds=0.2, scan_seconds=20.0)
        async with guard(limits=limits, policy=MONITOR) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head())
            await call.write(body(DENIED[:9]))
            told = [await call.read(), await call.read()]
            await call.write(body(DENIED[9:], end=True))
            told.append(await call.read())
            await call.done_writing()
            return told, await code_of(call), g.records()

    answers, code, records = run(scenario())
    assert (released(answers), code) == (DENIED, grpc.StatusCode.OK)
    assert reasons(records) == ["OUT_OF_TIME"]


@pytest.mark.parametrize(
    "events",
    [
        (body(b"{}", end=True),),
        (trailers(),),
        (head(), head()),
        (head(end=True), body(b"x", end=True)),
        (head(), body(b"{}", end=True), trailers(x_a="1")),
    ],
    ids=["no headers", "trailers alone", "headers twice", "after the end", "trailers too late"],
)
def test_events_that_cannot_be_are_denied(guard, run, events):
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers)[-1] == "immediate_response"
    assert reasons(records)[-1] == "INTERNAL_ERROR"


def test_an_empty_end_that_comes_twice_changes_nothing(guard, run):
    events = (head(), body(b"{}", end=True), body(b"", end=True))
    answers, code, _ = converse(guard, run, *events)

    assert (kinds(answers), code) == (["request_headers", "request_body"], grpc.StatusCode.OK)


def test_more_than_fits_is_refused(guard, run):
    limits = Limits(held_bytes=3000, scan_seconds=20.0)
    events = (head(content_length="2"), *[body(b"a" * 1000) for _ in range(4)])
    answers, _, records = converse(guard, run, *events, limits=limits)

    assert kinds(answers) == ["immediate_response"]
    assert reasons(records) == ["OVERLOADED"]


def test_a_draining_guard_refuses_a_new_message(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            g.worker._admission.drain()
            call = processing_call(channel)
            await call.write(head())
            return await call.read(), g.records()

    answer, records = run(scenario())
    assert answer.WhichOneof("response") == "immediate_response"
    assert reasons(records) == ["DRAINING"]


DOCUMENTS = (ALLOWED, DENIED, REDACTED, b'{"a": 1}')


@settings(
    max_examples=settings.default.max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    documents=st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=4),
    cuts=st.lists(st.floats(0, 1), max_size=6),
    kind=st.sampled_from([NDJSON, GRPC, "application/json"]),
)
def test_whatever_the_chunks_nothing_leaves_that_the_policy_does_not_let_pass(
    guard, run, documents, cuts, kind
):
    packed = [frame(d) if kind == GRPC else d + b"\n" for d in documents]
    whole = b"".join(packed)
    at = sorted({int(c * len(whole)) for c in cuts})
    chunks = [whole[a:b] for a, b in zip([0, *at], [*at, len(whole)], strict=True)]
    answers, _, _ = converse(guard, run, head(kind), *map(body, chunks), body(b"", end=True))
    sent = released(answers)

    assert SSN not in sent
    assert b"example.net" not in sent
    assert ("immediate_response" in kinds(answers)) == (DENIED in documents)
    if DENIED not in documents and REDACTED not in documents:
        assert sent == whole


def test_the_answer_to_head_has_a_length_and_no_body(guard, run):
    attributes = {**INBOUND, "request.method": "HEAD"}
    first = response_head(mode=FULL_DUPLEX, attributes=attributes, content_length="100")
    events = (first, body(b"", end=True, side="response"))
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers) == ["response_headers", "response_body"]
    assert reasons(records) == ["NO_PHI"]


def test_where_nothing_is_enforced_neither_half_waits_for_the_other(guard, run):
    async def scenario():
        limits = Limits(wait_seconds=0.2, scan_seconds=20.0)
        async with guard(limits=limits, policy=MONITOR) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head())
            await call.write(body(b"{"))
            await call.write(response_head(mode=FULL_DUPLEX))
            await call.write(body(b"[", side="response"))
            return [await asyncio.wait_for(call.read(), 10) for _ in range(4)]

    assert kinds(run(scenario())) == [
        "request_headers",
        "request_body",
        "response_headers",
        "response_body",
    ]
