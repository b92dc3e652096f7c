import warnings

import pytest

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
        HeaderMutation,
    )

from mesh.istio.span_headers import INBOUND, OUTBOUND, early_mutation, manager

LISTENERS = pytest.mark.parametrize("headers", [INBOUND, OUTBOUND])


@LISTENERS
def test_the_headers_are_removed_before_any_filter(headers):
    config = dict(early_mutation(headers)["typed_config"])
    assert config.pop("@type").endswith(".early_header_mutation.header_mutation.v3.HeaderMutation")
    mutations = HeaderMutation.from_dict(config).mutations  # an unknown field is an error
    assert [mutation.remove for mutation in mutations] == list(headers)


@LISTENERS
def test_it_is_merged_into_the_connection_manager(headers):
    merged = manager(headers)
    assert merged["name"] == "envoy.filters.network.http_connection_manager"
    extensions = merged["typed_config"]["early_header_mutation_extensions"]
    assert extensions == [early_mutation(headers)]
