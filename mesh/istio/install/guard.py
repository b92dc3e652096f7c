"""The guard's own objects: namespace, policy, service account, service, workload, budget.

`pod` has the pods of the workload, `walls` who reaches them, `scaling` how many there are.
"""

from mesh.istio.install import pod
from mesh.istio.install.names import LABELS, NAME, POLICY, metadata
from mesh.istio.installation import GUARD_PORT, HTTP_PORT, METRICS_PORT, Installation
from mesh.istio.manifest import Manifest, ManifestValue, manifest
from mesh.istio.values import PolicySource, WorkloadKind

_NODE_FIRST = {"networking.istio.io/traffic-distribution": "PreferSameNode"}

_STARTER_POLICY = """\
# {purpose}
# Add the edges that your services need{then}.
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: starter}}
spec:
  mode: {mode}
  defaultAction: DENY
  onUnscannable: DENY
  rules: []
"""
_PURPOSES = {
    "monitor": ("This policy records and blocks nothing.", ", then set `mode: enforce`"),
    "enforce": ("This policy refuses all PHI.", ""),
}


def namespace(installation: Installation) -> Manifest:
    """The guard's namespace, with sidecar injection."""
    labels = namespace_labels(installation)
    return manifest("v1", "Namespace", {"name": installation.namespace, "labels": labels})


def namespace_labels(installation: Installation) -> Manifest:
    """The labels of a namespace for pods of ours: sidecar injection, and pod security.

    Pod security only warns: without Istio's CNI plug-in the injected init container needs
    NET_ADMIN, and `enforce` would keep the pods from starting.
    """
    revision = installation.values.mesh.revision
    injection: Manifest = {"istio.io/rev": revision} if revision else {"istio-injection": "enabled"}
    return {
        **injection,
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
    }


def starter_policy(mode: str) -> str:
    """The text of a policy without rules."""
    purpose, then = _PURPOSES[mode]
    return _STARTER_POLICY.format(purpose=purpose, then=then, mode=mode)


def policy(installation: Installation) -> list[Manifest]:
    """The segmentation policy that the guard starts with, where it is a ConfigMap."""
    chosen = installation.values.policy
    if chosen.source is not PolicySource.CONFIG_MAP:
        return []
    text = chosen.text or starter_policy(chosen.mode)
    return [manifest("v1", "ConfigMap", metadata(installation, POLICY), data={"policy.yaml": text})]


def service_account(installation: Installation) -> Manifest:
    """The guard's account. Its pods mount a token only where they read the policy with it."""
    return manifest(
        "v1",
        "ServiceAccount",
        metadata(installation, NAME),
        automountServiceAccountToken=False,
    )


def service(installation: Installation) -> Manifest:
    """The guard's service. A pod a node is asked by its own node first, while it is ready."""
    ports: list[ManifestValue] = [
        # the name and appProtocol make istiod configure the cluster for HTTP/2; without it no
        # check arrives
        {"name": "grpc", "port": GUARD_PORT, "targetPort": GUARD_PORT, "appProtocol": "grpc"}
    ]
    if installation.values.metrics.enabled:
        ports.append({"name": "http-metrics", "port": METRICS_PORT, "targetPort": METRICS_PORT})
    if installation.values.http.enabled:
        # `http` makes the caller's sidecar speak HTTP/1.1, and encrypt with its own certificate
        ports.append(
            {"name": "http", "port": HTTP_PORT, "targetPort": HTTP_PORT, "appProtocol": "http"}
        )
    about = metadata(installation, NAME)
    if installation.values.workload is WorkloadKind.DAEMON_SET:
        about["annotations"] = _NODE_FIRST
    return manifest("v1", "Service", about, spec={"selector": LABELS, "ports": ports})


def workload(installation: Installation) -> Manifest:
    """The StatefulSet or DaemonSet of the guard's pods."""
    template: Manifest = {
        "selector": {"matchLabels": LABELS},
        "template": pod.template(installation),
    }
    about = metadata(installation, NAME)
    if installation.values.workload is WorkloadKind.DAEMON_SET:
        # one pod at a time: two pods on one node would write one ledger
        strategy: Manifest = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}
        return manifest(
            "apps/v1", "DaemonSet", about, spec={**template, "updateStrategy": strategy}
        )
    # a StatefulSet, because each replica's ledger must outlive its pod, on a volume of its own
    scaled: Manifest = (
        {}
        if installation.values.autoscaling.enabled
        else {"replicas": installation.values.replicas}
    )
    spec: Manifest = {
        **scaled,
        "serviceName": NAME,
        "podManagementPolicy": "Parallel",
        **template,
        "volumeClaimTemplates": [_claim(installation)],
    }
    return manifest("apps/v1", "StatefulSet", about, spec=spec)


def _claim(installation: Installation) -> Manifest:
    ledger = installation.values.ledger
    storage: Manifest = {"storageClassName": ledger.storage_class} if ledger.storage_class else {}
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        **storage,
        "resources": {"requests": {"storage": ledger.size}},
    }
    return {"metadata": {"name": "ledger"}, "spec": spec}


def disruption_budget(installation: Installation) -> Manifest:
    """At most one pod is taken away on purpose at a time."""
    spec: Manifest = {"maxUnavailable": 1, "selector": {"matchLabels": LABELS}}
    return manifest("policy/v1", "PodDisruptionBudget", metadata(installation, NAME), spec=spec)
