from pathlib import Path

import orjson
import pytest
from exported_records import FORGED, RECORD, as_read
from hypothesis import given
from jsonschema import Draft202012Validator
from ledgers_in_folders import SUMMARY

from extauthz.records.exports import ocsf

# made by tools/ocsf_schema.py; the file says from what
SCHEMA = orjson.loads((Path(__file__).parent / "ocsf-1.8.0.schema.json").read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA)


def events(record):
    found = [orjson.loads(line) for line in ocsf.lines(record).splitlines()]
    for event in found:
        VALIDATOR.validate(event)
    return found


def test_a_denial_is_an_activity_and_a_finding():
    activity, finding = events(RECORD)
    assert (activity["type_uid"], activity["action_id"], activity["disposition_id"]) == (
        400200,
        2,
        2,
    )
    assert (activity["time"], activity["trace"]["uid"]) == (1793520000123, RECORD["trace"])
    assert (activity["observation_point_id"], activity["unmapped"]["mtls"]) == (2, True)
    assert (finding["type_uid"], finding["finding_info"]["title"]) == (200601, "PHI was denied")
    assert finding["data_security"]["discovery_details"] == [
        {"type": "PERSON_NAME", "count": 2},
        {"type": "URL", "count": 1},
    ]
    assert finding["data_security"]["total"] == 3
    assert finding["finding_info"]["related_events"][0]["uid"] == activity["metadata"]["uid"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"decision": "ALLOW"}, (1, 1, 1, 1)),
        ({"decision": "ALERT"}, (1, 19, 3, 2)),
        ({"decision": "REDACT"}, (4, 11, 2, 2)),
        ({"decision": "DENY"}, (2, 2, 3, 2)),
        ({"decision": "DENY", "enforced": False}, (3, 15, 4, 2)),
        ({"decision": "DENY", "observed": True}, (3, 15, 4, 2)),
        ({"decision": "REDACT", "enforced": False}, (3, 15, 2, 2)),
        ({"decision": "DENY", "reason": "OVERLOADED", "identifiers": [], "infoTypes": {}}, (2, 27, 3, 1)),
        ({"decision": "ALLOW", "enforced": False}, (1, 1, 1, 1)),
        ({"decision": "DENY", "reason": "CANARY"}, (2, 2, 1, 1)),
        ({"decision": "DENY", "reason": "CANARY", "enforced": False}, (3, 15, 4, 2)),
        ({"decision": "DENY", "reason": "CANARY_ALTERED"}, (2, 2, 3, 2)),
    ],
)  # fmt: skip
def test_what_the_mesh_did(changed, expected):
    found = events({**RECORD, **changed})
    first = found[0]
    assert (
        first["action_id"],
        first["disposition_id"],
        first["severity_id"],
        len(found),
    ) == expected


@pytest.mark.parametrize(
    "broken",
    [{"activity_id": 12}, {"no_such_attribute": 1}, {"time": "2026"}, {"metadata": {}}, {"http_request": None}],
)  # fmt: skip
def test_the_schema_refuses_what_is_no_ocsf(broken):
    assert not VALIDATOR.is_valid({**ocsf.events(RECORD)[0], **broken})


@given(record=FORGED)
def test_a_forged_record_fits_the_schema(record):
    assert events(as_read(record))


def test_a_summary_of_decisions_is_an_activity_with_a_count():
    (event,) = events({**SUMMARY, "time": RECORD["time"], "seq": 8, "hash": "c" * 64, "worker": 3})
    assert (event["type_uid"], event["count"], event["action_id"]) == (400200, 40, 1)
    assert event["end_time"] - event["start_time"] == 800
