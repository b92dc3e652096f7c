import warnings
from datetime import timedelta

import pytest

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.extensions.filters.network.ext_proc.v3 import (
        NetworkExternalProcessor,
        ProcessingModeDataSendMode,
    )

from mesh.istio import call_metadata, network_ext_proc
from mesh.istio.installation import Installation

INSTALLATION = Installation("phiguard-system", "phiguard:1")
BOTH = pytest.mark.parametrize("make", [network_ext_proc.inbound, network_ext_proc.outbound])


def parse(make):
    """The configuration as Envoy parses it: an unknown field is an error."""
    config = dict(make(INSTALLATION)["typed_config"])
    assert config.pop("@type") == network_ext_proc.TYPE_URL
    return NetworkExternalProcessor.from_dict(config)


def said(make):
    return {each.key: each.value for each in parse(make).grpc_service.initial_metadata}


@BOTH
def test_both_ways_are_judged_and_nothing_passes_when_the_guard_fails(make):
    config = parse(make)
    streamed = ProcessingModeDataSendMode.STREAMED
    assert config.processing_mode.process_read == streamed
    assert config.processing_mode.process_write == streamed
    assert config.failure_mode_allow is False
    assert config.message_timeout == timedelta(seconds=20)


@BOTH
def test_it_asks_the_guard_by_the_name_that_istiod_gives_its_cluster(make):
    service = parse(make).grpc_service.envoy_grpc
    assert service.cluster_name == INSTALLATION.cluster
    assert service.authority == INSTALLATION.host


@BOTH
def test_the_vantage_is_a_fixed_text_and_all_else_is_what_envoy_says(make):
    texts = said(make)
    assert texts.pop(call_metadata.VANTAGE) == make.__name__
    assert all(text.startswith("%") and text.endswith("%") for text in texts.values())


def test_the_sender_claims_no_identity_because_its_certificate_has_it():
    assert set(said(network_ext_proc.outbound)) == {call_metadata.VANTAGE, call_metadata.CLUSTER}


def test_nothing_asks_for_a_header_or_a_name_that_a_client_chooses():
    texts = {*said(network_ext_proc.inbound).values(), *said(network_ext_proc.outbound).values()}
    assert not [text for text in texts if "REQ(" in text or "SERVER_NAME" in text]
