"""Namespaces of Envoy's dynamic metadata that vouch for a request. Clients cannot write there."""

from typing import Final

CLAIMS: Final = "envoy.filters.http.jwt_authn"
"""Claims of the token that Envoy's own JWT filter verified."""
HEADERS: Final = "phiguard.headers"
"""Request headers that Envoy's `header_to_metadata` filter copied.

Whoever configures that filter vouches for them.
"""
NAMESPACES: Final = (CLAIMS, HEADERS)
