"""Patches do to a connection manager what Istio's reference says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from envoy_data_plane.envoy.extensions.filters.http.ext_authz.v3 import ExtAuthz
from envoy_data_plane.envoy.extensions.filters.http.header_to_metadata.v3 import (
    Config as HeaderToMetadata,
)
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import (
    HttpConnectionManager,
)

from extauthz.demo.envoy_filters import before_router, custom_authorization, router
from extauthz.demo.envoy_patches import patched
from extauthz.demo.shipped import providers
from extauthz.demo.topology import BILLING, INSTALLATION
from mesh.istio import guarded
from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.metadata import HEADERS, NAMESPACES

ROOT = Path(__file__).parents[3]
DOCUMENT = yaml.safe_load((ROOT / "docs" / "verified-metadata.yaml").read_text())
CHECKS = ["envoy.filters.http.rbac", "envoy.filters.http.ext_authz"]
OTHERS = ["envoy.filters.http.grpc_stats", "envoy.filters.http.fault", "envoy.filters.http.cors"]
ROUTER = "envoy.filters.http.router"


@pytest.fixture
def manager() -> HttpConnectionManager:
    checks = custom_authorization([guarded.inbound_requests()], providers(), BILLING)
    return HttpConnectionManager(http_filters=[*checks, *before_router(), router()])


def names(manager: HttpConnectionManager) -> list[str]:
    return [each.name for each in manager.http_filters]


def config(manager: HttpConnectionManager, name: str, message: Any) -> Any:
    (found,) = (each for each in manager.http_filters if each.name == name)
    return message.parse(found.typed_config.value)


def one_patch(**patch: Any) -> Any:
    return {"spec": {"configPatches": [{**DOCUMENT["spec"]["configPatches"][0], "patch": patch}]}}


def test_the_documented_filter_is_as_envoys_schema_has_it_and_hands_on_what_the_guard_reads(
    manager: HttpConnectionManager,
) -> None:
    found = patched(manager, [DOCUMENT], "SIDECAR_INBOUND")
    inserted = ["phiguard.header_to_metadata", "phiguard.jwt_authn"]
    assert names(found) == [*inserted, *CHECKS, *OTHERS, ROUTER]
    authz = config(found, CHECKS[1], ExtAuthz)
    assert tuple(authz.metadata_context_namespaces) == NAMESPACES
    assert authz.with_request_body == config(manager, CHECKS[1], ExtAuthz).with_request_body
    (rule,) = config(found, inserted[0], HeaderToMetadata).request_rules
    assert (rule.on_header_present.metadata_namespace, rule.on_header_present.key) == (
        HEADERS,
        rule.header,
    )
    assert DOCUMENT["spec"]["workloadSelector"]["labels"] == {GUARDED_LABEL: "true"}


def test_a_sidecar_of_streams_has_its_filter_in_place_of_ext_authz(
    manager: HttpConnectionManager,
) -> None:
    found = patched(manager, [guarded.inbound_streams(INSTALLATION)], "SIDECAR_INBOUND")
    ours = ["phiguard.ext_proc", "phiguard.grpc_message"]
    assert names(found) == [CHECKS[0], *OTHERS, *ours, ROUTER]
    (extension,) = found.early_header_mutation_extensions
    assert extension.name == "phiguard.span_headers"


def test_a_patch_of_another_context_changes_nothing(manager: HttpConnectionManager) -> None:
    assert patched(manager, [guarded.inbound_streams(INSTALLATION)], "GATEWAY") == manager


def test_objects_are_applied_by_priority_and_not_in_the_order_in_which_they_came(
    manager: HttpConnectionManager,
) -> None:
    late = guarded.outbound_requests(INSTALLATION)  # its priority is 10
    value = {**DOCUMENT["spec"]["configPatches"][0]}
    early = {
        "spec": {
            "configPatches": [{**value, "match": {**value["match"], "context": "SIDECAR_OUTBOUND"}}]
        }
    }
    first, second, *_ = names(patched(manager, [late, early], "SIDECAR_OUTBOUND"))
    assert (first, second) == ("phiguard.ext_proc", "phiguard.jwt_authn")


def test_without_its_neighbour_a_filter_is_not_inserted() -> None:
    empty = HttpConnectionManager(http_filters=before_router())
    found = patched(empty, [guarded.inbound_streams(INSTALLATION)], "SIDECAR_INBOUND")
    assert names(found) == OTHERS


def test_what_is_not_known_is_an_error(manager: HttpConnectionManager) -> None:
    patch = DOCUMENT["spec"]["configPatches"][0]["patch"]
    value = patch["value"]
    with pytest.raises(KeyError, match="REPLACE"):
        patched(manager, [one_patch(operation="REPLACE", value=value)], "SIDECAR_INBOUND")
    for written, error, word in (
        ({"@type": "type.googleapis.com/unheard"}, TypeError, "unheard"),
        ({**value["typed_config"], "bogus": 1}, KeyError, "bogus"),
    ):
        changed = {"name": "x", "typed_config": written}
        with pytest.raises(error, match=word):
            patched(
                manager, [one_patch(operation="INSERT_FIRST", value=changed)], "SIDECAR_INBOUND"
            )
