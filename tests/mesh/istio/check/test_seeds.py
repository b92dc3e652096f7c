"""Seeded mistakes: each breaks one thing of a mesh in which everything is right."""

from typing import Final

import pytest
from seeded_mistakes import SEEDS, Seed, name, snapshot

from mesh.istio.check import RULES, check
from mesh.istio.problem import IstioProblem

_TWINS: Final = [seed for seed in SEEDS if "right" in seed]


def _problems(variant: Seed) -> tuple[IstioProblem, ...]:
    return check(snapshot(variant), "phiguard")


def test_the_mesh_in_which_everything_is_right_is_clean() -> None:
    assert [str(problem) for problem in _problems({})] == []


@pytest.mark.parametrize("seed", SEEDS, ids=name)
def test_a_seeded_mistake_is_found(seed: Seed) -> None:
    found = [problem for problem in _problems(seed) if problem.rule.name == seed["rule"]]
    assert found, [problem.rule.name for problem in _problems(seed)]
    assert seed.get("field", found[0].field) in [problem.field for problem in found]
    assert all(problem.line for problem in found)


@pytest.mark.parametrize("seed", _TWINS, ids=name)
def test_its_twin_that_is_right_is_clean(seed: Seed) -> None:
    assert [str(problem) for problem in _problems(seed["right"])] == []


def test_each_rule_has_a_seed_and_there_are_fifty_at_least() -> None:
    seeded = {seed["rule"] for seed in SEEDS}
    assert {rule.name for rule in RULES} == seeded
    assert len(seeded) >= 50


def test_rules_have_names_of_their_own() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
