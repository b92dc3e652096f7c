"""What the guard may do, and no more. `e2e/cluster` shows on a real API server that it suffices."""

from mesh.istio.install.rbac import POLICIES, STATUS, policy_reader, roles, status_writer
from mesh.istio.installation import Installation
from mesh.istio.values import PolicyChoice, PolicySource, Values

HERE = Installation("guards", "phiguard:0.1.0")


def rules(manifests, kind):
    return {
        (rule["apiGroups"][0], rule["resources"][0]): rule["verbs"]
        for each in manifests
        if each["kind"] == kind
        for rule in each["rules"]
    }


def test_it_reads_policies_and_writes_none():
    assert rules(policy_reader(HERE), "ClusterRole") == {
        ("phiguard.dev", "segmentationpolicies"): ["get", "list", "watch"]
    }
    writes = rules(status_writer(HERE), "ClusterRole")
    assert writes == {
        ("phiguard.dev", "segmentationpolicies/status"): ["patch"],
        ("", "events"): ["create"],
    }


def test_leases_are_of_the_guards_own_namespace():
    made = status_writer(HERE)
    assert rules(made, "Role") == {
        ("coordination.k8s.io", "leases"): ["get", "list", "create", "update", "delete"]
    }
    own = [each["metadata"] for each in made if each["kind"] in {"Role", "RoleBinding"}]
    assert [each["namespace"] for each in own] == ["guards", "guards"]


def test_each_binding_grants_its_role_to_the_guard():
    bindings = [
        each
        for each in (*policy_reader(HERE), *status_writer(HERE))
        if each["kind"].endswith("Binding")
    ]
    granted = [(each["roleRef"]["kind"], each["roleRef"]["name"]) for each in bindings]
    assert granted == [("ClusterRole", POLICIES), ("ClusterRole", STATUS), ("Role", STATUS)]
    for each in bindings:
        assert each["subjects"] == [
            {"kind": "ServiceAccount", "name": "phiguard", "namespace": "guards"}
        ]


def test_a_guard_whose_policy_is_a_config_map_may_do_nothing():
    assert roles(HERE) == []


def test_a_guard_that_writes_no_status_may_only_read():
    for status, expected in ((True, {POLICIES, STATUS}), (False, {POLICIES})):
        policy = PolicyChoice(source=PolicySource.KUBERNETES, status=status)
        made = roles(Installation("guards", "phiguard:0.1.0", Values(policy=policy)))
        assert {each["metadata"]["name"] for each in made} == expected
