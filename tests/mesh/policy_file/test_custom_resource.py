"""What the API server holds objects to is what the reader takes, and loses nothing of them."""

import json

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.custom_resource import MOST_RULES, custom_resource_definition, sentence
from mesh.policy_file.load import check


def objects(schema):
    if isinstance(schema, dict):
        yield schema
    for inner in (
        schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    ):
        yield from objects(inner)


def test_the_resource_is_structural_and_loses_no_key():
    """Pruning a misspelt `deny` would open what its author closes."""
    made = custom_resource_definition()
    schema = spec()
    assert made["metadata"]["name"] == "segmentationpolicies.phiguard.dev"
    assert list(schema["properties"]) == list(policy_keys.SPEC)
    for part in objects(schema):
        assert part.get("additionalProperties") is not False
        if "properties" in part and "type" in part:
            assert part["x-kubernetes-preserve-unknown-fields"] is True
        if "enum" in part:
            assert (
                part.get("type") == "string" or part["x-kubernetes-preserve-unknown-fields"] is True
            )


def spec():
    version = custom_resource_definition()["spec"]["versions"][0]
    return version["schema"]["openAPIV3Schema"]["properties"]["spec"]


def test_an_object_with_more_rules_than_the_server_takes_is_too_large_for_the_reader():
    """The bound of the schema keeps its rules in CEL cheap, and must refuse nothing else."""
    shortest = {"name": "a", "from": [{}], "to": [{}]}
    text = json.dumps({"spec": {"rules": [shortest] * MOST_RULES}}, indent=2)
    found, problems = check(text, file="p.yaml")
    assert found is None
    assert "bytes" in problems[0].message


def test_each_part_of_the_spec_is_explained():
    """`kubectl explain` prints the descriptions, one after the other."""
    for part in objects(spec()):
        for key, inner in part.get("properties", {}).items():
            assert inner["description"].endswith("."), key
            assert inner["description"][0] == inner["description"][0].upper()
    assert sentence("who calls") == "Who calls."


def test_rules_are_merged_by_their_names_and_services_by_their_hosts():
    keyed = {
        name: part["x-kubernetes-list-map-keys"]
        for name, part in spec()["properties"].items()
        if "x-kubernetes-list-map-keys" in part
    }
    assert keyed == {"rules": ["name"], "exceptions": ["name"], "services": ["host"]}


def test_status_is_a_subresource_and_columns_show_it():
    version = custom_resource_definition()["spec"]["versions"][0]
    assert version["subresources"] == {"status": {}}
    assert [column["name"] for column in version["additionalPrinterColumns"]] == [
        "Mode",
        "Accepted",
        "In force",
        "Reason",
        "Replicas",
        "Digest",
        "Age",
    ]
