import json

import pytest
from jsonschema import Draft202012Validator

from tools.ocsf_schema import CLASSES, OBJECTS, schema

TEXT = {"type": "string_t", "requirement": "optional"}
TIME = {"type": "timestamp_t", "requirement": "required"}
CLASS = {
    "attributes": {
        "time": TIME,
        "level_id": {"type": "integer_t", "requirement": "optional", "enum": {"0": {}, "2": {}}},
        "cloud": {"type": "object_t", "object_type": "cloud", "requirement": "required", "profiles": ["cloud"]},
        "policy": {"type": "object_t", "object_type": "policy", "requirement": "optional"},
        "device": {"type": "object_t", "object_type": "device", "requirement": "optional"},
        "tags": {**TEXT, "is_array": True},
    },
    "constraints": {"at_least_one": ["policy", "tags"]},
}  # fmt: skip
COMPILED = {
    "version": "9.9.9",
    "classes": dict.fromkeys(CLASSES, CLASS),
    "objects": {name: {"attributes": {"name": TEXT}} for name in OBJECTS},
}
MADE = schema(json.dumps(COMPILED).encode())
GOOD = {"time": 1, "level_id": 2, "policy": {"name": "p"}, "tags": ["a"]}


def is_valid(event):
    one = {**MADE, "oneOf": MADE["oneOf"][:1]}  # both classes are the same here
    return Draft202012Validator(one).is_valid(event)


def test_an_event_of_the_compiled_schema_is_valid():
    assert is_valid(GOOD)
    assert "OCSF 9.9.9" in MADE["$comment"]


@pytest.mark.parametrize(
    "changed",
    [
        {"time": -1}, {"level_id": 1}, {"policy": {"other": 1}}, {"device": {}}, {"tags": "a"},
        {"more": 1}, {"cloud": {}},
    ],
)  # fmt: skip
def test_what_the_compiled_schema_lacks_is_refused(changed):
    assert not is_valid({**GOOD, **changed})


@pytest.mark.parametrize("left", [("time",), ("policy", "tags")])
def test_what_it_asks_for_must_be_there(left):
    assert not is_valid({key: value for key, value in GOOD.items() if key not in left})
