import copy

import pytest
import yaml

from mesh.istio import guarded
from mesh.istio.check.filters import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def problems(*objects):
    return [
        str(problem)
        for problem in check(Mesh(read({"f.yaml": yaml.safe_dump_all(objects)}), "phiguard"))
    ]


@pytest.fixture(
    params=["outbound_requests", "inbound_responses", "inbound_streams", "outbound_streams"]
)
def envoy_filter(request):
    return copy.deepcopy(getattr(guarded, request.param)(INSTALLATION))


@pytest.fixture
def outbound():
    return copy.deepcopy(guarded.outbound_requests(INSTALLATION))


@pytest.fixture
def inbound():
    return copy.deepcopy(guarded.inbound_responses(INSTALLATION))


def typed_config(envoy_filter):
    """Of the ext_proc filter; a matcher may wrap it."""
    config = outer_config(envoy_filter)
    return config["extension_config"]["typed_config"] if "extension_config" in config else config


def outer_config(envoy_filter):
    return envoy_filter["spec"]["configPatches"][0]["patch"]["value"]["typed_config"]


def test_what_render_writes_is_clean(envoy_filter):
    assert problems(envoy_filter) == []


@pytest.mark.parametrize(
    "key", ["failure_mode_allow", "failureModeAllow", "observability_mode", "allow_mode_override"]
)
def test_a_flag_that_lets_messages_pass_is_found_in_either_spelling(envoy_filter, key):
    config = typed_config(envoy_filter)
    config.pop("failure_mode_allow")
    config[key] = True
    assert len(problems(envoy_filter)) == 1


def test_a_merge_that_loosens_ext_authz_is_found_without_a_type(outbound):
    patch = outbound["spec"]["configPatches"][0]["patch"]
    patch["operation"] = "MERGE"
    patch["value"] = {
        "name": "envoy.filters.http.ext_authz",
        "typed_config": {"with_request_body": {"allow_partial_message": True}},
    }
    (found,) = problems(outbound)
    assert "allow_partial_message true" in found


@pytest.mark.parametrize("mode", ["STREAMED", "BUFFERED_PARTIAL", "GRPC", 1, 3])
def test_a_body_mode_that_releases_parts_is_found(outbound, mode):
    typed_config(outbound)["processing_mode"]["request_body_mode"] = mode
    (found,) = problems(outbound)
    assert "before it is judged" in found


@pytest.mark.parametrize("make", [guarded.outbound_streams, guarded.inbound_streams])
@pytest.mark.parametrize("half", ["request", "response"])
def test_one_half_as_a_stream_is_found_because_the_other_ends_it(make, half):
    streams = copy.deepcopy(make(INSTALLATION))
    typed_config(streams)["processing_mode"][f"{half}_body_mode"] = "BUFFERED"
    assert any("only one half is FULL_DUPLEX_STREAMED" in found for found in problems(streams))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda judge, remove: judge["match"].update(context="SIDECAR_OUTBOUND"),
        lambda judge, remove: judge.update(patch=remove["patch"]),
        lambda judge, remove: remove["match"].update(context="GATEWAY"),
        lambda judge, remove: remove["match"]["listener"]["filterChain"]["filter"].update(
            subFilter={"name": "phiguard.ext_proc"}
        ),
    ],
    ids=["elsewhere", "nothing instead", "also elsewhere", "of ext_proc"],
)
def test_ext_authz_may_go_only_where_a_stream_takes_its_place(break_it):
    streams = copy.deepcopy(guarded.inbound_streams(INSTALLATION))
    judge, _, remove, *_ = streams["spec"]["configPatches"]
    break_it(judge, remove)
    assert any("removes an ext_authz or ext_proc filter" in found for found in problems(streams))


def test_a_response_body_mode_that_releases_parts_is_found(inbound):
    typed_config(inbound)["processing_mode"]["response_body_mode"] = "STREAMED"
    (found,) = problems(inbound)
    assert "response_body_mode is STREAMED" in found


@pytest.mark.parametrize("mode", ["SKIP", "DEFAULT", None])
def test_trailers_that_are_not_sent_are_found(outbound, mode):
    typed_config(outbound)["processing_mode"]["request_trailer_mode"] = mode
    (found,) = problems(outbound)
    assert "request_trailer_mode is not SEND" in found


def test_response_headers_that_are_skipped_are_found(inbound):
    typed_config(inbound)["processing_mode"]["response_header_mode"] = "SKIP"
    (found,) = problems(inbound)
    assert "response_header_mode is not SEND" in found


def test_a_filter_that_reads_no_body_is_found(outbound):
    typed_config(outbound)["processing_mode"]["request_body_mode"] = "NONE"
    (found,) = problems(outbound)
    assert "sees no body" in found


def test_the_default_of_200_ms_is_found(envoy_filter):
    del typed_config(envoy_filter)["message_timeout"]
    (found,) = problems(envoy_filter)
    assert "200 ms" in found


def test_request_attributes_on_a_filter_that_skips_the_request_are_found(inbound):
    config = typed_config(inbound)
    config["request_attributes"] = config.pop("response_attributes")
    (found,) = problems(inbound)
    assert "learns no identity" in found


def test_a_patch_that_removes_the_check_is_found(outbound):
    patch, *_ = outbound["spec"]["configPatches"]
    patch["match"]["listener"]["filterChain"]["filter"]["subFilter"] = {
        "name": "envoy.filters.http.ext_authz"
    }
    patch["patch"] = {"operation": "REMOVE"}
    (found,) = problems(outbound)
    assert "removes an ext_authz or ext_proc filter" in found


def test_a_route_that_is_exempt_is_found(outbound):
    patch, *_ = outbound["spec"]["configPatches"]
    patch["applyTo"] = "HTTP_ROUTE"
    patch["patch"]["value"] = {
        "typed_per_filter_config": {"envoy.filters.http.ext_authz": {"disabled": True}}
    }
    (found,) = problems(outbound)
    assert "switches ext_authz or ext_proc off" in found


def test_a_filter_of_another_kind_is_ignored(outbound):
    del outbound["spec"]["workloadSelector"]
    outbound["spec"]["configPatches"][0]["patch"]["value"] = {
        "name": "lua",
        "typed_config": {"@type": "x.Lua"},
    }
    assert problems(outbound) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config["xds_matcher"].update(
            on_no_match=config["xds_matcher"]["matcher_list"]["matchers"][0]["on_match"]
        ),
        lambda config: config["xds_matcher"]["matcher_list"]["matchers"].append({}),
        lambda config: config.pop("xds_matcher"),
        lambda config: config.update(matcher={"on_no_match": {}}),
    ],
)
def test_a_matcher_that_could_skip_more_than_envoys_own_answers_is_found(inbound, change):
    change(outer_config(inbound))
    (found,) = problems(inbound)
    assert "a matcher can skip `phiguard.ext_proc`" in found


def test_a_matcher_around_a_filter_of_another_name_is_found(outbound):
    value = outbound["spec"]["configPatches"][0]["patch"]["value"]
    inner = {"name": "inner", "typed_config": value["typed_config"]}
    value["name"] = "mine"
    value["typed_config"] = {
        "@type": "type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher",
        "extension_config": inner,
        "xds_matcher": {},
    }
    (found,) = problems(outbound)
    assert "a matcher can skip `mine`" in found


def test_the_numbers_of_a_matcher_may_be_written_as_text(inbound):
    matchers = outer_config(inbound)["xds_matcher"]["matcher_list"]["matchers"]
    predicate = matchers[0]["predicate"]["single_predicate"]
    expression = predicate["custom_match"]["typed_config"]["expr_match"]["cel_expr_parsed"]["expr"]
    expression["id"] = str(expression["id"])
    assert problems(inbound) == []
