from mesh.istio.install import guard, walls
from mesh.istio.installation import Installation
from mesh.istio.values import (
    Autoscaling,
    Ledger,
    MeshChoice,
    PolicyChoice,
    PolicySource,
    Values,
    WorkloadKind,
)
from mesh.policy.decision import Action, Mode
from mesh.policy_file import load as policy_file

INSTALLATION = Installation("phiguard-system", "phiguard@sha256:0123")
ACCOUNT = guard.service_account(INSTALLATION)
SERVICE = guard.service(INSTALLATION)
PODS = guard.workload(INSTALLATION)
(POLICY,) = guard.policy(INSTALLATION)
BUDGET = guard.disruption_budget(INSTALLATION)
TEMPLATE = PODS["spec"]["template"]
POD = TEMPLATE["spec"]
(CONTAINER,) = POD["containers"]
OPTIONS = dict(arg.removeprefix("--").partition("=")[::2] for arg in CONTAINER["args"][1:])


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
        walls.network_policy(INSTALLATION)["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in selectors)


def test_the_starter_policy_blocks_nothing_and_denies_what_no_rule_names_once_it_enforces():
    policy = policy_file.parse(POLICY["data"]["policy.yaml"], file="policy.yaml")
    assert policy.mode is Mode.MONITOR
    assert policy.default_action is policy.on_unscannable is Action.DENY


def test_the_namespace_gets_sidecars():
    assert guard.namespace(INSTALLATION)["metadata"]["labels"]["istio-injection"] == "enabled"


def chosen(**values):
    return Installation("phiguard-system", "phiguard:1", Values(**values))


DAEMONS = chosen(workload=WorkloadKind.DAEMON_SET, ledger=Ledger(host_path="/var/lib/phiguard"))


def test_a_pod_a_node_keeps_its_ledger_in_a_folder_that_was_there_before():
    workload = guard.workload(DAEMONS)
    assert workload["kind"] == "DaemonSet"
    assert "replicas" not in workload["spec"]
    (volume,) = [
        each for each in workload["spec"]["template"]["spec"]["volumes"] if each["name"] == "ledger"
    ]
    # `DirectoryOrCreate` would make it for root, and the guard could not write
    assert volume["hostPath"] == {"path": "/var/lib/phiguard", "type": "Directory"}


def test_two_pods_never_write_one_nodes_ledger():
    strategy = guard.workload(DAEMONS)["spec"]["updateStrategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}


def test_a_node_asks_its_own_guard_first_and_another_while_that_one_restarts():
    annotations = guard.service(DAEMONS)["metadata"]["annotations"]
    assert annotations == {"networking.istio.io/traffic-distribution": "PreferSameNode"}
    # `Local` would leave the node without a guard meanwhile
    assert "internalTrafficPolicy" not in guard.service(DAEMONS)["spec"]


def test_what_scales_the_guard_alone_sets_the_replicas():
    scaled = chosen(autoscaling=Autoscaling(enabled=True))
    assert "replicas" not in guard.workload(scaled)["spec"]


def test_objects_of_the_cluster_take_the_place_of_the_config_map():
    assert guard.policy(chosen(policy=PolicyChoice(source=PolicySource.KUBERNETES))) == []


def test_a_policy_of_ones_own_takes_the_place_of_the_starter():
    (found,) = guard.policy(chosen(policy=PolicyChoice(text="kind: SegmentationPolicy\n")))
    assert found["data"] == {"policy.yaml": "kind: SegmentationPolicy\n"}


def test_the_starter_that_enforces_denies_what_no_rule_names():
    text = guard.starter_policy("enforce")
    policy = policy_file.parse(text, file="policy.yaml")
    assert policy.mode is Mode.ENFORCE
    assert policy.default_action is Action.DENY


def test_a_revision_injects_the_namespace_and_the_pod():
    installation = chosen(mesh=MeshChoice(revision="1-30-3"))
    labels = guard.namespace(installation)["metadata"]["labels"]
    assert labels["istio.io/rev"] == "1-30-3"
    assert "istio-injection" not in labels
    pod_labels = guard.workload(installation)["spec"]["template"]["metadata"]["labels"]
    assert pod_labels["istio.io/rev"] == "1-30-3"


def test_a_volume_has_the_size_and_class_that_were_asked_for():
    asked = chosen(ledger=Ledger(size="5Gi", storage_class="fast"))
    (claim,) = guard.workload(asked)["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "fast"
    assert claim["spec"]["resources"] == {"requests": {"storage": "5Gi"}}
