from hypothesis import given
from sample_answers import answers, clinic

from mesh.policy.decision import Mode
from mesh.policy_file import load
from mesh.policy_file.problems import Severity
from mesh.starter.policy_text import render, rule_names


def test_the_policy_has_a_rule_for_each_call_and_the_mode_asked_for():
    policy = load.parse(render(clinic()), file="policy.yaml")
    assert policy.mode is Mode.MONITOR
    assert [rule.name for rule in policy.rules] == [
        "ehr-to-data",
        "ehr-to-billing",
        "billing-to-ehr",
        "data-to-ehr",
        "data-to-billing",
        "billing-to-edi.example.com",
        "ehr-to-any.example.org",
    ]
    assert load.parse(render(clinic(enforces=True)), file="p").mode is Mode.ENFORCE
    assert max(map(len, render(clinic()).splitlines())) <= 105


def test_every_called_host_has_its_principal():
    policy = load.parse(render(clinic()), file="policy.yaml")
    assert policy.services["billing-api.finance.svc.cluster.local"] == (
        "cluster.local/ns/finance/sa/billing"
    )


@given(answers())
def test_any_answers_make_a_policy_without_an_error(given_answers):
    policy, problems = load.check(render(given_answers), file="policy.yaml")
    assert policy is not None
    assert not [each for each in problems if each.severity is Severity.ERROR]
    assert len(policy.rules) == len(given_answers.calls) + len(given_answers.outside)
    names = rule_names(given_answers)
    assert len(set(names.values())) == len(names)
