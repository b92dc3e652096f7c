"""The settings that `phiguard istio render` ships, read as istiod would read them.

So the laboratory runs with the product's own settings.
"""

from typing import Any

from extauthz.demo.topology import INSTALLATION
from mesh.istio import mesh_wide


def provider(kind: str) -> Any:  # noqa: ANN401 - a part of a YAML document
    """Return the settings of the shipped extension provider of this kind.

    Args:
        kind: `envoyExtAuthzGrpc` or `opentelemetry`.

    Raises:
        StopIteration: the shipped MeshConfig has none.
    """
    return next(one[kind] for one in _mesh_config()["extensionProviders"] if kind in one)


def access_log_format() -> str:
    """Return the format of the access log of every sidecar."""
    return str(_mesh_config()["accessLogFormat"])


def custom_tags() -> Any:  # noqa: ANN401 - as above
    """Return the span tags of the shipped Telemetry resource, by name, in Envoy's form."""
    spec: Any = mesh_wide.telemetry(INSTALLATION)["spec"]
    tags = spec["tracing"][0]["customTags"]
    # Istio's `formatter: {value}` is Envoy's `value`
    return {tag: kind.get("formatter", kind) for tag, kind in tags.items()}


def _mesh_config() -> Any:  # noqa: ANN401 - as above
    return mesh_wide.mesh_config(INSTALLATION)["meshConfig"]
