"""The probe that sends canaries: its own account and identity, its pod, and its walls.

It runs in the guard's own namespace. No object of the guard's gates is ever there, and its pod has
no label that asks for one, so what it sends meets the gate of its receiver and none before. The pod
runs the guard's image. It reaches namespaces that let canaries in, and nobody reaches it.

The Secret with its key and the ConfigMap with its targets are the admin's: neither is rendered.
"""

from typing import Final

from mesh.istio.install import restricted
from mesh.istio.install.names import CANARY
from mesh.istio.install.pod import CANARY_KEYS
from mesh.istio.install.walls import platform
from mesh.istio.installation import CANARY_LABEL, Installation
from mesh.istio.manifest import Manifest, ManifestValue, manifest

_TARGETS: Final = f"{CANARY}-targets"
_LABELS: Final[Manifest] = {"app.kubernetes.io/name": CANARY}
_STATE: Final = "/var/lib/phiguard-canary"


def probe(installation: Installation) -> list[Manifest]:
    """The objects of the probe, where the admin wants one."""
    if not installation.values.canary.enabled:
        return []
    about = _metadata(installation)
    account = manifest("v1", "ServiceAccount", about, automountServiceAccountToken=False)
    # without a rule it allows nothing: nobody has anything to ask a probe
    closed = manifest(
        "security.istio.io/v1",
        "AuthorizationPolicy",
        about,
        spec={"selector": {"matchLabels": _LABELS}},
    )
    return [account, _walls(installation), closed, _workload(installation)]


def _metadata(installation: Installation) -> Manifest:
    return {"name": CANARY, "namespace": installation.namespace, "labels": _LABELS}


def _walls(installation: Installation) -> Manifest:
    opted_in: Manifest = {"namespaceSelector": {"matchLabels": {CANARY_LABEL: "true"}}}
    spec: Manifest = {
        "podSelector": {"matchLabels": _LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [*platform(installation), {"to": [opted_in]}],
    }
    return manifest("networking.k8s.io/v1", "NetworkPolicy", _metadata(installation), spec=spec)


def _workload(installation: Installation) -> Manifest:
    """A StatefulSet, because an alarm must outlive its pod: the outcomes lie on a volume."""
    claim: Manifest = {
        "metadata": {"name": "outcomes"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": installation.values.canary.size}},
        },
    }
    spec: Manifest = {
        "replicas": 1,
        "serviceName": CANARY,
        "selector": {"matchLabels": _LABELS},
        "template": _template(installation),
        "volumeClaimTemplates": [claim],
    }
    return manifest("apps/v1", "StatefulSet", _metadata(installation), spec=spec)


def _template(installation: Installation) -> Manifest:
    values = installation.values
    revision: Manifest = {"istio.io/rev": values.mesh.revision} if values.mesh.revision else {}
    secrets: Manifest = {"imagePullSecrets": [{"name": each} for each in values.image_pull_secrets]}
    key: Manifest = {
        "secretName": CANARY,
        # the probe signs with the newer key alone
        "items": [{"key": "key", "path": "key"}],
    }
    spec: Manifest = {
        "serviceAccountName": CANARY,
        "automountServiceAccountToken": False,
        **(secrets if values.image_pull_secrets else {}),
        "securityContext": restricted.POD,
        "containers": [_container(installation)],
        "volumes": [
            {"name": "key", "secret": key},
            {"name": "targets", "configMap": {"name": _TARGETS}},
        ],
    }
    return {
        "metadata": {
            "labels": {**_LABELS, "sidecar.istio.io/inject": "true", **revision},
            "annotations": {"proxy.istio.io/config": "holdApplicationUntilProxyStarts: true\n"},
        },
        "spec": spec,
    }


def _container(installation: Installation) -> Manifest:
    values = installation.values
    principal = f"{values.mesh.trust_domain}/ns/{installation.namespace}/sa/{CANARY}"
    arguments: list[ManifestValue] = [
        "posture",
        "probe",
        "--targets=/etc/phiguard-targets/targets.yaml",
        f"--canary-key={CANARY_KEYS}/key",
        f"--principal={principal}",
        f"--outcomes={_STATE}/canaries.jsonl",
        f"--every={values.canary.seconds}s",
    ]
    return {
        "name": "probe",
        "image": installation.image,
        "args": arguments,
        "resources": {
            "requests": {"cpu": "10m", "memory": "128Mi"},
            "limits": {"memory": "256Mi"},
        },
        "securityContext": restricted.CONTAINER,
        "volumeMounts": [
            {"name": "key", "mountPath": CANARY_KEYS, "readOnly": True},
            {"name": "targets", "mountPath": "/etc/phiguard-targets", "readOnly": True},
            {"name": "outcomes", "mountPath": _STATE},
        ],
    }
