from datetime import date

import pytest
from running_guard import POLICY

from extauthz.policies.revision import Texts, check, parse
from mesh.policy_file.problems import PolicyError, Severity

TODAY = date(2026, 6, 1)
CHART = r"""apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: charts}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: H, pattern: 'CH-\d{6}', match: [CH-123456]}
"""
NAMED = POLICY.replace("allow: [PERSON_NAME,", "allow: [CLINIC_CHART, PERSON_NAME,")


def texts(policy=POLICY, **sets):
    return Texts({"policy.yaml": policy}, {f"{name}.yaml": text for name, text in sets.items()})


def test_a_policy_may_name_what_a_set_beside_it_declares():
    found = parse(texts(NAMED, charts=CHART), today=TODAY)
    assert "CLINIC_CHART" in found.policy.rules[0].request.allow
    assert found.policy.info_types["CLINIC_CHART"].title == "clinic chart"
    assert [each.name for each in found.sets] == ["charts"]


def test_a_name_that_no_set_declares_is_an_error_with_its_place_and_the_way_out():
    found, (problem,) = check(texts(NAMED), today=TODAY)
    assert (found, problem.severity, problem.line, problem.column) == (None, Severity.ERROR, 14, 25)
    assert "DetectorSet in the policy's folder" in problem.hint


def test_a_name_that_is_nearly_one_of_a_set_is_guessed():
    found, (problem,) = check(
        texts(NAMED.replace("CLINIC_CHART", "CLINIC_CHRT"), charts=CHART), today=TODAY
    )
    assert (found, problem.hint) == (None, "did you mean `CLINIC_CHART`?")


def test_of_a_broken_set_only_its_own_problems_are_reported():
    found, problems = check(texts(NAMED, charts=CHART.replace("class: H", "class: Z")), today=TODAY)
    assert found is None
    assert {problem.file for problem in problems} == {"charts.yaml"}


def test_one_name_in_two_sets_is_an_error():
    found, (problem,) = check(texts(a=CHART, b=CHART.replace("charts", "more")), today=TODAY)
    assert (found, problem.message) == (
        None,
        "the detector sets `charts` and `more` both hold `chart`",
    )


def test_without_sets_the_digest_is_the_policys_own():
    assert (
        parse(texts(), today=TODAY).policy.digest
        == parse(texts(f"{POLICY}"), today=TODAY).policy.digest
    )
    assert (
        parse(texts(), today=TODAY).policy.digest
        != parse(texts(charts=CHART), today=TODAY).policy.digest
    )


def test_an_identifier_that_no_detector_finds_is_a_warning():
    named = POLICY.replace("redact: [US_SOCIAL", "deny: [PASSWORD], redact: [US_SOCIAL")
    found, problems = check(texts(named), today=TODAY, unseen=frozenset({"PASSWORD"}))
    assert found is not None
    assert ["no running detector finds `PASSWORD`" in str(problem) for problem in problems] == [
        True,
        True,
    ]


def test_a_text_that_moves_from_one_file_to_another_changes_the_digest_of_the_texts():
    assert Texts({"a": "x", "b": ""}).digest != Texts({"a": "", "b": "x"}).digest
    assert Texts({"a": "x"}).digest != Texts({}, {"a": "x"}).digest
    assert Texts({"a": "x", "b": "y"}).digest == Texts({"b": "y", "a": "x"}).digest


def test_parse_raises_what_check_tells():
    with pytest.raises(PolicyError, match="unknown key"):
        parse(texts(POLICY.replace("mode:", "moode:")), today=TODAY)
