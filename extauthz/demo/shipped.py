"""The settings that `phiguard istio render` ships, read as istiod would read them.

So the laboratory runs with the product's own settings.
"""

from collections.abc import Mapping
from typing import Any

from extauthz.demo.topology import INSTALLATION, TRUST_DOMAIN, Workload
from mesh.istio import mesh_wide


def provider(kind: str) -> Any:  # noqa: ANN401 - a part of a YAML document
    """Return the settings of the shipped extension provider of this kind.

    Args:
        kind: `envoyExtAuthzGrpc` or `opentelemetry`.

    Raises:
        StopIteration: the shipped MeshConfig has none.
    """
    return next(one[kind] for one in providers() if kind in one)


def providers() -> Any:  # noqa: ANN401 - a part of a YAML document
    """Return `extensionProviders` of the shipped MeshConfig."""
    return _mesh_config()["extensionProviders"]


def access_log_format() -> str:
    """Return the format of the access log of every sidecar."""
    return str(_mesh_config()["accessLogFormat"])


def custom_tags() -> Any:  # noqa: ANN401 - as above
    """Return the span tags of the shipped Telemetry resource, by name, in Envoy's form."""
    spec: Any = mesh_wide.telemetry(INSTALLATION)["spec"]
    tags = spec["tracing"][0]["customTags"]
    # Istio's `formatter: {value}` is Envoy's `value`
    return {tag: kind.get("formatter", kind) for tag, kind in tags.items()}


def istio_tags(workload: Workload) -> Mapping[str, Any]:
    """Return the span tags that istiod adds itself, by name, in Envoy's form."""
    literals = {
        "canonical_revision": "latest",
        "canonical_service": workload.name,
        "cluster_id": "Kubernetes",
        "mesh_id": TRUST_DOMAIN,
        "namespace": workload.namespace,
    }
    tags: dict[str, Any] = {
        f"istio.{tag}": {"literal": {"value": value}} for tag, value in literals.items()
    }
    for action in ("allow", "deny"):
        for tag, key in (("name", "effective_policy_id"), ("result", "engine_result")):
            path = [{"key": f"istio_dry_run_{action}_shadow_{key}"}]
            tags[f"istio.authorization.dry_run.{action}_policy.{tag}"] = {
                "metadata": {
                    "kind": {"request": {}},
                    "metadata_key": {"key": "envoy.filters.http.rbac", "path": path},
                }
            }
    return tags


def _mesh_config() -> Any:  # noqa: ANN401 - as above
    return mesh_wide.mesh_config(INSTALLATION)["meshConfig"]
