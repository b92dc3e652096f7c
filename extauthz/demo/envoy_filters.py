"""The HTTP filters that istiod makes for a sidecar.

The ext_authz filter is made from an AuthorizationPolicy and its provider, as istiod does
(pilot/pkg/security/authz/builder/extauthz.go). What EnvoyFilter objects add: `envoy_patches`.
"""

from collections.abc import Sequence
from datetime import timedelta

import betterproto2
from envoy_data_plane.envoy.config.core.v3 import ApiVersion, GrpcService, GrpcServiceEnvoyGrpc
from envoy_data_plane.envoy.config.rbac.v3 import (
    Permission,
    PermissionSet,
    Policy,
    Principal,
    PrincipalSet,
    Rbac,
    RbacAction,
)
from envoy_data_plane.envoy.extensions.filters.http.cors.v3 import Cors
from envoy_data_plane.envoy.extensions.filters.http.ext_authz.v3 import BufferSettings, ExtAuthz
from envoy_data_plane.envoy.extensions.filters.http.fault.v3 import HttpFault
from envoy_data_plane.envoy.extensions.filters.http.grpc_stats.v3 import FilterConfig
from envoy_data_plane.envoy.extensions.filters.http.rbac.v3 import Rbac as RbacFilter
from envoy_data_plane.envoy.extensions.filters.http.router.v3 import Router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import HttpFilter
from envoy_data_plane.envoy.type.matcher.v3 import (
    MetadataMatcher,
    MetadataMatcherPathSegment,
    StringMatcher,
    ValueMatcher,
)
from envoy_data_plane.envoy.type.v3 import HttpStatus, StatusCode

from extauthz.demo.envoy_tls import packed
from extauthz.demo.gates import IstioObject
from extauthz.demo.topology import Workload


def custom_authorization(
    policies: Sequence[IstioObject], providers: Sequence[IstioObject], workload: Workload
) -> list[HttpFilter]:
    """Return the filters of an AuthorizationPolicy with action CUSTOM: shadow RBAC, then ext_authz.

    Only one policy is known, and only the rule that matches everything.

    Args:
        policies: at most one.
        providers: `extensionProviders` of the mesh configuration.
        workload: whose sidecar it is.

    Raises:
        ValueError: there are more policies, or its rules are others.
        StopIteration: its provider is not registered.
    """
    if not policies:
        return []
    (policy,) = policies
    if policy["spec"]["rules"] != [{}]:
        raise ValueError("only the rule that matches everything is known")
    name = policy["spec"]["provider"]["name"]
    everything = Policy(
        permissions=[Permission(and_rules=PermissionSet(rules=[Permission(any=True)]))],
        principals=[Principal(and_ids=PrincipalSet(ids=[Principal(any=True)]))],
    )
    prefix = f"istio-ext-authz-{name}"
    said = f"{prefix}-ns[{workload.namespace}]-policy[{policy['metadata']['name']}]-rule[0]"
    shadow = RbacFilter(
        shadow_rules=Rbac(action=RbacAction.DENY, policies={said: everything}),
        shadow_rules_stat_prefix="istio_ext_authz_",
    )
    settings = next(one["envoyExtAuthzGrpc"] for one in providers if one["name"] == name)
    return [
        _filter("envoy.filters.http.rbac", shadow),
        _filter("envoy.filters.http.ext_authz", _ext_authz(settings, prefix)),
    ]


def before_router() -> list[HttpFilter]:
    """Return the filters that istiod puts between the gates and the router."""
    return [
        _filter(
            "envoy.filters.http.grpc_stats",
            FilterConfig(emit_filter_state=True, stats_for_all_methods=False),
        ),
        _filter("envoy.filters.http.fault", HttpFault()),
        _filter("envoy.filters.http.cors", Cors()),
    ]


def router() -> HttpFilter:
    """Return the router, which is always the last filter."""
    return _filter("envoy.filters.http.router", Router())


def _ext_authz(settings: IstioObject, prefix: str) -> ExtAuthz:
    body, host = settings["includeRequestBodyInCheck"], settings["service"]
    return ExtAuthz(
        grpc_service=GrpcService(
            envoy_grpc=GrpcServiceEnvoyGrpc(
                cluster_name=f"outbound|{settings['port']}||{host}", authority=host
            ),
            timeout=timedelta(seconds=float(settings["timeout"].removesuffix("s"))),
        ),
        transport_api_version=ApiVersion.V3,
        failure_mode_allow=settings["failOpen"],
        status_on_error=HttpStatus(code=StatusCode(int(settings["statusOnError"]))),
        with_request_body=BufferSettings(
            max_request_bytes=body["maxRequestBytes"],
            allow_partial_message=body["allowPartialMessage"],
            pack_as_bytes=body["packAsBytes"],
        ),
        filter_enabled_metadata=MetadataMatcher(
            filter="envoy.filters.http.rbac",
            path=[MetadataMatcherPathSegment(key="istio_ext_authz_shadow_effective_policy_id")],
            value=ValueMatcher(string_match=StringMatcher(prefix=prefix)),
        ),
    )


def _filter(name: str, config: betterproto2.Message) -> HttpFilter:
    return HttpFilter(name=name, typed_config=packed(config))
