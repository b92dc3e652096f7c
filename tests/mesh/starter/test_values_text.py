from dataclasses import replace

import yaml
from sample_answers import clinic

from mesh.starter import policy_text
from mesh.starter.values_text import is_values_file, render


def test_the_values_hold_the_policy_as_it_is_and_guard_nothing_yet():
    policy = policy_text.render(clinic())
    text = render(clinic(), policy, "registry.example/phiguard@sha256:0123")
    values = yaml.safe_load(text)
    assert values["policy"]["text"] == policy
    assert values["image"] == "registry.example/phiguard@sha256:0123"
    assert "guardedNamespaces" not in values
    assert '# guardedNamespaces: ["clinic", "finance", "research"]' in text
    assert "mesh" not in values


def test_other_domains_are_told():
    answers = replace(clinic(), trust_domain="corp.example")
    assert yaml.safe_load(render(answers, "", "i"))["mesh"] == {"trustDomain": "corp.example"}


def test_values_are_told_from_a_part_of_a_policy():
    values = "image: a\npolicy:\n  text: |\n    apiVersion: phiguard.dev/v1alpha1\n"
    assert is_values_file(values)
    for other in (values + "spec: {}\n", "apiVersion: v1\n" + values, "policy: x\n", "text: 1\n"):
        assert not is_values_file(other)
