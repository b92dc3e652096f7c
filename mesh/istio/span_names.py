"""Keeps a client from naming the span of the sidecar that it calls.

Envoy takes the header `x-envoy-decorator-operation` of an inbound request for the name of its span
(seen with Envoy 1.38). It does so before any filter, so an early mutation of the connection manager
removes the header. The span then has the name of the receiver's own route.
"""

from typing import Final

from mesh.istio.manifest import Manifest

HEADER: Final = "x-envoy-decorator-operation"
EXTENSION_NAME: Final = "phiguard.span_names"
TYPE_URL: Final = (
    "type.googleapis.com/"
    "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
)
_MANAGER: Final = (
    "type.googleapis.com/"
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)


def early_mutation() -> Manifest:
    """The extension of the connection manager."""
    config: Manifest = {"@type": TYPE_URL, "mutations": [{"remove": HEADER}]}
    return {"name": EXTENSION_NAME, "typed_config": config}


def manager() -> Manifest:
    """What is merged into the connection manager of inbound listeners."""
    config: Manifest = {
        "@type": _MANAGER,
        "early_header_mutation_extensions": [early_mutation()],
    }
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}
