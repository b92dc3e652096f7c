"""The HTTP filters of a guarded sidecar: phiguard's filters between istiod's.

The ext_proc filters come from `mesh.istio.ext_proc` as they ship. The ext_authz filter is made from
the shipped provider, as istiod does (pilot/pkg/security/authz/builder/extauthz.go).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import betterproto2
from envoy_data_plane.envoy.config.core.v3 import (
    ApiVersion,
    GrpcService,
    GrpcServiceEnvoyGrpc,
    TypedExtensionConfig,
)
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
from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import ExternalProcessor
from envoy_data_plane.envoy.extensions.filters.http.fault.v3 import HttpFault
from envoy_data_plane.envoy.extensions.filters.http.grpc_stats.v3 import FilterConfig
from envoy_data_plane.envoy.extensions.filters.http.header_mutation.v3 import HeaderMutation
from envoy_data_plane.envoy.extensions.filters.http.rbac.v3 import Rbac as RbacFilter
from envoy_data_plane.envoy.extensions.filters.http.router.v3 import Router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import HttpFilter
from envoy_data_plane.envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
    HeaderMutation as EarlyHeaderMutation,
)
from envoy_data_plane.envoy.type.matcher.v3 import (
    MetadataMatcher,
    MetadataMatcherPathSegment,
    StringMatcher,
    ValueMatcher,
)
from envoy_data_plane.envoy.type.v3 import HttpStatus, StatusCode

from extauthz.demo.envoy_matchers import ExtensionWithMatcher
from extauthz.demo.envoy_tls import packed
from extauthz.demo.shipped import provider
from extauthz.demo.topology import INSTALLATION, Workload
from mesh.istio import codec_errors, ext_proc, grpc_message, span_headers
from mesh.istio.installation import EXTENSION_PROVIDER
from mesh.istio.manifest import Manifest

_ACTION_PREFIX: Final = f"istio-ext-authz-{EXTENSION_PROVIDER}"


def check_requests(workload: Workload) -> list[HttpFilter]:
    """Return the filters of the receiver's request gate: shadow RBAC, then ext_authz.

    istiod renders an AuthorizationPolicy with action CUSTOM in this way.
    """
    everything = Policy(
        permissions=[Permission(and_rules=PermissionSet(rules=[Permission(any=True)]))],
        principals=[Principal(and_ids=PrincipalSet(ids=[Principal(any=True)]))],
    )
    policy = f"{_ACTION_PREFIX}-ns[{workload.namespace}]-policy[phiguard]-rule[0]"
    shadow = RbacFilter(
        shadow_rules=Rbac(action=RbacAction.DENY, policies={policy: everything}),
        shadow_rules_stat_prefix="istio_ext_authz_",
    )
    return [
        _filter("envoy.filters.http.rbac", shadow),
        _filter("envoy.filters.http.ext_authz", _ext_authz()),
    ]


def process_requests(*, streams: bool) -> HttpFilter:
    """Return the filter of the sender's request gate.

    The whole request goes to the guard before it is encrypted, and can come back redacted.

    Args:
        streams: whether it is the filter for long bodies and streams.
    """
    judge = ext_proc.outbound_streams if streams else ext_proc.outbound_requests
    return _shipped(judge(INSTALLATION), ExternalProcessor)


def process_responses() -> HttpFilter:
    """Return the filter of the response gate.

    The whole response goes to the guard before it leaves.
    """
    return _shipped(
        codec_errors.answered_by_envoy(ext_proc.inbound_responses(INSTALLATION)),
        ExtensionWithMatcher,
    )


def process_streams() -> HttpFilter:
    """Return the filter that judges requests and responses at the receiver, as streams."""
    return _shipped(
        codec_errors.answered_by_envoy(ext_proc.inbound_streams(INSTALLATION)),
        ExtensionWithMatcher,
    )


def put_aside() -> HttpFilter:
    """Return the filter that takes `grpc-message` from an answer until the guard has read it."""
    return _shipped(grpc_message.put_aside(), HeaderMutation)


def without_headers(headers: Sequence[str]) -> TypedExtensionConfig:
    """Return the extension that takes headers from a request before Envoy begins its span."""
    shipped = span_headers.early_mutation(headers)
    config = EarlyHeaderMutation.from_dict(_config(shipped))
    return TypedExtensionConfig(name=str(shipped["name"]), typed_config=packed(config))


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


def _ext_authz() -> ExtAuthz:
    settings = provider("envoyExtAuthzGrpc")
    body = settings["includeRequestBodyInCheck"]
    return ExtAuthz(
        grpc_service=GrpcService(
            envoy_grpc=GrpcServiceEnvoyGrpc(
                cluster_name=INSTALLATION.cluster, authority=INSTALLATION.host
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
            value=ValueMatcher(string_match=StringMatcher(prefix=_ACTION_PREFIX)),
        ),
    )


def _shipped(manifest: Manifest, schema: type[betterproto2.Message]) -> HttpFilter:
    """Return a filter of `istio-config`, read with Envoy's schema. An unknown field is an error."""
    return _filter(str(manifest["name"]), schema.from_dict(_config(manifest)))


def _config(manifest: Manifest) -> Manifest:
    config = _mapping(manifest["typed_config"])
    return {key: value for key, value in config.items() if key != "@type"}


def _mapping(value: object) -> Manifest:
    if not isinstance(value, dict):
        raise TypeError("a filter's typed_config is a mapping")
    return value


def _filter(name: str, config: betterproto2.Message) -> HttpFilter:
    return HttpFilter(name=name, typed_config=packed(config))
