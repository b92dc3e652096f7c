import pytest
from running_guard import BILLING, BILLING_HOST, EHR
from tcp_connection import INBOUND, OUTBOUND

from extauthz.guard.envoy import network, wire
from extauthz.guard.inspection import Call
from extauthz.guard.tcp_answer import TcpAnswer
from extauthz.records.allow_list import SpanName
from mesh.exchange.tcp_events import Received
from mesh.istio import call_metadata
from mesh.message.facts import Direction, Protocol, Vantage

REQUEST = "envoy.service.network_ext_proc.v3.ProcessingRequest"
RESPONSE = "envoy.service.network_ext_proc.v3.ProcessingResponse"


def facts(metadata, caller=""):
    return network.facts(Call(SpanName.INSPECT, metadata, caller))


def test_the_receivers_proxy_names_both_ends():
    found = facts(INBOUND, BILLING)
    assert (found.vantage, found.protocol) == (Vantage.INBOUND, Protocol.TCP)
    assert (found.source, found.destination, found.mtls) == (EHR, BILLING, True)
    assert (found.operation.port, found.source_address) == (2575, "10.0.0.7")
    assert found.redactable
    assert found.caller == BILLING


def test_the_senders_certificate_says_who_sends_and_the_cluster_to_whom():
    found = facts(OUTBOUND, EHR)
    assert (found.vantage, found.source, found.service) == (Vantage.OUTBOUND, EHR, BILLING_HOST)
    assert (found.destination, found.mtls, found.operation.port) == ("", None, 2575)


def test_on_a_listener_without_tls_nobody_knows_who_sends():
    assert facts(OUTBOUND).source == ""


def test_a_peer_without_a_certificate_is_nobody_and_not_encrypted():
    said = {key: value for key, value in INBOUND.items() if key != call_metadata.PEER}
    found = facts(said, BILLING)
    assert (found.source, found.mtls, found.destination) == ("", False, BILLING)


@pytest.mark.parametrize(
    "change",
    [
        {call_metadata.VANTAGE: "outbound"},
        {call_metadata.VANTAGE: "sideways"},
        {call_metadata.VANTAGE: ""},
        {call_metadata.CLUSTER: f"outbound|2575||{BILLING_HOST}"},
        {call_metadata.CLUSTER: "inbound"},
        {call_metadata.CLUSTER: ""},
        {call_metadata.CLUSTER: "PassthroughCluster"},
    ],
)
def test_words_that_do_not_agree_name_nobody(change):
    found = facts({**INBOUND, **change}, BILLING)
    assert (found.source, found.destination, found.service) == ("", "", "")
    assert found.caller == BILLING


@pytest.mark.parametrize("uri", [f"spiffe://{EHR},spiffe://{BILLING}", "dns:ehr", "spiffe://x"])
def test_a_peer_of_another_form_is_nobody(uri):
    found = facts({**INBOUND, call_metadata.PEER: uri}, BILLING)
    assert (found.source, found.mtls) == ("", False)


@pytest.mark.parametrize("cluster", ["outbound|0||x.y", "outbound|70000||x.y", "outbound|a||x y"])
def test_a_port_or_host_of_another_form_is_unknown(cluster):
    found = facts({**OUTBOUND, call_metadata.CLUSTER: cluster}, EHR)
    assert found.operation.port == 0


@pytest.mark.parametrize(
    ("side", "direction"),
    [("read_data", Direction.REQUEST), ("write_data", Direction.RESPONSE)],
)
def test_bytes_have_a_direction_and_an_end(side, direction):
    request = wire.message(REQUEST)()
    part = getattr(request, side)
    part.data, part.end_of_stream = b"\x0bMSH", True
    given = network.decode(wire.encode(request))
    assert given == Received(direction, b"\x0bMSH", end=True)
    assert "MSH" not in repr(given)


def test_a_request_of_an_unknown_kind_or_of_both_is_none():
    request = wire.message(REQUEST)()
    assert network.decode(wire.encode(request)) is None
    request.read_data.data = request.write_data.data = b"x"
    assert network.decode(wire.encode(request)) is None


def test_an_answer_without_bytes_is_an_answer_all_the_same():
    answer = wire.decoder(RESPONSE)(network.encode(TcpAnswer(Direction.REQUEST)))
    assert answer.HasField("read_data")
    assert answer.data_processing_status == 2
    assert answer.connection_status == 0


def test_an_answer_that_closes_says_so_and_never_turns_the_filter_off():
    answer = wire.decoder(RESPONSE)(network.encode(TcpAnswer(Direction.RESPONSE, closes=True)))
    assert (answer.HasField("write_data"), answer.connection_status) == (True, 1)
    assert not answer.close_stream_to_ext_proc_server
