"""The policy tools use the detector sets in the policy's folder, as the guard does."""

import pytest
from running_guard import BILLING, EHR, POLICY

CHART = r"""apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: charts}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: R, subject: PATIENT, pattern: 'CH-\d{6}', match: [CH-123456]}
"""
NAMED = POLICY.replace("{allow: [PERSON_NAME,", "{deny: [CLINIC_CHART], allow: [R, PERSON_NAME,")
BODY = '{"note": "file CH-123456", "diagnosis": "E11.9"}'
CASES = f"""policy: WHERE
cases:
- name: no chart numbers
  request: {{source: {EHR}, destination: {BILLING}, mtls: true, method: POST, path: /claims, body: '{BODY}'}}
  expect: {{decision: DENY, reason: MINIMUM_NECESSARY, identifiers: [R]}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "policy.yaml").write_text(NAMED)
    (tmp_path / "policy" / "charts.yaml").write_text(CHART)
    (tmp_path / "body.json").write_text(BODY)
    return tmp_path / "policy"


def test_check_counts_own_detectors_and_warns_of_what_nobody_finds(phiguard, folder):
    code, out, _ = phiguard("policy", "check", folder)
    assert (code, "clinic: 1 rule, 1 custom detector, mode enforce" in out) == (0, True)
    (folder / "policy.yaml").write_text(
        NAMED.replace("deny: [CLINIC_CHART]", "deny: [CLINIC_CHART, PASSWORD]")
    )
    told = (
        "warning: no running detector finds `PASSWORD` (enable its group with `--with credentials`)"
    )
    assert told in phiguard("policy", "check", folder)[1]
    assert told not in phiguard("policy", "check", "--with", "credentials", folder)[1]


def test_a_single_file_takes_its_detectors_by_name(phiguard, folder):
    file, charts = folder / "policy.yaml", folder / "charts.yaml"
    code, out, _ = phiguard("policy", "check", file)
    assert (code, "error: unknown infoType, class or group `CLINIC_CHART`" in out) == (1, True)
    assert phiguard("policy", "check", "--detectors", charts, file)[0] == 0


def test_check_tells_what_is_wrong_with_detectors_with_its_line(phiguard, folder):
    (folder / "charts.yaml").write_text(CHART.replace("match: [CH-123456]", "match: [CH-1]"))
    code, out, _ = phiguard("policy", "check", folder)
    assert (code, out.count("\n"), "charts.yaml:6:" in out) == (1, 1, True)


def test_explain_finds_what_the_folders_detectors_find(phiguard, folder):
    arguments = ("--from", EHR, "--to", BILLING, "--method", "POST", "--path", "/claims")
    code, out, _ = phiguard(
        "policy", "explain", "--policy", folder, *arguments, "--body", folder.parent / "body.json"
    )
    assert code == 0
    assert out.startswith("DENY MINIMUM_NECESSARY because of CLINIC_CHART\n")
    assert "CLINIC_CHART (R): deny (CLINIC_CHART), says ehr-to-billing" in out


@pytest.mark.parametrize("command", [("simulate",), ("policy", "test")])
@pytest.mark.parametrize(("where", "more"), [("policy", False), ("policy/policy.yaml", True)])
def test_cases_run_with_the_detectors_of_their_policy(phiguard, folder, command, where, more):
    cases = folder.parent / "cases.yaml"
    cases.write_text(CASES.replace("WHERE", where))
    given = ("--detectors", folder / "charts.yaml") if more else ()
    assert phiguard(*command, *given, cases)[0] == 0


@pytest.mark.parametrize("command", [("simulate",), ("policy", "test")])
def test_cases_of_a_folder_with_broken_detectors_are_wrong_use(phiguard, folder, command):
    cases = folder.parent / "cases.yaml"
    cases.write_text(CASES.replace("WHERE", "policy"))
    (folder / "charts.yaml").write_text(CHART.replace("class: R", "class: Z"))
    code, _, err = phiguard(*command, cases)
    assert (code, "charts.yaml:6:" in err) == (2, True)


def test_diff_and_graph_know_own_info_types(phiguard, folder, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "policy.yaml").write_text(NAMED.replace("deny: [CLINIC_CHART], ", ""))
    (tmp_path / "new" / "charts.yaml").write_text(CHART)
    code, out, _ = phiguard("policy", "diff", folder, tmp_path / "new")
    assert (code, "may now receive CLINIC_CHART from clinic/ehr" in out) == (1, True)
    assert (
        phiguard(
            "policy",
            "diff",
            "--detectors",
            folder / "charts.yaml",
            folder / "policy.yaml",
            folder / "policy.yaml",
        )[0]
        == 0
    )
    assert "R+" in phiguard("policy", "graph", folder)[1]


def test_a_case_file_that_holds_its_policy_names_what_is_given(phiguard, folder):
    inside = "\n".join(f"  {line}" for line in NAMED.strip().splitlines())
    cases = folder.parent / "cases.yaml"
    cases.write_text(CASES.replace(" WHERE", f"\n{inside}"))
    assert phiguard("simulate", cases)[0] == 2
    assert phiguard("simulate", "--detectors", folder / "charts.yaml", cases)[0] == 0
