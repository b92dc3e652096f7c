import orjson
import pytest
from rest_catalogue import catalogue

from atrest.policy import Breach, Why
from extauthz.commands.rest import breaches

POLICY = """\
apiVersion: phiguard.dev/v1alpha1
kind: RestPolicy
metadata: {name: clinic}
spec:
  rules:
  - name: archive
    where: [{sources: ["s3://archive"]}]
    allow: [A]
    encrypted: required
  - name: ehr
    where: [{sources: ["postgres://*"]}]
    allow: ["*"]
  - name: nowhere
    where: [{objects: ["no such unit"]}]
  - name: files
    where: [{sources: ["file://*"]}]
    unread: deny
"""
BROKEN = [
    "file:///data secret/=x.csv: NOT_READ (rule files)",
    "s3://archive 2019/XXX export.csv: NOT_ENCRYPTED (rule archive)",
    "s3://archive 2019/XXX export.csv: phone: PHONE_NUMBER NOT_ALLOWED (rule archive)",
    "file:///data closed\\u2028room: NOT_READ (rule files)",
]


@pytest.fixture
def check(phiguard, tmp_path):
    folder = catalogue(tmp_path / "catalogue")

    def run(text, *arguments):
        (tmp_path / "policy.yaml").write_text(text)
        path = tmp_path / "policy.yaml"
        return phiguard("rest", "check", path, "--catalogue", folder, *arguments)

    return run


def test_each_breach_is_one_line_and_the_exit_code_is_1(check):
    code, out, err = check(POLICY)
    assert (code, out.splitlines()) == (1, BROKEN)
    assert err.endswith("policy clinic: 5 units, 4 breaches\n")


def test_a_rule_that_names_no_unit_is_warned_of_with_its_line(check):
    err = check(POLICY)[2]
    assert "policy.yaml:13:5: warning: rule `nowhere` names no unit of the catalogue" in err
    assert err.count("warning") == 1


def test_a_policy_that_holds_is_exit_code_0(check):
    text = POLICY.replace("allow: [A]", 'allow: ["*"]').replace("required", "any")
    code, out, err = check(text.replace("unread: deny", "unread: allow"))
    assert (code, out, err.splitlines()[-1]) == (0, "", "policy clinic: 5 units, no breaches")


def test_a_wrong_policy_is_wrong_use_and_judges_nothing(check):
    code, out, err = check(POLICY.replace("unread", "unseen"))
    assert (code, out) == (2, "")
    assert "unknown key `unseen`" in err


def test_a_policy_that_cannot_be_read_is_wrong_use(phiguard, tmp_path):
    code, _, err = phiguard("rest", "check", tmp_path / "missing")
    assert (code, err.count("\n")) == (2, 1)


def test_alerts_are_appended_and_a_known_breach_keeps_its_id(check, tmp_path):
    alerts = tmp_path / "alerts.jsonl"
    for _ in range(2):
        assert check(POLICY, "--alerts", alerts)[0] == 1
    found = [orjson.loads(line) for line in alerts.read_text().split("\n")[:-1]]
    ids = [each["id"] for each in found]
    assert (ids[:4], len(set(ids))) == (ids[4:], 4)
    phone = found[2]
    assert {key: phone[key] for key in ("kind", "policy", "rule", "reason", "identifier")} == {
        "kind": "rest-breach",
        "policy": "clinic",
        "rule": "archive",
        "reason": "NOT_ALLOWED",
        "identifier": "D",
    }


def test_jsonl_is_what_the_file_of_alerts_gets(check, tmp_path):
    out = check(POLICY, "--format", "jsonl", "--alerts", tmp_path / "alerts")[1]
    assert (tmp_path / "alerts").read_text() == out


def test_alerts_that_cannot_be_written_are_wrong_use(check, tmp_path):
    code, _, err = check(POLICY, "--alerts", tmp_path / "missing" / "alerts")
    assert (code, "--alerts" in err) == (2, True)


def test_no_rule_is_said_in_words():
    text = breaches.words(Breach("s", "o", "c", "f", "PERSON_NAME", "", Why.NO_RULE))
    assert text == "s o: c f: PERSON_NAME NO_RULE (no rule names the unit)"


def test_a_scan_with_a_policy_is_judged_by_it_alone(phiguard, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "p.csv").write_text(
        "mrn,full_name,diagnosis\n" + "A-10234,Ana Ruiz,E11.9\n" * 3
    )
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY.replace("s3://archive", "file://*").replace("required", "any"))
    arguments = ("rest", "scan", tmp_path / "data", "--catalogue", tmp_path / "c", "--workers", 1)
    code, out, _ = phiguard(*arguments, "--policy", policy, "--alerts", tmp_path / "alerts")
    assert (code, "Ana" in out) == (1, False)
    assert [
        orjson.loads(line)["infoType"] for line in (tmp_path / "alerts").read_text().splitlines()
    ] == ["MEDICAL_RECORD_NUMBER"]
    policy.write_text(policy.read_text().replace("allow: [A]", "allow: [A, H]"))
    assert phiguard(*arguments, "--policy", policy)[0] == 0  # it holds PHI, which may lie there
    code, out, err = phiguard(*arguments, "--alerts", tmp_path / "alerts")
    assert (code, out, "needs --policy" in err) == (2, "", True)
