"""Live streams in FULL_DUPLEX_STREAMED: each message is judged as it comes."""

import asyncio

import grpc
from full_duplex import (
    FULL_DUPLEX,
    GRPC,
    NDJSON,
    SSN,
    bodies,
    body,
    converse,
    frame,
    head,
    released,
)
from running_guard import (
    ALLOWED,
    DENIED,
    POLICY,
    REDACTED,
    code_of,
    kinds,
    processing_call,
    reasons,
    response_head,
)

from extauthz.settings import Limits


def test_a_live_stream_goes_on_message_by_message(guard, run):
    first, second = frame(ALLOWED), frame(b'{"a": 1}')

    async def scenario():
        async with guard() as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head(GRPC))
            told = [await call.read()]
            await call.write(body(first))
            told.append(await call.read())
            await call.write(body(second[:3]))
            await call.write(body(second[3:]))
            told.append(await call.read())
            await call.write(body(b"", end=True))
            told.append(await call.read())
            await call.done_writing()
            return told, await code_of(call), g.records()

    answers, code, records = run(scenario())
    assert kinds(answers) == ["request_headers", "request_body", "request_body", "request_body"]
    assert [each.body for each in bodies(answers)] == [first, second, b""]
    assert [each.end_of_stream for each in bodies(answers)] == [False, False, True]
    assert (code, reasons(records)) == (
        grpc.StatusCode.OK,
        ["NO_PHI", "ALLOWED_BY_RULE", "NO_PHI"],
    )


def test_a_denied_message_of_a_live_stream_ends_it_after_what_was_allowed(guard, run):
    events = (head(GRPC), body(frame(ALLOWED)), body(frame(DENIED)), body(frame(b"{}")))
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers) == ["request_headers", "request_body", "immediate_response"]
    assert released(answers) == frame(ALLOWED)
    assert reasons(records) == ["NO_PHI", "ALLOWED_BY_RULE", "MINIMUM_NECESSARY"]


def test_the_headers_of_a_live_stream_are_judged_before_they_are_released(guard, run):
    answers, _, _ = converse(
        guard, run, head(GRPC, x_email="ana.ruiz@example.net", x_diagnosis="E11.9")
    )

    assert kinds(answers) == ["immediate_response"]


def test_a_message_of_grpc_that_is_cut_off_is_denied(guard, run):
    answers, _, records = converse(guard, run, head(GRPC), body(frame(ALLOWED)[:-1], end=True))

    assert kinds(answers) == ["request_headers", "immediate_response"]
    assert reasons(records) == ["NO_PHI", "TRUNCATED"]


def test_an_idle_live_stream_owes_a_verdict_but_nobody_waits_for_it(guard, run):
    async def scenario():
        limits = Limits(wait_seconds=0.2, scan_seconds=20.0)
        async with guard(limits=limits) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head(GRPC))
            told = [await call.read()]
            await asyncio.sleep(0.6)
            await call.write(body(frame(b"{}")))
            told.append(await call.read())
            await call.done_writing()
            return told, await code_of(call), g.worker._admission._all.exchanges

    answers, code, places = run(scenario())
    assert kinds(answers) == ["request_headers", "request_body"]
    assert (code, places) == (grpc.StatusCode.ABORTED, 0)


def test_what_was_found_in_a_piece_counts_for_the_next(guard, run):
    person = frame(b'{"firstName": "Ana", "lastName": "Ruiz", "email": "ana@example.org"}')
    illness = frame(b'{"diagnosis": "E11.9"}')
    policy = POLICY.replace("allow: [PERSON_NAME, MEDICAL_RECORD_NUMBER]", "allow: []")
    alone, _, _ = converse(guard, run, head(GRPC), body(illness, end=True), policy=policy)
    both, _, records = converse(
        guard, run, head(GRPC), body(person), body(illness, end=True), policy=policy
    )

    assert "immediate_response" not in kinds(alone)
    assert kinds(both)[-1] == "immediate_response"
    assert [r["verdict"] for r in records[2:]] == ["none", "identifiers", "phi"]


def test_a_response_is_judged_the_same_way(guard, run):
    events = (
        response_head(mode=FULL_DUPLEX, content_type="text/event-stream"),
        body(b"data: {}\n\n", side="response"),
        body(b"data: " + REDACTED + b"\n\n", side="response"),
        body(b"data: " + DENIED + b"\n\n", side="response"),
    )
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers) == [
        "response_headers",
        "response_body",
        "response_body",
        "immediate_response",
    ]
    assert SSN not in released(answers)
    assert [r["direction"] for r in records] == ["response"] * 4


def test_a_row_whose_values_are_named_by_the_line_before_is_not_judged_alone(guard, run):
    first = response_head(mode=FULL_DUPLEX, content_type=NDJSON)
    rows = (b'["patient_name","diagnosis","email"]\n', b'["Ana Ruiz","E11.9","ana@example.net"]\n')
    events = (first, *[body(row, side="response") for row in rows])
    answers, _, _ = converse(guard, run, *events, body(b"", end=True, side="response"))

    assert kinds(answers) == ["response_headers", "immediate_response"]


def test_an_empty_part_of_a_live_stream_takes_no_place(guard, run):
    async def scenario():
        async with guard() as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head(GRPC))
            await call.read()
            await call.write(body(frame(b"{}")))
            await call.write(body(b""))
            await call.read()
            taken = None
            while taken != 0:
                taken = g.worker._admission._all.exchanges
                await asyncio.sleep(0.01)
            return taken

    assert run(asyncio.wait_for(scenario(), 20)) == 0
