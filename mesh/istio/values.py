"""What an installation can choose: the values of `phiguard istio render` and of the Helm chart.

The names are those of `values.yaml`, in Python's spelling: `storage_class` here is `storageClass`
there. Each field says what it means, and `values_schema` makes the chart's JSON Schema from that.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

# matches `clinic`; not `Clinic_1`
DNS_LABEL: Final = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
# matches `phiguard:0.1.0`, `phiguard@sha256:0f`; not `phi guard`
IMAGE: Final = "^[A-Za-z0-9_][A-Za-z0-9_.:/@-]*$"
# matches `500m`, `1Gi`, `0.5`; not `1 GB`
QUANTITY: Final = "^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$"
# matches `fast-ssd.v2` and nothing at all; not `Fast SSD`
CLASS_NAME: Final = "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$"
# matches `/var/lib/phiguard` and nothing at all; not `var`, `/var/../etc`
HOST_PATH: Final = "^(/[-A-Za-z0-9_]+)*$"
# matches `istio-ingress/istio=ingressgateway`; not `istio-ingress/ingressgateway`
GATEWAY: Final = (
    "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[a-z0-9A-Z]([-a-z0-9A-Z_./]{0,251}[a-z0-9A-Z])?="
    "[a-z0-9]([-a-z0-9]{0,44}[a-z0-9])?$"
)
# matches `10.0.0.0/16`, `fd00::/8`; not `10.0.0.1`
CIDR: Final = "^[0-9a-fA-F.:]+/[0-9]{1,3}$"
# matches `cluster.local`; not `cluster..local`
DOMAIN: Final = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
# matches `clinic`, `1-29-2` and nothing at all; not `1.29`
LABEL_OR_NONE: Final = "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$"
# matches `--workers=2`, `--fsync=each`; not `workers`
OPTION: Final = "^--[a-z][-a-z]*(=.*)?$"


@dataclass(frozen=True, slots=True)
class About:
    """What a value means, and its limits in the words of JSON Schema."""

    description: str
    pattern: str = ""
    minimum: int = 0
    maximum: int = 0


class WorkloadKind(StrEnum):
    """What runs the guard's pods."""

    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"


class PolicySource(StrEnum):
    """Where the guard reads its segmentation policy."""

    CONFIG_MAP = "ConfigMap"
    KUBERNETES = "Kubernetes"


class Mode(StrEnum):
    """What the starter policy does."""

    MONITOR = "monitor"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Resources:
    """What one guard's pod asks of its node. The unit is that of Kubernetes quantities."""

    cpu: Annotated[str, About("CPU that is requested", pattern=QUANTITY)] = "500m"
    memory: Annotated[str, About("memory that is requested", pattern=QUANTITY)] = "512Mi"
    memory_limit: Annotated[str, About("memory at which the pod is killed", pattern=QUANTITY)] = (
        "1Gi"
    )


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """Replicas by load (HorizontalPodAutoscaler)."""

    enabled: Annotated[bool, About("let a HorizontalPodAutoscaler set the replicas")] = False
    min_replicas: Annotated[int, About("replicas at least", minimum=2, maximum=1000)] = 3
    max_replicas: Annotated[int, About("replicas at most", minimum=2, maximum=1000)] = 10
    cpu_percent: Annotated[
        int,
        About("share of the requested CPU, over all replicas, to aim at", minimum=1, maximum=100),
    ] = 60
    waiting: Annotated[
        int,
        About(
            "messages that wait in one replica, to aim at; needs an adapter that serves the metric "
            "phiguard_scanner_waiting; 0 looks at CPU alone",
            minimum=0,
            maximum=100_000,
        ),
    ] = 0


@dataclass(frozen=True, slots=True)
class PriorityClass:
    """Which pods go first when a node is full."""

    create: Annotated[bool, About("create the class")] = True
    name: Annotated[str, About("name of the class; empty sets none", pattern=CLASS_NAME)] = (
        "phiguard"
    )
    value: Annotated[int, About("its priority", minimum=0, maximum=1_000_000_000)] = 1_000_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the ledger of each replica lies."""

    size: Annotated[str, About("size of each replica's volume", pattern=QUANTITY)] = "20Gi"
    storage_class: Annotated[
        str, About("its storage class; empty takes the default one", pattern=CLASS_NAME)
    ] = ""
    host_path: Annotated[
        str,
        About(
            "folder of each node that the ledger lies in, for a DaemonSet; it must exist and "
            "belong to user 10001",
            pattern=HOST_PATH,
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """The segmentation policy."""

    source: Annotated[
        PolicySource, About("a ConfigMap, or SegmentationPolicy objects of the cluster")
    ] = PolicySource.CONFIG_MAP
    mode: Annotated[
        Mode, About("what the starter policy does: record only, or refuse what no rule allows")
    ] = Mode.MONITOR
    text: Annotated[
        str,
        About(
            "the policy, as the text of a SegmentationPolicy file, in place of the starter policy"
        ),
    ] = ""
    status: Annotated[
        bool, About("write status and Events of SegmentationPolicy objects, by one replica")
    ] = True
    root_namespace: Annotated[
        str,
        About(
            "namespace whose SegmentationPolicy objects speak for the whole mesh", pattern=DNS_LABEL
        ),
    ] = "mesh-policies"


@dataclass(frozen=True, slots=True)
class Mllp:
    """HL7 over MLLP, on plain TCP."""

    ports: Annotated[
        tuple[int, ...],
        About(
            "ports that carry HL7 over MLLP in guarded namespaces, of Services and, where they "
            "differ, of pods, such as 2575; empty for none",
            minimum=1,
            maximum=65_535,
        ),
    ] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """What the API server itself refuses of SegmentationPolicy objects, where they are applied."""

    enabled: Annotated[
        bool, About("refuse mistakes in SegmentationPolicy objects at apply; Kubernetes 1.30")
    ] = False
    fail_open: Annotated[
        bool,
        About(
            "admit an object that is too large or too odd for the API server to judge; the guard "
            "judges it in any case"
        ),
    ] = True


@dataclass(frozen=True, slots=True)
class Collector:
    """The OpenTelemetry collector that guard and sidecars send to."""

    namespace: Annotated[str, About("its namespace", pattern=DNS_LABEL)] = "observability"
    service: Annotated[str, About("its service", pattern=DNS_LABEL)] = "opentelemetry-collector"
    port: Annotated[int, About("its OTLP port (gRPC)", minimum=1, maximum=65_535)] = 4317


@dataclass(frozen=True, slots=True)
class Metrics:
    """The guard's page of metrics for Prometheus."""

    enabled: Annotated[bool, About("serve the page on port 9002")] = False
    namespace: Annotated[
        str, About("namespace of Prometheus, which may read the page", pattern=DNS_LABEL)
    ] = "monitoring"
    service_monitor: Annotated[bool, About("a ServiceMonitor for the Prometheus operator")] = False
    rules: Annotated[bool, About("a PrometheusRule with the alarms")] = False
    dashboard: Annotated[bool, About("a ConfigMap with the dashboard, for Grafana's sidecar")] = (
        False
    )


@dataclass(frozen=True, slots=True)
class Http:
    """The guard's HTTP interface, for pipelines that are not Envoy."""

    enabled: Annotated[
        bool, About("scan, redact and decide over HTTP on port 9003, for pods with a sidecar")
    ] = False
    namespaces: Annotated[
        tuple[str, ...], About("namespaces whose pods may ask there", pattern=DNS_LABEL)
    ] = ()


@dataclass(frozen=True, slots=True)
class MeshChoice:
    """Objects for the whole mesh, in its root namespace."""

    root_namespace: Annotated[str, About("the mesh's root namespace", pattern=DNS_LABEL)] = (
        "istio-system"
    )
    cluster_domain: Annotated[str, About("the cluster's domain", pattern=DOMAIN)] = "cluster.local"
    trust_domain: Annotated[str, About("the mesh's trust domain", pattern=DOMAIN)] = "cluster.local"
    revision: Annotated[
        str,
        About(
            "revision of istiod that injects the guard's sidecar; empty for the default one",
            pattern=LABEL_OR_NONE,
        ),
    ] = ""
    telemetry: Annotated[bool, About("the Telemetry that keeps clients' words out of spans")] = True
    methods_in_spans: Annotated[
        bool,
        About("keep the usual methods in Envoy's spans, by a key that Istio 1.28 does not know"),
    ] = False
    strict_mtls: Annotated[
        bool, About("mutual TLS for every workload; cuts off callers without a sidecar")
    ] = False


@dataclass(frozen=True, slots=True)
class ApiServer:
    """How the guard reaches the API server, where its policy is objects of the cluster."""

    cidrs: Annotated[
        tuple[str, ...], About("networks of the API server, for the NetworkPolicy", pattern=CIDR)
    ] = ("0.0.0.0/0",)
    port: Annotated[
        int, About("port of its endpoints, besides 443 of its service", minimum=1, maximum=65_535)
    ] = 6443


@dataclass(frozen=True, slots=True)
class Canary:
    """A probe that sends synthetic records, which the guard must refuse."""

    enabled: Annotated[
        bool,
        About(
            "run the probe, and let the guard know its canaries; needs the Secret phiguard-canary "
            "with `key`, and the ConfigMap phiguard-canary-targets with `targets.yaml`"
        ),
    ] = False
    rotating: Annotated[
        bool, About("the Secret has the key before too, as `previous`, and the guard knows both")
    ] = False
    seconds: Annotated[
        int,
        About("time in which each target has one canary, in seconds", minimum=300, maximum=86_400),
    ] = 3600
    size: Annotated[str, About("size of the probe's volume", pattern=QUANTITY)] = "100Mi"
    echo_namespace: Annotated[
        str,
        About(
            "one of guardedNamespaces, for the echo alone, which canaries of answers ask; it needs "
            "a copy of the Secret; empty for none",
            pattern=LABEL_OR_NONE,
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that an installation can choose, besides its namespace and image."""

    workload: Annotated[WorkloadKind, About("one volume a replica, or one pod a node")] = (
        WorkloadKind.STATEFUL_SET
    )
    replicas: Annotated[int, About("replicas of a StatefulSet", minimum=1, maximum=1000)] = 2
    resources: Annotated[Resources, About("what one pod asks of its node")] = field(
        default=Resources()
    )
    autoscaling: Annotated[Autoscaling, About("replicas by load")] = field(default=Autoscaling())
    priority_class: Annotated[PriorityClass, About("which pods go first")] = field(
        default=PriorityClass()
    )
    ledger: Annotated[Ledger, About("where the ledger lies")] = field(default=Ledger())
    policy: Annotated[PolicyChoice, About("the segmentation policy")] = field(
        default=PolicyChoice()
    )
    admission: Annotated[
        Admission, About("SegmentationPolicy objects, checked by the API server")
    ] = field(default=Admission())
    guarded_namespaces: Annotated[
        tuple[str, ...], About("namespaces in which the guard is switched on", pattern=DNS_LABEL)
    ] = ()
    guarded_gateways: Annotated[
        tuple[str, ...],
        About(
            "gateways at which the guard is switched on, as NAMESPACE/LABEL=VALUE of their pods, "
            "such as istio-ingress/istio=ingressgateway",
            pattern=GATEWAY,
        ),
    ] = ()
    mllp: Annotated[Mllp, About("HL7 over MLLP, judged message by message")] = field(default=Mllp())
    collector: Annotated[Collector, About("where spans and metrics go")] = field(
        default=Collector()
    )
    metrics: Annotated[Metrics, About("the page for Prometheus")] = field(default=Metrics())
    http: Annotated[Http, About("the HTTP interface, for pipelines that are not Envoy")] = field(
        default=Http()
    )
    mesh: Annotated[MeshChoice, About("the mesh, and what is set for all of it")] = field(
        default=MeshChoice()
    )
    api_server: Annotated[ApiServer, About("how the API server is reached")] = field(
        default=ApiServer()
    )
    canary: Annotated[Canary, About("canaries that prove the guard")] = field(default=Canary())
    image_pull_secrets: Annotated[
        tuple[str, ...], About("Secrets for the image's registry", pattern=CLASS_NAME)
    ] = ()
    extra_arguments: Annotated[
        tuple[str, ...],
        About("further options of `phiguard serve`, such as `--workers=2`", pattern=OPTION),
    ] = ()

    def __post_init__(self) -> None:
        for problem in self.contradictions():
            raise ValueError(problem)

    def contradictions(self) -> tuple[str, ...]:
        """A line for each pair of values that cannot hold together."""
        scaling, ledger = self.autoscaling, self.ledger
        echo = self.canary.echo_namespace
        daemons = self.workload is WorkloadKind.DAEMON_SET
        found = {
            "autoscaling.minReplicas is above autoscaling.maxReplicas": (
                scaling.min_replicas > scaling.max_replicas
            ),
            "a DaemonSet has no replicas to scale; set autoscaling.enabled: false": (
                daemons and scaling.enabled
            ),
            "a DaemonSet has no volume of its own, and a ledger on none is lost with its pod; "
            "set ledger.hostPath": daemons and not ledger.host_path,
            "ledger.hostPath is for a DaemonSet only; a StatefulSet has a volume for each "
            "replica": not daemons and bool(ledger.host_path),
            "policy.mode is of the starter policy only; say it in policy.text": (
                bool(self.policy.text) and self.policy.mode is Mode.ENFORCE
            ),
            "canary.rotating needs canary.enabled": (
                self.canary.rotating and not self.canary.enabled
            ),
            "canary.echoNamespace needs canary.enabled": (bool(echo) and not self.canary.enabled),
            "canary.echoNamespace is not in guardedNamespaces, and an echo without the guard "
            "proves nothing; name it there": bool(echo) and echo not in self.guarded_namespaces,
            "canary.echoNamespace needs canary.seconds: 900 or more, because the echo has two "
            "canaries in that time": bool(echo) and self.canary.seconds < 900,
            "metrics.serviceMonitor needs metrics.enabled": (
                self.metrics.service_monitor and not self.metrics.enabled
            ),
            "http.namespaces needs http.enabled": (
                bool(self.http.namespaces) and not self.http.enabled
            ),
            "http.enabled without http.namespaces lets nobody ask; name the namespaces whose pods "
            "may": self.http.enabled and not self.http.namespaces,
            "admission.enabled knows no infoTypes of your own; apply what `phiguard policy schema "
            "--admission NAMESPACE --detectors FILE` prints instead": self.admission.enabled
            and any(each.startswith("--detectors") for each in self.extra_arguments),
        }
        return tuple(text for text, holds in found.items() if holds)
