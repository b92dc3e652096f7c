"""docs/ledger.schema.json, and whether a record fits it."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FILE = json.loads((DOCS / "ledger.schema.json").read_text())
KINDS = FILE["$defs"]
TYPES = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
    "boolean": bool, "null": type(None),
}  # fmt: skip


def wrong(record):
    """What does not fit the description of the record's kind."""
    return faults(record, KINDS[record["kind"]], record["kind"])


def faults(value, schema, at):
    """The part of JSON Schema that the file uses, from its specification."""
    types = schema.get("type", ())
    if types and not _is_one_of(value, [types] if isinstance(types, str) else types):
        return [f"{at}: not of type {types}"]
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        return [f"{at}: not one of the words"]
    return [*_plain(value, schema, at), *_inner(value, schema, at)]


def _is_one_of(value, types):
    # a boolean is no number in JSON, and it is one in Python
    return any(
        isinstance(value, TYPES[each]) and (each == "boolean") >= isinstance(value, bool)
        for each in types
    )


def _plain(value, schema, at):
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at}: does not match"
    if isinstance(value, (int, float)) and value < schema.get("minimum", value):
        yield f"{at}: too small"
    if isinstance(value, (str, list)) and len(value) > schema.get(
        "maxLength", schema.get("maxItems", len(value))
    ):
        yield f"{at}: too long"


def _inner(value, schema, at):
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from faults(each, schema["items"], f"{at}[{number}]")
    if not isinstance(value, dict):
        return
    yield from (f"{at}: no {key}" for key in schema.get("required", ()) if key not in value)
    for key, each in value.items():
        inner = schema.get("properties", {}).get(key, schema["additionalProperties"])
        if inner is False:
            yield f"{at}: unknown {key}"
        else:
            yield from faults(each, inner, f"{at}.{key}")
