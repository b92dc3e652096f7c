"""Objects without what may be a secret, before they are written to a folder.

A container's environment and arguments may hold a password. An audit reads them of Istio's own
containers and of the guard only.
"""

from collections.abc import Mapping
from typing import Any, Final

from mesh.istio.check.workloads import ISTIO_CONTAINERS

_CONTAINERS: Final = frozenset({"containers", "initContainers", "ephemeralContainers"})
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""An annotation that holds the whole object again."""
_SERVE: Final = "serve"
_DEPTH: Final = 100


def lean(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without values of environments, arguments, and copies of itself.

    Args:
        item: as the server gives it.
    """
    found: dict[str, Any] = _copied(item, 0)
    metadata = found.get("metadata")
    if isinstance(metadata, dict):
        for each in metadata.get("managedFields") or ():
            if isinstance(each, dict):
                each.pop("fieldsV1", None)  # names of fields, a third of a list's bytes
    return found


def _copied(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON
    if depth > _DEPTH:
        return None
    if isinstance(value, Mapping):
        return {
            key: [_container(each, depth) for each in child]
            if key in _CONTAINERS and isinstance(child, list)
            else _copied(child, depth + 1)
            for key, child in value.items()
            if key != _LAST_APPLIED
        }
    if isinstance(value, list):
        return [_copied(each, depth + 1) for each in value]
    return value


def _container(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON
    found = _copied(value, depth + 1)
    if not isinstance(found, dict) or str(found.get("name")) in ISTIO_CONTAINERS:
        return found
    found.pop("env", None)
    if _SERVE not in (found.get("args") or ()):  # the guard's own
        found.pop("args", None)
        found.pop("command", None)
    return found
