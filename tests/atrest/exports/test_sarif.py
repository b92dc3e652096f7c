from collections import Counter
from dataclasses import replace
from pathlib import Path

import orjson
from jsonschema import Draft4Validator
from kept_units import EXPORT, PATIENTS, PLACES, UNITS

from atrest.exports import sarif

# made by tools/sarif_schema.py; the file says from what
SCHEMA = orjson.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_bytes())
VALIDATOR = Draft4Validator(SCHEMA)


def run_of(units, places=(), **options):
    log = orjson.loads("".join(sarif.pieces(lambda: units, places, "1.2.3", **options)))
    VALIDATOR.validate(log)
    return log["runs"][0]


def test_each_info_type_of_a_column_is_a_result_with_its_place():
    run = run_of(UNITS, PLACES)
    found = {
        (r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], r["ruleId"], r["level"])
        for r in run["results"]
        if "logicalLocations" in r["locations"][0]
    }
    assert ("public.patient.mrn", "MEDICAL_RECORD_NUMBER", "error") in found
    assert ("public.patient.note.Condition.code", "DIAGNOSIS", "error") in found
    assert len(run["results"]) == 7
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {
        r["ruleId"] for r in run["results"]
    }


def test_a_document_of_a_person_without_health_context_is_a_note():
    (result,) = [r for r in run_of(UNITS)["results"] if r["level"] == "note"]
    place = result["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "file:///data/scans/letter.pdf"
    assert "logicalLocations" not in place


def test_what_was_not_seen_whole_and_what_was_not_listed_are_notifications():
    found = run_of(UNITS, PLACES)["invocations"][0]["toolExecutionNotifications"]
    said = {
        n["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: n["message"]["text"]
        for n in found
    }
    assert said == {
        "s3://archive/2019/XXX%20export.csv": "not seen whole: OVER_LIMIT",
        "file:///data/secret/%3Dx.csv": "not seen whole: NOT_PERMITTED",
        "file:///data/closed%E2%80%A8room": "not listed: NOT_PERMITTED",
    }


def fingerprints(*units, **options):
    return [
        r["partialFingerprints"][sarif.FINGERPRINT] for r in run_of(units, **options)["results"]
    ]


def test_a_fingerprint_stays_when_only_the_numbers_change():
    again = replace(PATIENTS, profile=PATIENTS.profile + PATIENTS.profile, read_at="2027-01-01")
    assert fingerprints(PATIENTS) == fingerprints(again)


def test_fingerprints_differ_by_unit_column_and_info_type():
    other = replace(EXPORT, key="f6" * 16)
    assert max(Counter(fingerprints(*UNITS, other)).values()) == 1


def test_look_alikes_are_results_only_when_everything_is_asked_for():
    assert len(fingerprints(PATIENTS)) == 3
    assert len(fingerprints(PATIENTS, everything=True)) == 4


def test_an_empty_catalogue_is_a_log_without_results():
    assert run_of(())["results"] == []


def test_the_schema_refuses_a_key_that_sarif_has_not():
    log = orjson.loads("".join(sarif.pieces(lambda: UNITS, (), "1.2.3")))
    log["runs"][0]["results"][0]["value"] = "x"
    assert not VALIDATOR.is_valid(log)
