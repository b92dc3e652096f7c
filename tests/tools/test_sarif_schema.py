import json

import pytest
from jsonschema import Draft4Validator

from tools.sarif_schema import OBJECTS, schema

SARIF = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "additionalProperties": False,
    "description": "a text",
    "required": ["version"],
    "properties": {
        "version": {"enum": ["2.1.0"], "description": "a text"},
        "runs": {"type": "array", "items": {"$ref": "#/definitions/run"}},
        "graph": {"$ref": "#/definitions/graph"},
        "description": {"type": "string"},
    },
    "definitions": {name: {"type": "object", "title": "a text"} for name in OBJECTS}
    | {"graph": {}},
}
MADE = schema(json.dumps(SARIF).encode())
GOOD = {"version": "2.1.0", "runs": [{}], "description": "of the log"}


def test_a_log_of_kept_objects_is_valid_and_texts_are_left_out():
    assert Draft4Validator(MADE).is_valid(GOOD)
    assert "a text" not in json.dumps(MADE)


@pytest.mark.parametrize("changed", [{"runs": [1]}, {"graph": {}}, {"version": "2"}, {"more": 1}])
def test_what_the_schema_lacks_is_refused(changed):
    assert not Draft4Validator(MADE).is_valid({**GOOD, **changed})
