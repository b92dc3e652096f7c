"""What Pod Security `restricted` asks of a pod and of its container."""

from typing import Final

from mesh.istio.manifest import Manifest

USER: Final = 10001
"""As in the Containerfile."""
POD: Final[Manifest] = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "runAsGroup": USER,
    "fsGroup": USER,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""The security context of a pod."""
CONTAINER: Final[Manifest] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
"""The security context of a container."""
