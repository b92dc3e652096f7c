import pytest

from mesh.istio import grpc_message, guarded, span_headers
from mesh.istio.installation import Installation

INSTALLATION = Installation("phiguard-system", "phiguard:1")
FILTERS = pytest.mark.parametrize("make", [guarded.inbound_responses, guarded.outbound_requests])


def patch_of(make):
    return make(INSTALLATION)["spec"]["configPatches"][0]


def test_every_request_is_checked_because_an_empty_list_of_rules_never_fires():
    spec = guarded.inbound_requests()["spec"]
    assert spec == {"action": "CUSTOM", "provider": {"name": "phiguard"}, "rules": [{}]}


@FILTERS
def test_a_filter_wraps_selected_workloads_only(make):
    assert make(INSTALLATION)["spec"]["workloadSelector"] == {
        "labels": {"phiguard.dev/guarded": "true"}
    }


def test_responses_are_judged_next_to_the_inbound_router():
    patch = patch_of(guarded.inbound_responses)
    assert patch["match"]["context"] == "SIDECAR_INBOUND"
    assert patch["match"]["listener"]["filterChain"]["filter"]["subFilter"] == {
        "name": "envoy.filters.http.router"
    }
    assert patch["patch"]["operation"] == "INSERT_BEFORE"
    judging = patch["patch"]["value"]["typed_config"]["extension_config"]["typed_config"]
    assert judging["processing_mode"]["response_body_mode"] == "BUFFERED"


def test_outbound_requests_are_judged_before_any_other_filter():
    patch = patch_of(guarded.outbound_requests)
    assert patch["match"]["context"] == "SIDECAR_OUTBOUND"
    assert patch["patch"]["operation"] == "INSERT_FIRST"
    assert (
        patch["patch"]["value"]["typed_config"]["processing_mode"]["request_body_mode"]
        == "BUFFERED"
    )


@pytest.mark.parametrize("make", [guarded.inbound_streams, guarded.outbound_streams])
def test_streams_are_for_workloads_with_their_own_label(make):
    assert make(INSTALLATION)["spec"]["workloadSelector"] == {
        "labels": {"phiguard.dev/guarded": "streaming"}
    }


@pytest.mark.parametrize(
    ("make", "context"),
    [
        (guarded.inbound_responses, "SIDECAR_INBOUND"),
        (guarded.inbound_streams, "SIDECAR_INBOUND"),
        (guarded.outbound_streams, "SIDECAR_OUTBOUND"),
    ],
)
def test_an_answer_loses_its_grpc_message_before_the_guard_reads_it(make, context):
    judge, aside, *_ = make(INSTALLATION)["spec"]["configPatches"]
    assert judge["match"]["context"] == aside["match"]["context"] == context
    # each is put directly before the router, so the later one is nearer to it
    router = aside["match"]["listener"]["filterChain"]["filter"]["subFilter"]
    assert router == {"name": "envoy.filters.http.router"}
    assert aside["patch"] == {"operation": "INSERT_BEFORE", "value": grpc_message.put_aside()}


@pytest.mark.parametrize(
    ("make", "context", "headers"),
    [
        (guarded.inbound_responses, "SIDECAR_INBOUND", span_headers.INBOUND),
        (guarded.inbound_streams, "SIDECAR_INBOUND", span_headers.INBOUND),
        (guarded.outbound_requests, "SIDECAR_OUTBOUND", span_headers.OUTBOUND),
        (guarded.outbound_streams, "SIDECAR_OUTBOUND", span_headers.OUTBOUND),
    ],
)
def test_no_header_of_a_request_reaches_the_span_of_a_sidecar(make, context, headers):
    merged = make(INSTALLATION)["spec"]["configPatches"][-1]
    assert (merged["applyTo"], merged["patch"]["operation"]) == ("NETWORK_FILTER", "MERGE")
    assert merged["match"]["context"] == context
    assert merged["patch"]["value"] == span_headers.manager(headers)


def test_ext_authz_goes_in_the_object_that_brings_its_replacement():
    judge, _, remove, *_ = guarded.inbound_streams(INSTALLATION)["spec"]["configPatches"]
    assert judge["patch"]["operation"] == "INSERT_BEFORE"
    assert remove["patch"] == {"operation": "REMOVE"}
    assert [each["match"]["context"] for each in (judge, remove)] == ["SIDECAR_INBOUND"] * 2
    removed = remove["match"]["listener"]["filterChain"]["filter"]["subFilter"]
    assert removed == {"name": "envoy.filters.http.ext_authz"}


def test_no_object_names_its_namespace():
    made = (
        guarded.inbound_streams(INSTALLATION),
        guarded.outbound_streams(INSTALLATION),
        guarded.inbound_requests(),
        guarded.inbound_responses(INSTALLATION),
        guarded.outbound_requests(INSTALLATION),
    )
    assert all("namespace" not in manifest["metadata"] for manifest in made)


def test_a_gateway_is_judged_behind_its_own_authorization_in_both_directions():
    found = guarded.gateway(INSTALLATION, "istio", "egressgateway")
    assert found["metadata"]["name"] == "phiguard-gateway-egressgateway"
    assert found["spec"]["workloadSelector"] == {"labels": {"istio": "egressgateway"}}
    patches = found["spec"]["configPatches"]
    assert {each["match"]["context"] for each in patches} == {"GATEWAY"}
    judge = patches[0]
    assert judge["patch"]["operation"] == "INSERT_BEFORE"
    manager = judge["match"]["listener"]["filterChain"]["filter"]
    assert manager["subFilter"] == {"name": "envoy.filters.http.router"}
    mode = judge["patch"]["value"]["typed_config"]["processing_mode"]
    assert {mode[f"{half}_body_mode"] for half in ("request", "response")} == {
        "FULL_DUPLEX_STREAMED"
    }
