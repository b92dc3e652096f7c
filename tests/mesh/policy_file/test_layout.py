import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.analysis.diff import diff
from mesh.policy_file import load
from mesh.policy_file.comments import comments
from mesh.policy_file.layout import WIDTH, ChangedError, formatted
from mesh.policy_file.yaml_document import UnreadableError, compose

ROOT = Path(__file__).parents[3]
FILES = [
    *sorted((ROOT / "tests" / "cases" / "policies").glob("*.yaml")),
    ROOT / "examples" / "hospital" / "hospital.yaml",
    ROOT / "extauthz" / "demo" / "clinic.yaml",
]
HEAD = "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: p}\n"
SMALL = """
mode: enforce
services: [{host: a.b, principal: t/ns/a/sa/b}]
identifierGroups: {claim: [A, C], other: [claim]}
rules:
- name: r
  from: [{principals: [t/ns/a/sa/a], namespaces: [x]}, {groups: [all]}]
  to: [{namespaces: ["*"], operation: {methods: [GET], paths: ["/a/*", /b], ports: [80]}}]
  when: {mtls: any, claims: {role: [x]}}
  phi:
    request: {allow: [A, "*"], redact: [{infoType: C, as: year}, G], otherwise: REDACT}
  mode: monitor
- {name: audit, action: AUDIT, from: [{}], to: [{}]}
exceptions:
- name: until
  from: [{namespaces: [a]}]
  to: [{namespaces: [b]}]
  allow: [A]
  owner: "Ana: the owner"
  reason: a reason that is longer than one word
  expires: 2026-12-31
workloadGroups: {all: [{namespaces: [c]}]}
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_policy_says_the_same_before_and_after_and_only_once_changes(path):
    text = path.read_text()
    made = formatted(text)
    assert formatted(made) == made
    assert comments(made) == comments(text)
    old, new = (load.check(each, file="p")[0] for each in (text, made))
    assert (old is None) == (new is None)
    if old is not None:
        assert replace(new, digest="") == replace(old, digest="")
        found = diff(old, new)
        assert (found.settings, found.untried, found.audits) == ((), (), ())
        assert not found.opens


def test_keys_stand_in_their_order_and_lists_as_they_were():
    made = formatted(
        "spec:\n  rules:\n"
        "  - phi: {response: {otherwise: DENY, allow: [C, A]}, request: {}}\n"
        "    to: [{operation: {ports: [1], methods: [GET]}, namespaces: [b, a]}]\n"
        "    name: r\n    unknown: x\n    from: [{}]\n"
        "  mode: enforce\nmetadata: {name: p}\nkind: SegmentationPolicy\n"
        "apiVersion: phiguard.dev/v1alpha1\n"
    )
    assert made == (
        f"{HEAD}spec:\n  mode: enforce\n  rules:\n  - name: r\n    from: [{{}}]\n"
        "    to: [{namespaces: [b, a], operation: {methods: [GET], ports: [1]}}]\n"
        "    phi:\n      request: {}\n      response: {allow: [C, A], otherwise: DENY}\n"
        "    unknown: x\n"
    )


def test_what_does_not_fit_on_a_line_has_a_line_for_each():
    names = [f"cluster.local/ns/namespace/sa/account-{n}" for n in range(4)]
    made = formatted(
        f"{HEAD}spec: {{rules: [{{name: r, from: [{{principals: [{', '.join(names)}]}}], to: [{{}}]}}]}}\n"
    )
    assert made == (
        f"{HEAD}spec:\n  rules:\n  - name: r\n    from:\n    - principals:\n"
        + "".join(f"      - {name}\n" for name in names)
        + "    to: [{}]\n"
    )
    assert all(len(line) <= WIDTH for line in made.splitlines())


def test_comments_stay_with_what_they_stand_with():
    made = formatted(
        "# first\n\n\n# second\n" + HEAD + "spec:  # the policy\n  rules:\n\n"
        "  # above the rule\n  - name: r  # the name\n    # who\n    from: [{}]\n"
        "    to: [{namespaces: [a,  # one\n      b]}]  # two\n"
        "    phi:\n      # of requests\n      request: {allow: [A]}  # names\n\n\n"
        "  - name: s  # another\n    to: [{}]\n    from: [{}]\n  # the end\n\n"
    )
    assert made == (
        "# first\n\n# second\n" + HEAD + "spec:  # the policy\n  rules:\n"
        "  # above the rule\n  - name: r  # the name\n    # who\n    from: [{}]\n"
        "    to:\n    - namespaces:\n      - a  # one\n      - b  # two\n"
        "    phi:\n      # of requests\n      request: {allow: [A]}  # names\n\n"
        "  - name: s  # another\n    from: [{}]\n    to: [{}]\n  # the end\n"
    )


def test_a_comment_above_what_becomes_first_stands_above_the_dash():
    made = formatted(
        HEAD + "spec:\n  rules:\n  - mode: monitor\n    # its name\n    name: r\n"
        "    from: [{}]\n    to: [{}]\n"
    )
    assert "  rules:\n  # its name\n  - name: r\n" in made
    assert formatted(made) == made


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("plain", "plain"),
        ('"plain"', "plain"),
        ("'two words'", "two words"),
        ('"*"', '"*"'),
        ('"true"', '"true"'),
        ("true", "true"),
        ('"1"', '"1"'),
        ("1", "1"),
        ('"2026-12-31"', '"2026-12-31"'),
        ("2026-12-31", "2026-12-31"),
        ('"a: b"', '"a: b"'),
        ('"a #b"', '"a #b"'),
        ('"a,b"', '"a,b"'),
        ('"- a"', '"- a"'),
        ('""', '""'),
        ("null", "null"),
        ("", "null"),
        ('"é \\u0007 \\U0001f600"', '"é \\a \\U0001F600"'),
        ("|\n    one\n    two", '"one\\ntwo\\n"'),
        (">-\n    one\n    two", "one two"),
        ("on", "on"),
        ("'on'", '"on"'),
    ],
)
def test_a_value_is_plain_where_that_says_the_same(written, expected):
    made = formatted(f"{HEAD}spec:\n  unknown: {written}\n")
    assert made.splitlines()[-1] == f"  unknown: {expected}"


def test_a_comment_in_the_head_of_a_block_stays():
    assert 'unknown: "x\\n"  # why\n' in formatted(f"{HEAD}spec:\n  unknown: |  # why\n    x\n")


@pytest.mark.parametrize("text", ["", "a: &b 1", "a: [", "- \ta", "a: 1\n---\nb: 2\n"])
def test_what_is_no_document_is_refused(text):
    with pytest.raises(UnreadableError):
        formatted(text)


def test_a_fault_of_the_layout_changes_nothing(monkeypatch):
    monkeypatch.setattr("mesh.policy_file.layout._scalar", lambda _: "x")
    with pytest.raises(ChangedError):
        formatted(HEAD)


def shuffled(draw, value):
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: shuffled(draw, value[key]) for key in keys}
    return [shuffled(draw, each) for each in value] if isinstance(value, list) else value


@st.composite
def policies(draw):
    """A policy in any order and style, with comments and blank lines in any place."""
    plain = {**yaml.safe_load(HEAD), "spec": yaml.safe_load(SMALL)}
    text = yaml.dump(
        shuffled(draw, plain),
        default_flow_style=draw(st.sampled_from([True, False, None])),
        sort_keys=False,
        width=draw(st.sampled_from([20, 60, 200])),
        default_style=draw(st.sampled_from([None, None, "'"])),
    )
    lines = []
    for number, line in enumerate(text.splitlines()):
        lines += draw(
            st.lists(st.sampled_from(["", f"# above {number}", f"   # in {number}"]), max_size=2)
        )
        beside = draw(st.sampled_from(["", "", "", f"  # beside {number}"]))
        lines.append(line + beside)
    return "\n".join(
        [*lines, *draw(st.lists(st.sampled_from(["", "# after", "  # in"]), max_size=2))]
    )


@settings(max_examples=settings.default.max_examples // 2)
@given(policies())
def test_any_style_order_and_comments_give_one_layout(text):
    try:
        before = yaml.safe_load(text)
        compose(text)
    except (yaml.YAMLError, UnreadableError):
        return  # a comment within a value that goes over lines
    made = formatted(text)
    assert formatted(made) == made
    assert yaml.safe_load(made) == before
    assert comments(made) == comments(text)
    assert sorted(re.findall(r"# (?:above|beside|in) ?\d*|# after", made)) == sorted(
        re.findall(r"# (?:above|beside|in) ?\d*|# after", text)
    )


@settings(max_examples=15)
@given(st.data())
def test_without_comments_one_policy_has_one_layout(data):
    plain = {**yaml.safe_load(HEAD), "spec": yaml.safe_load(SMALL)}
    texts = [
        yaml.dump(
            shuffled(data.draw, plain),
            sort_keys=False,
            default_flow_style=data.draw(st.sampled_from([True, False])),
        )
        for _ in range(2)
    ]
    # names that people choose are in the order in which they were written
    made = [re.sub(r"(?m)^    (claim|other): .*\n", "", formatted(text)) for text in texts]
    assert made[0] == made[1]
