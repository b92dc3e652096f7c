import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator

from extauthz.commands.istio.outputs import FORMATS, Checked, lines, summary
from mesh.istio.check import RULES, check
from mesh.istio.snapshot import read

# made by tools/sarif_schema.py; the file says from what
SARIF = json.loads(
    (Path(__file__).parents[3] / "atrest/exports/sarif-2.1.0.schema.json").read_text()
)
WRONG = """\
kind: PeerAuthentication
metadata: {name: default, namespace: clinic}
spec:
  mtls: {mode: PERMISSIVE}
---
kind: EnvoyFilter
metadata: {name: late, namespace: clinic}
spec:
  workloadSelector: {labels: {app: x}}
  configPatches:
  - applyTo: HTTP_FILTER
    match: {context: SIDECAR_INBOUND, listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.ext_authz}}}}}
    patch: {operation: REPLACE, value: {name: envoy.filters.http.ext_authz}}
"""
SNAPSHOT = read({"a b.yaml": WRONG})
CHECKED = Checked(check(SNAPSHOT, "phiguard"), 2, ("Service",), ("`chart` is a chart",))
FOUND = [problem.rule.name for problem in CHECKED.problems]


def test_a_line_a_problem_is_what_people_read():
    found = list(lines(CHECKED))
    assert len(found) == len(FOUND) == 3
    assert (
        "a b.yaml:4: hole: PeerAuthentication clinic/default: spec.mtls.mode: mutual TLS is "
        "PERMISSIVE: peers without a certificate have no principal; set mtls.mode: STRICT "
        "(mtls-not-strict)"
    ) in found


def test_json_has_every_part_of_a_problem():
    found = json.loads(FORMATS["json"](CHECKED))
    problem = next(each for each in found["problems"] if each["rule"] == "mtls-not-strict")
    assert problem == {
        "rule": "mtls-not-strict",
        "severity": "hole",
        "file": "a b.yaml",
        "line": 4,
        "object": "PeerAuthentication clinic/default",
        "field": "spec.mtls.mode",
        "message": "mutual TLS is PERMISSIVE",
        "why": "peers without a certificate have no principal",
        "fix": "set mtls.mode: STRICT",
        "istioctl": None,
    }
    assert found["notGiven"] == ["Service"]
    assert found["notRead"] == ["`chart` is a chart"]
    assert found["documents"] == 2


def test_sarif_names_rule_level_place_and_object():
    log = json.loads(FORMATS["sarif"](CHECKED))
    Draft4Validator(SARIF).validate(log)
    (run,) = log["runs"]
    result = next(each for each in run["results"] if each["ruleId"] == "mtls-not-strict")
    assert result["level"] == "error"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b.yaml"},
        "region": {"startLine": 4},
    }
    (logical,) = location["logicalLocations"]
    assert logical["fullyQualifiedName"] == "PeerAuthentication clinic/default: spec.mtls.mode"
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules.keys() == set(FOUND)
    assert rules["filter-without-priority"]["properties"]["istioctl"] == "IST0151"
    assert rules["filter-without-priority"]["properties"]["severity"] == "advice"


def test_junit_has_a_case_for_each_rule_and_advice_does_not_fail():
    root = ET.fromstring(FORMATS["junit"](CHECKED))  # noqa: S314 - our own text
    (suite,) = root
    assert suite.get("tests") == str(len(RULES))
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {"mtls-not-strict", "filter-removes-guard"}
    assert suite.get("failures") == "2"


def test_advice_alone_is_no_failure():
    advice = tuple(p for p in CHECKED.problems if p.rule.name == "filter-without-priority")
    assert advice
    assert not Checked(advice, 2, (), ()).failed
    assert CHECKED.failed


def test_the_summary_counts_and_says_what_was_not_judged():
    first, second = summary(CHECKED)
    assert first == (
        "2 documents, 3 problems (hole: 2, advice: 1); not given, so not judged: Service"
    )
    assert second == "not read: `chart` is a chart"


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found_is_a_whole_document_in_each_format(name):
    text = FORMATS[name](Checked((), 1, (), ()))
    assert text.endswith("\n")
