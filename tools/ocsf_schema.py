"""Makes the JSON Schema that the tests of the OCSF export use, from a compiled OCSF schema.

    python -m tools.ocsf_schema 1.8.0.json > tests/extauthz/records/exports/ocsf-1.8.0.schema.json

The compiled schema of a version is in the package `ocsf-json-schema` on PyPI
(`ocsf_json_schema/ocsf/1.8.0.json`, Apache-2.0 as OCSF itself). Kept are the two classes that
phiguard writes, with the attributes of its profiles and the objects that it uses. An object that it
never writes accepts nothing. No text of OCSF is copied: names, types, enums and constraints only.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

CLASSES: Final = ("http_activity", "data_security_finding")
PROFILES: Final = frozenset({"security_control", "trace"})
OBJECTS: Final = frozenset(
    "metadata product http_request network_endpoint trace policy data_security finding_info"
    " firewall_rule discovery_details related_event resource_details file table database"
    " databucket".split()
)
_INT32: Final = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
_TYPES: Final[dict[str, dict[str, Any]]] = {
    "boolean_t": {"type": "boolean"},
    "float_t": {"type": "number"},
    "integer_t": _INT32,
    "port_t": {"type": "integer", "minimum": 0, "maximum": 65535},
    "long_t": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "timestamp_t": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    "json_t": {},
}


def main() -> int:
    """Write the schema of the file that is named to standard output."""
    data = Path(sys.argv[1]).read_bytes()
    json.dump(schema(data), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
    return 0


def schema(data: bytes) -> dict[str, Any]:
    """Return the JSON Schema of a compiled OCSF schema."""
    ocsf = json.loads(data)
    digest = hashlib.sha256(data).hexdigest()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"OCSF {ocsf['version']} (Apache-2.0), made by tools/ocsf_schema.py from "
        f"ocsf_json_schema/ocsf/{ocsf['version']}.json of ocsf-json-schema 1.2.0, SHA-256 {digest}",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in CLASSES],
        "$defs": {
            **{name: _shape(ocsf["classes"][name]) for name in CLASSES},
            **{name: _shape(ocsf["objects"][name]) for name in sorted(OBJECTS)},
        },
    }


def _shape(of: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        name: attribute
        for name, attribute in of["attributes"].items()
        if PROFILES.issuperset(attribute.get("profiles") or [])
    }
    required = {name for name, each in attributes.items() if each["requirement"] == "required"}
    shape = {
        "type": "object",
        "properties": {name: _value(each) for name, each in sorted(attributes.items())},
        "required": sorted(required),
        "additionalProperties": False,
    }
    if one := (of.get("constraints") or {}).get("at_least_one"):
        shape["anyOf"] = [{"required": [name]} for name in one]
    return shape


def _value(attribute: dict[str, Any]) -> dict[str, Any] | bool:
    kind = attribute["type"]
    if kind != "object_t":
        found: dict[str, Any] | bool = _TYPES.get(kind, {"type": "string"})
        if "enum" in attribute and kind in {"integer_t", "long_t"}:
            found = {"enum": sorted(map(int, attribute["enum"]))}
    elif attribute["object_type"] == "object":
        found = {"type": "object"}
    else:
        name = attribute["object_type"]
        found = {"$ref": f"#/$defs/{name}"} if name in OBJECTS else False
    return {"type": "array", "items": found} if attribute.get("is_array") else found


if __name__ == "__main__":
    sys.exit(main())
