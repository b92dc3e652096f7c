"""How many guards there are, and which go first when a node is full."""

from mesh.istio.install.names import NAME, metadata
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest, ManifestValue, manifest

WAITING_METRIC = "phiguard_scanner_waiting"
"""The guard's own measure of load: messages that wait for a scanner process."""

# a guard starts in seconds and a burst is short: grow at once, shrink slowly
_BEHAVIOR: Manifest = {
    "scaleUp": {"stabilizationWindowSeconds": 0},
    "scaleDown": {
        "stabilizationWindowSeconds": 600,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 120}],
    },
}


def autoscaler(installation: Installation) -> list[Manifest]:
    """The HorizontalPodAutoscaler, where the admin wants one."""
    scaling = installation.values.autoscaling
    if not scaling.enabled:
        return []
    cpu: Manifest = {
        "name": "cpu",
        "target": {"type": "Utilization", "averageUtilization": scaling.cpu_percent},
    }
    measures: list[ManifestValue] = [{"type": "Resource", "resource": cpu}]
    if scaling.waiting:
        waiting: Manifest = {
            "metric": {"name": WAITING_METRIC},
            "target": {"type": "AverageValue", "averageValue": str(scaling.waiting)},
        }
        measures.append({"type": "Pods", "pods": waiting})
    spec: Manifest = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": NAME},
        "minReplicas": scaling.min_replicas,
        "maxReplicas": scaling.max_replicas,
        "metrics": measures,
        "behavior": _BEHAVIOR,
    }
    return [
        manifest(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            metadata(installation, NAME),
            spec=spec,
        )
    ]


def priority_class(installation: Installation) -> list[Manifest]:
    """The PriorityClass of the guard's pods: a mesh without its guard stands still."""
    chosen = installation.values.priority_class
    if not (chosen.create and chosen.name):
        return []
    return [
        manifest(
            "scheduling.k8s.io/v1",
            "PriorityClass",
            {"name": chosen.name},
            value=chosen.value,
            globalDefault=False,
            description="The guard that every guarded request waits for.",
        )
    ]
