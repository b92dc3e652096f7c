"""The namespaces of Envoy's dynamic metadata in which it vouches for something about a request. No client writes there."""

from typing import Final

CLAIMS: Final = "envoy.filters.http.jwt_authn"
"""Claims of the token that Envoy's own JWT filter verified."""
HEADERS: Final = "phiguard.headers"
"""Request headers that Envoy's `header_to_metadata` filter wrote down. Who configures it vouches
for them."""
NAMESPACES: Final = (CLAIMS, HEADERS)
