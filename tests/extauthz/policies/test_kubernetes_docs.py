"""The role in docs/kubernetes-policies.md grants exactly what the guard requests."""

import re
from pathlib import Path

import yaml

from extauthz.policies import kubernetes as kubernetes_policies
from mesh.istio.install.guard import NAME
from mesh.policy_file.json_schema import custom_resource_definition

DOCS = Path(__file__).parents[3] / "docs" / "kubernetes-policies.md"


def test_the_role_in_the_docs_is_for_the_objects_that_are_asked_for():
    role, binding = yaml.safe_load_all(
        re.search(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]
    )
    kind = custom_resource_definition()["spec"]
    version = kind["versions"][0]["name"]
    assert role["rules"] == [
        {
            "apiGroups": [kind["group"]],
            "resources": [kind["names"]["plural"]],
            "verbs": ["get", "list", "watch"],
        }
    ]
    assert f"/apis/{kind['group']}/{version}/{kind['names']['plural']}" == kubernetes_policies.PATH
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"][0]["name"] == NAME
