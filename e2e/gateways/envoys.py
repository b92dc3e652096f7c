"""An ingress and an egress gateway, as istiod configures them, with the shipped EnvoyFilter.

The laboratory's sidecars know nothing of them:

    client ──TLS──> ingress ──mutual TLS──> sidecar of billing ──> billing
    ehr ──mutual TLS──> egress ──> a host outside (the application of analytics plays it)
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from envoy_data_plane.envoy.config.bootstrap.v3 import (
    Admin,
    Bootstrap,
    BootstrapStaticResources,
)
from envoy_data_plane.envoy.config.cluster.v3 import Cluster
from envoy_data_plane.envoy.config.core.v3 import (
    DataSource,
    Node,
    TrafficDirection,
    TransportSocket,
)
from envoy_data_plane.envoy.config.listener.v3 import Filter, FilterChain, Listener
from envoy_data_plane.envoy.config.route.v3 import RouteConfiguration, VirtualHost
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import (
    HttpConnectionManager,
    HttpConnectionManagerForwardClientCertDetails,
    HttpConnectionManagerSetCurrentClientCertDetails,
    HttpFilter,
)
from envoy_data_plane.envoy.extensions.transport_sockets.tls.v3 import (
    CommonTlsContext,
    DownstreamTlsContext,
    TlsCertificate,
)
from envoy_data_plane.google.protobuf import Struct

from extauthz.demo.envoy_clusters import (
    address,
    collector_cluster,
    guard_cluster,
    istio_service,
    outbound_cluster,
    outbound_name,
    static_cluster,
)
from extauthz.demo.envoy_config import prompt_spans
from extauthz.demo.envoy_listeners import manager_of_istiod
from extauthz.demo.envoy_patches import patched
from extauthz.demo.envoy_routes import outbound_route
from extauthz.demo.envoy_tls import mutual_tls_server, packed
from extauthz.demo.topology import (
    ANALYTICS,
    BILLING,
    INSTALLATION,
    CertificateFiles,
    Mesh,
    Workload,
)
from mesh.istio import guarded

INGRESS = Workload("istio-ingressgateway", "istio-ingress")
EGRESS = Workload("istio-egressgateway", "istio-egress")
PUBLIC = "portal.clinic.example"
PARTNER = "api.partner.example"
_VERIFIED = Path(__file__).parents[2] / "docs" / "verified-metadata.yaml"


def ingress(mesh: Mesh, server: CertificateFiles, keys: str) -> Bootstrap:
    """The gateway for clients outside: TLS with an ordinary certificate, and tokens verified.

    Args:
        server: its certificate for `PUBLIC`.
        keys: JWK set of the issuer, as a RequestAuthentication names it.
    """
    route = _Route("https.8443.https.public.istio-ingress", PUBLIC, outbound_name(BILLING))
    manager = _manager(INGRESS, mesh, route, [_authentication(keys)])
    chain = _chain(manager, _tls_server(server))
    behind = outbound_cluster(INGRESS, BILLING, mesh)
    # as istiod has it for a port named `http`: HTTP/1.1, whatever the client speaks
    behind.typed_extension_protocol_options = {}
    return _bootstrap(INGRESS, mesh, chain, behind)


def egress(mesh: Mesh) -> Bootstrap:
    """The gateway for requests of the mesh (`ISTIO_MUTUAL`) to the host of a ServiceEntry."""
    name = f"outbound|80||{PARTNER}"
    cluster = static_cluster(name, mesh.ports[ANALYTICS].app)
    cluster.metadata = istio_service(PARTNER, EGRESS.namespace)
    route = _Route("https.8443.https.outwards.istio-egress", PARTNER, name)
    manager = _manager(EGRESS, mesh, route, [])
    return _bootstrap(
        EGRESS, mesh, _chain(manager, mutual_tls_server(mesh.certificates[EGRESS])), cluster
    )


@dataclass(frozen=True)
class _Route:
    """A route of a gateway, as istiod names it.

    Args:
        name: of its configuration: protocol, port, the port's name, the Gateway and its namespace.
        host: that it is for.
        cluster: that it leads to.
    """

    name: str
    host: str
    cluster: str


def _manager(
    gateway: Workload, mesh: Mesh, route: _Route, checks: list[HttpFilter]
) -> HttpConnectionManager:
    _, port, _, service = route.cluster.split("|")
    to = outbound_route(route.cluster, f"{service}:{port}/*")
    to.name = ""  # that of a VirtualService has none
    manager = manager_of_istiod(gateway, checks)
    manager.route_config = RouteConfiguration(
        name=route.name,
        virtual_hosts=[
            VirtualHost(
                name=f"{route.host}:8443",
                domains=[route.host],
                routes=[to],
                include_request_attempt_count=True,
            )
        ],
        validate_clusters=False,
        ignore_port_in_host_matching=True,
    )
    manager.stat_prefix = f"outbound_0.0.0.0_{mesh.ports[gateway].outbound};"
    manager.server_name = "istio-envoy"
    if manager.tracing is not None:
        manager.tracing.spawn_upstream_span = True
    manager.use_remote_address = True
    manager.forward_client_cert_details = HttpConnectionManagerForwardClientCertDetails.SANITIZE_SET
    manager.set_current_client_cert_details = HttpConnectionManagerSetCurrentClientCertDetails(
        subject=True, cert=True, dns=True, uri=True
    )
    shipped = guarded.gateway(INSTALLATION, "istio", gateway.name.removeprefix("istio-"))
    return patched(manager, [shipped], "GATEWAY")


def _authentication(keys: str) -> HttpFilter:
    """The filter of a RequestAuthentication: a token must be valid, and may be absent."""
    document = yaml.safe_load(_VERIFIED.read_text(encoding="utf-8"))
    config = document["spec"]["configPatches"][0]["patch"]["value"]["typed_config"]
    config["providers"]["clinic"]["local_jwks"] = {"inline_string": keys}
    return HttpFilter.from_dict({"name": "envoy.filters.http.jwt_authn", "typed_config": config})


def _tls_server(files: CertificateFiles) -> TransportSocket:
    chain, key = (DataSource(filename=str(path)) for path in (files.certificate, files.key))
    context = DownstreamTlsContext(
        common_tls_context=CommonTlsContext(
            alpn_protocols=["h2", "http/1.1"],
            tls_certificates=[TlsCertificate(certificate_chain=chain, private_key=key)],
        ),
        require_client_certificate=False,
    )
    return TransportSocket(name="envoy.transport_sockets.tls", typed_config=packed(context))


def _chain(manager: HttpConnectionManager, tls: TransportSocket) -> FilterChain:
    name = "envoy.filters.network.http_connection_manager"
    return FilterChain(
        filters=[Filter(name=name, typed_config=packed(manager))], transport_socket=tls
    )


def _bootstrap(gateway: Workload, mesh: Mesh, chain: FilterChain, *routed: Cluster) -> Bootstrap:
    ports = mesh.ports[gateway]
    metadata = {"SERVICE_ACCOUNT": gateway.name, "NAMESPACE": gateway.namespace}
    listener = Listener(
        name=f"0.0.0.0_{ports.outbound}",
        address=address(ports.outbound),
        filter_chains=[chain],
        traffic_direction=TrafficDirection.OUTBOUND,
    )
    return Bootstrap(
        node=Node(
            id=f"router~127.0.0.1~{gateway.name}.{gateway.namespace}"
            f"~{gateway.namespace}.svc.cluster.local",
            cluster=f"{gateway.name}.{gateway.namespace}",
            metadata=Struct.from_dict(metadata),
        ),
        static_resources=BootstrapStaticResources(
            listeners=[listener],
            clusters=[*routed, guard_cluster(gateway, mesh), collector_cluster(mesh)],
        ),
        layered_runtime=prompt_spans(),
        admin=Admin(address=address(ports.admin)),
    )


def written(config: Bootstrap, path: Path) -> Sequence[str | Path]:
    """Write a bootstrap, and return the options with which Envoy reads it."""
    path.write_text(json.dumps(config.to_dict()), encoding="utf-8")
    return [
        "--config-path",
        path,
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "--file-flush-interval-msec",
        "100",
    ]
