"""examples/hospital: a policy without warnings, and cases that pass and stop each of its rules."""

from pathlib import Path

import pytest

from mesh.analysis import case_file, cases
from mesh.analysis.rule_coverage import rule_coverage
from mesh.policy.decision import Action
from mesh.policy_file import load as policy_file

FOLDER = Path(__file__).parents[3] / "examples" / "hospital"
CASES = case_file.load(
    (FOLDER / "cases.yaml").read_text(),
    file="cases.yaml",
    read=lambda path: (FOLDER / path).read_bytes(),
)


@pytest.fixture(scope="module")
def results(scanner_of):
    return [(case, cases.run(case, scanner_of)) for case in CASES]


def test_the_policy_has_no_warnings():
    assert policy_file.check((FOLDER / "hospital.yaml").read_text(), file="hospital.yaml")[1] == ()


def test_every_case_ends_as_it_says(results):
    assert {r.name: r.checks for _, r in results if not r.passed} == {}
    assert len(results) == 42


def test_every_rule_lets_a_case_pass_and_stops_one(results):
    assert [rule.rule for rule in rule_coverage(results) if not rule.covered] == []
    by_action = {True: set(), False: set()}
    for _, result in results:
        decision = result.outcome.decision
        by_action[decision.action is Action.DENY].update(decision.rules)
    names = {rule.name for rule in CASES[0].policy.rules}
    assert by_action == {True: names, False: names}


def test_the_readme_counts_the_cases_and_names_every_workload():
    readme = (FOLDER / "README.md").read_text()
    accounts = {
        principal.replace("cluster.local/ns/", "").replace("/sa/", "/")
        for principal in CASES[0].policy.services.values()
    }
    assert [account for account in accounts if f"`{account}`" not in readme] == []
    assert "42 messages" in readme
