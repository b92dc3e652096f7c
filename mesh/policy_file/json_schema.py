"""The form of a policy file as a JSON Schema, for editors.

It is made from the tables of keys that the reader uses, and checks each value by itself.
`phiguard policy check` also finds what is wrong only in context: an unknown group, a rule beyond
its namespace, a mode that blocks nothing.
"""

from typing import Final

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.keys import Schema

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


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
