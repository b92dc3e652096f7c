import warnings
from datetime import timedelta

import pytest

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import (
        ExternalProcessor,
        ProcessingMode,
    )
    from envoy_data_plane.envoy.type.v3 import StatusCode

from mesh.istio import ext_proc
from mesh.istio.installation import Installation

INSTALLATION = Installation("phiguard-system", "phiguard:1")
STREAMS = (ext_proc.outbound_streams, ext_proc.inbound_streams, ext_proc.gateway_streams)
ALL = pytest.mark.parametrize(
    "make", [ext_proc.outbound_requests, ext_proc.inbound_responses, *STREAMS]
)


def parse(make):
    """The configuration as Envoy parses it: an unknown field is an error."""
    config = dict(make(INSTALLATION)["typed_config"])
    assert (
        config.pop("@type")
        == "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"
    )
    return ExternalProcessor.from_dict(config)


def test_an_unknown_field_would_not_parse():
    with pytest.raises(KeyError, match="bogus"):
        ExternalProcessor.from_dict({"bogus": 1})


@ALL
def test_a_guard_that_fails_stops_the_message(make):
    config = parse(make)
    assert not config.failure_mode_allow
    assert not config.observability_mode
    assert not config.allow_mode_override
    assert not config.disable_immediate_response
    assert config.status_on_error is not None
    assert config.status_on_error.code == StatusCode.ServiceUnavailable
    assert config.message_timeout == timedelta(seconds=20)


@ALL
def test_the_guard_is_called_through_the_cluster_that_istiod_makes(make):
    service = parse(make).grpc_service
    assert service is not None
    assert service.envoy_grpc is not None
    assert (
        service.envoy_grpc.cluster_name
        == "outbound|9000||phiguard.phiguard-system.svc.cluster.local"
    )
    assert service.timeout is None


def test_a_request_is_held_at_its_sender_until_body_and_trailers_are_judged():
    # the filter that istiod 1.30 wrote into a sender's listener, with the guard's name and explicit
    # body modes
    assert parse(ext_proc.outbound_requests).processing_mode == ProcessingMode.from_dict(
        {
            "request_header_mode": "SEND",
            "request_body_mode": "BUFFERED",
            "request_trailer_mode": "SEND",
            "response_header_mode": "SKIP",
            "response_trailer_mode": "SKIP",
        }
    )


def test_a_sender_tells_who_it_is_and_where_the_request_goes():
    config = parse(ext_proc.outbound_requests)
    assert set(config.request_attributes) == {
        "xds.node.metadata['SERVICE_ACCOUNT']",
        "xds.node.metadata['NAMESPACE']",
        "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']",
        "xds.cluster_name",
        "xds.listener_direction",
        "connection.mtls",
    }


def test_a_response_is_held_until_body_and_trailers_are_judged_and_its_request_is_not_read_twice():
    assert parse(ext_proc.inbound_responses).processing_mode == ProcessingMode.from_dict(
        {
            "request_header_mode": "SKIP",
            "request_body_mode": "NONE",
            "request_trailer_mode": "SKIP",
            "response_header_mode": "SEND",
            "response_body_mode": "BUFFERED",
            "response_trailer_mode": "SEND",
        }
    )


@pytest.mark.parametrize("make", STREAMS)
def test_both_halves_of_a_stream_are_judged_because_a_skipped_one_ends_the_other(make):
    halves = {
        f"{half}_{part}_mode": mode
        for half in ("request", "response")
        for part, mode in (
            ("header", "SEND"),
            ("body", "FULL_DUPLEX_STREAMED"),
            ("trailer", "SEND"),
        )
    }
    assert parse(make).processing_mode == ProcessingMode.from_dict(halves)


def test_a_stream_names_the_same_parties_as_the_filters_that_buffer():
    outbound, inbound = parse(ext_proc.outbound_streams), parse(ext_proc.inbound_streams)
    assert outbound.request_attributes == parse(ext_proc.outbound_requests).request_attributes
    assert inbound.request_attributes == parse(ext_proc.inbound_responses).response_attributes
    assert inbound.metadata_options == parse(ext_proc.inbound_responses).metadata_options
    assert outbound.metadata_options is None


def test_identities_come_with_the_response_because_request_attributes_would_not_be_sent():
    config = parse(ext_proc.inbound_responses)
    assert not config.request_attributes
    assert {
        "connection.uri_san_peer_certificate",
        "connection.uri_san_local_certificate",
        "connection.mtls",
        "xds.listener_direction",
    } < set(config.response_attributes)


@ALL
def test_the_whole_node_is_never_asked_for(make):
    config = parse(make)
    assert "xds.node" not in (*config.request_attributes, *config.response_attributes)


def test_only_the_metadata_of_a_receiver_and_of_a_gateway_is_handed_on():
    options = parse(ext_proc.inbound_responses).metadata_options
    assert options is not None
    assert options.forwarding_namespaces is not None
    assert options.forwarding_namespaces.untyped == [
        "envoy.filters.http.jwt_authn",
        "phiguard.headers",
    ]
    assert parse(ext_proc.outbound_requests).metadata_options is None
    gateway = parse(ext_proc.gateway_streams)
    assert gateway.metadata_options == options
    assert gateway.request_attributes == parse(ext_proc.outbound_streams).request_attributes
