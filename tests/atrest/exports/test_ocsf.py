from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator
from kept_units import EXPORT, PATIENTS, SCAN, UNITS, WARDS, stored

from atrest.exports import ocsf
from atrest.protection import Protection, Shield
from atrest.unit import UnitKind

TESTS = Path(__file__).parents[2]
# made by tools/ocsf_schema.py; the file says from what
SCHEMA = orjson.loads(
    (TESTS / "extauthz" / "records" / "exports" / "ocsf-1.8.0.schema.json").read_bytes()
)
VALIDATOR = Draft202012Validator(SCHEMA)


def events(*units, **options):
    found = [orjson.loads(line) for line in ocsf.lines(units, "1.2.3", **options)]
    for event in found:
        VALIDATOR.validate(event)
    return found


def test_each_unit_with_identifiers_is_a_finding_at_rest():
    found = events(*UNITS)
    assert [e["finding_info"]["uid"] for e in found] == [EXPORT.key, SCAN.key, PATIENTS.key]
    assert {(e["type_uid"], e["data_security"]["data_lifecycle_state_id"]) for e in found} == {
        (200601, 1)
    }


def test_a_table_says_what_was_found_and_where():
    (event,) = events(PATIENTS)
    assert event["data_security"]["discovery_details"] == [
        {"type": "DIAGNOSIS", "count": 30},
        {"type": "MEDICAL_RECORD_NUMBER", "count": 480},
        {"type": "PERSON_NAME", "count": 12},
    ]
    assert (event["data_security"]["total"], event["data_security"]["status_id"]) == (522, 1)
    assert event["finding_info"]["types"] == ["A", "H"]
    assert event["table"] == {"name": "public.patient", "uid": PATIENTS.key}
    assert event["time"] == 1796025600000
    assert [e["column"] for e in event["unmapped"]["found"]] == ["mrn", "note", "note"]


def test_an_object_stands_in_its_bucket():
    (event,) = events(EXPORT)
    assert event["databucket"]["name"] == "archive"
    assert event["databucket"]["file"]["name"] == "XXX export.csv"
    assert event["databucket"]["file"]["is_encrypted"] is False
    assert (event["data_security"]["status_id"], event["data_security"]["status_details"]) == (
        2,
        ["OVER_LIMIT"],
    )


@pytest.mark.parametrize(
    ("protection", "expected"),
    [
        (stored(Shield.UP), (2, False)),
        (Protection(), (3, True)),
        (stored(Shield.DOWN), (4, True)),
    ],
)
def test_phi_that_is_less_protected_is_more_severe(protection, expected):
    (event,) = events(replace(PATIENTS, protection=protection))
    assert (event["severity_id"], event["is_alert"]) == expected


def test_identifiers_without_health_context_are_no_alert():
    (event,) = events(replace(SCAN, protection=stored(Shield.DOWN)))
    assert (event["severity_id"], event["is_alert"]) == (1, False)


def test_a_unit_without_identifiers_is_no_finding():
    assert events(WARDS) == []


@pytest.mark.parametrize("kind", UnitKind)
def test_every_kind_of_unit_fits_the_schema(kind):
    assert len(events(replace(PATIENTS, kind=kind))) == 1


def test_the_schema_refuses_an_attribute_that_ocsf_has_not():
    (event,) = events(SCAN)
    assert not VALIDATOR.is_valid({**event, "value": "x"})
    assert not VALIDATOR.is_valid({**event, "file": {"name": "x"}})
