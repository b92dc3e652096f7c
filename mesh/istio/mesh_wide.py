"""Mesh-wide settings: the provider, tracing that leaks no URL, and mutual TLS everywhere."""

from mesh.istio.installation import (
    DEADLINE,
    EXTENSION_PROVIDER,
    GUARD_PORT,
    MAX_BODY_BYTES,
    TRACING_PROVIDER,
    Installation,
)
from mesh.istio.manifest import Manifest, manifest

# RFC 9110, 9.3, and RFC 5789
_METHODS = "['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE']"
METHOD_OPERATOR = f"%CEL(request.method in {_METHODS} ? request.method : 'OTHER')%"
"""The method of a request, for access logs and spans: over HTTP/2 a client sends any word as one.

Envoy 1.38 evaluates it without an extension of its own.
"""

# Istio's own format prints the path with its query. This one keeps what an operator needs, without
# any part of the URL.
ACCESS_LOG_FORMAT = (
    f'[%START_TIME%] "{METHOD_OPERATOR} %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    "%RESPONSE_CODE_DETAILS% "
    "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %TRACE_ID% %UPSTREAM_CLUSTER% "
    "%DOWNSTREAM_PEER_URI_SAN%\n"
)

URL_TAG = "http.url"
METHOD_TAG = "http.method"
CLIENTS_TAGS = (
    "user_agent",
    "downstream_cluster",  # from `x-envoy-downstream-service-cluster`
    "guid:x-request-id",
    "guid:x-client-trace-id",
    # of requests with a content type of gRPC; the path has its query
    "grpc.path",
    "grpc.authority",
    "grpc.content_type",
    "grpc.timeout",
)
"""Tags of Envoy's spans that are copies of what a client writes.

Source: envoy/source/common/tracing/http_tracer_impl.cc.
"""


def mesh_config(installation: Installation) -> Manifest:
    """Helm values for the `istiod` chart: the part of MeshConfig that phiguard needs.

    `clearRouteCache` is left out: the API has the field, but istiod 1.30 does not write it into
    Envoy's configuration.
    """
    ext_authz: Manifest = {
        "service": installation.host,
        "port": GUARD_PORT,
        "timeout": DEADLINE,
        "failOpen": False,
        "statusOnError": "503",
        "includeRequestBodyInCheck": {
            "maxRequestBytes": MAX_BODY_BYTES,
            "allowPartialMessage": False,
            "packAsBytes": True,
        },
    }
    tracing: Manifest = {
        "service": installation.collector_host,
        "port": installation.values.collector.port,
        "maxTagLength": 1,
    }
    return {
        "meshConfig": {
            "enableAutoMtls": True,
            "accessLogFormat": ACCESS_LOG_FORMAT,
            "extensionProviders": [
                {"name": EXTENSION_PROVIDER, "envoyExtAuthzGrpc": ext_authz},
                {"name": TRACING_PROVIDER, "opentelemetry": tracing},
            ],
        }
    }


def telemetry(installation: Installation) -> Manifest:
    """Mesh-wide tracing whose spans hold nothing that a client writes.

    Envoy's `http.url` tag holds path and query, and so any identifier that an application puts
    there. Other tags are copies of headers. The literals replace the tags. A formatter can keep the
    usual methods from Envoy 1.37 on, which is Istio 1.29's. Where a namespace replaces the tags,
    the provider's `maxTagLength` shortens the URL to `/`.
    """
    withheld: Manifest = {"literal": {"value": "withheld"}}
    kept: Manifest = {"formatter": {"value": METHOD_OPERATOR}}
    tags: Manifest = {
        **dict.fromkeys((URL_TAG, *CLIENTS_TAGS), withheld),
        METHOD_TAG: kept if installation.values.mesh.methods_in_spans else withheld,
    }
    return manifest(
        "telemetry.istio.io/v1",
        "Telemetry",
        {"name": "mesh-default", "namespace": installation.root_namespace},
        spec={"tracing": [{"providers": [{"name": TRACING_PROVIDER}], "customTags": tags}]},
    )


def strict_mtls(namespace: str = "") -> Manifest:
    """Strict mutual TLS in one namespace; the root namespace means the whole mesh.

    Args:
        namespace: the namespace; empty leaves it to `kubectl apply -n`.
    """
    metadata: Manifest = (
        {"name": "default", "namespace": namespace} if namespace else {"name": "default"}
    )
    return manifest(
        "security.istio.io/v1", "PeerAuthentication", metadata, spec={"mtls": {"mode": "STRICT"}}
    )
