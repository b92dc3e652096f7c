"""The laboratory uses the settings that phiguard ships."""

from extauthz.demo.shipped import access_log_format, custom_tags, provider
from mesh.istio import mesh_wide
from mesh.istio.installation import DEADLINE, MAX_BODY_BYTES


def test_the_check_fails_closed_within_its_deadline() -> None:
    settings = provider("envoyExtAuthzGrpc")

    assert settings["failOpen"] is False
    assert settings["timeout"] == DEADLINE
    assert settings["includeRequestBodyInCheck"]["maxRequestBytes"] == MAX_BODY_BYTES


def test_tags_and_log_line_are_the_shipped_ones() -> None:
    tags = custom_tags()
    assert list(tags) == [mesh_wide.URL_TAG, *mesh_wide.CLIENTS_TAGS, mesh_wide.METHOD_TAG]
    assert tags[mesh_wide.URL_TAG] == {"literal": {"value": "withheld"}}
    assert tags[mesh_wide.METHOD_TAG] == {"value": mesh_wide.METHOD_OPERATOR}
    assert access_log_format() == mesh_wide.ACCESS_LOG_FORMAT
