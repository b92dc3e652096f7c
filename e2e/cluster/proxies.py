"""Real Envoys that take their configuration from a real istiod, as an injected sidecar does.

What the agent beside Envoy would do, a small server here does: it hands out certificates. Nothing
redirects traffic to these Envoys; what they are shown for is what they run.
"""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
from envoy_data_plane.envoy.config.core.v3 import DataSource
from envoy_data_plane.envoy.extensions.transport_sockets.tls.v3 import (
    CertificateValidationContext,
    Secret,
    TlsCertificate,
)
from envoy_data_plane.envoy.service.discovery.v3 import DiscoveryRequest, DiscoveryResponse
from envoy_data_plane.google.protobuf import Any as Packed

from extauthz.demo.certificates import Authority
from extauthz.demo.processes import Child, Processes
from extauthz.demo.topology import LOOPBACK, CertificateFiles, Workload

_SECRETS: Final = "/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets"
_SOCKET: Final = "sds"
_MANAGER: Final = "envoy.filters.network.http_connection_manager"
_HTTP2: Final = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
}


@dataclass(frozen=True)
class Pod:
    """What a proxy says of its pod.

    Args:
        workload: its service account and namespace; the pod is named after it.
        address: of the pod in the cluster.
        labels: of the pod.
        node: that it runs on.
        is_gateway: it is a gateway's pod, and no application is in it.
    """

    workload: Workload
    address: str
    labels: Mapping[str, str] = field(default_factory=dict)
    node: str = "node-1"
    is_gateway: bool = False

    @property
    def name(self) -> str:
        """Of the pod."""
        return f"{self.workload.name}-0"


@dataclass(frozen=True)
class Proxy:
    """A running Envoy.

    Args:
        pod: whose sidecar it is.
        admin: port of its admin interface.
    """

    pod: Pod
    admin: int
    process: Child

    def dump(self, part: str = "") -> list[dict[str, Any]]:
        """Return its configuration, or one kind of resource of it."""
        query = f"?resource={part}" if part else "?include_eds"
        with contextlib.suppress(urllib.error.HTTPError):  # 404: it has none yet
            url = f"http://{LOOPBACK}:{self.admin}/config_dump{query}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                found: list[dict[str, Any]] = json.load(answer).get("configs", [])
                return found
        return []

    def listeners(self) -> dict[str, dict[str, Any]]:
        """Return the listeners that it took from istiod, by name."""
        found = {}
        for each in self.dump("dynamic_listeners"):
            state = each.get("active_state") or each.get("warming_state")
            if state is not None:
                found[each["name"]] = state["listener"]
        return found

    def clusters(self) -> dict[str, dict[str, Any]]:
        """Return the clusters that it took from istiod, by name."""
        states = self.dump("dynamic_active_clusters") + self.dump("dynamic_warming_clusters")
        return {each["cluster"]["name"]: each["cluster"] for each in states}

    def endpoints(self, cluster: str) -> list[tuple[int, str]]:
        """Return priority and address of each endpoint of a cluster."""
        for part in self.dump():
            for each in part.get("dynamic_endpoint_configs", ()):
                assignment = each["endpoint_config"]
                if assignment["cluster_name"] == cluster:
                    return [
                        (
                            group.get("priority", 0),
                            one["endpoint"]["address"]["socket_address"]["address"],
                        )
                        for group in assignment.get("endpoints", ())
                        for one in group["lb_endpoints"]
                    ]
        return []

    def refused(self) -> list[str]:
        """Return what it refused of istiod's configuration, with its reason."""
        lines = self.process.output.read_text(errors="replace").splitlines()
        return [line for line in lines if " rejected: " in line]


def managers(listener: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the HTTP connection managers of a listener, with the name of their chain."""
    chains = [*listener.get("filter_chains", ()), listener.get("default_filter_chain", {})]
    return [
        (chain.get("name", ""), each["typed_config"])
        for chain in chains
        for each in chain.get("filters", ())
        if each["name"] == _MANAGER
    ]


def filters(manager: Mapping[str, Any]) -> list[str]:
    """Return the names of a manager's HTTP filters, in their order."""
    return [each["name"] for each in manager["http_filters"]]


@dataclass(frozen=True)
class Proxies:
    """Where Envoys are started.

    Args:
        envoy: the program.
        discovery: istiod's port for plain gRPC.
        folder: holds the socket of `certificates`.
        processes: which they belong to.
        version: of Istio, that they say they are of.
    """

    envoy: Path
    discovery: int
    folder: Path
    processes: Processes
    version: str

    def start(self, pod: Pod, admin: int) -> Proxy:
        """Start an Envoy for a pod, and wait until it runs istiod's configuration."""
        path = self.folder / f"{pod.name}.json"
        path.write_text(json.dumps(self._bootstrap(pod, admin)))
        options = ["--config-path", path, "--concurrency", "1", "--disable-hot-restart"]
        process = self.processes.start(f"envoy-{pod.name}", [self.envoy, *options])
        proxy = Proxy(pod, admin, process)
        self.processes.wait_until(lambda: bool(_listeners(proxy)), f"configuration of {pod.name}")
        return proxy

    def _bootstrap(self, pod: Pod, admin: int) -> dict[str, Any]:
        sources = {
            "xds-grpc": _address(self.discovery),
            "sds-grpc": {"pipe": {"path": str(self.folder / _SOCKET)}},
        }
        return {
            "node": _node(pod, self.version),
            "admin": {"address": _address(admin)},
            "dynamic_resources": {
                "ads_config": {
                    "api_type": "GRPC",
                    "transport_api_version": "V3",
                    "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}],
                },
                "cds_config": {"ads": {}, "resource_api_version": "V3"},
                "lds_config": {"ads": {}, "resource_api_version": "V3"},
            },
            "static_resources": {"clusters": [_cluster(*each) for each in sources.items()]},
        }


def _node(pod: Pod, version: str) -> dict[str, Any]:
    workload = pod.workload
    role = "router" if pod.is_gateway else "sidecar"
    domain = f"{workload.namespace}.svc.cluster.local"
    return {
        "id": f"{role}~{pod.address}~{pod.name}.{workload.namespace}~{domain}",
        "cluster": f"{workload.name}.{workload.namespace}",
        "metadata": {
            "NAME": pod.name,
            "NAMESPACE": workload.namespace,
            "SERVICE_ACCOUNT": workload.name,
            "LABELS": dict(pod.labels),
            "CLUSTER_ID": "Kubernetes",
            "NODE_NAME": pod.node,
            "ISTIO_VERSION": version,
            "INSTANCE_IPS": pod.address,
            "INTERCEPTION_MODE": "REDIRECT",
        },
    }


def _listeners(proxy: Proxy) -> dict[str, dict[str, Any]]:
    try:
        return proxy.listeners()
    except OSError:
        return {}


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": LOOPBACK, "port_value": port}}


def _cluster(name: str, address: Mapping[str, Any]) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": address}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "typed_extension_protocol_options": _HTTP2,
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


@contextlib.contextmanager
def any_certificate(folder: Path) -> Iterator[None]:
    """Hand out one certificate to every proxy, where nobody looks whose it is."""
    files = Authority.create().issue(Workload("any", "any"), folder / "certificates")
    with certificates(folder, files):
        yield


@contextlib.contextmanager
def certificates(folder: Path, files: CertificateFiles) -> Iterator[None]:
    """Hand out a certificate to every proxy, at a socket in the folder, as the agent would.

    Args:
        files: with the roots of all trust domains, one after the other.
    """
    # each proxy keeps two streams open, and each stream a thread
    server = grpc.server(futures.ThreadPoolExecutor(128))
    handler = grpc.stream_stream_rpc_method_handler(
        lambda requests, _: _secrets(requests, files),
        request_deserializer=DiscoveryRequest.parse,
        response_serializer=bytes,
    )
    service, method = _SECRETS[1:].split("/")
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {method: handler}),)
    )
    server.add_insecure_port(f"unix:{folder / _SOCKET}")
    server.start()
    try:
        yield
    finally:
        server.stop(0)


def _secrets(
    requests: Iterator[DiscoveryRequest], files: CertificateFiles
) -> Iterator[DiscoveryResponse]:
    for request in requests:
        if request.response_nonce:
            continue  # it took the last one
        yield DiscoveryResponse(
            version_info="1",
            nonce=str(time.monotonic_ns()),
            type_url=request.type_url,
            resources=[Packed.pack(_secret(name, files)) for name in request.resource_names],
        )


def _secret(name: str, files: CertificateFiles) -> Secret:
    if name == "ROOTCA":
        roots = CertificateValidationContext(trusted_ca=_text(files.authority))
        return Secret(name=name, validation_context=roots)
    pair = TlsCertificate(certificate_chain=_text(files.certificate), private_key=_text(files.key))
    return Secret(name=name, tls_certificate=pair)


def _text(path: Path) -> DataSource:
    return DataSource(inline_string=path.read_text())
