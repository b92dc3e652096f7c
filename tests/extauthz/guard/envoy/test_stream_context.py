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

from extauthz.guard.envoy import processing, wire
from extauthz.guard.envoy.stream_context import StreamContext
from mesh.message.facts import Direction, Facts, Operation, Vantage

START = StreamContext("", "cluster.local")


def learned(*requests, start=START):
    context = start
    for request in requests:
        context = context.after(processing.decode(wire.encode(request)))
    return context


def test_outbound_names_the_sender_and_the_service():
    facts = learned(request_head()).facts(Direction.REQUEST)

    assert facts == Facts(
        vantage=Vantage.OUTBOUND,
        source=EHR,
        service=BILLING_HOST,
        redactable=True,
        operation=Operation("POST", "/claims", "billing"),
    )


def test_inbound_names_both_ends_and_the_request_that_is_answered():
    facts = learned(response_head()).facts(Direction.RESPONSE)

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
    ("sent", "address"),
    [
        ("10.1.2.3:4711", "10.1.2.3"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("10.1.2.3", "10.1.2.3"),
        ("@pipe", ""),
    ],
)
def test_the_peers_address_comes_without_its_port(sent, address):
    attributes = {**INBOUND, "source.address": sent, FORWARDED: False}
    assert (
        learned(response_head(attributes=attributes)).facts(Direction.RESPONSE).source_address
        == address
    )


@pytest.mark.parametrize(
    "sent", [{FORWARDED: True}, {}, {FORWARDED: "false"}], ids=["came", "not-sent", "no-answer"]
)
def test_an_address_that_the_client_may_have_written_is_not_known(sent):
    """A sidecar takes `source.address` from the last entry of x-forwarded-for, if any."""
    attributes = {**INBOUND, "source.address": "10.1.2.3:4711", **sent}
    assert (
        learned(response_head(attributes=attributes)).facts(Direction.RESPONSE).source_address == ""
    )


def test_claims_of_the_first_message_hold_for_the_whole_stream():
    head = response_head()
    jwt = head.metadata_context.filter_metadata["envoy.filters.http.jwt_authn"]
    jwt.update({"payload": {"role": "nurse"}})
    context = learned(head, processing_request("response_body", body=b"x"))
    facts = context.facts(Direction.RESPONSE)
    assert facts.claims == (("role", frozenset({"nurse"})),)
    assert "nurse" not in repr((context, facts))


def test_headers_of_the_first_message_hold_for_the_whole_stream():
    head = response_head()
    head.metadata_context.filter_metadata["phiguard.headers"].update(
        {"x-purpose-of-use": "TREATMENT"}
    )
    context = learned(head, processing_request("response_body", body=b"x"))
    facts = context.facts(Direction.RESPONSE)
    assert facts.headers == (("x-purpose-of-use", frozenset({"TREATMENT"})),)
    assert "TREATMENT" not in repr((context, facts))


def test_what_a_gateway_vouches_for_holds_for_the_request_and_its_answer():
    head = request_head()
    vouched = head.metadata_context.filter_metadata
    vouched["envoy.filters.http.jwt_authn"].update({"payload": {"role": "nurse"}})
    vouched["phiguard.headers"].update({"x-purpose-of-use": "TREATMENT"})
    context = learned(head, processing_request("response_headers"))
    for direction in Direction:
        facts = context.facts(direction)
        assert facts.vantage is Vantage.OUTBOUND
        assert facts.claims == (("role", frozenset({"nurse"})),)
        assert facts.headers == (("x-purpose-of-use", frozenset({"TREATMENT"})),)


def test_the_trust_domain_is_the_operators():
    context = learned(request_head(), start=StreamContext("", "example.org"))

    assert context.facts(Direction.REQUEST).source == "example.org/ns/clinic/sa/ehr"


def test_attributes_of_the_first_message_hold_for_the_whole_stream():
    context = learned(request_head(), request_head(attributes=None, mode=None))

    assert context.facts(Direction.REQUEST).source == EHR
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
    facts = learned(request_head(attributes=attributes)).facts(Direction.REQUEST)

    assert (facts.source, facts.destination, facts.service, facts.mtls) == ("", "", "", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("connection.mtls", False),
        ("connection.uri_san_peer_certificate", ""),
        ("connection.uri_san_peer_certificate", "https://cluster.local/ns/a/sa/b"),
    ],
)
def test_mutual_tls_needs_a_peer_and_the_proxys_word(name, value):
    facts = learned(request_head(attributes={**INBOUND, name: value})).facts(Direction.REQUEST)

    assert facts.mtls is False


@pytest.mark.parametrize("value", ["true", 1])
def test_where_the_proxy_does_not_say_whether_tls_is_mutual_it_is_unknown(value):
    said = {**INBOUND, "connection.mtls": value}
    for attributes in (said, {k: v for k, v in said.items() if k != "connection.mtls"}, OUTBOUND):
        assert learned(request_head(attributes=attributes)).facts(Direction.REQUEST).mtls is None


@pytest.mark.parametrize("host", ["10.0.0.7", "Ana Ruiz", "x..y", "a" * 300, ""])
def test_a_service_that_is_no_host_name_is_unknown(host):
    name = "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']"
    facts = learned(request_head(attributes={**OUTBOUND, name: host})).facts(Direction.REQUEST)

    assert facts.service == ""


def test_a_header_names_nobody():
    head = request_head(attributes={}, x_forwarded_client_cert=f"URI=spiffe://{EHR}")

    assert learned(head).facts(Direction.REQUEST).source == ""


def test_a_body_is_held_back_only_in_the_mode_buffered():
    both = {Direction.REQUEST, Direction.RESPONSE}
    assert learned(request_head(mode=BUFFERED)).buffered == both
    assert learned(request_head(mode=1)).buffered == set()
    assert learned(request_head(mode=None)).buffered == set()


def test_nothing_is_held_back_where_the_proxy_only_lets_us_look_on():
    head = request_head(mode=BUFFERED)
    head.observability_mode = True
    assert learned(head).buffered == set()
    streamed = request_head(mode=4)
    assert learned(streamed).full_duplex == set(Direction)
    streamed.observability_mode = True
    assert learned(streamed).full_duplex == set()


def test_no_repr_shows_an_attribute():
    assert "clinic" not in repr(learned(request_head()))
