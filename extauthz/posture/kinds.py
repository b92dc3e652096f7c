"""The kinds of objects that an audit of the posture reads, as an API server names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mesh.istio import snapshot


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Args:
        name: `Deployment`.
        group: of the API; empty for the core.
        versions: that a server may have, the one to ask for first.
        plural: `deployments`.
    """

    name: str
    group: str
    versions: tuple[str, ...]
    plural: str

    @property
    def resource(self) -> str:
        """The whole name, as `kubectl api-resources -o name` has it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """The newest version that this program knows: `apps/v1`."""
        return f"{self.group}/{self.versions[0]}" if self.group else self.versions[0]

    @property
    def paths(self) -> tuple[str, ...]:
        """The path of the list of all objects, for each version."""
        base = f"/apis/{self.group}" if self.group else "/api"
        return tuple(f"{base}/{version}/{self.plural}" for version in self.versions)


_ROWS: Final = """\
Namespace - v1 namespaces
Pod - v1 pods
Service - v1 services
ServiceAccount - v1 serviceaccounts
PersistentVolumeClaim - v1 persistentvolumeclaims
PersistentVolume - v1 persistentvolumes
Deployment apps v1 deployments
StatefulSet apps v1 statefulsets
DaemonSet apps v1 daemonsets
ReplicaSet apps v1 replicasets
CronJob batch v1 cronjobs
Job batch v1 jobs
StorageClass storage.k8s.io v1 storageclasses
HorizontalPodAutoscaler autoscaling v2 horizontalpodautoscalers
NetworkPolicy networking.k8s.io v1 networkpolicies
ClusterRole rbac.authorization.k8s.io v1 clusterroles
ClusterRoleBinding rbac.authorization.k8s.io v1 clusterrolebindings
MutatingWebhookConfiguration admissionregistration.k8s.io v1 mutatingwebhookconfigurations
AuthorizationPolicy security.istio.io v1 authorizationpolicies
PeerAuthentication security.istio.io v1 peerauthentications
RequestAuthentication security.istio.io v1 requestauthentications
DestinationRule networking.istio.io v1 destinationrules
Gateway networking.istio.io v1 gateways
ServiceEntry networking.istio.io v1 serviceentries
Sidecar networking.istio.io v1 sidecars
VirtualService networking.istio.io v1 virtualservices
WorkloadEntry networking.istio.io v1 workloadentries
EnvoyFilter networking.istio.io v1alpha3 envoyfilters
Telemetry telemetry.istio.io v1 telemetries
Gateway gateway.networking.k8s.io v1 gateways
HTTPRoute gateway.networking.k8s.io v1 httproutes
GRPCRoute gateway.networking.k8s.io v1 grpcroutes
TLSRoute gateway.networking.k8s.io v1,v1alpha2 tlsroutes
TCPRoute gateway.networking.k8s.io v1,v1alpha2 tcproutes
SegmentationPolicy phiguard.dev v1alpha1 segmentationpolicies
"""


def _kind(row: str) -> Kind:
    name, group, versions, plural = row.split()
    return Kind(name, group.removeprefix("-"), tuple(versions.split(",")), plural)


KINDS: Final = tuple(map(_kind, _ROWS.splitlines()))
BY_RESOURCE: Final[Mapping[str, Kind]] = {each.resource: each for each in KINDS}
CONFIG_MAPS: Final = ("istio", snapshot.INJECTOR)
"""Istio's own ConfigMaps in its root namespace: those of a revision end in `-REVISION`."""


def named(stem: str) -> Kind | None:
    """Return the kind that a file is named by: `pods`, `gateways.networking.istio.io`.

    A plural that two groups have names neither.
    """
    if stem in BY_RESOURCE:
        return BY_RESOURCE[stem]
    found = [each for each in KINDS if each.plural == stem]
    return found[0] if len(found) == 1 else None
