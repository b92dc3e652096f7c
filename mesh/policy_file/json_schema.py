"""The form of a policy file: a JSON Schema for editors, a CustomResourceDefinition for Kubernetes.

Both are made from the tables of keys that the reader uses. They check each value by itself.
`phiguard policy check` also finds what is wrong only in context: an unknown group, a rule beyond
its namespace, a mode that blocks nothing.
"""

from typing import Final

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.keys import Schema

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_GROUP, _VERSION = policy_keys.API_VERSION.split("/")
_PLURAL: Final = "segmentationpolicies"


def json_schema() -> Schema:
    """The schema of a policy file."""
    return {
        "$schema": _DIALECT,
        "title": policy_keys.POLICY_KIND,
        **policy_keys.closed(
            policy_keys.TOP,
            "which identifiers may flow between which workloads",
            tuple(policy_keys.TOP),
        ),
    }


def custom_resource_definition() -> Schema:
    """The CustomResourceDefinition of `SegmentationPolicy` objects.

    Unknown keys are preserved, not pruned: a `deny` misspelt `denny` must reach the reader, which
    refuses it.
    """
    names = {
        "kind": policy_keys.POLICY_KIND,
        "plural": _PLURAL,
        "singular": _PLURAL[:-3] + "y",
        "shortNames": ["segpol"],
    }
    spec = _structural(policy_keys.TOP["spec"])
    version = {
        "name": _VERSION,
        "served": True,
        "storage": True,
        "schema": {
            "openAPIV3Schema": {
                "type": "object",
                "required": ["spec"],
                "properties": {"spec": spec},
            }
        },
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{_PLURAL}.{_GROUP}"},
        "spec": {"group": _GROUP, "scope": "Namespaced", "names": names, "versions": [version]},
    }


def _structural(schema: object) -> object:
    """The schema in Kubernetes' structural form.

    That form has no closed mappings and no value of two types.
    """
    if isinstance(schema, list):
        return [_structural(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:
        return {"x-kubernetes-preserve-unknown-fields": True}
    if "enum" in schema and "type" not in schema:
        return {**schema, "x-kubernetes-preserve-unknown-fields": True}
    made = {key: _structural(value) for key, value in schema.items()}
    if schema.get("additionalProperties") is False:
        del made["additionalProperties"]
        made["x-kubernetes-preserve-unknown-fields"] = True
    return made
