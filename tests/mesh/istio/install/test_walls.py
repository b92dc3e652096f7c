from mesh.istio.install import walls
from mesh.istio.installation import Installation
from mesh.istio.values import (
    ApiServer,
    Collector,
    Http,
    Metrics,
    PolicyChoice,
    PolicySource,
    Values,
)

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def test_only_guarded_namespaces_reach_the_guard():
    spec = walls.network_policy(INSTALLATION)["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"phiguard.dev/guarded": "true"}}}],
            "ports": [{"port": 9000, "protocol": "TCP"}],
        }
    ]


def test_the_guard_reaches_dns_istiod_and_the_collector_and_nothing_else():
    egress = walls.network_policy(INSTALLATION)["spec"]["egress"]
    to = {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]: {
            p["port"] for p in rule["ports"]
        }
        for rule in egress
        for peer in rule["to"]
    }
    assert to == {"kube-system": {53}, "istio-system": {15012}, "observability": {4317}}


def spec(**values):
    return walls.network_policy(Installation("a", "b", Values(**values)))["spec"]


def test_prometheus_reaches_the_page_of_metrics_and_nothing_else():
    *_, rule = spec(metrics=Metrics(enabled=True, namespace="prom"))["ingress"]
    assert rule["ports"] == [{"port": 9002, "protocol": "TCP"}]
    (peer,) = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "prom"}


def test_only_named_namespaces_reach_the_http_interface_and_nothing_else():
    *_, rule = spec(http=Http(enabled=True, namespaces=("engines", "functions")))["ingress"]
    assert rule["ports"] == [{"port": 9003, "protocol": "TCP"}]
    named = [each["namespaceSelector"]["matchLabels"] for each in rule["from"]]
    assert named == [{"kubernetes.io/metadata.name": each} for each in ("engines", "functions")]


def test_a_guard_that_reads_objects_reaches_the_api_server():
    *_, rule = spec(
        policy=PolicyChoice(source=PolicySource.KUBERNETES), api_server=ApiServer(("10.0.0.1/32",))
    )["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.0.0.1/32"}}]
    assert [each["port"] for each in rule["ports"]] == [443, 6443]


def test_another_collector_is_reached_at_its_own_place():
    rules = spec(collector=Collector("telemetry", "otel", 14317))["egress"]
    assert [14317] in [[port["port"] for port in rule["ports"]] for rule in rules]
