"""The objects that switch the guard on in one namespace.

They name no namespace: `kubectl apply -n NAMESPACE` sets it.
"""

from mesh.istio import codec_errors, ext_proc
from mesh.istio.installation import EXTENSION_PROVIDER, GUARDED_LABEL, Installation
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
    match: Manifest = {
        "context": "SIDECAR_INBOUND",
        "listener": {
            "filterChain": {
                # directly before the router, after istiod's own authorization: a refused request
                # costs nothing here
                "filter": {
                    "name": _HTTP_CONNECTION_MANAGER,
                    "subFilter": {"name": "envoy.filters.http.router"},
                }
            }
        },
    }
    patch: Manifest = {
        "operation": "INSERT_BEFORE",
        "value": codec_errors.answered_by_envoy(ext_proc.inbound_responses(installation)),
    }
    return _envoy_filter("phiguard-inbound-responses", match, patch)


def outbound_requests(installation: Installation) -> Manifest:
    """Requests are judged at their sender, before the mesh encrypts them."""
    match: Manifest = {
        "context": "SIDECAR_OUTBOUND",
        "listener": {"filterChain": {"filter": {"name": _HTTP_CONNECTION_MANAGER}}},
    }
    patch: Manifest = {
        "operation": "INSERT_FIRST",
        "value": ext_proc.outbound_requests(installation),
    }
    return _envoy_filter("phiguard-outbound-requests", match, patch)


def _envoy_filter(name: str, match: Manifest, patch: Manifest) -> Manifest:
    # without a selector the filter would wrap every sidecar of the namespace, also the guard's and
    # the collector's
    spec: Manifest = {
        "workloadSelector": {"labels": {GUARDED_LABEL: "true"}},
        "configPatches": [{"applyTo": "HTTP_FILTER", "match": match, "patch": patch}],
    }
    return manifest("networking.istio.io/v1alpha3", "EnvoyFilter", {"name": name}, spec=spec)
