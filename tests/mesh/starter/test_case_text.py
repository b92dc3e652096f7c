import functools

import pytest
from hypothesis import given, settings
from sample_answers import answers, clinic

from mesh.analysis import case_file, cases
from mesh.analysis.rule_coverage import rule_coverage
from mesh.starter import case_text, policy_text
from phiscan.engine import Engine


@pytest.fixture(scope="module")
def engine():
    return Engine.load()


def pairs(engine, given_answers):
    policy = policy_text.render(given_answers).encode()
    text = case_text.render(given_answers, "policy.yaml")
    found = case_file.load(text, file="cases.yaml", read={"policy.yaml": policy}.__getitem__)
    scanner_of = functools.partial(engine.scanner, clock=lambda: 0.0)
    return [(case, cases.run(case, scanner_of)) for case in found]


def test_the_cases_pass_at_once_and_exercise_every_rule(engine):
    found = pairs(engine, clinic())
    assert not [result.name for _, result in found if not result.passed]
    assert all(rule.covered for rule in rule_coverage(found))
    assert {result.outcome.decision.action.value for _, result in found} == {
        "ALLOW", "ALERT", "REDACT", "DENY",
    }  # fmt: skip


@settings(max_examples=15)
@given(answers())
def test_the_cases_of_any_answers_pass(engine, given_answers):
    assert not [r.name for _, r in pairs(engine, given_answers) if not r.passed]
