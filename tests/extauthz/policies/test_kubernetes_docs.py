"""The roles in docs/kubernetes-policies.md are those that an installation has."""

import re
from pathlib import Path

import yaml

from extauthz.policies import kubernetes as kubernetes_policies
from extauthz.policies.object_status import statuses
from mesh.istio.install.rbac import policy_reader, status_writer
from mesh.istio.installation import Installation
from mesh.policy_file.custom_resource import custom_resource_definition

DOCS = Path(__file__).parents[3] / "docs" / "kubernetes-policies.md"
HERE = Installation("phiguard-system", "phiguard:0.1.0")


def without_labels(manifest):
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "labels"}
    return {**manifest, "metadata": metadata}


def test_the_roles_in_the_docs_are_those_of_an_installation():
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    shown = [list(yaml.safe_load_all(block)) for block in blocks]
    assert shown == [
        [without_labels(each) for each in made(HERE)] for made in (policy_reader, status_writer)
    ]


def test_what_is_asked_for_is_what_the_kind_defines():
    kind = custom_resource_definition()["spec"]
    version = kind["versions"][0]["name"]
    assert f"/apis/{kind['group']}/{version}/{kind['names']['plural']}" == kubernetes_policies.PATH


def test_each_reason_has_a_row():
    source = Path(statuses.__code__.co_filename).read_text()
    reasons = set(re.findall(r'_Verdict\(\s*False,\s*"(\w+)"', source)) - {"Invalid"}
    rows = set(re.findall(r"^\| `(\w+)` \| ", DOCS.read_text(), re.MULTILINE))
    assert reasons
    assert reasons | {"InForce"} <= rows
