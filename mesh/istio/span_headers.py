"""Keeps request headers that Envoy copies into its spans out of them.

Envoy takes `x-envoy-decorator-operation` of an inbound request for the name of its span, and the
`tracestate` that comes with a `traceparent` for the span's own (seen with Envoy 1.38). Both hold
what a client writes. Envoy reads them before any filter, so an early mutation of the connection
manager removes them. The span then has the name of the receiver's own route, and no state.
"""

from collections.abc import Sequence
from typing import Final

from mesh.istio.manifest import Manifest

INBOUND: Final = ("x-envoy-decorator-operation", "tracestate")
OUTBOUND: Final = ("tracestate",)
"""Envoy does not name outbound spans by the request."""
EXTENSION_NAME: Final = "phiguard.span_headers"
TYPE_URL: Final = (
    "type.googleapis.com/"
    "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
)
_MANAGER: Final = (
    "type.googleapis.com/"
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)


def early_mutation(headers: Sequence[str]) -> Manifest:
    """The extension of the connection manager that removes `headers`."""
    mutations: list[Manifest] = [{"remove": header} for header in headers]
    config: Manifest = {"@type": TYPE_URL, "mutations": list(mutations)}
    return {"name": EXTENSION_NAME, "typed_config": config}


def manager(headers: Sequence[str]) -> Manifest:
    """What is merged into the connection manager of a listener."""
    config: Manifest = {
        "@type": _MANAGER,
        "early_header_mutation_extensions": [early_mutation(headers)],
    }
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}
