"""What the guard and the platform are called in the configuration of a proxy."""

from dataclasses import dataclass
from typing import Final

from mesh.istio.check.view import Host, Mesh
from mesh.posture.destinations import platform_namespaces

_API_SERVER: Final = ("kubernetes", "default")
PARTS_OF_A_CLUSTER: Final = 4  # outbound|8080|v1|ehr.clinic.svc.cluster.local


@dataclass(frozen=True, slots=True)
class GuardNames:
    """The guard's names, and the namespaces whose services are the platform's.

    Args:
        provider: its extension provider.
        clusters: `outbound|9000||phiguard.phiguard-system.svc.cluster.local`.
        platform: namespaces of Kubernetes, Istio, the guard and the collector.
    """

    provider: str
    clusters: frozenset[str]
    platform: frozenset[str]

    def is_platform(self, cluster: str) -> bool:
        """Whether a cluster of a proxy leads to the platform."""
        parts = cluster.split("|")
        if len(parts) != PARTS_OF_A_CLUSTER:
            return False
        service = Host(parts[3], parts[1]).service
        namespace = service[1]
        return service == _API_SERVER or namespace in self.platform


def of(mesh: Mesh) -> GuardNames:
    """The names that the objects of a mesh give."""
    clusters = frozenset(f"outbound|{host.port}||{host.name}" for host in mesh.guards)
    return GuardNames(mesh.provider, clusters, platform_namespaces(mesh))
