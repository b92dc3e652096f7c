"""The guard's pod.

The guard terminates mutual TLS itself, with the certificate that its sidecar fetches and writes
into a volume in memory. So it knows the SPIFFE id of the proxy that asks, and can refuse a forged
check. The sidecar still guards every other port, the health port included: its iptables rules
exclude only the ports of the guard, of its metrics and of its HTTP interface.
"""

from mesh.istio.install import restricted
from mesh.istio.install.names import CANARY, LABELS, NAME, POLICY
from mesh.istio.installation import (
    CERTS,
    GUARD_PORT,
    HEALTH_PORT,
    HTTP_PORT,
    METRICS_PORT,
    Installation,
)
from mesh.istio.manifest import Manifest, ManifestValue
from mesh.istio.values import PolicySource, WorkloadKind

_API_PORT = 443  # of the service `kubernetes` in every cluster
_LEDGER = "/var/lib/phiguard"
CANARY_KEYS = "/etc/phiguard-canary"
"""The folder with the keys of canaries, in the pods of the guard, the probe and the echo."""


def template(installation: Installation) -> Manifest:
    """The pod template of the workload."""
    revision = installation.values.mesh.revision
    injection: Manifest = {"istio.io/rev": revision} if revision else {}
    return {
        "metadata": {
            "labels": {**LABELS, "sidecar.istio.io/inject": "true", **injection},
            "annotations": _sidecar_annotations(installation),
        },
        "spec": _spec(installation),
    }


def _reads_objects(installation: Installation) -> bool:
    return installation.values.policy.source is PolicySource.KUBERNETES


def _sidecar_annotations(installation: Installation) -> Manifest:
    values = installation.values
    chosen = {METRICS_PORT: values.metrics.enabled, HTTP_PORT: values.http.enabled}
    ports = [GUARD_PORT, *(port for port, enabled in chosen.items() if enabled)]
    found: Manifest = {
        # the sidecar starts first, so the certificate exists when the guard starts
        "proxy.istio.io/config": (
            f"holdApplicationUntilProxyStarts: true\nproxyMetadata:\n  OUTPUT_CERTS: {CERTS}\n"
        ),
        "sidecar.istio.io/userVolumeMount": f'[{{"name":"istio-certs","mountPath":"{CERTS}"}}]',
        "traffic.sidecar.istio.io/excludeInboundPorts": ",".join(map(str, ports)),
    }
    if _reads_objects(installation):
        found["traffic.sidecar.istio.io/excludeOutboundPorts"] = str(_API_PORT)
    return found


def _spec(installation: Installation) -> Manifest:
    values = installation.values
    spread: list[ManifestValue] = [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": LABELS},
        }
        for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    ]
    is_daemon = values.workload is WorkloadKind.DAEMON_SET
    first: Manifest = {"priorityClassName": values.priority_class.name}
    secrets: Manifest = {"imagePullSecrets": [{"name": each} for each in values.image_pull_secrets]}
    return {
        "serviceAccountName": NAME,
        "automountServiceAccountToken": _reads_objects(installation),
        **(first if values.priority_class.name else {}),
        **(secrets if values.image_pull_secrets else {}),
        "terminationGracePeriodSeconds": 30,
        **({} if is_daemon else {"topologySpreadConstraints": spread}),
        "securityContext": restricted.POD,
        "containers": [_container(installation)],
        "volumes": _volumes(installation),
    }


def _volumes(installation: Installation) -> list[ManifestValue]:
    found: list[ManifestValue] = [
        {"name": "istio-certs", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
    ]
    if not _reads_objects(installation):
        found.insert(0, {"name": "policy", "configMap": {"name": POLICY}})
    if installation.values.canary.enabled:
        found.append({"name": "canary-key", "secret": {"secretName": CANARY}})
    if path := installation.values.ledger.host_path:
        # `Directory`: kubelet would make a missing folder for root, and the guard could not write
        found.append({"name": "ledger", "hostPath": {"path": path, "type": "Directory"}})
    return found


def _container(installation: Installation) -> Manifest:
    values = installation.values
    ports: list[ManifestValue] = [
        {"name": "grpc", "containerPort": GUARD_PORT},
        {"name": "grpc-health", "containerPort": HEALTH_PORT},
    ]
    if values.metrics.enabled:
        ports.append({"name": "http-metrics", "containerPort": METRICS_PORT})
    if values.http.enabled:
        ports.append({"name": "http", "containerPort": HTTP_PORT})
    mounts: list[ManifestValue] = [
        {"name": "istio-certs", "mountPath": CERTS, "readOnly": True},
        {"name": "ledger", "mountPath": _LEDGER},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  # a mount point in the container
    ]
    if not _reads_objects(installation):
        mounts.insert(0, {"name": "policy", "mountPath": "/etc/phiguard", "readOnly": True})
    if values.canary.enabled:
        mounts.append({"name": "canary-key", "mountPath": CANARY_KEYS, "readOnly": True})
    asked = values.resources
    return {
        "name": NAME,
        "image": installation.image,
        "args": _arguments(installation),
        "env": _environment(installation),
        "ports": ports,
        "startupProbe": _probe(period=2, failures=30),
        "readinessProbe": _probe(period=5, failures=1),
        "livenessProbe": _probe(period=10, failures=3, service="liveness"),
        "resources": {
            "requests": {"cpu": asked.cpu, "memory": asked.memory},
            "limits": {"memory": asked.memory_limit},
        },
        "securityContext": restricted.CONTAINER,
        "volumeMounts": mounts,
    }


def _arguments(installation: Installation) -> list[ManifestValue]:
    values = installation.values
    options = {
        "--listen": f"0.0.0.0:{GUARD_PORT}",
        "--health-listen": f"0.0.0.0:{HEALTH_PORT}",
        "--tls-cert": f"{CERTS}/cert-chain.pem",
        "--tls-key": f"{CERTS}/key.pem",
        "--tls-ca": f"{CERTS}/root-cert.pem",
        "--trust-domain": values.mesh.trust_domain,
        "--ledger": f"{_LEDGER}/ledger",
        "--edges": f"{_LEDGER}/edges",
        # compiled detectors: without them each start compiles anew
        "--cache": f"{_LEDGER}/engines",
        "--policy": (
            f"kubernetes://{values.policy.root_namespace}"
            if _reads_objects(installation)
            else "/etc/phiguard"
        ),
    }
    if _reads_objects(installation):
        # a namespace whose objects are broken keeps its last good ones over a restart
        options["--last-good"] = f"{_LEDGER}/last-good"
    if values.metrics.enabled:
        options["--metrics-listen"] = f"0.0.0.0:{METRICS_PORT}"
    if values.http.enabled:
        options["--http"] = f"0.0.0.0:{HTTP_PORT}"
    given = [f"{option}={value}" for option, value in options.items()]
    if values.canary.enabled:
        given.append(f"--canary-key={CANARY_KEYS}/key")
    if values.canary.rotating:
        given.append(f"--canary-key={CANARY_KEYS}/previous")
    status = _reads_objects(installation) and values.policy.status
    flags = ("--policy-status", "--ledger-compress") if status else ("--ledger-compress",)
    return ["serve", *given, *flags, *values.extra_arguments]


def _environment(installation: Installation) -> list[ManifestValue]:
    pod: Manifest = {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    collector = f"http://{installation.collector_host}:{installation.values.collector.port}"
    return [
        pod,
        {"name": "OTEL_SERVICE_NAME", "value": NAME},
        {"name": "OTEL_RESOURCE_ATTRIBUTES", "value": "k8s.pod.name=$(POD_NAME)"},
        {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": collector},
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
