"""The keys above a place in JSON, also in broken JSON and with many places."""

import json

import pytest

from phiscan.readers.json_fields import fields

MARK = b"HERE"


def named(data):
    offsets, at = [], data.find(MARK)
    while at >= 0:
        offsets.append(at)
        at = data.find(MARK, at + 1)
    return list(fields(data, offsets))


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (b'{"note": "HERE"}', ["note"]),
        (b'{"note": "a HERE, HERE"}', ["note", "note"]),
        (b'{"note": {"text": "HERE"}, "comment": "HERE"}', ["note.text", "comment"]),
        (b'{"note": [[{"text": "HERE"}], "HERE"]}', ["note.text", "note"]),
        (b'["HERE"]', [""]),
        (b'{"note": 1, "HERE": 2}', [""]),  # a place in a key is in the object
        (b'{"note": "{\\"text\\": [\\"HERE\\"", "id": "HERE"}', ["note", "id"]),
        (b'{"note":\n {\n "text" :\n "HERE"}}', ["note.text"]),
        (b'{"note": "HERE', ["note"]),  # cut off
        (b'}]}{"note": "HERE"}', ["note"]),  # surplus brackets close nothing
        (b'{"note": {"text": "1"}}{"id": "HERE"}', ["id"]),
        (b'{"note": {\n"text": "1"}\n{"id": "HERE"}', ["id"]),  # a line begins anew
        (b"HERE", [""]),
    ],
)
def test_the_keys_above_a_place(data, paths):
    assert named(data) == paths


def test_a_path_begins_with_the_resource_that_holds_the_place():
    assert named(
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient",'
        b' "contained": [{"resourceType": "Group", "text": {"div": "HERE"}}],'
        b' "name": [{"text": "HERE"}]}}]}'
    ) == ["Group.text.div", "name.text"]
    assert named(b'{"note": {"id": "1", "resourceType": "Patient", "text": "HERE"}}') == [
        "note.text"
    ]


def test_keys_behind_thousands_of_scalars_are_found():
    document = {"note": {f"k{i}": "v" for i in range(5000)} | {"text": "HERE"}, "id": "HERE"}
    assert named(json.dumps(document).encode()) == ["note.text", "id"]
    document = {"note": {"list": ["HERE"] * 3000}}
    assert set(named(json.dumps(document).encode())) == {"note.list"}


def test_of_a_deep_path_the_last_keys_are_shown():
    (path,) = named(b'{"note": ' * 400 + b'"HERE"' + b"}" * 400)
    assert path == ".".join(["note"] * 17)
