"""What a status shows of a problem: where it is and what is wrong, and none of the author's words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.policy_file.load import check_files
from mesh.policy_file.problems import Severity
from mesh.policy_file.shown_problem import shown

SECRET = "maria-garcia"
RULE = {"name": SECRET, "from": [{}], "to": [{"namespaces": ["clinic"]}]}


def text(**spec):
    return json.dumps(
        {
            "apiVersion": "phiguard.dev/v1alpha1",
            "kind": "SegmentationPolicy",
            "metadata": {"name": "own", "namespace": "clinic"},
            "spec": spec,
        },
        indent=2,
    )


def problems(written):
    _, found = check_files({"clinic/own": written})
    return [shown(p, written) for p in found if p.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        ({"rules": [{**RULE, SECRET: 1}]}, "spec.rules[0].*", "unknown key `...` in a rule"),
        (
            {"rules": [{**RULE, "phi": {"request": {"otherwise": "DENNY"}}}]},
            "spec.rules[0].phi.request.otherwise",
            "`otherwise` is `...`, expected `DENY`, `REDACT` or `ALERT`",
        ),
        (
            {"rules": [{**RULE, "to": [{}]}]},
            "spec.rules[0]",
            "rule `...` reaches beyond namespace `...`",
        ),
        (
            {"identifierGroups": {SECRET: ["A", "PERSON_NAMES"]}},
            "spec.identifierGroups.*[1]",
            "unknown infoType, class or group `...`",
        ),
        ({"defaultAction": "ALLOW"}, "spec.defaultAction", "`defaultAction` is a setting of the "
         "whole mesh, not of namespace `...`"),
        ({"rules": [RULE, RULE]}, "spec.rules[1]", "rule `...` appears twice"),
    ],
)  # fmt: skip
def test_a_problem_has_its_path_and_the_words_of_phiguard(spec, path, message):
    first, *_ = problems(text(**spec))
    assert (first.path, first.message) == (path, message)


def test_hints_keep_what_phiguard_proposes():
    spec = {"rules": [{**RULE, "phi": {"request": {"otherwize": "DENY"}}}]}
    assert problems(text(**spec))[0].hint == "did you mean `otherwise`?"


def test_a_text_with_backticks_is_not_quoted_at_all():
    (only,) = problems(text(rules=[{**RULE, "name": f"a`{SECRET}`b", "mode": "x"}]))
    assert SECRET not in only.message
    assert only.path == "spec.rules[0].mode"


def test_a_text_that_is_no_yaml_has_no_path():
    (only,) = problems("{")
    assert (only.path, SECRET in only.message) == ("", False)


words = st.from_regex("[a-z`]{0,3}zzqq[a-z`]{0,3}", fullmatch=True)


@given(words, st.integers(0, 5))
def test_no_word_of_an_author_is_shown(word, place):
    specs = [
        {"rules": [{**RULE, "name": word, "to": [{}]}]},
        {"rules": [{**RULE, word: word}]},
        {"workloadGroups": {word: [{word: word}], f"{word}x": word}},
        {"rules": [{**RULE, "from": [{"groups": [word]}, {"principals": [word]}]}]},
        {"rules": [{**RULE, "phi": {word: {}, "request": {"allow": [word], "otherwise": word}}}]},
        {"services": [{"host": f"{word}.x", "principal": word}], word: word},
    ]
    found = problems(text(**specs[place]))
    assert found
    assert not any("zzqq" in f"{each.path} {each.message} {each.hint}" for each in found)
