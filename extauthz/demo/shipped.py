"""What `phiguard istio render` ships, read as istiod would read it: the laboratory runs the product's own settings."""

from typing import Any

from extauthz.demo.topology import INSTALLATION
from mesh.istio import mesh_wide


def provider(kind: str) -> Any:  # noqa: ANN401 - a part of a YAML document
    """The settings of the extension provider of this kind in the shipped MeshConfig.

    Args:
        kind: `envoyExtAuthzGrpc` or `opentelemetry`.

    Raises:
        StopIteration: the shipped MeshConfig has none.
    """
    return next(one[kind] for one in _mesh_config()["extensionProviders"] if kind in one)


def access_log_format() -> str:
    """The line that every sidecar logs for a request."""
    return str(_mesh_config()["accessLogFormat"])


def custom_tags() -> Any:  # noqa: ANN401 - as above
    """The span tags that the shipped Telemetry resource sets, by name."""
    spec: Any = mesh_wide.telemetry()["spec"]
    return spec["tracing"][0]["customTags"]


def _mesh_config() -> Any:  # noqa: ANN401 - as above
    return mesh_wide.mesh_config(INSTALLATION)["meshConfig"]
