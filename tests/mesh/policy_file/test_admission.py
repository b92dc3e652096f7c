"""The admission policy names the keys and words of the reader. A real server evaluates it in
`e2e/cluster`.
"""

import dataclasses

import pytest

from mesh.policy.vocabulary import BUILT_IN
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.admission import admission_policy
from phiscan.identifiers import INFO_TYPES

TABLES = [
    name
    for name, value in vars(policy_keys).items()
    if name.isupper()
    and name[0] != "_"
    and isinstance(value, dict)
    and all(isinstance(v, dict) for v in value.values())
]


def checks(**more):
    policy, _ = admission_policy("mesh", **more)
    return policy["spec"]["validations"]


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"TOP", "METADATA", "PEER"}))
def test_each_mapping_of_the_reader_is_closed(name):
    listed = str(list(getattr(policy_keys, name))).replace("'", '"')
    assert any(f"k in {listed}" in check["expression"] for check in checks())


def test_the_binding_denies_and_a_failing_expression_does_not():
    policy, binding = admission_policy("mesh")
    assert policy["spec"]["failurePolicy"] == "Ignore"
    assert binding["spec"] == {
        "policyName": policy["metadata"]["name"],
        "validationActions": ["Deny"],
    }


def test_only_other_namespaces_are_held_to_their_own():
    own = [c for c in checks() if "metadata['namespace'] == \"mesh\" ||" in c["expression"]]
    assert len(own) == 4


def test_an_organisations_own_info_types_are_known():
    added = {**INFO_TYPES, "CLINIC_CHART": dataclasses.replace(INFO_TYPES["PERSON_NAME"])}
    vocabulary = dataclasses.replace(BUILT_IN, info_types=added)
    naming = [c for c in checks(vocabulary=vocabulary) if "infoType;" in c["message"]]
    assert naming
    assert all('"CLINIC_CHART"' in c["expression"] for c in naming)
    assert not any("CLINIC_CHART" in c["expression"] for c in checks())
