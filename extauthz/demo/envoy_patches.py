"""Applies an EnvoyFilter's patches to a connection manager as istiod does.

So the laboratory runs what an admin writes. It knows only the operations that the project's
documents use. Source: Istio's reference of `networking.istio.io/v1alpha3` EnvoyFilter.
"""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import betterproto2
from envoy_data_plane.envoy.extensions.filters.http.ext_authz.v3 import ExtAuthz
from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import ExternalProcessor
from envoy_data_plane.envoy.extensions.filters.http.header_mutation.v3 import HeaderMutation
from envoy_data_plane.envoy.extensions.filters.http.header_to_metadata.v3 import (
    Config as HeaderToMetadata,
)
from envoy_data_plane.envoy.extensions.filters.http.jwt_authn.v3 import JwtAuthentication
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import (
    HttpConnectionManager,
    HttpFilter,
)
from envoy_data_plane.envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
    HeaderMutation as EarlyHeaderMutation,
)

from extauthz.demo.envoy_matchers import SCHEMAS
from extauthz.demo.gates import IstioObject

_MANAGER: Final = "envoy.filters.network.http_connection_manager"

Patch = Mapping[str, Any]
"""One entry of `configPatches`."""

TYPES: Final[tuple[type[betterproto2.Message], ...]] = (
    *SCHEMAS,
    EarlyHeaderMutation,
    ExtAuthz,
    ExternalProcessor,
    HeaderMutation,
    HeaderToMetadata,
    JwtAuthentication,
)
"""The types of configuration that a patch may hold. Their import lets betterproto2 read them."""


def patched(
    manager: HttpConnectionManager, filters: Sequence[IstioObject], context: str
) -> HttpConnectionManager:
    """Return the manager with the patches of these EnvoyFilter objects for its context.

    They are applied by priority; those of one object in order.

    Args:
        manager: as istiod makes it, with its router.
        filters: EnvoyFilter objects that select this proxy.
        context: `SIDECAR_INBOUND`, `SIDECAR_OUTBOUND` or `GATEWAY`.

    Raises:
        KeyError: a patch uses an operation or a field that is not known.
        TypeError: a patch uses a type that is not known.
    """
    found = HttpConnectionManager.parse(bytes(manager))
    for filter_ in sorted(filters, key=lambda each: int(each["spec"].get("priority", 0))):
        for patch in filter_["spec"]["configPatches"]:
            if patch["match"]["context"] == context and _is_of_http(patch):
                _OPERATIONS[patch["applyTo"], patch["patch"]["operation"]](found, patch)
    return found


def _is_of_http(patch: Patch) -> bool:
    """Whether the patch is for chains of HTTP. `hl7.patches` has those of TCP."""
    place = patch["match"].get("listener", {}).get("filterChain", {}).get("filter", {})
    return bool(place.get("name", _MANAGER) == _MANAGER)


def _insert_first(manager: HttpConnectionManager, patch: Patch) -> None:
    manager.http_filters.insert(0, _filter(patch))


def _insert_before(manager: HttpConnectionManager, patch: Patch) -> None:
    neighbour = _neighbour(patch)
    for place, each in enumerate(manager.http_filters):
        if each.name == neighbour:
            manager.http_filters.insert(place, _filter(patch))
            return


def _remove(manager: HttpConnectionManager, patch: Patch) -> None:
    gone = _neighbour(patch)
    manager.http_filters = [each for each in manager.http_filters if each.name != gone]


def _merge_filter(manager: HttpConnectionManager, patch: Patch) -> None:
    """Append the bytes of a message: protobuf then merges the two messages."""
    changed, change = _neighbour(patch), _filter(patch).typed_config
    for each in manager.http_filters:
        if each.name == changed and each.typed_config is not None and change is not None:
            each.typed_config.value += change.value


def _merge_manager(manager: HttpConnectionManager, patch: Patch) -> None:
    value = {**patch["patch"]["value"]["typed_config"]}
    del value["@type"]
    manager.load(BytesIO(bytes(HttpConnectionManager.from_dict(value))))


def _filter(patch: Patch) -> HttpFilter:
    return HttpFilter.from_dict(patch["patch"]["value"])


def _neighbour(patch: Patch) -> str:
    return str(patch["match"]["listener"]["filterChain"]["filter"]["subFilter"]["name"])


_OPERATIONS: Final[Mapping[tuple[str, str], Callable[[HttpConnectionManager, Patch], None]]] = {
    ("HTTP_FILTER", "INSERT_FIRST"): _insert_first,
    ("HTTP_FILTER", "INSERT_BEFORE"): _insert_before,
    ("HTTP_FILTER", "MERGE"): _merge_filter,
    ("HTTP_FILTER", "REMOVE"): _remove,
    ("NETWORK_FILTER", "MERGE"): _merge_manager,
}
