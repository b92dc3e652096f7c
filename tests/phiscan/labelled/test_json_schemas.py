"""Objects that map columns to types beside rows. The positives stand in `envelopes.py`."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.labelled.json_schemas import may_have_types


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"schema": {"ssn": "string", "last_name": "string"}, "rows": []}, "no row"),
        ({"schema": {"ssn": "string", "phone": "string"}, "keys": [["id", "at"]]}, "no value"),
        (
            {
                "schema": {"first_name": "string", "x": "string"},
                "a": {"b": {"c": {"d": {"e": {"rows": [["Noor", "Y"]]}}}}},
            },
            "the types stand too far away",
        ),
        (
            {"properties": {"name": "Depot", "phone": "none"}, "ring": [[-122.41941, 37.77492]]},
            "a place on a map is a record, and no list of columns",
        ),
        ({"schema": {"first_name": "string", "x": "string"}, "rows": [["Noor"]]}, "other widths"),
        ({"counts": {"first_name": 7, "x": 90}, "rows": [["Noor", "Y"]]}, "counts, and no places"),
    ],
)
def test_a_look_alike_is_no_identifier(document, reason):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.NONE, reason


def test_without_rows_or_types_nothing_is_looked_at():
    assert may_have_types(b'{"a": "varchar(11)", "b": [ [1]]}')
    assert not may_have_types(b'{"type": "Polygon", "coordinates": [[[1, 2]]]}')
    assert not may_have_types(b'{"type": "string"}')
