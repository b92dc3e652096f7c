"""The names and labels that the guard's objects share."""

from typing import Final

from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest

NAME: Final = "phiguard"
"""Of the service account, service, workload and everything beside them."""
POLICY: Final = "phiguard-policy"
"""Of the ConfigMap with the policy."""
CANARY: Final = "phiguard-canary"
"""Of the probe: its service account, its workload, its Secret, and what stands beside them."""
ECHO: Final = "phiguard-echo"
"""Of the echo: its service account, its workload, and what stands beside them."""
LABELS: Final[Manifest] = {"app.kubernetes.io/name": NAME}
"""Of the guard's pods and objects. A selector of them cannot be changed later."""


def metadata(installation: Installation, name: str) -> Manifest:
    """The metadata of an object in the guard's namespace."""
    return {"name": name, "namespace": installation.namespace, "labels": LABELS}
