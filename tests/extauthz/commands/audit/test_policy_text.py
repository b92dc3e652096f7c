import pytest

from extauthz.commands.audit.policy_text import rule_text

TEXT = """\
metadata: {name: clinic, namespace: finance}
spec:
  rules:
  - name: one
    from: [a]

  - {name: flow, to: [b]}
  - name: last
    # said why
    to: [c]
  exceptions:
  - name: move
    expires: 2026-12-31
"""


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        ("finance/one", "- name: one\n  from: [a]"),
        ("finance/flow", "- {name: flow, to: [b]}"),
        ("finance/last", "- name: last\n  # said why\n  to: [c]"),
        ("finance/move", "- name: move\n  expires: 2026-12-31"),
        ("one", ""),
        ("finance/none", ""),
    ],
)
def test_a_rule_is_its_own_lines(rule, lines):
    assert rule_text({"other.yaml": "- 1", "p.yaml": TEXT}, rule) == lines


def test_a_file_of_the_whole_mesh_has_plain_names():
    text = TEXT.replace(", namespace: finance", "")
    assert rule_text({"p.yaml": text.rstrip("\n")}, "move") == "- name: move\n  expires: 2026-12-31"


@pytest.mark.parametrize(
    "text", ["", "{", "a: [", "spec: 1", "spec: {rules: {}}", "\x00", "- &a *a"]
)
def test_a_text_that_is_no_policy_has_no_rule(text):
    assert rule_text({"p.yaml": text}, "one") == ""


@pytest.mark.parametrize("forged", [None, {"spec": 1}, ["x"], "[" * 10_000, "a: b: c", "\x00"])
def test_a_forged_text_has_no_rule(forged):
    assert rule_text({"a.yaml": forged, "b.yaml": TEXT}, "finance/one").startswith("- name: one")
