import copy

import pytest
import yaml

from mesh.istio import guarded
from mesh.istio.check.policies import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def problems(*objects):
    given = read({"f.yaml": yaml.safe_dump_all(objects)})
    return [str(problem) for problem in check(Mesh(given, "phiguard"))]


def policy_problems(**changes):
    policy = copy.deepcopy(guarded.inbound_requests())
    policy["spec"].update(changes)
    return problems(policy)


def test_a_policy_that_matches_everything_is_clean():
    assert policy_problems() == []


@pytest.mark.parametrize("rules", [[], None])
def test_a_custom_policy_without_rules_never_fires_and_is_found(rules):
    (found,) = policy_problems(rules=rules)
    assert "CUSTOM without rules never fires" in found


def test_a_custom_policy_about_paths_is_found():
    (found,) = policy_problems(rules=[{"to": [{"operation": {"paths": ["/claims"]}}]}])
    assert "leave requests out" in found


def test_a_policy_of_another_provider_is_ignored():
    assert policy_problems(provider={"name": "oauth"}, rules=[]) == []


def test_dry_run_on_custom_is_found():
    policy = copy.deepcopy(guarded.inbound_requests())
    policy["metadata"]["annotations"] = {"istio.io/dry-run": "true"}
    (found,) = problems(policy)
    assert "dry-run" in found
