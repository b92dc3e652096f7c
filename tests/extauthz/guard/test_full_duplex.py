"""Messages that Envoy gives away in FULL_DUPLEX_STREAMED, over a real gRPC connection."""

import asyncio
import contextlib
import hashlib

import grpc
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_guard import (
    ALLOWED,
    DENIED,
    INBOUND,
    POLICY,
    REDACTED,
    code_of,
    kinds,
    processing_call,
    processing_request,
    reasons,
    request_head,
    response_head,
    trailers,
)

from extauthz.settings import Limits
from mesh.exchange.body_forms import PIECE

FULL_DUPLEX = 4
SSN = b"536-22-8790"
MONITOR = POLICY.replace("mode: enforce", "mode: monitor")
NDJSON, GRPC = "application/x-ndjson", "application/grpc"
NOTHING = {"a": 1}


def head(kind="application/json", **headers):
    return request_head(mode=FULL_DUPLEX, content_type=kind, **headers)


def body(data, end=False, side="request"):
    return processing_request(f"{side}_body", body=data, end_of_stream=end)


def line(value):
    return orjson.dumps(value) + b"\n"


def frame(data):
    return b"\0" + len(data).to_bytes(4) + data


def converse(guard, run, *events, **options):
    """Send all events, then end the stream. Returns answers, status code and records."""

    async def scenario():
        async with guard(**options) as g, g.channel() as channel:
            call = processing_call(channel)
            answers = []
            reading = asyncio.ensure_future(listen(call, answers))
            with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                for event in events:  # the guard may have ended the stream meanwhile
                    await call.write(event)
                await call.done_writing()
            return answers, await reading, g.records()

    return run(scenario())


async def listen(call, answers):
    """Collect the answers, and return the status code."""
    try:
        async for answer in call:
            answers.append(answer)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return await call.code()


def streamed(answer):
    part = getattr(answer, answer.WhichOneof("response"))
    return part.response.body_mutation.streamed_response


def bodies(answers):
    return [streamed(a) for a in answers if (a.WhichOneof("response") or "").endswith("_body")]


def released(answers):
    return b"".join(each.body for each in bodies(answers))


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


def test_a_long_upload_with_phi_at_its_end_is_cut_off_before_it(guard, run):
    lines = line({"note": "a" * 10_000}) * 30
    events = (head(NDJSON), *[body(lines) for _ in range(16)], body(line({"x": 1}) + DENIED, True))
    answers, _, records = converse(guard, run, *events)

    assert kinds(answers)[0] == "request_headers"
    assert kinds(answers)[-1] == "immediate_response"
    assert PIECE <= len(released(answers)) < 17 * len(lines)
    assert released(answers) == (lines * 16)[: len(released(answers))]
    assert b"example.net" not in released(answers)
    assert reasons(records)[-1] == "MINIMUM_NECESSARY"
    assert len(records) > 2


def test_one_masked_line_of_a_long_upload_leaves_the_others_as_they_were(guard, run):
    lines = line({"note": "a" * 10_000}) * 110
    events = (head(NDJSON), body(lines), body(REDACTED + b"\n" + lines), body(b"", end=True))
    answers, code, _ = converse(guard, run, *events)
    sent = released(answers)

    assert (code, SSN in sent) == (grpc.StatusCode.OK, False)
    assert sent.startswith(lines)
    assert sent.endswith(lines)
    assert orjson.loads(sent[len(lines) : -len(lines)])["patientName"] == "Ana Ruiz"


def test_a_later_row_is_read_by_the_labels_of_the_first(guard, run):
    row = b"Ana Ruiz,E11.9,%s,\n" % (b"a" * 10_000)
    header = b"patient_name,diagnosis,note,ssn\n"
    last = b"Ana Ruiz,E11.9,b,536228790\n"
    events = (head("text/csv"), body(header + row * 110), body(last, end=True))
    answers, _, _ = converse(guard, run, *events)

    assert released(answers).startswith(header + row * 110)
    assert b"536228790" not in released(answers)
    assert released(answers).count(b"\n") == 112


def test_a_part_of_a_long_form_is_masked_and_its_boundaries_stay(guard, run):
    first = b'--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n' + b"a" * PIECE + b"\r\n"
    last = b"--b\r\ncontent-type: application/json\r\n\r\n" + REDACTED + b"\r\n--b--\r\n"
    events = (head("multipart/form-data; boundary=b"), body(first + last[:9]), body(last[9:], True))
    answers, code, _ = converse(guard, run, *events)
    sent = released(answers)

    assert (code, SSN in sent) == (grpc.StatusCode.OK, False)
    assert sent.startswith(first + b"--b\r\n")
    assert sent.endswith(b"\r\n--b--\r\n")


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


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_the_first_row_need_not_name_the_columns(guard, run):
    rows = b"gauze;A12;%s;\n" % (b"a" * 10_000) * 110
    first = b"sep=;\npatient_name;diagnosis;note;ssn\n" + rows
    events = (head("text/csv"), body(first), body(b"Ana Ruiz;E11.9;b;536228790\n", end=True))
    answers, code, _ = converse(guard, run, *events)

    assert (code, b"536228790" in released(answers)) == (grpc.StatusCode.OK, False)
    assert released(answers).startswith(first + b"Ana Ruiz;E11.9;b;")


def test_a_long_table_without_names_of_columns_is_masked_in_every_piece(guard, run):
    row = b"Ana Ruiz,E11.9,536-22-8790,%s\n" % (b"a" * 10_000)
    events = (head("text/csv"), body(row * 110), body(row, end=True))
    answers, code, records = converse(guard, run, *events)

    assert (code, SSN in released(answers)) == (grpc.StatusCode.OK, False)
    assert released(answers).count(b"\n") == 111
    assert reasons(records) == ["NAMED_BY_ENTRY"] * 2


def test_a_row_whose_values_are_named_by_the_line_before_is_not_judged_alone(guard, run):
    first = response_head(mode=FULL_DUPLEX, content_type=NDJSON)
    rows = (b'["patient_name","diagnosis","email"]\n', b'["Ana Ruiz","E11.9","ana@example.net"]\n')
    events = (first, *[body(row, side="response") for row in rows])
    answers, _, _ = converse(guard, run, *events, body(b"", end=True, side="response"))

    assert kinds(answers) == ["response_headers", "immediate_response"]


def test_bytes_stay_reserved_until_the_proxy_has_taken_them(guard, run):
    async def scenario():
        async with guard(policy=MONITOR) as g, g.channel() as channel:
            call = processing_call(channel)
            await call.write(head("text/csv"))
            for _ in range(7):
                await call.write(body((b"gauze,A12," + b"a" * 1013 + b"\n") * 1024))
            await call.write(body(b"", end=True))
            while len(g.records()) < 2:
                await asyncio.sleep(0)
            unread = g.worker._admission._all.bytes
            await call.done_writing()
            async for _ in call:
                pass
            return unread, g.worker._admission._all.bytes

    unread, read = run(scenario())
    assert unread >= PIECE
    assert read == 0


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
