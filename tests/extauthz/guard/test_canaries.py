"""Canaries at a real guard: refused in every mode, recorded as such, and no part of the traffic."""

import asyncio
import time

import pytest
from canary_samples import CELL, KEYS, OLD
from full_duplex import FULL_DUPLEX, GRPC, converse
from hypothesis import given
from hypothesis import strategies as st
from running_guard import (
    ALLOWED,
    BILLING,
    DENIED,
    EHR,
    INBOUND,
    OUTBOUND,
    POLICY,
    REDACTED,
    Guard,
    check_request,
    kinds,
    processing_request,
    reasons,
    request_head,
    response_head,
)

from extauthz.guard.inspection import Call
from extauthz.guard.worker import utc_day
from extauthz.records.allow_list import SpanName
from extauthz.records.edges.observation_store import ObservationStore, read
from extauthz.records.ledger.keeper import LedgerError
from extauthz.settings import Limits
from mesh.exchange.events import Body, Head
from mesh.message.facts import Facts, Operation, Vantage
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Reason
from mesh.posture.canary.nonce import HEADER, PATH, Keys, Nonce, Purpose, sign
from mesh.posture.canary.proof import State, verify
from mesh.posture.canary.record import record_of, values_of

PROBE = "cluster.local/ns/phiguard-canary/sa/phiguard-canary"
OPEN = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: open}}
spec:
  mode: {mode}
  defaultAction: ALLOW
  rules:
  - name: everything
    from: [{{principals: ["*"]}}]
    to: [{{principals: ["*"]}}]
    phi: {{request: {{allow: ["*"]}}, response: {{{response}}}}}
"""
ALL, MASKED = 'allow: ["*"]', 'redact: ["*"], otherwise: DENY'
POLICIES = {
    "enforce, denies": POLICY,
    "enforce, allows": OPEN.format(mode="enforce", response=ALL),
    "monitor, denies": POLICY.replace("mode: enforce", "mode: monitor"),
    "monitor, allows": OPEN.format(mode="monitor", response=ALL),
    "discover": OPEN.format(mode="discover", response=ALL),
}


def canary(purpose=Purpose.REQUEST, keys=KEYS, *, age=0):
    at = int(time.time()) - age
    return sign(Nonce(purpose, PROBE, BILLING, 8080, CELL, at, "abcdefghijklmnop" * 2), keys)


def asked(signed, body=None, *, source=PROBE, headers=(), path=PATH):
    body = record_of(signed.text) if body is None else body
    named = {HEADER: signed.text, **dict(headers)}
    return check_request(body, source=source, headers=named, path=path)


def checked(guard, run, *requests, **options):
    """The answers to checks, and the records of their decisions."""

    async def scenario():
        async with guard(**({"canary_keys": KEYS} | options)) as g:
            return [await g.check(each) for each in requests], g.records()

    return run(scenario())


def streamed(guard, run, *events, **options):
    """The answers on a stream, and the records of their decisions."""

    async def scenario():
        async with guard(**({"canary_keys": KEYS} | options)) as g:
            answers, _ = await g.process(*events)
            return answers, g.records()

    return run(scenario())


def told(headers):
    return {h.header.key: h.header.value or h.header.raw_value.decode() for h in headers}


def seen(answer, signed):
    headers = told(answer.denied_response.headers)
    return verify(signed, KEYS, headers["x-phiguard-decision"], headers.get(HEADER, ""))


@pytest.mark.parametrize("name", POLICIES)
def test_a_canary_is_refused_with_its_decision_in_every_mode(guard, run, name):
    signed = canary()
    (answer,), (record,) = checked(guard, run, asked(signed), policy=POLICIES[name])
    headers, proof = told(answer.denied_response.headers), seen(answer, signed)

    assert (answer.status.code, answer.denied_response.status.code) == (7, 403)
    assert headers["x-phiguard-reason"] == "CANARY"
    assert headers["x-phiguard-decision"] == record["id"]
    assert (record["decision"], record["enforced"], record["reason"]) == ("DENY", True, "CANARY")
    assert (record["verdict"], record["coverage"]) == ("phi", "COMPLETE")
    assert (proof.state, proof.gate, proof.mtls) == (State.EXACT, Vantage.INBOUND, True)
    assert proof.is_found


def inbound(**more):
    names = {"connection.uri_san_peer_certificate": f"spiffe://{PROBE}", "request.path": PATH}
    return INBOUND | names | more


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("mode", [2, FULL_DUPLEX])
def test_a_canary_is_refused_on_a_stream_in_each_body_mode(guard, run, name, mode):
    signed = canary()
    own = {HEADER: signed.text, ":path": PATH}
    events = (
        request_head(mode=mode, attributes=inbound(), **own),
        processing_request("request_body", body=record_of(signed.text), end_of_stream=True),
    )
    answers, *_, records = converse(guard, run, *events, policy=POLICIES[name], canary_keys=KEYS)
    immediate = answers[-1].immediate_response

    assert kinds(answers) in (["request_headers", "immediate_response"], ["immediate_response"])
    assert (immediate.status.code, immediate.details) == (403, "phiguard_canary")
    assert verify(
        signed, KEYS, records[0]["id"], told(immediate.headers.set_headers)[HEADER]
    ).is_found
    assert reasons(records) == ["CANARY"]


def test_the_gate_of_the_probe_itself_refuses_it_too_and_says_that_it_is_another_gate(guard, run):
    signed = canary()
    names = {
        "xds.node.metadata['NAMESPACE']": "phiguard-canary",
        "xds.node.metadata['SERVICE_ACCOUNT']": "phiguard-canary",
    }
    own = {HEADER: signed.text, ":path": PATH}
    answers, (record,) = streamed(
        guard,
        run,
        request_head(attributes=OUTBOUND | names, **own),
        processing_request("request_body", body=record_of(signed.text), end_of_stream=True),
        policy=POLICIES["monitor, allows"],
    )
    headers = told(answers[-1].immediate_response.headers.set_headers)

    assert (record["reason"], record["vantage"]) == ("CANARY", "outbound")
    assert verify(signed, KEYS, record["id"], headers[HEADER]).gate is Vantage.OUTBOUND


def test_the_head_of_a_live_stream_with_a_nonce_is_refused_before_anything_leaves(guard, run):
    own = {HEADER: canary().text, ":path": PATH}
    answers, *_, records = converse(
        guard,
        run,
        request_head(mode=FULL_DUPLEX, attributes=inbound(), content_type=GRPC, **own),
        policy=POLICIES["monitor, allows"],
        canary_keys=KEYS,
    )
    assert kinds(answers) == ["immediate_response"]
    assert reasons(records) == ["CANARY_ALTERED"]


def answered(guard, run, signed, body, *, response):
    return streamed(
        guard,
        run,
        response_head(attributes=inbound(), **{HEADER: signed.text}),
        processing_request("response_body", body=body, end_of_stream=True),
        policy=OPEN.format(**response),
    )


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_an_answer_with_a_canary_is_refused(guard, run, mode):
    signed = canary(Purpose.RESPONSE)
    answers, records = answered(
        guard, run, signed, record_of(signed.text), response={"mode": mode, "response": ALL}
    )
    assert answers[-1].immediate_response.status.code == 403
    assert reasons(records) == ["CANARY"]


def test_a_redaction_canary_passes_with_every_value_masked_and_counts_as_a_canary(guard, run):
    signed = canary(Purpose.REDACTION)
    answers, (record,) = answered(
        guard,
        run,
        signed,
        record_of(signed.text),
        response={"mode": "enforce", "response": MASKED},
    )
    body = answers[-1].response_body.response.body_mutation.body

    assert (record["decision"], record["reason"], record["enforced"]) == ("REDACT", "CANARY", True)
    assert b"phiguard canary" in body
    assert not [value for value in values_of(signed.text) if value in body]


@pytest.mark.parametrize(
    ("mode", "response"),
    [("enforce", ALL), ("monitor", MASKED), ("enforce", "otherwise: ALERT"), ("discover", MASKED)],
)
def test_a_redaction_canary_that_is_not_masked_is_refused(guard, run, mode, response):
    signed = canary(Purpose.REDACTION)
    answers, records = answered(
        guard,
        run,
        signed,
        record_of(signed.text),
        response={"mode": mode, "response": response},
    )
    assert answers[-1].immediate_response.status.code == 403
    assert reasons(records) == ["CANARY"]


def test_a_redaction_nonce_with_another_body_is_refused_even_where_it_would_be_masked(guard, run):
    signed = canary(Purpose.REDACTION)
    answers, records = answered(
        guard, run, signed, REDACTED, response={"mode": "enforce", "response": MASKED}
    )
    assert kinds(answers)[-1] == "immediate_response"
    assert reasons(records) == ["CANARY_ALTERED"]


def test_a_replayed_canary_is_refused_again(guard, run):
    signed = canary()
    answers, records = checked(guard, run, *[asked(signed)] * 3, policy=POLICIES["monitor, allows"])
    assert [answer.status.code for answer in answers] == [7, 7, 7]
    assert reasons(records) == ["CANARY"] * 3


CAPTURED = {
    "enforce, denies": ["MINIMUM_NECESSARY", "CANARY_ALTERED"],
    "monitor, denies": ["MINIMUM_NECESSARY", "CANARY_ALTERED"],
    "monitor, allows": ["CANARY_ALTERED", "CANARY_ALTERED"],
}


@pytest.mark.parametrize("name", CAPTURED)
def test_a_captured_nonce_hides_no_message_and_lets_none_pass(guard, run, name):
    signed = canary()
    answers, records = checked(
        guard,
        run,
        asked(signed, DENIED, source=EHR),
        asked(signed, ALLOWED, source=EHR),
        policy=POLICIES[name],
    )
    assert [answer.status.code for answer in answers] == [7, 7]
    assert (reasons(records), {r["enforced"] for r in records}) == (CAPTURED[name], {True})


def test_a_captured_canary_from_another_workload_counts_as_its_denied_message(guard, run):
    signed = canary()
    (answer,), records = checked(guard, run, asked(signed, source=EHR))
    assert reasons(records) == ["MINIMUM_NECESSARY"]
    assert seen(answer, signed).state is State.ELSEWHERE


def test_a_value_beside_the_record_is_no_canary(guard, run):
    signed = canary()
    hidden = [("x-patient", "Ana Ruiz, SSN 536-22-8790")]
    (answer,), records = checked(
        guard, run, asked(signed, headers=hidden), policy=POLICIES["enforce, allows"]
    )
    assert (answer.status.code, reasons(records)) == (7, ["CANARY_ALTERED"])


OTHERS = {
    "forged": lambda: canary().text[:-1] + "q",
    "too old": lambda: canary(age=400).text,
    "of another key": lambda: canary(keys=Keys(OLD)).text,
    "a word": lambda: "yes",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_nonce_changes_nothing_and_goes_no_further(guard, run, name):
    text = OTHERS[name]()
    with_it, without = (
        [check_request(body, headers=headers) for body in (ALLOWED, DENIED)]
        for headers in ({HEADER: text}, {})
    )
    answers, records = checked(guard, run, *with_it, *without)

    assert [answer.status.code for answer in answers] == [0, 7, 0, 7]
    assert reasons(records)[:2] == reasons(records)[2:]
    assert list(answers[0].ok_response.headers_to_remove) == [HEADER]
    assert HEADER not in told(answers[1].denied_response.headers)


def test_a_guard_without_a_key_knows_no_canary(guard, run):
    (answer,), records = checked(
        guard, run, asked(canary()), policy=POLICIES["enforce, allows"], canary_keys=None
    )
    assert (answer.status.code, reasons(records)) == (0, ["ALLOWED_BY_RULE"])


def test_the_older_key_counts_while_it_is_replaced(guard, run):
    signed = canary(keys=Keys(OLD))
    newer = Keys(b"n" * 32, OLD)
    (answer,), records = checked(guard, run, asked(signed), canary_keys=newer)
    assert (answer.status.code, reasons(records)) == (7, ["CANARY"])


def test_a_canary_that_finds_no_room_is_refused_in_monitor_mode_too(guard, run):
    none = Limits(held_bytes=0)
    (canary_answer, plain), records = checked(
        guard,
        run,
        asked(canary()),
        check_request(DENIED),
        policy=POLICIES["monitor, denies"],
        limits=none,
    )
    assert (canary_answer.status.code, plain.status.code) == (14, 0)
    assert reasons(records) == ["OVERLOADED", "OVERLOADED"]


@pytest.mark.parametrize("step", ["append", "kept"])
def test_a_canary_whose_record_is_not_kept_is_refused_in_monitor_mode_too(
    guard, run, monkeypatch, step
):
    def fails(*_):
        raise LedgerError("no room")

    async def scenario():
        async with guard(canary_keys=KEYS, policy=POLICIES["monitor, allows"]) as g:
            await g.check(check_request())  # the record of the policy is kept
            monkeypatch.setattr(g.worker._ledger, step, fails)
            answers = await g.check(asked(canary())), await g.check(check_request(DENIED))
            monkeypatch.undo()
            return answers

    canary_answer, plain = run(scenario())
    assert (canary_answer.status.code, plain.status.code) == (14, 0)


def test_canaries_are_no_part_of_the_traffic_and_the_message_beside_one_is(tmp_path, engine, run):
    store = ObservationStore(tmp_path / "edges", 0, utc_day)
    g = Guard(tmp_path, engine, edges=store, canary_keys=KEYS, policy=POLICIES["monitor, allows"])

    async def scenario():
        async with g:
            await g.check(asked(canary()))
            await g.check(asked(canary(), DENIED))  # the probe's own, and yet no canary
            await g.check(asked(canary(), DENIED, source=EHR))
            return (await g.check(check_request(ALLOWED))).status.code

    assert run(scenario()) == 0
    counted = read([tmp_path / "edges"]).observations
    assert {each.sighting.source for each in counted} == {EHR}
    assert sum(each.count for each in counted) == 2
    assert reasons(g.records()) == ["CANARY", "CANARY_ALTERED", "CANARY_ALTERED", "ALLOWED_BY_RULE"]


def test_a_nonce_from_the_wire_hides_no_edge_of_who_has_no_certificate(tmp_path, engine, run):
    store = ObservationStore(tmp_path / "edges", 0, utc_day)
    g = Guard(tmp_path, engine, edges=store, canary_keys=KEYS, policy=POLICIES["monitor, allows"])
    named = Nonce(
        Purpose.REQUEST, "", BILLING, 8080, CELL, int(time.time()), "abcdefghijklmnop" * 2
    )
    signed = sign(named, KEYS)

    async def scenario():
        async with g:
            await g.check(asked(signed, source=""))
            await g.check(asked(signed, DENIED, source=""))

    run(scenario())
    assert reasons(g.records()) == ["CANARY", "UNENCRYPTED"]
    assert [each.count for each in read([tmp_path / "edges"]).observations] == [1]


def test_the_refusal_of_a_canary_is_no_traffic_at_the_gate_of_responses(tmp_path, engine, run):
    store = ObservationStore(tmp_path / "edges", 0, utc_day)
    g = Guard(tmp_path, engine, edges=store, canary_keys=KEYS, policy=POLICIES["monitor, allows"])
    body = processing_request("response_body", body=b"{}", end_of_stream=True)

    async def scenario():
        async with g:
            refused = told((await g.check(asked(canary()))).denied_response.headers)
            own = {"attributes": inbound(), ":status": "403"}
            await g.process(response_head(**own, **refused), body)
            phi = processing_request("response_body", body=ALLOWED, end_of_stream=True)
            await g.process(response_head(**own, **refused), phi)  # what nobody refused
            await g.process(response_head(**own), body)

    run(scenario())
    counted = read([tmp_path / "edges"]).observations
    assert sum(each.count for each in counted) == 2
    assert reasons(g.records()) == ["CANARY", "NO_PHI", "ALLOWED_BY_RULE", "NO_PHI"]


def test_what_a_canary_holds_is_not_counted_as_found(guard, run):
    made = guard(canary_keys=KEYS)

    async def scenario():
        async with made as g:
            await g.check(asked(canary()))

    run(scenario())
    assert b'phiguard_reason="CANARY"' in made.pages
    assert b"phiguard_findings_total{" not in made.pages


def test_nothing_of_a_canary_is_recorded_but_words(guard, run):
    signed = canary()
    made = guard(canary_keys=KEYS)

    async def scenario():
        async with made as g:
            await g.check(asked(signed))

    run(scenario())
    kept = b"".join(p.read_bytes() for p in made.folder.rglob("*") if p.is_file())
    told_of = kept + made.metrics_json.encode() + made.pages
    values = (*values_of(signed.text), signed.nonce.random.encode(), b"k" * 32)
    assert not [value for value in values if value in told_of]


@pytest.fixture(scope="module")
def inspections(tmp_path_factory, engine):
    folder = tmp_path_factory.mktemp("guard")
    return Guard(folder, engine, canary_keys=KEYS).worker._inspections


def decided(inspections, body, headers):
    facts = Facts(source=EHR, destination=BILLING, mtls=True, operation=Operation("POST", PATH))

    async def receive():
        inspection = inspections.open(Call(SpanName.AUTHORIZE))
        await inspection.receive(Head(facts, Headers(headers)))
        return (await inspection.receive(Body(body, end=True))).decision

    return asyncio.run(receive())


NONCES = st.sampled_from(Purpose).map(lambda purpose: canary(purpose).text)


@given(
    st.sampled_from([b"", ALLOWED, DENIED, REDACTED]) | st.binary(max_size=40),
    st.lists(st.text(max_size=60) | NONCES | NONCES.map(lambda t: t[:-1]), max_size=3),
)
def test_no_value_of_the_header_loosens_a_decision(inspections, body, values):
    without = decided(inspections, body, ())
    with_it = decided(inspections, body, tuple((HEADER, value) for value in values))

    assert with_it.effect.rank >= without.effect.rank
    if without.action is Action.DENY:
        assert with_it.reason is without.reason is not Reason.CANARY
