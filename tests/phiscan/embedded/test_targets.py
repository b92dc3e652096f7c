"""Targets of FHIR and DICOMweb in texts: logs and data name patients, manuals do not."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

PHI, IDENTIFIERS = Verdict.PHI, Verdict.IDENTIFIERS
CLF = '10.0.0.1 - - [04/Mar/2025:10:11:11 +0000] "GET {} HTTP/1.1" 200 512 "-" "okhttp/4.9"\n'
TEXT, JSON = "text/plain", "application/json"


def _found(text, content_type):
    data = text.encode()
    report = phiscan.scan(data, content_type=content_type)
    values = {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier is not None
    }
    return report.verdict, values


_77 = {("PATIENT_REFERENCE", "77")}
_NUMBER = {("PATIENT_REFERENCE", "77301452")}


@pytest.mark.parametrize(
    ("text", "content_type", "expected"),
    [
        (CLF.format("/fhir/Patient/77"), TEXT, _77),
        (CLF.format("/fhir/Patient/77/$everything"), TEXT, _77),
        (CLF.format("/fhir/Observation?patient=77&_count=5"), TEXT, _77),
        (CLF.format("/fhir/Encounter?subject=77"), TEXT, _77),
        (
            CLF.format("/fhir/Patient?family=Delgado&birthdate=1961-04-12"),
            TEXT,
            {("PERSON_NAME", "Delgado"), ("DATE_OF_BIRTH", "1961-04-12")},
        ),
        (
            CLF.format("/fhir/Patient?identifier=http://hosp/mrn|7730145"),
            TEXT,
            {("MEDICAL_RECORD_NUMBER", "http://hosp/mrn|7730145")},
        ),
        (
            CLF.format("/dicom-web/studies?00100010=RUIZ%5EANA"),
            TEXT,
            {("PERSON_NAME", "RUIZ%5EANA")},
        ),
        (CLF.format("/dicom-web/studies?PatientName=RUIZ*"), TEXT, {("PERSON_NAME", "RUIZ*")}),
        ("2024-01-02 03:04:05.1 INFO access - Operation[read Patient/77] UA[x]", TEXT, _77),
        ("<13>Jan  2 03:04:05 web1 fhir: read Patient/77", TEXT, _77),
        ("ts=2024-01-02T03:04:05Z method=GET path=/fhir/Patient/77 status=200", TEXT, _77),
        ("[ERROR] 404 for https://ehr.example/fhir/Patient/77", TEXT, _77),
        (
            json.dumps({"time": "2024-01-02T03:04:05Z", "path": "/fhir/Patient/77"}),
            JSON,
            _77,
        ),
        ('{"ts":1712345678.9,"uri":"/fhir/Patient/77"}', JSON, _77),
        # data: a number that was issued
        ('{"resource":"https://ehr.example/fhir/Patient/77301452"}', JSON, _NUMBER),
        ('{"resource":"https:\\/\\/ehr.example\\/fhir\\/Patient\\/77301452"}', JSON, _NUMBER),
        (
            '{"path":"/fhir/P\\u0061tient/7730\\u0031452"}',
            JSON,
            {("PATIENT_REFERENCE", "7730\\u0031452")},
        ),
        ('{"path":"/fhir/Observation?code=1\\u0026patient=77301452"}', JSON, _NUMBER),
        ('{"next":"https%3A%2F%2Fx%2Ffhir%2FPatient%2F77301452"}', JSON, _NUMBER),
        (
            "<log><url>https://x/fhir/Condition?patient=77301452&amp;code=E11.9</url></log>",
            "application/xml",
            _NUMBER,
        ),
        ("method,path,status\nGET,/fhir/Patient/77301452,200\n", "text/csv", _NUMBER),
        # FHIR's Reference without its resource
        ('{"subject":{"reference":"Patient/77"}}', JSON, _77),
    ],
)
def test_a_target_in_a_log_or_in_data_is_phi(text, content_type, expected):
    assert _found(text, content_type) == (PHI, expected)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Please look at https://ehr.example/fhir/Patient/77301452 again.", "an e-mail"),
        ("GET https://ehr.example/fhir/Patient/77301452 failed", "an error without a time"),
    ],
)
def test_an_issued_number_in_prose_is_an_identifier(text, why):
    assert _found(text, TEXT) == (IDENTIFIERS, _NUMBER), why


@pytest.mark.parametrize(
    ("text", "content_type", "why"),
    [
        ("GET [base]/Patient/123 and http://hapi.example/baseR4/Patient/example", TEXT, "manual"),
        ("GET [base]/Patient?family=Smith&given=John", TEXT, "manual"),
        ("GET [base]/Patient?birthdate=ge1982-03-31", TEXT, "manual"),
        ("GET [base]/Observation?patient=Patient/23", TEXT, "manual"),
        ("POST /Patient HTTP/1.1\n\nHTTP/1.1 201 Created\nLocation: /Patient/123", TEXT, "manual"),
        ('url = f"{base}/Patient/{patient_id}"', TEXT, "a program"),
        ('get(base + "/Patient/" + id); assert r == "Patient/12345"', TEXT, "a test"),
        ('r.GET("/fhir/Patient/:id", h)', TEXT, "a route"),
        (
            json.dumps({"paths": {"/Patient/{id}": {}, "/Observation?patient={id}": {}}}),
            JSON,
            "API",
        ),
        ('{"example":"https://x/fhir/Patient/12345"}', JSON, "counted up"),
        ('{"example":"https://x/fhir/Patient/11111"}', JSON, "one digit"),
        ('{"example":"Patient/123e4567-e89b-12d3-a456-426614174000"}', JSON, "the manuals' UUID"),
        ('{"message":"Be patient?really=1","note":"patient=waiting"}', JSON, "words"),
        (CLF.format("/patients/773014/appointments?page=1"), TEXT, "an ordinary application"),
        (CLF.format("/Person/773014"), TEXT, "an ordinary application"),
        (CLF.format("/fhir/metadata"), TEXT, "the server"),
        (CLF.format("/fhir/Patient?gender=female&_count=50"), TEXT, "many people"),
        (CLF.format("/fhir/Practitioner/773014"), TEXT, "a provider"),
        (CLF.format("/assets/Patient/index.js"), TEXT, "a file"),
    ],
)
def test_a_target_in_a_manual_or_of_nobody_is_silent(text, content_type, why):
    assert _found(text, content_type) == (Verdict.NONE, set()), why


def test_a_target_that_a_manual_mentions_is_read_where_a_log_has_it():
    manual, log = "Ask for /fhir/Patient/77 first.\n", CLF.format("/fhir/Patient/77")
    assert _found(manual * 2, TEXT) == (Verdict.NONE, set())
    assert _found(manual * 2 + log, TEXT) == (PHI, _77)


def test_redaction_masks_the_number_and_keeps_the_line():
    data = CLF.format("/fhir/Patient/77?_elements=name").encode()
    report = phiscan.scan(data, content_type=TEXT)
    masked = phiscan.redact(data, report)
    assert masked == CLF.format("/fhir/Patient/XXX?_elements=name").encode()
    assert phiscan.scan(masked, content_type=TEXT).identifiers == ()
