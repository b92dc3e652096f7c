import warnings

import pytest

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.extensions.filters.http.header_mutation.v3 import HeaderMutation

from mesh.istio.grpc_message import ASIDE, put_aside


@pytest.mark.parametrize(
    ("part", "operator"),
    [("response_mutations", "RESP"), ("response_trailers_mutations", "TRAILER")],
)
def test_headers_and_trailers_of_answers_lose_the_message_and_keep_a_short_status(part, operator):
    config = dict(put_aside()["typed_config"])
    assert config.pop("@type").endswith(".header_mutation.v3.HeaderMutation")
    parsed = HeaderMutation.from_dict(config)  # an unknown field is an error
    assert parsed.mutations is not None
    status, message, removed = getattr(parsed.mutations, part)
    assert status.append.header.key == "grpc-status"
    assert status.append.header.value == f"%{operator}(grpc-status):3%"
    assert message.append.header.key == ASIDE
    assert message.append.header.value == f"%{operator}(grpc-message)%"
    assert removed.remove == "grpc-message"
