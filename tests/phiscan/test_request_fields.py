"""Requests of FHIR and DICOMweb: whom path, query and headers name."""

import re

import pytest

from phiscan.finding import ScanReport, Verdict
from phiscan.labelled import records
from phiscan.words.http_fields import HTTP_FIELDS

PHI, IDENTIFIERS, NONE = Verdict.PHI, Verdict.IDENTIFIERS, Verdict.NONE


def _scan(engine, target, headers=()) -> ScanReport:
    path, _, query = target.partition("?")
    scanner = engine.scanner(content_type="", content_encoding="", clock=lambda: 0.0)
    scanner.feed_field("path", path)
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        scanner.feed_field(f"query.{name}", value)
    for name, value in headers:
        scanner.feed_field(f"header.{name}", value)
    return scanner.finish()


def _kinds(report) -> set[str]:
    return {f.info_type for f in report.findings if f.identifier is not None}


_REFERENCE = {"PATIENT_REFERENCE"}
_RECORD_NUMBER = {"MEDICAL_RECORD_NUMBER"}
_NAME = {"PERSON_NAME"}
_BORN = {"DATE_OF_BIRTH"}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        # http.html: read, vread, history, operations, compartments
        ("/Patient/77301452", _REFERENCE),
        ("/fhir/Patient/77", _REFERENCE),
        ("/fhir/R4/patient/77", _REFERENCE),
        ("/v1/datasets/d/fhirStores/s/fhir/Patient/b46bdfce-713f-1eda", _REFERENCE),
        ("/hapi/fhir/Patient/maria", _REFERENCE),
        ("/fhir/Patient/77/_history/2", _REFERENCE),
        ("/fhir/Patient/77/$everything", _REFERENCE),
        ("/fhir/Patient/77/Condition?code=E11.9", _REFERENCE),
        ("/fhir//Patient//77", _REFERENCE),
        ("/fhir/RelatedPerson/77", _REFERENCE),
        ("/fhir/Person/77", _REFERENCE),
        # search.html: references
        ("/fhir/Observation?patient=77301452", _REFERENCE),
        ("/fhir/Condition?code=E11.9&patient=1", _REFERENCE),
        ("/fhir/Observation?subject=Patient/77", _REFERENCE),
        ("/fhir/Observation?subject=https://x/fhir/Patient/77/_history/1", _REFERENCE),
        ("/fhir/Observation?subject=77", _REFERENCE),
        ("/fhir/Observation?subject:Patient=77", _REFERENCE),
        ("/fhir/Coverage?beneficiary=77", _REFERENCE),
        ("/fhir/Coverage?subscriberid=W7209254201", {"HEALTH_PLAN_BENEFICIARY_NUMBER"}),
        ("/fhir/Coverage?subscriber-id=W7209254201", {"HEALTH_PLAN_BENEFICIARY_NUMBER"}),
        ("/fhir/AuditEvent?entity=Patient/77", _REFERENCE),
        ("/fhir/Patient?_id=77,78", _REFERENCE),
        ("/fhir/$export?patient=Patient/77", _REFERENCE),
        ("/fhir/$export?_typeFilter=Observation?patient=Patient/77", _REFERENCE),
        ("/appointments?patient=77301452", _REFERENCE),
        # identifiers, with their systems
        ("/fhir/Patient?identifier=http://hosp/mrn|7730145", _RECORD_NUMBER),
        ("/fhir/Patient?identifier=7730145", _RECORD_NUMBER),
        ("/fhir/Patient?identifier:of-type=http://x/v2-0203|MR|446053", _RECORD_NUMBER),
        (
            "/fhir/Patient?identifier:of-type=http://x/v2-0203|SS|512449031",
            {"US_SOCIAL_SECURITY_NUMBER"},
        ),
        (
            "/fhir/Patient?identifier=http://hl7.org/fhir/sid/us-ssn|512449031",
            {"US_SOCIAL_SECURITY_NUMBER"},
        ),
        ("/fhir/Observation?patient:identifier=http://hosp/mrn|77", _RECORD_NUMBER),
        ("/fhir/Patient/$ihe-pix?sourceIdentifier=urn:oid:1.3.6|IHERED-994", _RECORD_NUMBER),
        # demographics
        ("/fhir/Patient?family=Delgado&given=Maria", _NAME),
        ("/fhir/Patient?family:exact=Delgado", _NAME),
        ("/fhir/Patient?name:contains=delg", _NAME),
        ("/fhir/Patient?name=李", _NAME),
        ("/fhir/Patient?birthdate=eq1961-04-12", _BORN),
        ("/fhir/Patient?birthdate=1961-04-12", _BORN),
        ("/fhir/Patient?birthdate=ge1961-04-01&birthdate=le1961-04-30", _BORN),
        ("/fhir/Patient?death-date=2024-03-01", {"DATE_OF_DEATH"}),
        ("/fhir/Patient?phone=515-555-0142", {"PHONE_NUMBER"}),
        ("/fhir/Patient?telecom=ana@fernmail.net", {"EMAIL_ADDRESS"}),
        ("/fhir/Patient?address=12 Elm", {"STREET_ADDRESS"}),
        ("/fhir/Patient?family=Delgado&address-city=Ames", {"PERSON_NAME", "CITY"}),
        (
            "/fhir/Encounter?patient=77&date=2024-03-01",
            {"PATIENT_REFERENCE", "SERVICE_DATE"},
        ),
        ('/fhir/Patient?_filter=family eq "delgado"', _NAME),
        # chains and reverse chains
        ("/fhir/Observation?patient.identifier=http://hosp/mrn|7730145", _RECORD_NUMBER),
        ("/fhir/Observation?subject:Patient.birthdate=1961-04-12", _BORN),
        ("/fhir/Observation?subject.name=Delgado", _NAME),
        ("/fhir/Encounter?_has:Observation:encounter:patient=77", _REFERENCE),
        ("/fhir/Practitioner?_has:Patient:general-practitioner:family=Delgado", _NAME),
        # DICOMweb
        ("/dicom-web/studies?PatientID=77301452", _RECORD_NUMBER),
        ("/dicom-web/studies?00100020=77301452", _RECORD_NUMBER),
        ("/dicom-web/studies?00100010=DELGADO*&00100030=19610412", {*_NAME, *_BORN}),
        ("/dicom-web/studies?OtherPatientIDsSequence.00100020=77301452", _RECORD_NUMBER),
        ("/dicom-web/workitems?00100020=77301452", _RECORD_NUMBER),
    ],
)
def test_a_request_for_a_patient_is_phi(engine, target, expected):
    report = _scan(engine, target)
    assert (report.verdict, _kinds(report)) == (PHI, expected)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/fhir/metadata", "it describes the server"),
        ("/fhir/Patient", "it names no patient"),
        ("/fhir/Patient/_search", "the parameters are in the body"),
        ("/fhir/Patient/_history", "of all patients"),
        ("/fhir/Patient/$match", "the patient is in the body"),
        ("/fhir/Patient/$export?_type=Observation", "of all patients"),
        ("/fhir/Patient/{id}", "a template"),
        ("/fhir/Patient/*", "a pattern"),
        ("/fhir/Patient/null", "a client without an id"),
        ("/fhir/Patient/XXX", "a mask"),
        ("/fhir/Patient?gender=female&_count=50&_sort=birthdate", "many people"),
        ("/fhir/Patient?birthdate=lt1960-01-01", "everybody born before"),
        ("/fhir/Patient?birthdate=ge1960-01-01&birthdate=lt1970-01-01", "ten years"),
        ("/fhir/Patient?birthdate=1961", "a year, 164.514(b)(2)(i)(C)"),
        ("/fhir/Patient?birthdate=ne1961-04-12", "everybody else"),
        ("/fhir/Patient?identifier:missing=true", "a truth value"),
        ("/fhir/Patient?identifier=http://hosp/mrn|", "every number of a system"),
        ("/fhir/Patient?family=S", "an index by letters"),
        ("/fhir/Patient?_has:Condition:patient:code=E11.9", "everybody with a diagnosis"),
        ("/fhir/Patient?organization=Organization/7", "a clinic"),
        ("/fhir/Condition?code=E11.9", "nobody's diagnosis"),
        ("/fhir/Observation/77", "no patient's own number; see fhir.skipped"),
        ("/fhir/Observation?performer=Practitioner/7", "a provider"),
        ("/fhir/Practitioner/7", "a provider"),
        ("/fhir/Practitioner?family=Delgado&phone=515-555-0142", "a provider's own"),
        ("/fhir/Patient?general-practitioner.name=Delgado", "a provider's name"),
        ("/fhir/Appointment?actor=Practitioner/77&date=2024-03-01", "a provider's calendar"),
        ("/fhir/Appointment?date=2024-03-01", "everybody's calendar"),
        ("/fhir/ValueSet?name=AllergyCodes", "a specification"),
        ("/fhir/Coverage?subscriber-id=null", "a client without a number"),
        ("/users/12345", "an ordinary application"),
        ("/patients/773014/appointments", "a path that each application words for itself"),
        ("/Person/12345", "an ordinary application"),
        ("/Account/12345?name=Delgado", "an ordinary application"),
        ("/Patient/Index", "a page of an ordinary application"),
        ("/fonts?family=Roboto", "a font"),
        ("/mail?subject=Hello 12", "a subject line"),
        ("/list?individual=5", "an ordinary application"),
        ("/list?patient=all", "a choice"),
        ("/posts?author.name=Delgado", "an ordinary application"),
        ("/studies/2.1.0", "a version"),
        ("/studies/12", "an ordinary application"),
        ("/dicom-web/studies?PatientName=*", "everybody"),
        ("/dicom-web/studies?PatientBirthDate=19600101-19691231", "ten years"),
        ("/dicom-web/studies?StudyDate=20240301&ModalitiesInStudy=CT", "a day of a department"),
        ("/dicom-web/studies?includefield=00100010&limit=10", "the name of an attribute"),
    ],
)
def test_a_request_for_nobody_in_particular_is_not_phi(engine, target, why):
    report = _scan(engine, target)
    assert (report.verdict in (NONE, Verdict.HEALTH), _kinds(report)) == (True, set()), why


@pytest.mark.parametrize(
    "target",
    [
        "/dicom-web/studies/1.2.840.113619.2.176.2025/series",
        "/wado?requestType=WADO&studyUID=1.2.840.1&seriesUID=1.2.3&objectUID=1.2.4",
    ],
)
def test_the_uid_of_a_study_is_an_identifier_as_in_a_data_set(engine, target):
    report = _scan(engine, target)
    assert (report.verdict, _kinds(report)) == (IDENTIFIERS, {"UNIQUE_CODE"})


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("location", "https://ehr.example/fhir/Patient/77/_history/1"),
        ("content-location", "Patient/77"),
        ("referer", "https://ehr.example/fhir/Observation?patient=77"),
        ("x-original-url", "/fhir/Patient?family=Delgado&given=Maria"),
        ("x-forwarded-uri", "/fhir/Patient/77"),
        ("link", '<https://ehr.example/fhir/Observation?patient=77&page=2>; rel="next"'),
        ("if-none-exist", "identifier=http://hosp/mrn|7730145"),
        ("x-provenance", '{"resourceType":"Provenance","target":[{"reference":"Patient/77"}]}'),
        ("x-rewrite-url", "/dicom-web/studies?00100020=77301452"),
        ("location", "https%3A%2F%2Fehr.example%2Ffhir%2FPatient%2F77"),
    ],
)
def test_a_target_in_a_header_counts_like_the_requests_own(engine, header, value):
    assert _scan(engine, "/fhir/Patient", [(header, value)]).verdict is PHI


@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("location", "https://ehr.example/fhir/Practitioner/77", "a provider"),
        ("referer", "https://portal.example/patients", "no number"),
        ("link", '<https://ehr.example/fhir/Patient?page=2>; rel="next"', "a page"),
    ],
)
def test_a_target_of_nobody_in_a_header_is_not_phi(engine, header, value, why):
    assert _scan(engine, "/fhir/Patient", [(header, value)]).verdict is NONE, why


def test_health_information_is_what_the_resource_type_says(engine):
    found = _scan(engine, "/fhir/Condition?patient=77").findings
    assert "DIAGNOSIS" in {f.info_type for f in found}


def test_many_birth_dates_cost_time_in_proportion(engine):
    pairs = "&".join("birthdate=ge1900-01-01&birthdate=le2000-01-01" for _ in range(4000))
    assert _scan(engine, f"/fhir/Patient?{pairs}").verdict is NONE


def test_a_field_of_a_public_name_is_read_the_same_each_time(engine, monkeypatch):
    """What such a name means is kept; a name that a document wrote is not."""
    monkeypatch.setattr(records, "_known", {})
    header, cookie = ("from", "Ana Ruiz"), ("cookie.ssn", "541-27-8860")
    made_up = ("x-541-27-8860", "1")
    first = _scan(engine, "/visits", [header, cookie, made_up])
    assert _scan(engine, "/visits", [header, cookie, made_up]) == first
    assert {f.location.field for f in first.findings} == {"header.cookie.ssn", "header.*"}
    assert {labels[1:] for labels in records._known if labels[0] == "header"} >= {("from",)}
    assert all(records.PUBLIC.issuperset(labels) for labels in records._known)


@pytest.mark.parametrize(
    ("keys", "stays"),
    [
        (("patient", "dateOfBirth"), True),
        (("patient", "qjzxian", "dateOfBirth"), False),  # no word of the tables
        (("note53", "dateOfBirth"), False),  # digits may be those of a value
        (("541-27-8860", "dateOfBirth"), False),
        (("patient",) * 8 + ("dateOfBirth",), False),  # too long
    ],
)
def test_what_a_path_means_stays_if_it_is_made_of_words_of_the_tables(
    engine, monkeypatch, keys, stays
):
    monkeypatch.setattr(records, "_known", {})
    body = '"1980-01-02"'
    for key in reversed(keys):
        body = f'{{"{key}": {body}}}'
    scanner = engine.scanner(content_type="application/json", clock=lambda: 0.0)
    scanner.feed(body.encode())
    scanner.finish()
    assert (keys in records._known) == stays


def test_the_public_names_are_whole():
    # matches "sec-fetch-mode"; not "sec-", "-mode"
    assert all(re.fullmatch(r"[a-z]+\d?(?:-[a-z0-9]+)*", name) for name in HTTP_FIELDS)
    assert {"sec-fetch-mode", "grpc-timeout", "x-http-method-override"} <= HTTP_FIELDS
    assert not {"timeout", "applied", "override"} & HTTP_FIELDS
