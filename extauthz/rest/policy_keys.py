"""Every key that a RestPolicy may hold, with the JSON Schema of its value.

The reader takes its keys from these tables, and `json_schema` publishes them. So an editor
completes exactly the keys that the reader accepts.
"""

from typing import Final

from mesh.policy_file.keys import API_VERSION, DEFAULT_ACTIONS, Schema, Table, closed

KIND: Final = "RestPolicy"
ENCRYPTED: Final = {"any": False, "required": True}
UNREAD: Final = {"allow": False, "deny": True}
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ENTRIES: Final = (
    "infoTypes, classes A to R of 45 CFR 164.514(b)(2)(i), groups, or `*` for every individual's"
)


def _texts(about: str, least: int = 0) -> Schema:
    items: Schema = {"type": "string", "minLength": 1}
    return {"type": "array", "items": items, "minItems": least, "description": about}


def _one_of(words: list[str], about: str) -> Schema:
    return {"type": "string", "enum": words, "description": about}


WHERE: Final[Table] = {
    "sources": _texts("names of sources, as the catalogue has them; `*` is any text", 1),
    "objects": _texts("names of files, objects or tables; `*` is any text, `/` too", 1),
}
RULE: Final[Table] = {
    "name": {"type": "string", "minLength": 1, "description": "name in breaches; used once"},
    "where": {
        "type": "array",
        "items": closed(WHERE, "units: all that is listed must match; `{}` is any unit"),
        "minItems": 1,
        "description": "which units",
    },
    "allow": _texts(f"may lie there: {_ENTRIES}"),
    "deny": _texts(f"must not lie there, PHI or not: {_ENTRIES}"),
    "encrypted": _one_of(
        list(ENCRYPTED), "`required`: PHI must be known to be stored encrypted; any when left out"
    ),
    "unread": _one_of(list(UNREAD), "`deny`: everything must have been read; allow when left out"),
}
RULE_REQUIRED: Final = ("name", "where")
METADATA: Final[Table] = {
    "name": {"type": "string", "minLength": 1, "description": "name of the policy"}
}
SPEC: Final[Table] = {
    "defaultAction": _one_of(
        list(DEFAULT_ACTIONS), "for PHI in a unit that no rule names; DENY when left out"
    ),
    "identifierGroups": {
        "type": "object",
        "additionalProperties": _texts("entries: infoTypes, classes A to R, or groups", 1),
        "description": "groups of identifiers, by name",
    },
    "rules": {
        "type": "array",
        "items": closed(RULE, "says what may lie in some units", RULE_REQUIRED),
        "description": "in any order",
    },
}
TOP: Final[Table] = {
    "apiVersion": {"type": "string", "enum": [API_VERSION]},
    "kind": {"type": "string", "enum": [KIND]},
    "metadata": closed(METADATA, "what the policy is called", ("name",)),
    "spec": closed(SPEC, "the policy"),
}


def json_schema() -> Schema:
    """Return the schema of a policy file."""
    about = "which identifiers may lie where"
    return {"$schema": _DIALECT, "title": KIND, **closed(TOP, about, tuple(TOP))}
