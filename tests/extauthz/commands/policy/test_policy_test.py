from xml.etree import ElementTree as ET

import pytest

from extauthz import cli

CASES = """\
policy:
  apiVersion: phiguard.dev/v1alpha1
  kind: SegmentationPolicy
  metadata: {name: clinic}
  spec:
    rules:
    - {name: tried, from: [{namespaces: [clinic]}], to: [{namespaces: [finance]}]}
    - {name: idle, from: [{namespaces: [clinic]}], to: [{namespaces: [web]}]}
cases:
- name: a <greeting>
  request: {source: cluster.local/ns/clinic/sa/a, destination: cluster.local/ns/finance/sa/b, mtls: true, body: Ana}
  expect: {decision: EXPECTED}
"""


@pytest.fixture
def tested(tmp_path, capsysbinary):
    def run(expected, *more):
        path = tmp_path / "cases.yaml"
        path.write_text(CASES.replace("EXPECTED", expected))
        code = cli.main(["policy", "test", str(path), *map(str, more)])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def test_a_rule_without_a_case_is_named_and_fails_only_on_demand(tested):
    said = "clinic: no case exercises rule `idle`\n1 case, 0 failed; 1 of 2 rules exercised\n"
    assert tested("ALLOW")[:2] == (0, said)
    assert tested("ALLOW", "--every-rule")[:2] == (1, said)


@pytest.mark.parametrize(("expected", "failures"), [("ALLOW", 0), ("DENY", 1)])
def test_junit_has_a_testcase_a_case_and_no_body(tested, tmp_path, expected, failures):
    file = tmp_path / "junit.xml"
    assert tested(expected, "--junit", file)[0] == failures
    suite = ET.fromstring(file.read_text()).find("testsuite")  # noqa: S314 - phiguard wrote this document
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "cases",
        "1",
        str(failures),
    )
    assert [case.get("name") for case in suite] == ["a <greeting>"]
    assert [("decision is ALLOW, expected DENY" in f.text) for f in suite.iter("failure")] == [
        True
    ] * failures
    assert "Ana" not in file.read_text()


def test_a_report_that_cannot_be_written_is_one_line(tested, tmp_path):
    code, _, err = tested("ALLOW", "--junit", tmp_path / "none" / "junit.xml")
    assert (code, err.count("\n"), "--junit" in err) == (2, 1, True)
