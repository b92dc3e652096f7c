"""SMART App Launch and CDS Hooks: the patient in context, and users who are patients."""

import base64
import json

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

TOKEN = {
    "access_token": "i8hweunweunweofiwweoijewiwe",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "patient/Observation.rs launch/patient openid fhirUser",
}
HOOK = {
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "hook": "patient-view",
    "fhirServer": "https://ehr.example.org/fhir",
}
PATIENT = {"resourceType": "Patient", "id": "1288992", "name": [{"family": "Haddad"}]}


def found(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({**TOKEN, "patient": "77301452"}, {("PATIENT_REFERENCE", "77301452")}),
        ({**TOKEN, "patient": 77301452}, {("PATIENT_REFERENCE", "77301452")}),
        # the launch context names it, so an odd number is a patient's all the same
        ({**TOKEN, "patient": "smart-abc"}, {("PATIENT_REFERENCE", "smart-abc")}),
        (
            {**TOKEN, "patient": "7", "encounter": "456"},
            {("PATIENT_REFERENCE", "7"), ("ACCOUNT_NUMBER", "456")},
        ),
        (
            {**TOKEN, "scope": "launch user/Patient.read", "patient": "77301452"},
            {("PATIENT_REFERENCE", "77301452")},
        ),
        (
            {"active": True, "scope": "openid patient/*.rs", "client_id": "app", "patient": "7"},
            {("PATIENT_REFERENCE", "7")},
        ),
        (
            {"iss": "https://ehr", "fhirUser": "https://ehr/fhir/Patient/77301452"},
            {("PATIENT_REFERENCE", "https://ehr/fhir/Patient/77301452")},
        ),
        (
            {**TOKEN, "fhirContext": [{"reference": "Patient/77"}, {"reference": "Group/1"}]},
            {("PATIENT_REFERENCE", "Patient/77")},
        ),
        (
            {"launch_id": "x", "parameters": {"patient": "77301452"}},
            {("PATIENT_REFERENCE", "77301452")},
        ),
        (
            {
                **HOOK,
                "context": {"userId": "Practitioner/9", "patientId": "abc", "encounterId": "8"},
            },
            {("PATIENT_REFERENCE", "abc"), ("ACCOUNT_NUMBER", "8")},
        ),
        (
            {**HOOK, "context": {"userId": "Patient/abc"}},
            {("PATIENT_REFERENCE", "Patient/abc")},
        ),
        (
            {**HOOK, "fhirAuthorization": {"subject": "cds", "patient": "1288992"}},
            {("PATIENT_REFERENCE", "1288992")},
        ),
        (
            {**HOOK, "prefetch": {"patient": PATIENT}},
            {("PATIENT_REFERENCE", "1288992"), ("PERSON_NAME", "Haddad")},
        ),
    ],
)
def test_the_patient_in_context_is_found(document, expected):
    report, values = found(document)
    assert values == expected
    assert (report.media, report.verdict) == ("smart+json", Verdict.PHI)


def test_the_claims_of_an_id_token_are_read_within_it():
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    claims = {"iss": "https://ehr", "sub": "a1", "fhirUser": "https://ehr/fhir/Patient/77301452"}
    token = b".".join([part({"alg": "RS256"}), part(claims), b"c2lnbmF0dXJlc2lnbmF0dXJl"])
    report, _ = found({**TOKEN, "id_token": token.decode()})
    assert report.verdict is Verdict.PHI
    assert found(b"Authorization: Bearer " + token)[0].verdict is Verdict.PHI


@pytest.mark.parametrize(
    "document",
    [
        TOKEN,  # a launch without a patient
        {**TOKEN, "patient": None},
        {**TOKEN, "patient": "XXX"},
        {
            "access_token": "i8hweunweunweofi",
            "scope": "read write",
            "patient": "77301452",
        },  # no SMART
        {"iss": "https://ehr", "fhirUser": "https://ehr/fhir/Practitioner/9"},  # a clinician
        {**HOOK, "context": {"userId": "PractitionerRole/9"}},
        # what a server can do, and which services there are
        {"scopes_supported": ["launch/patient", "patient/*.rs"], "capabilities": ["launch-ehr"]},
        {
            "services": [
                {"hook": "patient-view", "prefetch": {"p": "Patient/{{context.patientId}}"}}
            ]
        },
        # a registration of an application
        {"software_id": "growth", "scope": "launch/patient patient/*.read", "redirect_uris": ["x"]},
        # a description of the interface
        {"properties": {"fhirUser": {"type": "string"}, "patient": {"type": "string"}}},
        # a manifest of a bulk export
        {
            "transactionTime": "2021-01-01T00:00:00Z",
            "request": "https://ehr/fhir/Patient/$export?_type=Patient",
            "output": [{"type": "Patient", "url": "https://ehr/output/patient_1.ndjson"}],
        },
    ],
)
def test_without_a_patient_in_context_nothing_is_found(document):
    report, values = found(document)
    assert report.verdict is Verdict.NONE
    assert not values


def test_a_masked_context_is_found_no_more():
    data = json.dumps({**TOKEN, "patient": "77301452", "encounter": 456}).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert json.loads(masked) == {**TOKEN, "patient": "XXX", "encounter": 0}
    assert phiscan.scan(masked).verdict is not Verdict.PHI
