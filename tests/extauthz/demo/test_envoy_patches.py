from pathlib import Path

import pytest
import yaml
from envoy_data_plane.envoy.extensions.filters.http.ext_authz.v3 import ExtAuthz
from envoy_data_plane.envoy.extensions.filters.http.header_to_metadata.v3 import (
    Config as HeaderToMetadata,
)
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import HttpFilter

from extauthz.demo.envoy_filters import check_requests
from extauthz.demo.envoy_patches import patched
from extauthz.demo.topology import BILLING
from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.metadata import HEADERS, NAMESPACES

ROOT = Path(__file__).parents[3]
DOCUMENT = yaml.safe_load((ROOT / "docs" / "verified-metadata.yaml").read_text())
PATCHES = DOCUMENT["spec"]["configPatches"]


def config(found: HttpFilter, message):
    return message.parse(found.typed_config.value)


def test_the_documented_filter_is_as_envoys_schema_has_it_and_hands_on_what_the_guard_reads():
    found = patched(check_requests(BILLING), PATCHES)
    assert [each.name for each in found] == [
        "phiguard.header_to_metadata",
        "phiguard.jwt_authn",
        "envoy.filters.http.rbac",
        "envoy.filters.http.ext_authz",
    ]
    authz = config(found[-1], ExtAuthz)
    assert tuple(authz.metadata_context_namespaces) == NAMESPACES
    assert (
        authz.with_request_body == config(check_requests(BILLING)[-1], ExtAuthz).with_request_body
    )
    (rule,) = config(found[0], HeaderToMetadata).request_rules
    assert (rule.on_header_present.metadata_namespace, rule.on_header_present.key) == (
        HEADERS,
        rule.header,
    )
    assert DOCUMENT["spec"]["workloadSelector"]["labels"] == {GUARDED_LABEL: "true"}


@pytest.mark.parametrize(
    "change", [{"operation": "REPLACE"}, {"value": {"name": "x", "typed_config": {"@type": "y"}}}]
)
def test_a_patch_that_is_not_known_is_an_error(change):
    with pytest.raises(KeyError):
        patched([], [{"patch": {**PATCHES[0]["patch"], **change}}])


def test_a_field_that_envoy_does_not_know_is_an_error():
    value = PATCHES[1]["patch"]["value"]
    with_unknown_key = {**value, "typed_config": {**value["typed_config"], "bogus": 1}}
    with pytest.raises(KeyError, match="bogus"):
        patched([], [{"patch": {"operation": "INSERT_FIRST", "value": with_unknown_key}}])
