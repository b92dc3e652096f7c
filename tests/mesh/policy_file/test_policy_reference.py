"""docs/policy.md is true: its examples work, and it names every reason and key."""

import re
import textwrap
from pathlib import Path

import pytest

from mesh.analysis import case_file, cases
from mesh.policy.decision import Reason
from mesh.policy_file import load as policy_file
from mesh.policy_file.groups import BUILT_IN_GROUPS
from phiscan.media_names import MEDIA_NAMES

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text()
POLICY, CASES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FRAGMENTS = re.findall(r"```yml\n(.*?)```", PAGE, re.DOTALL)
HEAD = "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: p}\nspec:\n"
EDGE = "source: cluster.local/ns/clinic/sa/ehr, destination: cluster.local/ns/finance/sa/billing"
ROWS = re.findall(r"^\| (.+?) \| ([A-Z]+) \| ([A-Z_]+) \|$", PAGE.split("## Keys")[0], re.MULTILINE)
PATIENT = "patientName: Ana Ruiz, dateOfBirth: '1980-02-03', diagnosis: E11.9"
REQUESTS = [
    f"{{{EDGE}, mtls: true, method: POST, path: /claims, body: {{{PATIENT}}}}}",
    f"{{{EDGE}, mtls: true, method: POST, path: /claims, body: {{{PATIENT}, ssn: 536-22-8671}}}}",
    f"{{{EDGE}, mtls: true, method: POST, path: /claims, "
    f"body: {{{PATIENT}, email: ana@example.com}}}}",
    f"{{{EDGE}, method: POST, path: /claims, body: {{patientName: Ana Ruiz, diagnosis: E11.9}}}}",
    f"{{{EDGE}, mtls: true, method: POST, path: /claims, body: {{hello: world}}}}",
    f"{{{EDGE}, mtls: true, method: PUT, path: /other, body: anything}}",
]


def results_of(text: str, scanner_of):
    return [
        cases.run(case, scanner_of)
        for case in case_file.load(text, file="docs", read=lambda _: POLICY.encode())
    ]


def test_the_first_policy_has_no_problem():
    assert policy_file.check(POLICY, file="docs")[1] == ()


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_what_the_page_shows_of_a_spec_is_read(fragment):
    policy, problems = policy_file.check(HEAD + textwrap.indent(fragment, "  "), file="docs")
    assert policy is not None, problems
    assert policy.rules


@pytest.mark.parametrize("name", BUILT_IN_GROUPS)
def test_every_built_in_group_is_explained(name):
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", MEDIA_NAMES)
def test_every_media_kind_is_named(name):
    assert f"`{name}`" in PAGE.split("\nThe kinds: ")[1].split("\n\n")[0]


@pytest.mark.parametrize(("row", "request_"), list(zip(ROWS, REQUESTS, strict=True)))
def test_the_worked_example_decides_as_its_table_says(row, request_, scanner_of):
    (result,) = results_of(f"policy: p\ncases:\n- {{name: a, request: {request_}}}\n", scanner_of)
    decision = result.outcome.decision
    assert (decision.action, decision.reason) == row[1:]


def test_the_example_of_a_case_passes(scanner_of):
    (result,) = results_of(CASES, scanner_of)
    assert result.checks
    assert result.passed


def test_every_reason_is_explained():
    assert [
        reason for reason in Reason if not re.search(rf"^\|.*\b{reason}\b.*\|$", PAGE, re.MULTILINE)
    ] == []
