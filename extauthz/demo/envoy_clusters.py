"""The clusters of one sidecar, with istiod's names, labels and TLS settings.

They are STATIC: the laboratory has no istiod and so no EDS, and its endpoints never move.
"""

from datetime import timedelta
from typing import Final

from envoy_data_plane.envoy.config.cluster.v3 import (
    CircuitBreakers,
    CircuitBreakersThresholds,
    Cluster,
    ClusterCommonLbConfig,
    ClusterDiscoveryType,
    ClusterLbPolicy,
    ClusterTransportSocketMatch,
)
from envoy_data_plane.envoy.config.core.v3 import (
    Address,
    Http1ProtocolOptions,
    Http2ProtocolOptions,
    Metadata,
    SocketAddress,
)
from envoy_data_plane.envoy.config.endpoint.v3 import (
    ClusterLoadAssignment,
    Endpoint,
    LbEndpoint,
    LocalityLbEndpoints,
)
from envoy_data_plane.envoy.extensions.upstreams.http.v3 import (
    HttpProtocolOptions,
    HttpProtocolOptionsExplicitHttpConfig,
    HttpProtocolOptionsUseDownstreamHttpConfig,
)
from envoy_data_plane.google.protobuf import Any, Struct

from extauthz.demo.envoy_tls import mutual_tls_client, packed, plaintext
from extauthz.demo.topology import (
    GUARD,
    INSTALLATION,
    LOOPBACK,
    SERVICE_PORT,
    CertificateFiles,
    Mesh,
    Workload,
)
from mesh.istio.installation import GUARD_PORT

INBOUND_CLUSTER: Final = f"inbound|{SERVICE_PORT}||"
COLLECTOR_CLUSTER: Final = "outbound|4317||otel-collector.observability.svc.cluster.local"

_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNLIMITED: Final = 2**32 - 1  # istiod sets this on every cluster
_CONNECT_TIMEOUT: Final = timedelta(seconds=10)
# marks an endpoint that has a sidecar; `transport_socket_matches` reads it (istiod's auto-mTLS)
_HAS_SIDECAR: Final = {"tlsMode": "istio"}


def outbound_name(callee: Workload) -> str:
    """Return Istio's name of the cluster for a service."""
    return f"outbound|{SERVICE_PORT}||{callee.host}"


def address(port: int) -> Address:
    """Return the address of a TCP port on loopback."""
    return Address(socket_address=SocketAddress(address=LOOPBACK, port_value=port))


def inbound_cluster(workload: Workload, mesh: Mesh) -> Cluster:
    """Return the cluster of a sidecar's own application."""
    cluster = static_cluster(INBOUND_CLUSTER, mesh.ports[workload].app)
    cluster.typed_extension_protocol_options = _as_received()
    cluster.metadata = istio_service(workload.host, workload.namespace)
    return cluster


def outbound_cluster(caller: Workload, callee: Workload, mesh: Mesh) -> Cluster:
    """Return the cluster of another workload's sidecar.

    It uses mutual TLS, pinned to the service account of `callee`.
    """
    name = outbound_name(callee)
    cluster = static_cluster(name, mesh.ports[callee].inbound, has_sidecar=True)
    cluster.lb_policy = ClusterLbPolicy.LEAST_REQUEST
    cluster.typed_extension_protocol_options = _as_received()
    cluster.metadata = istio_service(callee.host, callee.namespace)
    cluster.transport_socket_matches = auto_mtls(
        mesh.certificates[caller], callee, sni=sni(SERVICE_PORT, callee.host), alpn=["istio"]
    )
    return cluster


def guard_cluster(caller: Workload, mesh: Mesh) -> Cluster:
    """Return the cluster of the guard: gRPC over mutual TLS, so that the guard knows its caller."""
    cluster = static_cluster(INSTALLATION.cluster, mesh.guard, has_sidecar=True)
    cluster.lb_policy = ClusterLbPolicy.LEAST_REQUEST
    cluster.metadata = istio_service(INSTALLATION.host, GUARD.namespace)
    cluster.typed_extension_protocol_options = _http2()
    cluster.transport_socket_matches = auto_mtls(
        mesh.certificates[caller],
        GUARD,
        sni=sni(GUARD_PORT, INSTALLATION.host),
        alpn=["istio", "h2"],
    )
    return cluster


def collector_cluster(mesh: Mesh) -> Cluster:
    """Return the cluster of the OTLP collector."""
    cluster = static_cluster(COLLECTOR_CLUSTER, mesh.collector)
    cluster.lb_policy = ClusterLbPolicy.LEAST_REQUEST
    cluster.typed_extension_protocol_options = _http2()
    return cluster


def static_cluster(name: str, port: int, *, has_sidecar: bool = False) -> Cluster:
    """Return a cluster of one port on loopback, with what istiod sets on every cluster."""
    limits = CircuitBreakersThresholds(
        max_connections=_UNLIMITED,
        max_pending_requests=_UNLIMITED,
        max_requests=_UNLIMITED,
        max_retries=_UNLIMITED,
    )
    endpoint = LbEndpoint(endpoint=Endpoint(address=address(port)))
    if has_sidecar:
        endpoint.metadata = Metadata(
            filter_metadata={"envoy.transport_socket_match": Struct.from_dict(_HAS_SIDECAR)}
        )
    return Cluster(
        name=name,
        type=ClusterDiscoveryType.STATIC,
        connect_timeout=_CONNECT_TIMEOUT,
        circuit_breakers=CircuitBreakers(thresholds=[limits]),
        common_lb_config=ClusterCommonLbConfig(),
        alt_stat_name=f"{name};",
        load_assignment=ClusterLoadAssignment(
            cluster_name=name, endpoints=[LocalityLbEndpoints(lb_endpoints=[endpoint])]
        ),
    )


def auto_mtls(
    files: CertificateFiles, peer: Workload, *, sni: str, alpn: list[str]
) -> list[ClusterTransportSocketMatch]:
    """Return istiod's auto-mTLS: mutual TLS with an endpoint that has a sidecar."""
    return [
        ClusterTransportSocketMatch(
            name="tlsMode-istio",
            match=Struct.from_dict(_HAS_SIDECAR),
            transport_socket=mutual_tls_client(files, peer, sni=sni, alpn=alpn),
        ),
        ClusterTransportSocketMatch(
            name="tlsMode-disabled", match=Struct(), transport_socket=plaintext()
        ),
    ]


def istio_service(host: str, namespace: str) -> Metadata:
    """Return the metadata behind the attribute of the service host.

    The attribute is `xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']`.
    """
    services = {"services": [{"namespace": namespace, "name": host, "host": host}]}
    return Metadata(filter_metadata={"istio": Struct.from_dict(services)})


def _as_received() -> dict[str, Any]:
    """Return istiod's setting for unnamed protocols: HTTP/2 goes on as HTTP/2, and 1.1 as 1.1."""
    options = HttpProtocolOptions(
        use_downstream_protocol_config=HttpProtocolOptionsUseDownstreamHttpConfig(
            http_protocol_options=Http1ProtocolOptions(),
            http2_protocol_options=Http2ProtocolOptions(),
        )
    )
    return {_OPTIONS: packed(options)}


def _http2() -> dict[str, Any]:
    options = HttpProtocolOptions(
        explicit_http_config=HttpProtocolOptionsExplicitHttpConfig(
            http2_protocol_options=Http2ProtocolOptions()
        )
    )
    return {_OPTIONS: packed(options)}


def sni(port: int, host: str) -> str:
    """Return the server name that sidecars ask each other for."""
    return f"outbound_.{port}_._.{host}"
