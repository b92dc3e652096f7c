"""The two listeners of one sidecar: inbound for the mesh, outbound for its application."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Flag, auto
from typing import Final

from envoy_data_plane.envoy.config.accesslog.v3 import AccessLog
from envoy_data_plane.envoy.config.core.v3 import (
    DataSource,
    GrpcService,
    GrpcServiceEnvoyGrpc,
    SubstitutionFormatString,
    TrafficDirection,
)
from envoy_data_plane.envoy.config.listener.v3 import (
    Filter,
    FilterChain,
    FilterChainMatch,
    Listener,
    ListenerFilter,
)
from envoy_data_plane.envoy.config.route.v3 import (
    Decorator,
    RetryPolicy,
    Route,
    RouteAction,
    RouteConfiguration,
    RouteMatch,
    VirtualHost,
)
from envoy_data_plane.envoy.config.trace.v3 import OpenTelemetryConfig, TracingHttp
from envoy_data_plane.envoy.extensions.access_loggers.file.v3 import FileAccessLog
from envoy_data_plane.envoy.extensions.filters.listener.tls_inspector.v3 import TlsInspector
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import (
    HttpConnectionManager,
    HttpConnectionManagerForwardClientCertDetails,
    HttpConnectionManagerPathWithEscapedSlashesAction,
    HttpConnectionManagerSetCurrentClientCertDetails,
    HttpConnectionManagerTracing,
    HttpConnectionManagerUpgradeConfig,
    HttpFilter,
    RequestIdExtension,
)
from envoy_data_plane.envoy.extensions.request_id.uuid.v3 import UuidRequestIdConfig
from envoy_data_plane.envoy.type.tracing.v3 import CustomTag
from envoy_data_plane.envoy.type.v3 import Percent

from extauthz.demo.envoy_clusters import COLLECTOR_CLUSTER, INBOUND_CLUSTER, address, outbound_name
from extauthz.demo.envoy_filters import (
    before_router,
    check_requests,
    process_requests,
    process_responses,
    process_streams,
    put_aside,
    router,
    without_headers,
)
from extauthz.demo.envoy_patches import Patch, patched
from extauthz.demo.envoy_tls import mutual_tls_server, packed
from extauthz.demo.shipped import access_log_format, custom_tags, provider
from extauthz.demo.topology import SERVICE_PORT, WORKLOADS, Mesh, Workload
from mesh.istio import span_headers

_NO_TIMEOUT: Final = timedelta(0)


class Gates(Flag):
    """Which of the guard's gates a sidecar has.

    A sidecar for long bodies and streams has the last two, and none of the others.
    """

    NONE = 0
    SENT_REQUESTS = auto()
    RECEIVED_REQUESTS = auto()
    RESPONSES = auto()
    ALL = SENT_REQUESTS | RECEIVED_REQUESTS | RESPONSES
    SENT_STREAMS = auto()
    RECEIVED_STREAMS = auto()
    STREAMS = SENT_STREAMS | RECEIVED_STREAMS


def inbound_listener(
    workload: Workload, mesh: Mesh, *, gates: Gates, permissive: bool, patches: Sequence[Patch]
) -> Listener:
    """Return the listener for other sidecars, with mutual TLS.

    Args:
        workload: whose sidecar it is.
        mesh: addresses and certificates.
        gates: where this sidecar asks the guard.
        permissive: whether to accept plaintext in a second filter chain, as istiod does for
            PeerAuthentication PERMISSIVE.
        patches: of an EnvoyFilter.
    """
    manager = _inbound_manager(workload, mesh, gates, patches)
    chains = [_chain(manager, match="tls")]
    chains[0].transport_socket = mutual_tls_server(mesh.certificates[workload])
    if permissive:
        chains.append(_chain(manager, match="raw_buffer"))
    return Listener(
        name=f"inbound_{SERVICE_PORT}",
        address=address(mesh.ports[workload].inbound),
        filter_chains=chains,
        listener_filters=[
            ListenerFilter(
                name="envoy.filters.listener.tls_inspector",
                typed_config=packed(TlsInspector(initial_read_buffer_size=512)),
            )
        ],
        listener_filters_timeout=_NO_TIMEOUT,
        traffic_direction=TrafficDirection.INBOUND,
        continue_on_listener_filters_timeout=True,
    )


def outbound_listener(workload: Workload, mesh: Mesh, *, gates: Gates) -> Listener:
    """Return the listener for the application's own requests, routed by service host."""
    return Listener(
        name=f"outbound_{SERVICE_PORT}",
        address=address(mesh.ports[workload].outbound),
        filter_chains=[_chain(_outbound_manager(workload, gates))],
        listener_filters_timeout=_NO_TIMEOUT,
        traffic_direction=TrafficDirection.OUTBOUND,
        continue_on_listener_filters_timeout=True,
    )


def _inbound_manager(
    workload: Workload, mesh: Mesh, gates: Gates, patches: Sequence[Patch]
) -> HttpConnectionManager:
    filters = check_requests(workload) if Gates.RECEIVED_REQUESTS in gates else []
    filters += before_router()
    filters += [process_responses(), put_aside()] if Gates.RESPONSES in gates else []
    filters += [process_streams(), put_aside()] if Gates.RECEIVED_STREAMS in gates else []
    name = f"{workload.name}.{workload.namespace}:{SERVICE_PORT}/*"
    route = Route(
        name="default",
        match=RouteMatch(prefix="/"),
        route=RouteAction(
            cluster=INBOUND_CLUSTER,
            timeout=_NO_TIMEOUT,
            retry_policy=RetryPolicy(retry_on="reset-before-request", num_retries=2),
        ),
        decorator=Decorator(operation=name),
    )
    routes = VirtualHost(name=f"inbound|http|{SERVICE_PORT}", domains=["*"], routes=[route])
    configuration = RouteConfiguration(name=INBOUND_CLUSTER, virtual_hosts=[routes])
    manager = _manager(workload, patched(filters, patches), configuration)
    manager.stat_prefix = f"inbound_0.0.0.0_{mesh.ports[workload].inbound};"
    manager.server_name = "istio-envoy"
    if gates & (Gates.RESPONSES | Gates.RECEIVED_STREAMS):
        manager.early_header_mutation_extensions = [without_headers(span_headers.INBOUND)]
    manager.forward_client_cert_details = (
        HttpConnectionManagerForwardClientCertDetails.APPEND_FORWARD
    )
    manager.set_current_client_cert_details = HttpConnectionManagerSetCurrentClientCertDetails(
        subject=True, dns=True, uri=True
    )
    return manager


def _outbound_manager(workload: Workload, gates: Gates) -> HttpConnectionManager:
    filters = [process_requests(streams=False)] if Gates.SENT_REQUESTS in gates else []
    filters += [process_requests(streams=True)] if Gates.SENT_STREAMS in gates else []
    filters += before_router()
    filters += [put_aside()] if Gates.SENT_STREAMS in gates else []
    hosts = [_service_host(callee) for callee in WORKLOADS if callee != workload]
    routes = RouteConfiguration(
        name=str(SERVICE_PORT), virtual_hosts=hosts, ignore_port_in_host_matching=True
    )
    manager = _manager(workload, filters, routes)
    manager.stat_prefix = f"outbound_0.0.0.0_{SERVICE_PORT};"
    if gates & (Gates.SENT_REQUESTS | Gates.SENT_STREAMS):
        manager.early_header_mutation_extensions = [without_headers(span_headers.OUTBOUND)]
    return manager


def _service_host(callee: Workload) -> VirtualHost:
    route = Route(
        name="default",
        match=RouteMatch(prefix="/"),
        route=RouteAction(
            cluster=outbound_name(callee),
            timeout=_NO_TIMEOUT,
            retry_policy=RetryPolicy(
                retry_on="connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
                num_retries=2,
            ),
        ),
        decorator=Decorator(operation=f"{callee.host}:{SERVICE_PORT}/*"),
    )
    return VirtualHost(
        name=f"{callee.host}:{SERVICE_PORT}",
        domains=[callee.host, f"{callee.name}.{callee.namespace}"],
        routes=[route],
        include_request_attempt_count=True,
    )


def _manager(
    workload: Workload, filters: list[HttpFilter], routes: RouteConfiguration
) -> HttpConnectionManager:
    return HttpConnectionManager(
        route_config=routes,
        http_filters=[*filters, router()],
        tracing=_tracing(workload),
        access_log=[_access_log()],
        use_remote_address=False,
        proxy_100_continue=True,
        upgrade_configs=[HttpConnectionManagerUpgradeConfig(upgrade_type="websocket")],
        stream_idle_timeout=_NO_TIMEOUT,
        normalize_path=True,
        request_id_extension=RequestIdExtension(
            typed_config=packed(UuidRequestIdConfig(use_request_id_for_trace_sampling=True))
        ),
        path_with_escaped_slashes_action=HttpConnectionManagerPathWithEscapedSlashesAction.KEEP_UNCHANGED,
    )


def _tracing(workload: Workload) -> HttpConnectionManagerTracing:
    """Return the tracing settings. They trace every request; Istio's default is one of a hundred.

    The tag `http.url` would hold the path and its query, and so PHI. The provider and the Telemetry
    resource of `istio-config` keep it out. Their settings are used here.
    """
    exporter = OpenTelemetryConfig(
        grpc_service=GrpcService(
            envoy_grpc=GrpcServiceEnvoyGrpc(cluster_name=COLLECTOR_CLUSTER),
            timeout=timedelta(seconds=1),
        ),
        service_name=f"{workload.name}.{workload.namespace}",
    )
    return HttpConnectionManagerTracing(
        client_sampling=Percent(value=100),
        random_sampling=Percent(value=100),
        overall_sampling=Percent(value=100),
        max_path_tag_length=provider("opentelemetry")["maxTagLength"],
        custom_tags=[
            CustomTag.from_dict({"tag": tag, **value}) for tag, value in custom_tags().items()
        ],
        provider=TracingHttp(name="envoy.tracers.opentelemetry", typed_config=packed(exporter)),
    )


def _access_log() -> AccessLog:
    line = SubstitutionFormatString(
        text_format_source=DataSource(inline_string=access_log_format())
    )
    return AccessLog(
        name="envoy.access_loggers.file",
        typed_config=packed(FileAccessLog(path="/dev/stdout", log_format=line)),
    )


def _chain(manager: HttpConnectionManager, *, match: str = "") -> FilterChain:
    chain = FilterChain(
        filters=[
            Filter(
                name="envoy.filters.network.http_connection_manager", typed_config=packed(manager)
            )
        ]
    )
    if match:
        chain.name = f"inbound_{match}"
        chain.filter_chain_match = FilterChainMatch(transport_protocol=match)
    return chain
