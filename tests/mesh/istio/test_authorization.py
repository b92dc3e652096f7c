import pytest
import yaml
from hypothesis import given, settings
from mesh_strategies import BILLING, EHR, POLICIES

from mesh.istio.authorization import UnknownFormError, read, render
from mesh.istio.edges import Naming, edges
from mesh.istio.manifest import to_yaml
from mesh.message.facts import Protocol
from mesh.policy.decision import Mode
from mesh.policy.policy import OperationMatch, Peer, Policy, Rule, Target

NAMING = Naming("app")


FROM_EHR, TO_BILLING = Peer((EHR,)), Peer((BILLING,))


def policy(target=TO_BILLING, operation=None, source=FROM_EHR, **changes):
    rule = Rule(
        "claims", (source,), (Target(target, operation or OperationMatch(("POST",), ("/claims",))),)
    )
    return Policy(name="clinic", digest="", rules=(rule,), **changes)


def rendered(one):
    return render(edges(one, NAMING).said, one, NAMING)


@given(POLICIES)
@settings(max_examples=3 * settings.default.max_examples // 2, deadline=None)
def test_what_is_rendered_reads_back_as_the_same_edges(one):
    said = edges(one, NAMING).said
    assert read(list(yaml.safe_load_all(to_yaml(render(said, one, NAMING)))), NAMING) == said


def test_an_edge_is_one_rule_of_its_workload_in_a_namespace_that_is_closed_else():
    closed, opened = rendered(policy())
    assert (closed["metadata"], closed["spec"]) == (
        {"name": "phiguard-closed", "namespace": "finance"},
        {},
    )
    assert opened["metadata"] == {"name": "phiguard-edges-billing", "namespace": "finance"}
    assert opened["spec"] == {
        "selector": {"matchLabels": {"app": "billing"}},
        "action": "ALLOW",
        "rules": [
            {
                "from": [{"source": {"principals": [EHR]}}],
                "to": [{"operation": {"methods": ["POST"], "paths": ["/claims"]}}],
            }
        ],
    }


def test_a_rule_for_any_operation_opens_http_and_not_tcp():
    (_, opened) = rendered(policy(operation=OperationMatch()))
    assert opened["spec"]["rules"][0]["to"] == [{"operation": {"methods": ["*"]}}]
    both = OperationMatch(ports=(5432,), protocols=(Protocol.HTTP, Protocol.TCP))
    assert rendered(policy(operation=both))[1]["spec"]["rules"][0]["to"] == [
        {"operation": {"ports": ["5432"]}}
    ]


def test_a_host_is_open_with_and_without_a_port():
    (_, opened) = rendered(policy(operation=OperationMatch(hosts=("billing",))))
    assert opened["spec"]["rules"][0]["to"][0]["operation"]["hosts"] == ["billing", "billing:*"]


def test_a_policy_that_does_not_enforce_is_for_istios_dry_run():
    objects = rendered(policy(mode=Mode.MONITOR))
    assert [each["metadata"]["annotations"] for each in objects] == [
        {"istio.io/dry-run": "true"}
    ] * 2


def test_anyone_has_no_from():
    (_, opened) = rendered(policy(source=Peer()))
    assert "from" not in opened["spec"]["rules"][0]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "EnvoyFilter"},
        {"spec": {"action": "DENY", "rules": [{}]}},
        {"spec": {"action": "ALLOW", "rules": [{"when": [{}]}]}},
        {"spec": {"action": "ALLOW", "rules": [{"from": [{"notSource": {}}]}]}},
        {"spec": {"action": "ALLOW", "rules": {}}},
        {"spec": {"action": "ALLOW", "selector": {"matchLabels": {"tier": "x"}}, "rules": []}},
    ],
)
def test_an_object_of_another_form_is_not_read(change):
    (_, opened) = rendered(policy())
    with pytest.raises(UnknownFormError):
        read([{**opened, **change}], NAMING)
