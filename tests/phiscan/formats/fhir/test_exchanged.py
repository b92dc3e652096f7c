"""Resources of an exchange: batches, searchsets, subscriptions, operations, audit records."""

import base64
import json

import pytest

import phiscan
from phiscan.finding import Verdict


def _scan(resource):
    return phiscan.scan(json.dumps(resource).encode(), content_type="application/fhir+json")


def _bundle(entry=None, link=None, kind="batch"):
    return {
        "resourceType": "Bundle",
        "type": kind,
        **({"link": [{"relation": "self", "url": link}]} if link else {}),
        **({"entry": [entry]} if entry else {}),
    }


def _query(text):
    return base64.b64encode(text.encode()).decode()


_PHI = [
    _bundle({"request": {"method": "GET", "url": "Patient/77"}}),
    _bundle({"request": {"method": "GET", "url": "Observation?patient=77"}}),
    _bundle({"request": {"method": "GET", "url": "/Patient/77/$everything"}}),
    _bundle({"request": {"method": "PUT", "url": "Patient?identifier=http://hosp/mrn|77"}}),
    _bundle(
        {"request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=x|7730145"}}
    ),
    _bundle({"fullUrl": "https://ehr.example/fhir/Patient/77"}, kind="searchset"),
    _bundle({"response": {"status": "201", "location": "Patient/77/_history/1"}}),
    _bundle(link="https://ehr.example/fhir/Patient?family=Delgado", kind="searchset"),
    _bundle(link="https://ehr.example/fhir/Observation?patient=77&_page=2", kind="searchset"),
    {
        "resourceType": "SubscriptionStatus",
        "notificationEvent": [
            {
                "focus": {"reference": "Encounter/1"},
                "additionalContext": [{"reference": "Patient/77"}],
            }
        ],
    },
    {"resourceType": "Subscription", "criteria": "Observation?patient=Patient/77"},
    {"resourceType": "MessageHeader", "focus": [{"reference": "Patient/77"}]},
    {"resourceType": "Binary", "securityContext": {"reference": "Patient/77"}},
    {
        "resourceType": "Parameters",
        "parameter": [{"name": "subject", "valueReference": {"reference": "Patient/77"}}],
    },
    {"resourceType": "Parameters", "parameter": [{"name": "patient", "valueId": "77"}]},
    {
        "resourceType": "AuditEvent",
        "entity": [{"query": _query("https://ehr.example/fhir/Patient?family=Delgado")}],
    },
    {
        "resourceType": "OperationOutcome",
        "issue": [{"diagnostics": "Resource Patient/77301452 is not known"}],
    },
]


@pytest.mark.parametrize("resource", _PHI)
def test_a_patient_whom_an_exchange_names_is_phi(resource):
    assert _scan(resource).verdict is Verdict.PHI


@pytest.mark.parametrize("resource", _PHI)
def test_masked_it_names_nobody(resource):
    data = json.dumps(resource).encode()
    masked = phiscan.redact(data, _scan(resource))
    assert json.loads(masked)["resourceType"] == resource["resourceType"]
    assert phiscan.scan(masked).identifiers == ()


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        (_bundle({"request": {"method": "GET", "url": "metadata"}}), "the server"),
        (_bundle({"request": {"method": "POST", "url": "Patient"}}), "a patient to come"),
        (_bundle({"request": {"method": "GET", "url": "Practitioner/7"}}), "a provider"),
        (_bundle({"fullUrl": "https://ehr.example/fhir/Practitioner/7"}), "a provider"),
        (_bundle({"fullUrl": "urn:uuid:b46bdfce-713f-1eda-9390-6d9b6634b82e"}), "no type"),
        (_bundle(link="https://ehr.example/fhir/Patient?_count=50"), "many people"),
        ({"resourceType": "Subscription", "criteria": "Patient?active=true"}, "everybody"),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "code", "valueString": "77"}]},
            "a code",
        ),
        (
            {
                "resourceType": "ImplementationGuide",
                "definition": {"resource": [{"reference": {"reference": "Patient/example"}}]},
            },
            "an example of a specification",
        ),
        (
            {"resourceType": "StructureDefinition", "example": [{"label": "Patient/123"}]},
            "an example of a specification",
        ),
    ],
)
def test_an_exchange_about_nobody_is_not_phi(resource, why):
    assert _scan(resource).verdict is Verdict.NONE, why


def test_only_the_number_in_a_url_is_masked():
    resource = _bundle({"fullUrl": "https://ehr.example/fhir/Patient/77"})
    data = json.dumps(resource).encode()
    masked = json.loads(phiscan.redact(data, _scan(resource)))
    assert masked["entry"][0]["fullUrl"] == "https://ehr.example/fhir/Patient/XXX"


def test_a_conditional_reference_names_the_type_before_its_question_mark():
    resource = {
        "resourceType": "Appointment",
        "participant": [{"actor": {"reference": "Practitioner?identifier=http://x|7730145"}}],
    }
    assert "PATIENT_REFERENCE" not in {f.info_type for f in _scan(resource).findings}


def test_the_same_exchange_in_xml_is_phi():
    data = (
        b'<Bundle xmlns="http://hl7.org/fhir"><link><relation value="self"/>'
        b'<url value="https://ehr.example/fhir/Condition?patient=77&amp;code=E11.9"/></link>'
        b'<entry><fullUrl value="https://ehr.example/fhir/Patient/78"/></entry></Bundle>'
    )
    report = phiscan.scan(data, content_type="application/fhir+xml")
    assert report.verdict is Verdict.PHI
    assert b"Patient/XXX" in phiscan.redact(data, report)
