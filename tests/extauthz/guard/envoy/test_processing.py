import pytest
from running_guard import (
    BILLING,
    BILLING_HOST,
    BUFFERED,
    EHR,
    INBOUND,
    OUTBOUND,
    processing_request,
    request_head,
    response_head,
)

from extauthz.guard.envoy import processing
from extauthz.guard.envoy.processing import Context, Part
from extauthz.records.judgement import Judgement
from mesh.exchange.events import Body, Head, Trailers
from mesh.message.facts import Direction, Facts, Operation, Vantage
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import ScanReport

START = Context("", "cluster.local")


def learned(*requests, start=START):
    context = start
    for request in requests:
        context = processing.learn(context, request)
    return context


def judgement(action, *, body=None, enforced=True):
    decision = Decision(action, Reason.NO_PHI, enforced=enforced)
    return Judgement("id", Facts(), decision, ScanReport(), "policy", "0" * 32, body)


def test_outbound_names_the_sender_and_the_service():
    facts = processing.facts(Direction.REQUEST, learned(request_head()))

    assert facts == Facts(
        vantage=Vantage.OUTBOUND,
        source=EHR,
        service=BILLING_HOST,
        redactable=True,
        operation=Operation("POST", "/claims", "billing"),
    )


def test_inbound_names_both_ends_and_the_request_that_is_answered():
    facts = processing.facts(Direction.RESPONSE, learned(response_head()))

    assert facts == Facts(
        direction=Direction.RESPONSE,
        source=EHR,
        destination=BILLING,
        mtls=True,
        redactable=True,
        operation=Operation("GET", "/claims/1", "billing", 8080),
    )


FORWARDED = "'x-forwarded-for' in request.headers"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("10.1.2.3:4711", "10.1.2.3"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("10.1.2.3", "10.1.2.3"),
        ("@pipe", ""),
    ],
)
def test_the_peers_address_comes_without_its_port(told, address):
    attributes = {**INBOUND, "source.address": told, FORWARDED: False}
    assert (
        processing.facts(
            Direction.RESPONSE, learned(response_head(attributes=attributes))
        ).source_address
        == address
    )


@pytest.mark.parametrize(
    "told", [{FORWARDED: True}, {}, {FORWARDED: "false"}], ids=["came", "not-told", "no-answer"]
)
def test_an_address_that_the_client_may_have_written_is_not_known(told):
    """A sidecar's `source.address` is the last entry of x-forwarded-for, where there is one."""
    attributes = {**INBOUND, "source.address": "10.1.2.3:4711", **told}
    assert (
        processing.facts(
            Direction.RESPONSE, learned(response_head(attributes=attributes))
        ).source_address
        == ""
    )


def test_claims_of_the_first_message_hold_for_the_whole_stream():
    head = response_head()
    jwt = head.metadata_context.filter_metadata["envoy.filters.http.jwt_authn"]
    jwt.update({"payload": {"role": "nurse"}})
    context = learned(head, processing_request("response_body", body=b"x"))
    facts = processing.facts(Direction.RESPONSE, context)
    assert facts.claims == (("role", frozenset({"nurse"})),)
    assert "nurse" not in repr((context, facts))


def test_headers_of_the_first_message_hold_for_the_whole_stream():
    head = response_head()
    head.metadata_context.filter_metadata["phiguard.headers"].update(
        {"x-purpose-of-use": "TREATMENT"}
    )
    context = learned(head, processing_request("response_body", body=b"x"))
    facts = processing.facts(Direction.RESPONSE, context)
    assert facts.headers == (("x-purpose-of-use", frozenset({"TREATMENT"})),)
    assert "TREATMENT" not in repr((context, facts))


def test_the_trust_domain_is_the_operators():
    context = learned(request_head(), start=Context("", "example.org"))

    assert processing.facts(Direction.REQUEST, context).source == "example.org/ns/clinic/sa/ehr"


def test_attributes_of_the_first_message_hold_for_the_whole_stream():
    context = learned(request_head(), request_head(attributes=None, mode=None))

    assert processing.facts(Direction.REQUEST, context).source == EHR
    assert context.buffered == {Direction.REQUEST, Direction.RESPONSE}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {**OUTBOUND, "xds.listener_direction": 0},
        {**OUTBOUND, "xds.listener_direction": "2"},
        {k: v for k, v in INBOUND.items() if k != "xds.listener_direction"},
    ],
)
def test_without_a_known_direction_nobody_is_named(attributes):
    facts = processing.facts(Direction.REQUEST, learned(request_head(attributes=attributes)))

    assert (facts.source, facts.destination, facts.service, facts.mtls) == ("", "", "", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("connection.mtls", False),
        ("connection.mtls", "true"),
        ("connection.uri_san_peer_certificate", ""),
        ("connection.uri_san_peer_certificate", "https://cluster.local/ns/a/sa/b"),
    ],
)
def test_mutual_tls_needs_a_peer_and_the_proxys_word(name, value):
    facts = processing.facts(
        Direction.REQUEST, learned(request_head(attributes={**INBOUND, name: value}))
    )

    assert facts.mtls is False


@pytest.mark.parametrize("host", ["10.0.0.7", "Ana Ruiz", "x..y", "a" * 300, ""])
def test_a_service_that_is_no_host_name_is_unknown(host):
    name = "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']"
    facts = processing.facts(
        Direction.REQUEST, learned(request_head(attributes={**OUTBOUND, name: host}))
    )

    assert facts.service == ""


def test_a_header_names_nobody():
    head = request_head(attributes={}, x_forwarded_client_cert=f"URI=spiffe://{EHR}")

    assert processing.facts(Direction.REQUEST, learned(head)).source == ""


def events(request, context=None):
    return processing.events(request, processing.phase(request), context or learned(request))


def test_a_held_back_head_waits_for_its_body():
    (head,) = events(request_head(content_length="12"))

    assert isinstance(head, Head)
    assert (head.end, head.content_length) == (False, 12)
    assert (":path", "/claims") in head.fields


def test_a_head_that_is_not_held_back_counts_as_cut_off():
    _, body = events(request_head(mode=1))

    assert (body.end, body.truncated) == (True, True)


def test_a_head_that_ends_the_message_needs_no_body():
    assert [e.end for e in events(request_head(mode=1, end=True))] == [True]


def test_a_body_is_whole_only_in_buffered_mode():
    body = processing_request("request_body", body=b"x", end_of_stream=False)

    assert events(body, learned(request_head(mode=BUFFERED))) == (
        Body(b"x", end=True, truncated=False),
    )
    assert events(body, learned(request_head(mode=1))) == (Body(b"x", end=True, truncated=True),)


def test_trailers_keep_their_names_and_values():
    assert events(processing_request("request_trailers", headers={"X-A": "1"})) == (
        Trailers((("x-a", "1"),)),
    )


@pytest.mark.parametrize(
    ("made", "name", "expected"),
    [
        (None, "request_headers", "request_headers"),
        (judgement(Action.ALLOW), "response_body", "response_body"),
        (judgement(Action.ALERT), "request_trailers", "request_trailers"),
        (judgement(Action.DENY), "request_body", "immediate_response"),
        (judgement(Action.DENY, enforced=False), "request_body", "request_body"),
        (judgement(Action.REDACT, body=b"x"), "request_body", "request_body"),
        (judgement(Action.REDACT), "request_body", "immediate_response"),
        (judgement(Action.REDACT, body=b"x"), "request_headers", "immediate_response"),
        (judgement(Action.REDACT, body=b"x"), "request_trailers", "immediate_response"),
    ],
)
def test_an_answer_lets_pass_only_what_the_judgement_lets_pass(made, name, expected):
    request = processing_request(name)
    answer = processing.answer(made, processing.phase(request), request)

    assert answer.WhichOneof("response") == expected
    assert processing.is_final(answer) is (expected == "immediate_response")


def test_an_empty_redaction_is_still_a_replacement():
    request = processing_request("request_body")
    answer = processing.answer(
        judgement(Action.REDACT, body=b""), processing.phase(request), request
    )

    assert answer.request_body.response.body_mutation.WhichOneof("mutation") == "body"


def test_every_part_of_both_directions_has_a_phase():
    names = [f"{d}_{p}" for d in ("request", "response") for p in ("headers", "body", "trailers")]
    phases = [processing.phase(processing_request(name)) for name in names]

    assert [p.name for p in phases] == names
    assert {p.part for p in phases} == set(Part)


def test_no_repr_shows_an_attribute():
    assert "clinic" not in repr(learned(request_head()))
