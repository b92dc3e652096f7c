import yaml

from mesh.istio.install import guard, pod
from mesh.istio.installation import Installation
from mesh.istio.values import (
    Http,
    Metrics,
    PolicyChoice,
    PolicySource,
    PriorityClass,
    Resources,
    Values,
)

INSTALLATION = Installation("phiguard-system", "phiguard@sha256:0123")


def options(container):
    return dict(arg.removeprefix("--").partition("=")[::2] for arg in container["args"][1:])


TEMPLATE = pod.template(INSTALLATION)
POD = TEMPLATE["spec"]
(CONTAINER,) = POD["containers"]
OPTIONS = options(CONTAINER)


def test_the_guard_ends_mutual_tls_itself_with_the_certificate_that_its_sidecar_writes():
    annotations = TEMPLATE["metadata"]["annotations"]
    proxy = yaml.safe_load(annotations["proxy.istio.io/config"])
    folder = proxy["proxyMetadata"]["OUTPUT_CERTS"]
    assert proxy["holdApplicationUntilProxyStarts"] is True
    assert annotations["traffic.sidecar.istio.io/excludeInboundPorts"] == "9000"
    (mount,) = yaml.safe_load(annotations["sidecar.istio.io/userVolumeMount"])
    assert {"name": mount["name"], "mountPath": folder, "readOnly": True} in CONTAINER[
        "volumeMounts"
    ]
    assert {OPTIONS["tls-cert"], OPTIONS["tls-key"], OPTIONS["tls-ca"]} == {
        f"{folder}/{file}.pem" for file in ("cert-chain", "key", "root-cert")
    }


def test_the_private_key_stays_in_memory():
    (volume,) = [volume for volume in POD["volumes"] if volume["name"] == "istio-certs"]
    assert volume["emptyDir"]["medium"] == "Memory"


def test_probes_ask_the_plain_health_port_and_never_the_mutual_tls_port():
    ports = {
        CONTAINER[probe]["grpc"]["port"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    assert ports == {int(OPTIONS["health-listen"].rpartition(":")[2])}
    assert ports.isdisjoint({9000})


def test_the_health_port_is_reachable_at_the_pods_address_because_pilot_agent_asks_there():
    assert OPTIONS["health-listen"].startswith("0.0.0.0:")


def test_the_policy_is_mounted_where_the_guard_reads_it():
    (volume,) = [volume for volume in POD["volumes"] if volume["name"] == "policy"]
    (policy,) = guard.policy(INSTALLATION)
    assert volume["configMap"]["name"] == policy["metadata"]["name"]
    assert {"name": "policy", "mountPath": OPTIONS["policy"], "readOnly": True} in CONTAINER[
        "volumeMounts"
    ]


def template(**values):
    return pod.template(Installation("phiguard-system", "phiguard:1", Values(**values)))


def test_a_guard_that_reads_objects_has_a_token_and_no_config_map():
    found = template(policy=PolicyChoice(source=PolicySource.KUBERNETES, root_namespace="rules"))
    spec = found["spec"]
    (container,) = spec["containers"]
    assert options(container)["policy"] == "kubernetes://rules"
    # on the volume of the ledger: what a broken namespace keeps outlives the pod
    assert options(container)["last-good"].startswith("/var/lib/phiguard/")
    assert "--policy-status" in container["args"]
    assert spec["automountServiceAccountToken"] is True
    assert "policy" not in {each["name"] for each in spec["volumes"]}
    assert "policy" not in {each["name"] for each in container["volumeMounts"]}
    # the sidecar would ask for a certificate of the mesh, which the API server has not
    annotations = found["metadata"]["annotations"]
    assert annotations["traffic.sidecar.istio.io/excludeOutboundPorts"] == "443"


def test_the_page_of_metrics_is_reachable_without_a_sidecar_only_where_it_is_wanted():
    found = template(metrics=Metrics(enabled=True))
    (container,) = found["spec"]["containers"]
    assert options(container)["metrics-listen"] == "0.0.0.0:9002"
    annotations = found["metadata"]["annotations"]
    assert annotations["traffic.sidecar.istio.io/excludeInboundPorts"] == "9000,9002"
    assert "metrics-listen" not in OPTIONS


def test_the_http_interface_ends_tls_itself_only_where_it_is_wanted():
    found = template(http=Http(enabled=True, namespaces=("engines",)))
    (container,) = found["spec"]["containers"]
    assert options(container)["http"] == "0.0.0.0:9003"
    assert "http-plaintext" not in options(container)
    annotations = found["metadata"]["annotations"]
    assert annotations["traffic.sidecar.istio.io/excludeInboundPorts"] == "9000,9003"
    assert "http" not in OPTIONS


def test_a_priority_without_a_name_is_none():
    assert POD["priorityClassName"] == "phiguard"
    assert "priorityClassName" not in template(priority_class=PriorityClass(name=""))["spec"]


def test_what_the_admin_adds_comes_last_and_secrets_reach_the_registry():
    found = template(
        extra_arguments=("--workers=2",),
        image_pull_secrets=("registry",),
        resources=Resources("2", "1Gi", "2Gi"),
    )
    (container,) = found["spec"]["containers"]
    assert container["args"][-1] == "--workers=2"
    assert found["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert container["resources"] == {
        "requests": {"cpu": "2", "memory": "1Gi"},
        "limits": {"memory": "2Gi"},
    }
