import yaml

from mesh.istio import guard
from mesh.istio.installation import Installation
from mesh.policy.decision import Action, Mode
from mesh.policy_file import load as policy_file

INSTALLATION = Installation("phiguard-system", "phiguard@sha256:0123")
ACCOUNT, SERVICE, PODS, BUDGET = guard.workload(INSTALLATION)
TEMPLATE = PODS["spec"]["template"]
POD = TEMPLATE["spec"]
(CONTAINER,) = POD["containers"]
OPTIONS = dict(arg.removeprefix("--").partition("=")[::2] for arg in CONTAINER["args"][1:])


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


def test_each_replica_keeps_its_ledger_on_a_volume_of_its_own():
    assert PODS["kind"] == "StatefulSet"
    (claim,) = PODS["spec"]["volumeClaimTemplates"]
    (mount,) = [
        mount for mount in CONTAINER["volumeMounts"] if mount["name"] == claim["metadata"]["name"]
    ]
    assert OPTIONS["ledger"].startswith(mount["mountPath"])


def test_losing_one_pod_leaves_another():
    assert PODS["spec"]["replicas"] >= 2
    assert BUDGET["spec"]["maxUnavailable"] == 1


def test_probes_ask_the_plain_health_port_and_never_the_mutual_tls_port():
    ports = {
        CONTAINER[probe]["grpc"]["port"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    assert ports == {int(OPTIONS["health-listen"].rpartition(":")[2])}
    assert ports.isdisjoint({9000})


def test_the_health_port_is_reachable_at_the_pods_address_because_pilot_agent_asks_there():
    assert OPTIONS["health-listen"].startswith("0.0.0.0:")


def test_the_pod_meets_the_restricted_standard():
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert ACCOUNT["automountServiceAccountToken"] is POD["automountServiceAccountToken"] is False


def test_the_service_port_makes_envoy_speak_http2():
    (port,) = SERVICE["spec"]["ports"]
    assert (port["name"], port["appProtocol"], port["port"]) == ("grpc", "grpc", 9000)


def test_selectors_find_the_pods():
    labels = TEMPLATE["metadata"]["labels"]
    selectors = [
        SERVICE["spec"]["selector"],
        PODS["spec"]["selector"]["matchLabels"],
        BUDGET["spec"]["selector"]["matchLabels"],
        guard.network_policy(INSTALLATION)["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in selectors)


def test_only_guarded_namespaces_reach_the_guard():
    spec = guard.network_policy(INSTALLATION)["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"phiguard.dev/guarded": "true"}}}],
            "ports": [{"port": 9000, "protocol": "TCP"}],
        }
    ]


def test_the_guard_reaches_dns_istiod_and_the_collector_and_nothing_else():
    egress = guard.network_policy(INSTALLATION)["spec"]["egress"]
    to = {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]: {
            p["port"] for p in rule["ports"]
        }
        for rule in egress
        for peer in rule["to"]
    }
    assert to == {"kube-system": {53}, "istio-system": {15012}, "observability": {4317}}


def test_the_starter_policy_blocks_nothing_and_denies_what_no_rule_names_once_it_enforces():
    policy = policy_file.parse(
        guard.policy(INSTALLATION)["data"]["policy.yaml"], file="policy.yaml"
    )
    assert policy.mode is Mode.MONITOR
    assert policy.default_action is policy.on_unscannable is Action.DENY


def test_the_policy_is_mounted_where_the_guard_reads_it():
    (volume,) = [volume for volume in POD["volumes"] if volume["name"] == "policy"]
    assert volume["configMap"]["name"] == guard.policy(INSTALLATION)["metadata"]["name"]
    assert {"name": "policy", "mountPath": OPTIONS["policy"], "readOnly": True} in CONTAINER[
        "volumeMounts"
    ]


def test_the_namespace_gets_sidecars():
    assert guard.namespace(INSTALLATION)["metadata"]["labels"]["istio-injection"] == "enabled"
