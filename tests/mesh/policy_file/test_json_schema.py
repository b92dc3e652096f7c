"""The published schema describes what the reader accepts."""

import json
import re
from pathlib import Path

import pytest
import yaml

from mesh.policy_file.json_schema import json_schema
from mesh.policy_file.load import check

ROOT = Path(__file__).parents[3]
POLICIES = [
    *sorted((ROOT / "tests/cases/policies").rglob("*.yaml")),
    ROOT / "extauthz/demo/clinic.yaml",
]
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


class Plain(yaml.SafeLoader):
    """Days stay text, as in JSON."""


Plain.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)


def loaded(text):
    return yaml.load(text, Plain)  # noqa: S506  # Plain is a SafeLoader


def faults(value, schema, at="policy"):
    """The part of JSON Schema that the schema uses, from its specification."""
    if "type" in schema and not isinstance(value, KINDS[schema["type"]]):
        return [f"{at}: not of type {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value} is none of {schema['enum']}"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{at}: {value} does not match"]
    if isinstance(value, list):
        few = [f"{at}: too few"] if len(value) < schema.get("minItems", 0) else []
        return few + [
            f for n, item in enumerate(value) for f in faults(item, schema["items"], f"{at}[{n}]")
        ]
    if not isinstance(value, dict):
        return []
    found = [f"{at}: no {key}" for key in schema.get("required", ()) if key not in value]
    others = schema.get("additionalProperties", {})
    for key, item in value.items():
        inner = schema.get("properties", {}).get(key, others)
        found += [f"{at}: unknown {key}"] if inner is False else faults(item, inner, f"{at}.{key}")
    return found


def test_the_published_schema_is_the_readers():
    """Print it again: phiguard policy schema > docs/policy.schema.json"""
    assert json.loads((ROOT / "docs" / "policy.schema.json").read_text()) == json_schema()


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_policies_that_the_reader_takes_are_valid(path):
    assert faults(loaded(path.read_text()), json_schema()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rules:", "ruls:"),
        ("mode: enforce", "mode: enforced"),
        ("allow:", "alow:"),
        ("metadata: {name: hospital}", "metadata: {}"),
        ("owner: privacy-office@clinic.example", "expires: tomorrow"),
        ("- name: research", "- mode: enforce"),
        ("from: [{}]", "from: []"),
        ("kind: SegmentationPolicy", "kind: Other"),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(old, new):
    text = (ROOT / "tests" / "cases" / "policies" / "teams" / "mesh.yaml").read_text()
    assert old in text
    broken = text.replace(old, new, 1)
    assert check(broken, file="p.yaml")[0] is None
    assert faults(loaded(broken), json_schema())
