"""The ext_proc filter as Envoy configuration: buffering, attributes, and behaviour on failure.

Why these values:

- BUFFERED with trailers SEND is the only body mode that holds a message back until it is judged.
  STREAMED releases each chunk as it is approved. BUFFERED_PARTIAL passes the rest of a long body.
  Both were seen to let an identifier through.
- `failure_mode_allow: false` is Envoy's default. It is written out so that a change shows in a
  diff.
- `message_timeout` defaults to 200 ms. `grpc_service.timeout` has no effect on this stream, so it
  is not set.
- Attributes are CEL expressions; Envoy silently leaves out an unknown one. `request_attributes` are
  sent with the request headers only, so a filter that skips the request must ask for
  `response_attributes`.
- Metadata is forwarded by namespace, at the receiver only: what a sender's own sidecar writes
  proves nothing.
"""

from mesh.istio.installation import MESSAGE_DEADLINE, Installation
from mesh.istio.manifest import Manifest, ManifestValue
from mesh.istio.metadata import NAMESPACES

TYPE_URL = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"
FILTER_NAME = "phiguard.ext_proc"

OUTBOUND_ATTRIBUTES = (
    "xds.listener_direction",  # 2: outbound
    "xds.node.metadata['SERVICE_ACCOUNT']",
    "xds.node.metadata['NAMESPACE']",
    "xds.cluster_name",
    "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']",
    "connection.mtls",
)
"""What the sender's sidecar knows about a request: its workload, and the routed service."""

INBOUND_ATTRIBUTES = (
    "xds.listener_direction",  # 1: inbound
    "connection.uri_san_peer_certificate",
    "connection.uri_san_local_certificate",
    "connection.mtls",
    "destination.port",
    "source.address",
    # when true, `source.address` is what the client wrote into that header
    "'x-forwarded-for' in request.headers",
    "request.method",
    "request.path",
    "request.host",
)
"""What the receiver's sidecar knows about a response: both SPIFFE ids, and the request."""

_JUDGE_REQUEST: Manifest = {
    "request_header_mode": "SEND",
    "request_body_mode": "BUFFERED",
    "request_trailer_mode": "SEND",
    "response_header_mode": "SKIP",
    "response_body_mode": "NONE",
    "response_trailer_mode": "SKIP",
}
_JUDGE_RESPONSE: Manifest = {
    "request_header_mode": "SKIP",
    "request_body_mode": "NONE",
    "request_trailer_mode": "SKIP",
    "response_header_mode": "SEND",
    "response_body_mode": "BUFFERED",
    "response_trailer_mode": "SEND",
}


def outbound_requests(installation: Installation) -> Manifest:
    """The filter that judges a request at its sender, before the mesh encrypts it."""
    return _filter(installation, _JUDGE_REQUEST, {"request_attributes": list(OUTBOUND_ATTRIBUTES)})


def inbound_responses(installation: Installation) -> Manifest:
    """The filter that judges a response at its sender, before the mesh encrypts it."""
    vouched: Manifest = {"forwarding_namespaces": {"untyped": list(NAMESPACES)}}
    more: dict[str, ManifestValue] = {
        "response_attributes": list(INBOUND_ATTRIBUTES),
        "metadata_options": vouched,
    }
    return _filter(installation, _JUDGE_RESPONSE, more)


def _filter(
    installation: Installation, processing_mode: Manifest, more: dict[str, ManifestValue]
) -> Manifest:
    config: Manifest = {
        "@type": TYPE_URL,
        "stat_prefix": "phiguard",
        "grpc_service": {
            "envoy_grpc": {"cluster_name": installation.cluster, "authority": installation.host}
        },
        "failure_mode_allow": False,
        "status_on_error": {"code": "ServiceUnavailable"},
        "message_timeout": MESSAGE_DEADLINE,
        "processing_mode": processing_mode,
        **more,
    }
    return {"name": FILTER_NAME, "typed_config": config}
