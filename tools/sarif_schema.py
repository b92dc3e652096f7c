"""Makes the JSON Schema that the tests of SARIF use, from the schema of OASIS.

    python -m tools.sarif_schema FILE > tests/atrest/exports/sarif-2.1.0.schema.json

FILE is `lib/schemas/sarif-2.1.0-rtm.5.json` of the npm package `@microsoft/jest-sarif`. Kept are
the objects that phiguard writes; another object accepts nothing. No text of the specification is
copied: names, types, enums and constraints only.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

OBJECTS: Final = frozenset(
    "artifactLocation invocation location logicalLocation message multiformatMessageString"
    " notification physicalLocation propertyBag region reportingDescriptor result run tool"
    " toolComponent".split()
)
_WORDS: Final = frozenset(("description", "title", "$comment", "default"))


def main() -> int:
    """Write the schema of the file that is named to standard output."""
    data = Path(sys.argv[1]).read_bytes()
    json.dump(schema(data), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
    return 0


def schema(data: bytes) -> dict[str, Any]:
    """Return the JSON Schema of the objects that phiguard writes."""
    sarif = json.loads(data)
    digest = hashlib.sha256(data).hexdigest()
    definitions = {name: _plain(sarif["definitions"][name]) for name in sorted(OBJECTS)}
    return {
        **{key: _plain(sarif[key]) for key in ("$schema", "type", "additionalProperties")},
        "properties": _properties(sarif["properties"]),
        "required": sarif["required"],
        "definitions": definitions,
        "$comment": "SARIF 2.1.0 (OASIS), made by tools/sarif_schema.py from "
        f"sarif-2.1.0-rtm.5.json of @microsoft/jest-sarif 1.0.0-beta.0, SHA-256 {digest}",
    }


def _properties(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties, whose names may be words of JSON Schema too."""
    return {name: _plain(each) for name, each in sorted(properties.items())}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without its texts. What refers to an object left out accepts nothing."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return {"$ref": value["$ref"]} if name in OBJECTS else {"not": {}}
    return {
        key: _properties(each) if key == "properties" else _plain(each)
        for key, each in value.items()
        if key not in _WORDS
    }


if __name__ == "__main__":
    sys.exit(main())
