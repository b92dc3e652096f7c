"""Types as JSON Schemas: each kind of type, and what no JSON has."""

from enum import StrEnum
from typing import Annotated, Literal, NotRequired, TypedDict

import pytest

from extauthz.commands.output.json_schema import DIALECT, schema_of


class Word(StrEnum):
    ONE = "one"
    TWO = "two"


class Leaf(TypedDict):
    """A leaf.

    More of it.
    """

    word: Annotated[Word, "a closed word"]
    note: NotRequired[str | None]


Node = TypedDict("Node", {"from": Literal["a", "b"], "below": "list[Node]", "leaf": Leaf | None})


def test_an_object_has_its_keys_with_descriptions_and_no_others():
    assert schema_of(Leaf, "title") == {
        "$schema": DIALECT,
        "title": "title",
        "$ref": "#/$defs/Leaf",
        "$defs": {
            "Leaf": {
                "description": "A leaf.",
                "type": "object",
                "additionalProperties": False,
                "required": ["word"],
                "properties": {
                    "word": {"enum": ["one", "two"], "description": "a closed word"},
                    "note": {"type": ["string", "null"]},
                },
            }
        },
    }


def test_a_type_may_hold_itself_and_others():
    found = schema_of(list[Node], "nodes")
    assert found["items"] == {"$ref": "#/$defs/Node"}
    keys = found["$defs"]["Node"]["properties"]
    assert keys["from"] == {"enum": ["a", "b"]}
    assert keys["below"] == {"type": "array", "items": {"$ref": "#/$defs/Node"}}
    assert keys["leaf"] == {"anyOf": [{"$ref": "#/$defs/Leaf"}, {"type": "null"}]}
    assert "description" not in found["$defs"]["Node"]


def test_objects_with_any_key():
    assert schema_of(dict[str, int], "x")["additionalProperties"] == {"type": "integer"}
    assert schema_of(dict[str, object], "x")["additionalProperties"] == {}


@pytest.mark.parametrize("of", [set[str], bytes, dict[int, str], tuple[str, ...]])
def test_what_no_json_has_is_refused(of):
    with pytest.raises(TypeError, match="no JSON"):
        schema_of(of, "x")
