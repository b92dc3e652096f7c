"""The routes of a sidecar's listeners, as istiod makes them.

They stand in the listener: the laboratory has no istiod that could send them.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from envoy_data_plane.envoy.config.route.v3 import (
    Decorator,
    RetryPolicy,
    RetryPolicyRetryHostPredicate,
    Route,
    RouteAction,
    RouteActionMaxStreamDuration,
    RouteConfiguration,
    RouteMatch,
    VirtualHost,
)
from envoy_data_plane.envoy.extensions.retry.host.previous_hosts.v3 import PreviousHostsPredicate

from extauthz.demo.envoy_clusters import INBOUND_CLUSTER, outbound_name
from extauthz.demo.envoy_tls import packed
from extauthz.demo.topology import SERVICE_PORT, Workload

_NO_TIMEOUT: Final = timedelta(0)
_MAX_DIRECT_RESPONSE_BYTES: Final = 1_048_576


def inbound_routes(workload: Workload) -> RouteConfiguration:
    """Return the routes of an inbound listener: everything goes to the workload's application."""
    route = Route(
        name="default",
        match=RouteMatch(prefix="/"),
        route=RouteAction(
            cluster=INBOUND_CLUSTER,
            timeout=_NO_TIMEOUT,
            retry_policy=RetryPolicy(retry_on="reset-before-request", num_retries=2),
            max_stream_duration=RouteActionMaxStreamDuration(
                max_stream_duration=_NO_TIMEOUT, grpc_timeout_header_max=_NO_TIMEOUT
            ),
        ),
        decorator=Decorator(operation=f"{workload.name}.{workload.namespace}:{SERVICE_PORT}/*"),
    )
    everything = VirtualHost(name=f"inbound|http|{SERVICE_PORT}", domains=["*"], routes=[route])
    return RouteConfiguration(
        name=INBOUND_CLUSTER, virtual_hosts=[everything], validate_clusters=False
    )


def outbound_routes(caller: Workload, callees: Sequence[Workload]) -> RouteConfiguration:
    """Return the routes of a caller's outbound listener, by service host."""
    return RouteConfiguration(
        name=str(SERVICE_PORT),
        virtual_hosts=[_service_host(caller, callee) for callee in callees],
        validate_clusters=False,
        max_direct_response_body_size_bytes=_MAX_DIRECT_RESPONSE_BYTES,
        ignore_port_in_host_matching=True,
    )


def outbound_route(cluster: str, operation: str) -> Route:
    """Return the route of every path to one service, with istiod's retries."""
    return Route(
        name="default",
        match=RouteMatch(prefix="/"),
        route=RouteAction(
            cluster=cluster,
            timeout=_NO_TIMEOUT,
            retry_policy=RetryPolicy(
                retry_on="connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
                num_retries=2,
                retry_host_predicate=[
                    RetryPolicyRetryHostPredicate(
                        name="envoy.retry_host_predicates.previous_hosts",
                        typed_config=packed(PreviousHostsPredicate()),
                    )
                ],
                host_selection_retry_max_attempts=5,
            ),
            max_stream_duration=RouteActionMaxStreamDuration(grpc_timeout_header_max=_NO_TIMEOUT),
        ),
        decorator=Decorator(operation=operation),
    )


def _service_host(caller: Workload, callee: Workload) -> VirtualHost:
    name = f"{callee.host}:{SERVICE_PORT}"
    short = f"{callee.name}.{callee.namespace}"
    shortest = [callee.name] if callee.namespace == caller.namespace else []
    return VirtualHost(
        name=name,
        domains=[callee.host, f"{callee.host}.", *shortest, f"{short}.svc", short],
        routes=[outbound_route(outbound_name(callee), f"{name}/*")],
        include_request_attempt_count=True,
    )
