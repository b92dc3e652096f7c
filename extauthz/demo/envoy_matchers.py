"""Filters that a matcher can skip, in Envoy's schema.

envoy-data-plane lacks the two types of xDS that a matcher in CEL needs, so they are declared here
(cncf/xds, `xds/type/matcher/v3/cel.proto` and `http_inputs.proto`).
"""

from typing import Final

import betterproto2
from envoy_data_plane.envoy.extensions.common.matching.v3 import ExtensionWithMatcher
from envoy_data_plane.envoy.extensions.filters.common.matcher.action.v3 import SkipFilter
from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import ExternalProcessor
from envoy_data_plane.message_pool import default_message_pool
from envoy_data_plane.xds.type.v3 import CelExpression
from pydantic.dataclasses import dataclass

__all__ = ["SCHEMAS", "ExtensionWithMatcher"]

_PACKAGE: Final = "xds.type.matcher.v3"


@dataclass(eq=False, repr=False, config={"extra": "forbid"})
class HttpAttributesCelMatchInput(betterproto2.Message):
    """The attributes of a message, as the input of an expression."""


@dataclass(eq=False, repr=False, config={"extra": "forbid"})
class CelMatcher(betterproto2.Message):
    """Holds where its expression does."""

    expr_match: "CelExpression | None" = betterproto2.field(
        1, betterproto2.TYPE_MESSAGE, optional=True
    )


default_message_pool.register_message(
    _PACKAGE, "HttpAttributesCelMatchInput", HttpAttributesCelMatchInput
)
default_message_pool.register_message(_PACKAGE, "CelMatcher", CelMatcher)

SCHEMAS: Final = (
    ExtensionWithMatcher,
    ExternalProcessor,
    SkipFilter,
    HttpAttributesCelMatchInput,
    CelMatcher,
)
"""The types that a matched filter may hold. To import them lets betterproto2 pack them."""
