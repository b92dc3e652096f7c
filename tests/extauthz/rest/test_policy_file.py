from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from atrest.policy import Where
from extauthz.rest import policy_file
from extauthz.rest.policy_keys import json_schema
from mesh.policy.vocabulary import Vocabulary

DOCS = Path(__file__).parents[3] / "docs"
CLINIC = """\
apiVersion: phiguard.dev/v1alpha1
kind: RestPolicy
metadata: {name: clinic}
spec:
  defaultAction: DENY
  identifierGroups:
    billing: [A, HEALTH_PLAN_BENEFICIARY_NUMBER]
  rules:
  - name: archive
    where: [{sources: ["s3://archive*"], objects: ["archive/*"]}]
    allow: [limited-data-set, billing]
    deny: [US_SOCIAL_SECURITY_NUMBER]
    encrypted: required
    unread: deny
  - name: rest
    where: [{}]
"""


def check(text, **options):
    return policy_file.check(text, file="clinic.yaml", **options)


def problems(text, **options):
    return [str(problem) for problem in check(text, **options)[1]]


def test_a_file_is_a_policy():
    found, said = check(CLINIC)
    assert said == ()
    archive, rest = found.policy.rules
    assert (found.policy.name, found.policy.denies, len(found.policy.digest)) == (
        "clinic",
        True,
        64,
    )
    assert archive.where == (Where(("s3://archive*",), ("archive/*",)),)
    assert archive.allow == {"CITY", "US_ZIP_CODE", "C", "R", "A", "HEALTH_PLAN_BENEFICIARY_NUMBER"}
    assert archive.deny == {"US_SOCIAL_SECURITY_NUMBER"}
    assert (archive.encrypted, archive.read) == (True, True)
    assert (rest.where, rest.allow, rest.encrypted, rest.read) == ((Where(),), set(), False, False)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: RestPolicy", "kind: SegmentationPolicy", "clinic.yaml:2:7: error: `kind` is `SegmentationPolicy`"),
        ("v1alpha1", "v2", "clinic.yaml:1:13: error: `apiVersion`"),
        ("metadata: {name: clinic}", "metadata: {}", "`metadata` has no `name`"),
        ("unread: deny", "unred: deny", "clinic.yaml:14:5: error: unknown key `unred` in the rule (did you mean `unread`?)"),
        ("unread: deny", "unread: maybe", "`unread` is `maybe`, expected `allow` or `deny`"),
        ("encrypted: required", "encrypted: yes", "`encrypted` is `yes`, expected `any` or `required`"),
        ("US_SOCIAL_SECURITY_NUMBER", "US_SOCIAL_SECURITY_NUMBR", "clinic.yaml:12:12: error: unknown infoType, class or group `US_SOCIAL_SECURITY_NUMBR` (did you mean `US_SOCIAL_SECURITY_NUMBER`?)"),
        ("limited-data-set", "limited-dataset", "did you mean `limited-data-set`?"),
        ("DENY", "REDACT", "`defaultAction` is `REDACT`"),
        ("- name: rest", "- name: archive", "rule `archive` appears twice (first in line 9; rename one)"),
        ("where: [{}]", "where: []", "`where` is empty (an entry `{}` names any unit)"),
        ("    where: [{}]\n", "", "the rule has no `where`"),
        ('objects: ["archive/*"]', "objects: []", "`objects` is empty (leave the key out for any)"),
        ('"s3://archive*"', "/data", "`/data` names no source (write `file:///data`)"),
        ('"s3://archive*"', '"postgress://x"', "no source has the scheme `postgress`"),
        ("spec:", "spec: {}\nother:", "unknown key `other` in the policy"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_no_policy_and_says_where(old, new, expected):
    found, _ = check(CLINIC.replace(old, new))
    said = problems(CLINIC.replace(old, new))
    assert found is None
    assert any(expected in line for line in said), said


@pytest.mark.parametrize("text", ["", "a: [", "- x", "x", "a: &a 1\nb: *a"])
def test_what_is_no_policy_at_all_is_an_error(text):
    found, said = check(text)
    assert found is None
    assert said


def test_a_rule_that_denies_what_it_allows_is_warned_of():
    text = CLINIC.replace("deny: [US", "deny: [billing, US")
    found, said = check(text)
    assert found is not None
    assert [(p.line, p.severity.value) for p in said] == [(9, "warning")]
    assert "denies what it allows: `A`, `HEALTH_PLAN_BENEFICIARY_NUMBER`" in str(said[0])


def test_a_policy_that_allows_everything_is_warned_of():
    head, _, _ = CLINIC.partition("  defaultAction")
    assert "allows everything" in problems(f"{head}  defaultAction: ALLOW\n")[0]


def test_a_rule_that_names_no_unit_has_its_line():
    found, _ = check(CLINIC)
    (said,) = found.unused(["rest"])
    assert (said.line, said.severity.value) == (9, "warning")
    assert found.unused(["rest", "archive"]) == ()


def test_an_info_type_that_no_detector_finds_is_warned_of():
    said = problems(CLINIC, vocabulary=Vocabulary(unseen=frozenset({"US_SOCIAL_SECURITY_NUMBER"})))
    assert "no running detector finds `US_SOCIAL_SECURITY_NUMBER`" in said[0]


def test_the_published_schema_accepts_the_file_and_refuses_an_unknown_key():
    validator = Draft202012Validator(json_schema())
    assert validator.is_valid(yaml.safe_load(CLINIC))
    assert not validator.is_valid(yaml.safe_load(CLINIC.replace("unread", "unseen")))
