import orjson
import pytest
from exported_records import FORGED, RECORD, as_read
from fhir.resources.R4B.auditevent import AuditEvent
from hypothesis import given

from extauthz.records.exports import fhir_audit_event


def parsed(record):
    return AuditEvent.model_validate_json(fhir_audit_event.line(record))


def test_a_decision_as_an_audit_event():
    event = parsed(RECORD)
    assert (event.type.code, event.subtype[0].code, event.outcome) == ("110113", "AuthZ-Role", "8")
    assert [agent.requestor for agent in event.agent] == [True, False, False]
    assert event.agent[0].who.identifier.value == "cluster.local/ns/a/sa/b"
    assert event.agent[2].policy == ["urn:phiguard:policy:9212d0"]
    assert event.entity[0].what.identifier.value == "decision-1"
    details = {detail.type: detail.valueString for detail in event.entity[0].detail}
    assert (details["mtls"], details["infoTypes"]) == ("true", "PERSON_NAME:2 URL:1")


def test_no_patient_and_no_consent_is_named():
    said = fhir_audit_event.line(RECORD)
    assert "Patient" not in said
    assert "Consent" not in said


@pytest.mark.parametrize(
    ("action", "enforced", "expected"),
    [("ALLOW", True, "0"), ("ALERT", True, "0"), ("REDACT", True, "4"), ("DENY", True, "8"), ("DENY", False, "0"), ("REDACT", False, "0")],
)  # fmt: skip
def test_the_outcome_is_what_the_mesh_did(action, enforced, expected):
    assert (
        fhir_audit_event.event({**RECORD, "decision": action, "enforced": enforced})["outcome"]
        == expected
    )


def test_who_is_not_known_is_unknown():
    event = parsed({**RECORD, "source": None, "destination": ""})
    assert [agent.who.display for agent in event.agent[:2]] == ["unknown", "unknown"]


def test_a_resource_without_a_time_is_refused_by_the_schema():
    event = fhir_audit_event.event(RECORD)
    del event["recorded"]
    with pytest.raises(ValueError, match="recorded"):
        AuditEvent.model_validate_json(orjson.dumps(event))


@given(record=FORGED)
def test_a_forged_record_fits_the_schema(record):
    parsed(as_read(record))
