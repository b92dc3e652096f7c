"""The echo that answers the probe with records: its namespace, account, pod, service and walls.

It runs in a namespace of its own, which is guarded like any other: the gate of answers at its
sidecar must refuse or mask what it answers. Nobody but the probe may ask it. Only the guard, DNS,
istiod and the collector are reached from there.

The Secret with the key is the admin's, and is not rendered: a copy of the probe's.
"""

from typing import Final

from mesh.istio.install import restricted
from mesh.istio.install.guard import namespace_labels
from mesh.istio.install.names import CANARY, ECHO
from mesh.istio.install.pod import CANARY_KEYS
from mesh.istio.install.walls import in_namespace, platform, tcp
from mesh.istio.installation import CANARY_LABEL, GUARD_PORT, GUARDED_LABEL, Installation
from mesh.istio.manifest import Manifest, ManifestValue, manifest

_LABELS: Final[Manifest] = {"app.kubernetes.io/name": ECHO}
_PORT: Final = 8080


def echo(installation: Installation) -> list[Manifest]:
    """The objects of the echo, its namespace first, where the admin wants one."""
    if not installation.values.canary.echo_namespace:
        return []
    return [
        _namespace(installation),
        manifest(
            "v1", "ServiceAccount", _metadata(installation), automountServiceAccountToken=False
        ),
        _walls(installation),
        _askers(installation),
        _service(installation),
        _workload(installation),
    ]


def _metadata(installation: Installation) -> Manifest:
    space = installation.values.canary.echo_namespace
    return {"name": ECHO, "namespace": space, "labels": _LABELS}


def _namespace(installation: Installation) -> Manifest:
    labels: Manifest = {GUARDED_LABEL: "true", CANARY_LABEL: "true"}
    about: Manifest = {
        "name": installation.values.canary.echo_namespace,
        "labels": {**namespace_labels(installation), **labels},
    }
    return manifest("v1", "Namespace", about)


def _walls(installation: Installation) -> Manifest:
    """The probe reaches the echo. Its sidecar reaches the guard and the platform."""
    prober: Manifest = {
        **in_namespace(installation.namespace),
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": CANARY}},
    }
    guards: Manifest = {"to": [in_namespace(installation.namespace)], "ports": [tcp(GUARD_PORT)]}
    spec: Manifest = {
        "podSelector": {"matchLabels": _LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [prober], "ports": [tcp(_PORT)]}],
        "egress": [*platform(installation), guards],
    }
    return manifest("networking.k8s.io/v1", "NetworkPolicy", _metadata(installation), spec=spec)


def _askers(installation: Installation) -> Manifest:
    values = installation.values
    probe = f"{values.mesh.trust_domain}/ns/{installation.namespace}/sa/{CANARY}"
    spec: Manifest = {
        "selector": {"matchLabels": _LABELS},
        "rules": [{"from": [{"source": {"principals": [probe]}}]}],
    }
    return manifest(
        "security.istio.io/v1", "AuthorizationPolicy", _metadata(installation), spec=spec
    )


def _service(installation: Installation) -> Manifest:
    ports: list[ManifestValue] = [{"name": "http", "port": _PORT, "targetPort": "http"}]
    return manifest(
        "v1", "Service", _metadata(installation), spec={"selector": _LABELS, "ports": ports}
    )


def _workload(installation: Installation) -> Manifest:
    values = installation.values
    revision: Manifest = {"istio.io/rev": values.mesh.revision} if values.mesh.revision else {}
    secrets: Manifest = {"imagePullSecrets": [{"name": each} for each in values.image_pull_secrets]}
    labels: Manifest = {
        **_LABELS,
        GUARDED_LABEL: "true",
        "sidecar.istio.io/inject": "true",
        **revision,
    }
    pod: Manifest = {
        "serviceAccountName": ECHO,
        "automountServiceAccountToken": False,
        **(secrets if values.image_pull_secrets else {}),
        "securityContext": restricted.POD,
        "containers": [_container(installation)],
        "volumes": [{"name": "key", "secret": {"secretName": CANARY}}],
    }
    spec: Manifest = {
        "replicas": 1,
        "selector": {"matchLabels": _LABELS},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    return manifest("apps/v1", "Deployment", _metadata(installation), spec=spec)


def _container(installation: Installation) -> Manifest:
    keys = ["key", *(["previous"] if installation.values.canary.rotating else [])]
    arguments: list[ManifestValue] = [
        "posture",
        "echo",
        f"--listen=0.0.0.0:{_PORT}",
        *(f"--canary-key={CANARY_KEYS}/{name}" for name in keys),
    ]
    return {
        "name": "echo",
        "image": installation.image,
        "args": arguments,
        "ports": [{"name": "http", "containerPort": _PORT}],
        # without a nonce it answers 404, so no probe of HTTP
        "readinessProbe": {"tcpSocket": {"port": _PORT}, "periodSeconds": 10},
        "resources": {
            "requests": {"cpu": "10m", "memory": "128Mi"},
            "limits": {"memory": "256Mi"},
        },
        "securityContext": restricted.CONTAINER,
        "volumeMounts": [{"name": "key", "mountPath": CANARY_KEYS, "readOnly": True}],
    }
