"""The ext_proc filter as Envoy configuration: buffering, attributes, and behaviour on failure.

Why these values:

- Two body modes, with trailers SEND, hold a message back until it is judged. BUFFERED holds it in
  the proxy, up to the proxy's buffer (1 MiB); a longer one is refused. FULL_DUPLEX_STREAMED gives
  it to the guard, and sends on what the guard sends back: long bodies and streams pass, and the
  proxy takes Content-Length away, since it cannot know it.
- STREAMED releases each chunk as it is approved. BUFFERED_PARTIAL passes the rest of a long body.
  Both were seen to let an identifier through.
- `failure_mode_allow: false` is Envoy's default. It is written out so that a change shows in a
  diff.
- `message_timeout` defaults to 200 ms. It does not hold in FULL_DUPLEX_STREAMED; there the guard
  gives up on a message that does not end. `grpc_service.timeout` has no effect on this stream, so
  it is not set.
- Attributes are CEL expressions; Envoy silently leaves out an unknown one. `request_attributes` are
  sent with the request headers only, so a filter that skips the request must ask for
  `response_attributes`.
- Metadata is forwarded by namespace, at the receiver and at a gateway only: what a sender's own
  sidecar writes proves nothing.
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

_BUFFERED, _STREAMED = "BUFFERED", "FULL_DUPLEX_STREAMED"


def _judge(request: str = "", response: str = "") -> Manifest:
    """The processing mode that judges each half with a body mode, and skips the other."""
    mode: Manifest = {}
    for half, body in (("request", request), ("response", response)):
        mode[f"{half}_header_mode"] = "SEND" if body else "SKIP"
        mode[f"{half}_body_mode"] = body or "NONE"
        mode[f"{half}_trailer_mode"] = "SEND" if body else "SKIP"
    return mode


def outbound_requests(installation: Installation) -> Manifest:
    """The filter that judges a request at its sender, before the mesh encrypts it."""
    return _outbound(installation, _judge(request=_BUFFERED))


def outbound_streams(installation: Installation) -> Manifest:
    """As `outbound_requests`, for long bodies and streams. It judges the answers too.

    A filter that skips responses ends its conversation with the guard when the response begins. A
    request that still streams then goes on unread (seen with Envoy 1.38).
    """
    return _outbound(installation, _judge(request=_STREAMED, response=_STREAMED))


def gateway_streams(installation: Installation) -> Manifest:
    """As `outbound_streams`, with the claims and headers that the gateway vouches for.

    A gateway belongs to the mesh's admin, and no application stands beside it that could write its
    metadata.
    """
    more: dict[str, ManifestValue] = {
        "request_attributes": list(OUTBOUND_ATTRIBUTES),
        "metadata_options": _vouched(),
    }
    return _filter(installation, _judge(request=_STREAMED, response=_STREAMED), more)


def inbound_responses(installation: Installation) -> Manifest:
    """The filter that judges a response at its sender, before the mesh encrypts it."""
    return _inbound(installation, _judge(response=_BUFFERED), "response_attributes")


def inbound_streams(installation: Installation) -> Manifest:
    """The filter that judges requests at their receiver and its responses, both as streams.

    It takes the place of ext_authz, which buffers each request.
    """
    mode = _judge(request=_STREAMED, response=_STREAMED)
    return _inbound(installation, mode, "request_attributes")


def _outbound(installation: Installation, mode: Manifest) -> Manifest:
    return _filter(installation, mode, {"request_attributes": list(OUTBOUND_ATTRIBUTES)})


def _inbound(installation: Installation, mode: Manifest, attributes: str) -> Manifest:
    more: dict[str, ManifestValue] = {
        attributes: list(INBOUND_ATTRIBUTES),
        "metadata_options": _vouched(),
    }
    return _filter(installation, mode, more)


def _vouched() -> Manifest:
    return {"forwarding_namespaces": {"untyped": list(NAMESPACES)}}


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
