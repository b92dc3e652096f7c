"""The listeners and clusters of one sidecar for HL7 over MLLP, as istiod makes them for TCP."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import betterproto2
from envoy_data_plane.envoy.config.cluster.v3 import Cluster, ClusterLbPolicy
from envoy_data_plane.envoy.config.core.v3 import (
    ApiVersion,
    GrpcService,
    GrpcServiceEnvoyGrpc,
    TrafficDirection,
)
from envoy_data_plane.envoy.config.listener.v3 import Filter, FilterChain, Listener
from envoy_data_plane.envoy.extensions.filters.network.ext_authz.v3 import ExtAuthz
from envoy_data_plane.envoy.extensions.filters.network.tcp_proxy.v3 import TcpProxy

from extauthz.demo.envoy_clusters import address, auto_mtls, istio_service, sni, static_cluster
from extauthz.demo.envoy_tls import mutual_tls_server, packed
from extauthz.demo.gates import Applied, IstioObject
from extauthz.demo.hl7.patches import patched
from extauthz.demo.topology import HL7_PORT, LOOPBACK, Mesh, Workload

INBOUND_CLUSTER: Final = f"inbound|{HL7_PORT}||"


def outbound_name(callee: Workload) -> str:
    """Return Istio's name of the cluster for a service."""
    return f"outbound|{HL7_PORT}||{callee.host}"


def listeners(workload: Workload, mesh: Mesh, applied: Applied) -> list[Listener]:
    """Return the listener for other sidecars, and one for each service that is called.

    They are none where the mesh has no ports for the workload.
    """
    if workload not in mesh.hl7:
        return []
    ports = mesh.hl7[workload]
    return [
        _inbound(workload, mesh, applied),
        *(_outbound(callee, port, applied) for callee, port in ports.outbound.items()),
    ]


def clusters(workload: Workload, mesh: Mesh) -> list[Cluster]:
    """Return the cluster of the application, and one for each service that is called."""
    if workload not in mesh.hl7:
        return []
    ports = mesh.hl7[workload]
    application = static_cluster(INBOUND_CLUSTER, ports.app)
    application.metadata = istio_service(workload.host, workload.namespace)
    return [application, *(_callee(workload, callee, mesh) for callee in ports.outbound)]


def _callee(workload: Workload, callee: Workload, mesh: Mesh) -> Cluster:
    cluster = static_cluster(outbound_name(callee), mesh.hl7[callee].inbound, has_sidecar=True)
    cluster.lb_policy = ClusterLbPolicy.LEAST_REQUEST
    cluster.metadata = istio_service(callee.host, callee.namespace)
    cluster.transport_socket_matches = auto_mtls(
        mesh.certificates[workload], callee, sni=sni(HL7_PORT, callee.host), alpn=["istio"]
    )
    return cluster


def _inbound(workload: Workload, mesh: Mesh, applied: Applied) -> Listener:
    chain = [*_authorization(applied.policies, applied.providers), _proxy(INBOUND_CLUSTER)]
    filters = patched(chain, applied.filters, "SIDECAR_INBOUND", HL7_PORT)
    listener = _listener(mesh.hl7[workload].inbound, filters, TrafficDirection.INBOUND)
    listener.filter_chains[0].transport_socket = mutual_tls_server(mesh.certificates[workload])
    return listener


def _outbound(callee: Workload, port: int, applied: Applied) -> Listener:
    chain = [_proxy(outbound_name(callee))]
    filters = patched(chain, applied.filters, "SIDECAR_OUTBOUND", HL7_PORT)
    return _listener(port, filters, TrafficDirection.OUTBOUND)


def _listener(port: int, filters: list[Filter], direction: TrafficDirection) -> Listener:
    return Listener(
        name=f"{LOOPBACK}_{port}",
        address=address(port),
        filter_chains=[FilterChain(filters=filters)],
        traffic_direction=direction,
    )


def _authorization(
    policies: Sequence[IstioObject], providers: Sequence[IstioObject]
) -> list[Filter]:
    """Return what an AuthorizationPolicy with action CUSTOM puts into a TCP chain: ext_authz."""
    if not policies:
        return []
    name = policies[0]["spec"]["provider"]["name"]
    settings = next(one["envoyExtAuthzGrpc"] for one in providers if one["name"] == name)
    host = settings["service"]
    check = ExtAuthz(
        stat_prefix="tcp.",
        grpc_service=GrpcService(
            envoy_grpc=GrpcServiceEnvoyGrpc(
                cluster_name=f"outbound|{settings['port']}||{host}", authority=host
            ),
            timeout=timedelta(seconds=float(settings["timeout"].removesuffix("s"))),
        ),
        transport_api_version=ApiVersion.V3,
    )
    return [_filter("envoy.filters.network.ext_authz", check)]


def _proxy(cluster: str) -> Filter:
    proxy = TcpProxy(stat_prefix=cluster, cluster=cluster)
    return _filter("envoy.filters.network.tcp_proxy", proxy)


def _filter(name: str, config: betterproto2.Message) -> Filter:
    return Filter(name=name, typed_config=packed(config))
