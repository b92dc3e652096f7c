"""Applies an EnvoyFilter's patches of HTTP filters as istiod does.

So the laboratory runs what an admin writes. It knows only the operations that the project's
documents use: INSERT_FIRST, and MERGE into a named filter. Source: Istio's reference of
`networking.istio.io/v1alpha3` EnvoyFilter.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import betterproto2
from envoy_data_plane.envoy.extensions.filters.http.ext_authz.v3 import ExtAuthz
from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import ExternalProcessor
from envoy_data_plane.envoy.extensions.filters.http.header_mutation.v3 import HeaderMutation
from envoy_data_plane.envoy.extensions.filters.http.header_to_metadata.v3 import (
    Config as HeaderToMetadata,
)
from envoy_data_plane.envoy.extensions.filters.http.jwt_authn.v3 import JwtAuthentication
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import HttpFilter

from extauthz.demo.envoy_tls import packed

Patch = Mapping[str, Any]
"""One entry of `configPatches`."""

_PREFIX: Final = "type.googleapis.com/"
_TYPES: Final[Mapping[str, type[betterproto2.Message]]] = {
    "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz": ExtAuthz,
    "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor": ExternalProcessor,
    "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation": HeaderMutation,
    "envoy.extensions.filters.http.header_to_metadata.v3.Config": HeaderToMetadata,
    "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication": JwtAuthentication,
}


def patched(filters: Sequence[HttpFilter], patches: Sequence[Patch]) -> list[HttpFilter]:
    """Return the filters of one listener with the patches applied in order.

    Raises:
        KeyError: a patch uses what this module does not know.
    """
    found = list(filters)
    for each in patches:
        operation, value = each["patch"]["operation"], each["patch"]["value"]
        {"INSERT_FIRST": _insert, "MERGE": _merge}[operation](found, value)
    return found


def _insert(found: list[HttpFilter], value: Patch) -> None:
    found.insert(0, HttpFilter(name=value["name"], typed_config=packed(_config(value))))


def _merge(found: list[HttpFilter], value: Patch) -> None:
    """Append the bytes of a message: protobuf then merges the two messages."""
    for filter_ in found:
        if filter_.name == value["name"] and filter_.typed_config is not None:
            filter_.typed_config.value += bytes(_config(value))


def _config(value: Patch) -> betterproto2.Message:
    written = value["typed_config"]
    message = _TYPES[written["@type"].removeprefix(_PREFIX)]
    return message.from_dict({key: part for key, part in written.items() if key != "@type"})
