"""The CustomResourceDefinition of `SegmentationPolicy` objects: what the API server refuses.

It is made from the tables of keys that the reader uses.
INVARIANT (no stricter): the API server refuses no object that the reader takes.

Unknown keys are preserved, not pruned: a `deny` misspelt `denny` must reach the reader, which
refuses it. A structural schema cannot refuse them, so `mesh.policy_file.admission` does.

A rule in CEL costs its estimate times the most items that its place may have. So CEL stands at
rules, whose number is bounded, and the keys of a peer exclude each other by plain `not`.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.keys import Schema

GROUP, VERSION = policy_keys.API_VERSION.split("/")
PLURAL: Final = "segmentationpolicies"
STATUS: Final = "status"

# The reader takes 1 MiB of an object. The shortest rule takes more than 100 bytes of it, written
# with one key a line.
MOST_RULES: Final = 10_000
_MOST_PROBLEMS: Final = 20
_CONDITION: Final = 32_768  # characters of a message, as in Kubernetes' own conditions
_PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"
# lists that Kubernetes merges by a key of their items, which it then keeps unique
_KEYED: Final = {"rules": "name", "exceptions": "name", "services": "host"}


def custom_resource_definition() -> Schema:
    """The CustomResourceDefinition of `SegmentationPolicy` objects."""
    names = {
        "kind": policy_keys.POLICY_KIND,
        "listKind": f"{policy_keys.POLICY_KIND}List",
        "plural": PLURAL,
        "singular": PLURAL[:-3] + "y",
        "shortNames": ["segpol"],
        "categories": ["phiguard"],
    }
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {STATUS: {}},
        "additionalPrinterColumns": _columns(),
        "schema": {
            "openAPIV3Schema": {
                "type": "object",
                "description": "Which identifiers of patients may flow between which workloads.",
                "required": ["spec"],
                "properties": {"spec": _spec(), STATUS: _status()},
                _PRESERVE: True,
            }
        },
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]},
    }


def _columns() -> list[Schema]:
    condition = '.status.conditions[?(@.type=="{}")].{}'
    return [
        {"name": "Mode", "type": "string", "jsonPath": ".spec.mode"},
        {"name": "Accepted", "type": "string", "jsonPath": condition.format("Accepted", "status")},
        {"name": "In force", "type": "string", "jsonPath": condition.format("InForce", "status")},
        {"name": "Reason", "type": "string", "jsonPath": condition.format("InForce", "reason")},
        {"name": "Replicas", "type": "string", "jsonPath": ".status.replicas", "priority": 1},
        {"name": "Digest", "type": "string", "jsonPath": ".status.digest", "priority": 1},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]


def _spec() -> dict[str, Any]:
    spec = _structural(policy_keys.TOP["spec"])
    properties = spec["properties"]
    for name, key in _KEYED.items():
        properties[name] |= {
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": [key],
        }
    for name in ("rules", "exceptions"):
        item = properties[name]["items"]["properties"]
        for side, alone in (("from", ("groups", "ipBlocks")), ("to", ("groups", "hosts"))):
            item[side]["items"] |= _apart(item[side]["items"], alone)
    member = properties["workloadGroups"]["additionalProperties"]["items"]
    member |= _apart(member, ("groups",))
    properties["rules"] |= {"maxItems": MOST_RULES}
    properties["rules"]["items"]["x-kubernetes-validations"] = [
        {
            "rule": "!(has(self.action) && self.action == 'AUDIT' && has(self.mode))",
            "message": "`mode` cannot be combined with `action: AUDIT`; an AUDIT rule never "
            "enforces",
            "fieldPath": ".mode",
        }
    ]
    when = properties["rules"]["items"]["properties"]["when"]["properties"]
    when["mtls"]["enum"] = [True, "true", "any"]  # a text in YAML, too
    return spec


def _apart(entry: Mapping[str, Any], alone: tuple[str, ...]) -> dict[str, Any]:
    """Forbid a key beside the others of an entry. The operation of a target is no such other."""
    others = [key for key in entry["properties"] if key != "operation"]
    return {
        "not": {
            "anyOf": [
                {"required": [key], "anyOf": [{"required": [o]} for o in others if o != key]}
                for key in alone
            ]
        }
    }


def _structural(schema: object) -> dict[str, Any]:
    """The schema in Kubernetes' structural form.

    That form has no closed mappings and no value of two types.
    """
    return cast(dict[str, Any], _made(schema))


def _made(schema: object) -> object:
    if isinstance(schema, list):
        return [_made(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:
        return {_PRESERVE: True, "description": "An entry, or an entry with its form."}
    made = {key: _made(value) for key, value in schema.items()}
    if isinstance(schema.get("description"), str):
        made["description"] = sentence(schema["description"])
    if "enum" in schema and "type" not in schema:
        return {**made, _PRESERVE: True}
    if schema.get("additionalProperties") is False:
        del made["additionalProperties"]
        made[_PRESERVE] = True
    return made


def sentence(about: str) -> str:
    """A description as a sentence, as `kubectl explain` prints it."""
    return f"{about[0].upper()}{about[1:]}."


def _status() -> Schema:
    """What the guard writes: see `extauthz.policies.status`."""
    return {
        "type": "object",
        "description": "What the guard made of the object. The guard writes it.",
        "properties": {
            "observedGeneration": {
                "type": "integer",
                "format": "int64",
                "description": "The generation of the object that this speaks of.",
            },
            "digest": {
                "type": "string",
                "description": "Digest of the whole policy in force, as decisions name it.",
            },
            "replicas": {
                "type": "string",
                "description": "How many replicas of the guard run that policy, of how many.",
            },
            "problems": {
                "type": "array",
                "maxItems": _MOST_PROBLEMS,
                "description": "What is wrong with the object, without the words of its author.",
                "items": {
                    "type": "object",
                    "required": ["message"],
                    "properties": {
                        "severity": _words("Error or warning."),
                        "path": _words("Where in the object."),
                        "message": _words("What is wrong."),
                        "hint": _words("How to mend it."),
                    },
                },
            },
            "conditions": {
                "type": "array",
                "description": "Accepted: can the guard use it? InForce: does it decide?",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["type"],
                "items": _condition(),
            },
        },
    }


def _condition() -> Schema:
    return {
        "type": "object",
        "required": ["type", "status", "lastTransitionTime", "reason", "message"],
        "properties": {
            "type": _words("Accepted or InForce."),
            "status": {
                "type": "string",
                "enum": ["True", "False", "Unknown"],
                "description": "Whether it holds.",
            },
            "observedGeneration": {
                "type": "integer",
                "format": "int64",
                "description": "The generation of the object that this speaks of.",
            },
            "lastTransitionTime": {
                "type": "string",
                "format": "date-time",
                "description": "Since when it holds, or does not.",
            },
            "reason": _words("Why, in one word."),
            "message": {
                "type": "string",
                "maxLength": _CONDITION,
                "description": "Why, in a sentence.",
            },
        },
    }


def _words(about: str) -> Schema:
    return {"type": "string", "description": about}
