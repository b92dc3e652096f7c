import warnings

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
        HeaderMutation,
    )

from mesh.istio.span_names import early_mutation, manager


def test_the_header_that_names_a_span_is_removed_before_any_filter():
    config = dict(early_mutation()["typed_config"])
    assert config.pop("@type").endswith(".early_header_mutation.header_mutation.v3.HeaderMutation")
    (mutation,) = HeaderMutation.from_dict(config).mutations  # an unknown field is an error
    assert mutation.remove == "x-envoy-decorator-operation"


def test_it_is_merged_into_the_connection_manager():
    merged = manager()
    assert merged["name"] == "envoy.filters.network.http_connection_manager"
    assert merged["typed_config"]["early_header_mutation_extensions"] == [early_mutation()]
