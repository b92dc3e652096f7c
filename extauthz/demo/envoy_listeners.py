"""The two listeners of one sidecar: inbound for the mesh, outbound for its application."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from envoy_data_plane.envoy.config.accesslog.v3 import (
    AccessLog,
    AccessLogFilter,
    ResponseFlagFilter,
)
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
    ListenerFilterChainMatchPredicate,
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
from envoy_data_plane.envoy.type.v3 import Int32Range, Percent

from extauthz.demo.envoy_clusters import COLLECTOR_CLUSTER, address
from extauthz.demo.envoy_filters import before_router, custom_authorization, router
from extauthz.demo.envoy_patches import patched
from extauthz.demo.envoy_routes import inbound_routes, outbound_routes
from extauthz.demo.envoy_tls import mutual_tls_server, packed
from extauthz.demo.gates import Applied
from extauthz.demo.shipped import access_log_format, custom_tags, istio_tags, provider
from extauthz.demo.topology import LOOPBACK, Mesh, Workload

_NO_TIMEOUT: Final = timedelta(0)


def inbound_listener(
    workload: Workload, mesh: Mesh, *, applied: Applied, permissive: bool
) -> Listener:
    """Return the listener for other sidecars, with mutual TLS.

    Args:
        workload: whose sidecar it is.
        mesh: addresses and certificates.
        applied: the objects that hold for it.
        permissive: whether to accept plaintext in a second filter chain, as istiod does for
            PeerAuthentication PERMISSIVE.
    """
    port = mesh.ports[workload].inbound
    manager = _inbound_manager(workload, port, applied)
    chains = [_inbound_chain(manager, port, "tls")]
    chains[0].transport_socket = mutual_tls_server(mesh.certificates[workload])
    if permissive:
        chains.append(_inbound_chain(manager, port, "raw_buffer"))
    inspector = ListenerFilter(
        name="envoy.filters.listener.tls_inspector",
        typed_config=packed(TlsInspector(initial_read_buffer_size=512)),
        filter_disabled=_not_to(port),
    )
    listener = _listener(port, chains, TrafficDirection.INBOUND)
    listener.listener_filters = [inspector]
    # "no route": what fits no filter chain
    unmatched = AccessLogFilter(response_flag_filter=ResponseFlagFilter(flags=["NR"]))
    listener.access_log = [_access_log(unmatched)]
    return listener


def outbound_listener(workload: Workload, mesh: Mesh, *, applied: Applied) -> Listener:
    """Return the listener for the application's own requests, routed by service host."""
    port = mesh.ports[workload].outbound
    manager = _outbound_manager(workload, port, [each for each in mesh.ports if each != workload])
    chain = FilterChain(
        filters=[_network_filter(patched(manager, applied.filters, "SIDECAR_OUTBOUND"))],
        transport_socket_connect_timeout=timedelta(seconds=15),
    )
    return _listener(port, [chain], TrafficDirection.OUTBOUND)


def _listener(port: int, chains: list[FilterChain], direction: TrafficDirection) -> Listener:
    return Listener(
        name=f"{LOOPBACK}_{port}",
        address=address(port),
        filter_chains=chains,
        listener_filters_timeout=_NO_TIMEOUT,
        traffic_direction=direction,
        continue_on_listener_filters_timeout=True,
        max_connections_to_accept_per_socket_event=1,
    )


def _not_to(port: int) -> ListenerFilterChainMatchPredicate:
    this = ListenerFilterChainMatchPredicate(
        destination_port_range=Int32Range(start=port, end=port + 1)
    )
    return ListenerFilterChainMatchPredicate(not_match=this)


def _inbound_chain(manager: HttpConnectionManager, port: int, transport: str) -> FilterChain:
    return FilterChain(
        name=f"{LOOPBACK}_{port}",
        filter_chain_match=FilterChainMatch(destination_port=port, transport_protocol=transport),
        filters=[_network_filter(manager)],
    )


def _network_filter(manager: HttpConnectionManager) -> Filter:
    return Filter(
        name="envoy.filters.network.http_connection_manager", typed_config=packed(manager)
    )


def _inbound_manager(workload: Workload, port: int, applied: Applied) -> HttpConnectionManager:
    manager = manager_of_istiod(
        workload, custom_authorization(applied.policies, applied.providers, workload)
    )
    manager.route_config = inbound_routes(workload)
    manager.stat_prefix = f"inbound_{LOOPBACK}_{port};"
    manager.server_name = "istio-envoy"
    manager.forward_client_cert_details = (
        HttpConnectionManagerForwardClientCertDetails.APPEND_FORWARD
    )
    manager.set_current_client_cert_details = HttpConnectionManagerSetCurrentClientCertDetails(
        subject=True, dns=True, uri=True
    )
    return patched(manager, applied.filters, "SIDECAR_INBOUND")


def _outbound_manager(
    workload: Workload, port: int, callees: Sequence[Workload]
) -> HttpConnectionManager:
    manager = manager_of_istiod(workload, [])
    manager.route_config = outbound_routes(workload, callees)
    manager.stat_prefix = f"outbound_{LOOPBACK}_{port};"
    return manager


def manager_of_istiod(workload: Workload, checks: list[HttpFilter]) -> HttpConnectionManager:
    """Return what the connection managers of all listeners have in common, without routes.

    Args:
        workload: whose proxy it is.
        checks: filters of authorization, which come first.
    """
    return HttpConnectionManager(
        http_filters=[*checks, *before_router(), router()],
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
    tags = {**istio_tags(workload), **custom_tags()}
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
        custom_tags=[CustomTag.from_dict({"tag": tag, **tags[tag]}) for tag in sorted(tags)],
        provider=TracingHttp(name="envoy.tracers.opentelemetry", typed_config=packed(exporter)),
    )


def _access_log(condition: AccessLogFilter | None = None) -> AccessLog:
    line = SubstitutionFormatString(
        text_format_source=DataSource(inline_string=access_log_format())
    )
    return AccessLog(
        name="envoy.access_loggers.file",
        filter=condition,
        typed_config=packed(FileAccessLog(path="/dev/stdout", log_format=line)),
    )
