"""The guard's own objects: namespace, policy, workload, service, and their protection.

The guard terminates mutual TLS itself, with the certificate that its sidecar fetches and writes
into a volume in memory. So it knows the SPIFFE id of the proxy that asks, and can refuse a forged
check. The sidecar still guards every other port, the health port included: its iptables rules
exclude only port 9000.
"""

from mesh.istio.installation import (
    CERTS,
    COLLECTOR_HOST,
    COLLECTOR_NAMESPACE,
    COLLECTOR_PORT,
    GUARD_PORT,
    GUARDED_LABEL,
    HEALTH_PORT,
    ROOT_NAMESPACE,
    Installation,
)
from mesh.istio.manifest import Manifest, ManifestValue, manifest

NAME = "phiguard"
_LABELS = {"app.kubernetes.io/name": NAME}
_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_USER = 10001  # as in the Containerfile

STARTER_POLICY = """\
# This policy records and blocks nothing.
# Add the edges that your services need, then set `mode: enforce`.
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: starter}
spec:
  mode: monitor
  defaultAction: DENY
  onUnscannable: DENY
  rules: []
"""


def namespace(installation: Installation) -> Manifest:
    """The guard's namespace, with sidecar injection.

    Pod security only warns: without Istio's CNI plug-in the injected init container needs
    NET_ADMIN, and `enforce` would keep the guard from starting.
    """
    labels: Manifest = {
        "istio-injection": "enabled",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
    }
    return manifest("v1", "Namespace", {"name": installation.namespace, "labels": labels})


def policy(installation: Installation) -> Manifest:
    """The segmentation policy that the guard starts with."""
    metadata = _metadata(installation, "phiguard-policy")
    return manifest("v1", "ConfigMap", metadata, data={"policy.yaml": STARTER_POLICY})


def workload(installation: Installation) -> list[Manifest]:
    """Service account, service, pods and disruption budget, in apply order."""
    service: Manifest = {
        "selector": _LABELS,
        # the name and appProtocol make istiod configure the cluster for HTTP/2; without it no check
        # arrives
        "ports": [
            {"name": "grpc", "port": GUARD_PORT, "targetPort": GUARD_PORT, "appProtocol": "grpc"}
        ],
    }
    budget: Manifest = {"maxUnavailable": 1, "selector": {"matchLabels": _LABELS}}
    return [
        manifest(
            "v1",
            "ServiceAccount",
            _metadata(installation, NAME),
            automountServiceAccountToken=False,
        ),
        manifest("v1", "Service", _metadata(installation, NAME), spec=service),
        manifest(
            "apps/v1",
            "StatefulSet",
            _metadata(installation, NAME),
            spec=_stateful_set(installation),
        ),
        manifest("policy/v1", "PodDisruptionBudget", _metadata(installation, NAME), spec=budget),
    ]


def network_policy(installation: Installation) -> Manifest:
    """Guarded namespaces reach the guard; the guard reaches DNS, istiod and the collector."""
    guarded: Manifest = {"namespaceSelector": {"matchLabels": {GUARDED_LABEL: "true"}}}
    dns: ManifestValue = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    spec: Manifest = {
        "podSelector": {"matchLabels": _LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [guarded], "ports": [{"port": GUARD_PORT, "protocol": "TCP"}]}],
        "egress": [
            {"to": [_in_namespace("kube-system")], "ports": dns},
            {"to": [_in_namespace(ROOT_NAMESPACE)], "ports": [{"port": 15012, "protocol": "TCP"}]},
            {
                "to": [_in_namespace(COLLECTOR_NAMESPACE)],
                "ports": [{"port": COLLECTOR_PORT, "protocol": "TCP"}],
            },
        ],
    }
    return manifest(
        "networking.k8s.io/v1", "NetworkPolicy", _metadata(installation, NAME), spec=spec
    )


def _metadata(installation: Installation, name: str) -> Manifest:
    return {"name": name, "namespace": installation.namespace, "labels": _LABELS}


def _in_namespace(name: str) -> Manifest:
    return {"namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: name}}}


def _stateful_set(installation: Installation) -> Manifest:
    # a StatefulSet, because each replica's ledger must outlive its pod, on a volume of its own
    return {
        "replicas": 2,
        "serviceName": NAME,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": _LABELS},
        "template": {
            "metadata": {
                "labels": {**_LABELS, "sidecar.istio.io/inject": "true"},
                "annotations": _sidecar_annotations(),
            },
            "spec": _pod(installation),
        },
        "volumeClaimTemplates": [
            {
                "metadata": {"name": "ledger"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "20Gi"}},
                },
            }
        ],
    }


def _sidecar_annotations() -> Manifest:
    return {
        # the sidecar starts first, so the certificate exists when the guard starts
        "proxy.istio.io/config": (
            f"holdApplicationUntilProxyStarts: true\nproxyMetadata:\n  OUTPUT_CERTS: {CERTS}\n"
        ),
        "sidecar.istio.io/userVolumeMount": f'[{{"name":"istio-certs","mountPath":"{CERTS}"}}]',
        "traffic.sidecar.istio.io/excludeInboundPorts": str(GUARD_PORT),
    }


def _pod(installation: Installation) -> Manifest:
    spread: list[ManifestValue] = [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": _LABELS},
        }
        for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    ]
    return {
        "serviceAccountName": NAME,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 30,
        "topologySpreadConstraints": spread,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(installation)],
        "volumes": [
            {"name": "policy", "configMap": {"name": "phiguard-policy"}},
            {"name": "istio-certs", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
        ],
    }


def _container(installation: Installation) -> Manifest:
    return {
        "name": NAME,
        "image": installation.image,
        "args": _arguments(),
        "env": _environment(),
        "ports": [
            {"name": "grpc", "containerPort": GUARD_PORT},
            {"name": "grpc-health", "containerPort": HEALTH_PORT},
        ],
        "startupProbe": _probe(period=2, failures=30),
        "readinessProbe": _probe(period=5, failures=1),
        "livenessProbe": _probe(period=10, failures=3, service="liveness"),
        "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "policy", "mountPath": "/etc/phiguard", "readOnly": True},
            {"name": "istio-certs", "mountPath": CERTS, "readOnly": True},
            {"name": "ledger", "mountPath": "/var/lib/phiguard"},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  # a mount point in the container
        ],
    }


def _arguments() -> list[ManifestValue]:
    options = {
        "--listen": f"0.0.0.0:{GUARD_PORT}",
        "--health-listen": f"0.0.0.0:{HEALTH_PORT}",
        "--tls-cert": f"{CERTS}/cert-chain.pem",
        "--tls-key": f"{CERTS}/key.pem",
        "--tls-ca": f"{CERTS}/root-cert.pem",
        "--ledger": "/var/lib/phiguard/ledger",
        "--edges": "/var/lib/phiguard/edges",
        "--policy": "/etc/phiguard",
    }
    given = (f"{option}={value}" for option, value in options.items())
    return ["serve", *given, "--ledger-compress"]


def _environment() -> list[ManifestValue]:
    pod: Manifest = {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    return [
        pod,
        {"name": "OTEL_SERVICE_NAME", "value": NAME},
        {"name": "OTEL_RESOURCE_ATTRIBUTES", "value": "k8s.pod.name=$(POD_NAME)"},
        {
            "name": "OTEL_EXPORTER_OTLP_ENDPOINT",
            "value": f"http://{COLLECTOR_HOST}:{COLLECTOR_PORT}",
        },
    ]


def _probe(*, period: int, failures: int, service: str = "") -> Manifest:
    # Istio's injector rewrites gRPC probes: kubelet asks pilot-agent, which asks the pod's address
    # without TLS. So health has a port of its own (9000 speaks mutual TLS only) that is not on
    # loopback.
    return {
        # `liveness` stays up while the ledger is broken or the guard is draining: a restart would
        # help neither
        "grpc": {"port": HEALTH_PORT, "service": service},
        "periodSeconds": period,
        "failureThreshold": failures,
        "timeoutSeconds": 2,
    }
