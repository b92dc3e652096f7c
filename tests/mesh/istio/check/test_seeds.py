"""Seeded mistakes: each breaks one thing of a mesh in which everything is right."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from clean_mesh import clean_mesh

from mesh.istio.check import RULES, check
from mesh.istio.problem import IstioProblem
from mesh.istio.snapshot import read

_FILES: Final = {
    "mesh": "mesh.yaml",
    "cluster": "cluster.yaml",
    "guard": "guard/14-guard.yaml",
    "walls": "guard/12-walls.yaml",
    "telemetry": "mesh/21-telemetry.yaml",
    "mtls": "namespaces/clinic/30-mtls.yaml",
    "policy": "namespaces/clinic/31-inbound-requests.yaml",
    "responses": "namespaces/clinic/32-inbound-responses.yaml",
    "requests": "namespaces/clinic/33-outbound-requests.yaml",
    "streams": "namespaces/clinic/34-streams.yaml",
}
_CLEAN: Final = clean_mesh()
SEEDS: Final = [
    seed
    for path in sorted((Path(__file__).parent / "seeds").glob("*.yaml"))
    for seed in yaml.safe_load(path.read_text())
]
_TWINS: Final = [seed for seed in SEEDS if "right" in seed]


def _texts(variant: dict[str, Any]) -> dict[str, str]:
    texts = dict(_CLEAN)
    for alias, old, new in variant.get("change", ()):
        name = _FILES[alias]
        assert old in texts[name], f"{name} has no {old!r}"
        texts[name] = texts[name].replace(old, new, 1)
    if "add" in variant:
        texts["added.yaml"] = variant["add"]
    return texts


def _problems(variant: dict[str, Any]) -> tuple[IstioProblem, ...]:
    return check(read(_texts(variant)), "phiguard")


def _name(seed: dict[str, Any]) -> str:
    return str(seed["rule"])


def test_the_mesh_in_which_everything_is_right_is_clean() -> None:
    assert [str(problem) for problem in _problems({})] == []


@pytest.mark.parametrize("seed", SEEDS, ids=_name)
def test_a_seeded_mistake_is_found(seed: dict[str, Any]) -> None:
    found = [problem for problem in _problems(seed) if problem.rule.name == seed["rule"]]
    assert found, [problem.rule.name for problem in _problems(seed)]
    assert seed.get("field", found[0].field) in [problem.field for problem in found]
    assert all(problem.line for problem in found)


@pytest.mark.parametrize("seed", _TWINS, ids=_name)
def test_its_twin_that_is_right_is_clean(seed: dict[str, Any]) -> None:
    assert [str(problem) for problem in _problems(seed["right"])] == []


def test_each_rule_has_a_seed_and_there_are_fifty_at_least() -> None:
    seeded = {seed["rule"] for seed in SEEDS}
    assert {rule.name for rule in RULES} == seeded
    assert len(seeded) >= 50


def test_rules_have_names_of_their_own() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
