"""The objects that switch the guard on in one namespace.

They name no namespace: `kubectl apply -n NAMESPACE` sets it.
"""

from collections.abc import Sequence

from mesh.istio import codec_errors, ext_proc, grpc_message, span_headers
from mesh.istio.installation import EXTENSION_PROVIDER, GUARDED_LABEL, STREAMING, Installation
from mesh.istio.manifest import Manifest, manifest

_HTTP_CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager"


def inbound_requests() -> Manifest:
    """Every request to every workload of the namespace is checked after decryption.

    `rules: [{}]` matches everything. An empty list never fires. A rule about paths can be evaded,
    because the attacker chooses how to write a path (`//`, `;`, `%2f`). Exemptions belong in the
    guard's own policy.
    """
    spec: Manifest = {"action": "CUSTOM", "provider": {"name": EXTENSION_PROVIDER}, "rules": [{}]}
    return manifest("security.istio.io/v1", "AuthorizationPolicy", {"name": "phiguard"}, spec=spec)


def inbound_responses(installation: Installation) -> Manifest:
    """Responses are judged at the workload that sends them. ext_authz never sees them."""
    judge = codec_errors.answered_by_envoy(ext_proc.inbound_responses(installation))
    patches = _before_router("SIDECAR_INBOUND", judge, grpc_message.put_aside())
    return _envoy_filter("phiguard-inbound-responses", "true", *patches, _inbound_headers())


def outbound_requests(installation: Installation) -> Manifest:
    """Requests are judged at their sender, before the mesh encrypts them."""
    judge = ext_proc.outbound_requests(installation)
    return _envoy_filter("phiguard-outbound-requests", "true", _first(judge), _outbound_headers())


def inbound_streams(installation: Installation) -> Manifest:
    """Requests and responses of a workload with long bodies or streams, in place of ext_authz.

    ext_authz buffers each request, and refuses what is longer than its buffer. Both patches stand
    in one object, so that none can be there without the other.
    """
    judge = codec_errors.answered_by_envoy(ext_proc.inbound_streams(installation))
    remove: Manifest = {
        "applyTo": "HTTP_FILTER",
        "match": _match("SIDECAR_INBOUND", "envoy.filters.http.ext_authz"),
        "patch": {"operation": "REMOVE"},
    }
    patches = _before_router("SIDECAR_INBOUND", judge, grpc_message.put_aside())
    return _envoy_filter(
        "phiguard-inbound-streams", STREAMING, *patches, remove, _inbound_headers()
    )


def outbound_streams(installation: Installation) -> Manifest:
    """As `outbound_requests`, for a workload with long bodies or streams."""
    judge = ext_proc.outbound_streams(installation)
    patches = _before_router("SIDECAR_OUTBOUND", grpc_message.put_aside())
    patches += [_outbound_headers()]
    return _envoy_filter("phiguard-outbound-streams", STREAMING, _first(judge), *patches)


def gateway(installation: Installation, key: str, value: str) -> Manifest:
    """Requests and their answers at an ingress or egress gateway, both as streams.

    A gateway is a caller like any other: its certificate says who sends, and the route says to
    whom. The filter stands behind the gateway's own authentication and authorization, so what
    those refuse costs nothing here.

    Args:
        key: label of the gateway's pods.
        value: its value.
    """
    judge = ext_proc.gateway_streams(installation)
    patches = _before_router("GATEWAY", judge, grpc_message.put_aside())
    patches.append(_without("GATEWAY", span_headers.INBOUND))
    return selecting(f"phiguard-gateway-{value}", {key: value}, patches)


def _before_router(context: str, *values: Manifest) -> list[Manifest]:
    """Insert directly before the router, in this order, after istiod's own authorization.

    So a request that Istio refuses costs nothing here.
    """
    return [
        {
            "applyTo": "HTTP_FILTER",
            "match": _match(context, "envoy.filters.http.router"),
            "patch": {"operation": "INSERT_BEFORE", "value": value},
        }
        for value in values
    ]


def _first(value: Manifest) -> Manifest:
    return {
        "applyTo": "HTTP_FILTER",
        "match": _match("SIDECAR_OUTBOUND"),
        "patch": {"operation": "INSERT_FIRST", "value": value},
    }


def _inbound_headers() -> Manifest:
    return _without("SIDECAR_INBOUND", span_headers.INBOUND)


def _outbound_headers() -> Manifest:
    return _without("SIDECAR_OUTBOUND", span_headers.OUTBOUND)


def _without(context: str, headers: Sequence[str]) -> Manifest:
    return {
        "applyTo": "NETWORK_FILTER",
        "match": _match(context),
        "patch": {"operation": "MERGE", "value": span_headers.manager(headers)},
    }


def _match(context: str, http_filter: str = "") -> Manifest:
    manager: Manifest = {"name": _HTTP_CONNECTION_MANAGER}
    if http_filter:
        manager["subFilter"] = {"name": http_filter}
    return {"context": context, "listener": {"filterChain": {"filter": manager}}}


def _envoy_filter(name: str, label: str, *patches: Manifest) -> Manifest:
    # without a selector the filter would wrap every sidecar of the namespace, also the guard's and
    # the collector's
    return selecting(name, {GUARDED_LABEL: label}, patches)


def selecting(name: str, labels: Manifest, patches: Sequence[Manifest]) -> Manifest:
    """An EnvoyFilter for pods with these labels."""
    spec: Manifest = {
        # after filters of others (0): a neighbour that one of them inserts is there by then
        "priority": 10,
        "workloadSelector": {"labels": labels},
        "configPatches": list(patches),
    }
    return manifest("networking.istio.io/v1alpha3", "EnvoyFilter", {"name": name}, spec=spec)
