"""Generic JSON is read by its keys, and tricks with keys hide nothing."""

import json

import pytest

import phiscan
from phiscan.finding import Gap, Subject, Verdict


def found(document, **kwargs):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return phiscan.scan(data, **kwargs)


def kinds(report):
    return {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    ("document", "info_type"),
    [
        ({"patientFirstName": "Noor", "dx": "I10"}, "PERSON_NAME"),
        ({"patient": {"name": "Noor Haddad"}}, "PERSON_NAME"),
        ({"patients": [{"name": {"first": "Noor", "last": "Haddad"}}]}, "PERSON_NAME"),
        ({"name": "Noor Haddad", "dob": "1988-02-29"}, "PERSON_NAME"),
        ({"PATIENT_SSN": "512449031"}, "US_SOCIAL_SECURITY_NUMBER"),
        ({"patient": {"id": "A-44719"}}, "MEDICAL_RECORD_NUMBER"),
        ({"medicalRecordNumber": 8812345}, "MEDICAL_RECORD_NUMBER"),
        ({"subscriber_id": "XYZ100200300"}, "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ({"contact": {"emailAddress": "noor@haddad.dev"}}, "EMAIL_ADDRESS"),
        ({"diagnoses": ["E11.9", "I10"]}, "DIAGNOSIS"),
    ],
)
def test_a_key_says_what_its_value_is(document, info_type):
    assert info_type in kinds(found(document))


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"name": "checkout-service", "id": 12}, "a name alone is anything's name"),
        ({"product": {"name": "Blue lamp", "id": "SKU-9912"}}, "a product's name and number"),
        ({"dob": "not a date"}, "the value has not the shape of a date"),
        ({"ssn": None, "mrn": ""}, "no value"),
        ({"firstName": "string", "ssn": "string"}, "placeholders of an API description"),
        ({"organization": {"name": "Lakeside Clinic"}}, "an organisation's name"),
    ],
)
def test_a_look_alike_is_no_identifier(document, reason):
    assert found(document).verdict in (Verdict.NONE, Verdict.HEALTH), reason


def test_a_providers_own_name_and_number_are_no_patients():
    report = found(
        {
            "provider": {"firstName": "Ann", "lastName": "Wu", "npi": "1234567893"},
            "diagnosis": "E11.9",
        }
    )
    assert report.verdict is Verdict.HEALTH
    assert {f.subject for f in report.findings if f.identifier} == {Subject.PROVIDER}


@pytest.mark.parametrize(
    "data",
    [
        b'{"ssn": "512-44-9031", "ssn": "x"}',
        b'{"\\u0073sn": "512449031"}',
        b'{"ssn": "512\\u002d44\\u002d9031"}',
        b'[[[{"a": {"ssn": "512-44-9031"}}]]]',
        b'{"ssn"\n:\n"512-44-9031"}',
    ],
)
def test_key_tricks_hide_nothing(data):
    assert "US_SOCIAL_SECURITY_NUMBER" in kinds(found(data))


def test_ndjson_is_read_line_by_line():
    report = found(
        b'{"patientName": "Noor H"}\n{"patientName": "Ali K", "diagnosis": "flu"}\n',
        content_type="application/x-ndjson",
    )
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)


@pytest.mark.parametrize(
    "data", [b'{"a": 1,,}', b'{"a": 1', b"{a: 1}", b'{"a": 1} trailing', b"\xff\xfe{"]
)
def test_what_is_declared_json_and_is_none_is_a_gap(data):
    assert found(data, content_type="application/json").gap in (
        Gap.MALFORMED,
        Gap.UNSUPPORTED_MEDIA,
        Gap.UNKNOWN_ENCODING,
    )


def test_a_log_line_that_begins_with_a_bracket_is_text():
    assert found(b"[2024-05-01 10:00:00] started worker 4\n").media == "text"


def test_locations_are_the_values_own_bytes():
    data = b'{"patient": {"lastName": "Haddad"}}'
    (finding,) = [f for f in found(data).findings if f.info_type == "PERSON_NAME"]
    assert data[finding.location.start : finding.location.end] == b"Haddad"
    assert finding.location.field == "patient.lastName"


def test_hl7v2_and_dicom_in_one_document_are_both_read():
    dicom = {
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "DOE^JOHN"}]},
        "00100020": {"vr": "LO", "Value": ["7712044"]},
    }
    report = phiscan.scan(json.dumps([{"PID.1": "1"}, dicom]).encode())
    assert {"PERSON_NAME", "MEDICAL_RECORD_NUMBER"} <= {f.info_type for f in report.findings}


def test_what_closed_before_a_document_is_too_deep_still_shows_whose_it_is():
    patient = '{"resource": {"resourceType": "Patient", "id": "p-77", "birthDate": "1971-03-09"}}'
    deep = '{"a": ' * 600 + "1" + "}" * 600
    report = phiscan.scan(f'{{"resourceType": "Bundle", "entry": [{patient}, {deep}]}}'.encode())
    assert report.gap is Gap.OVER_LIMIT
    assert {"PATIENT_REFERENCE", "DATE_OF_BIRTH"} <= {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    ("document", "info_type"),
    [
        ({"Health__MedicalRecordNumber__c": "E317740"}, "MEDICAL_RECORD_NUMBER"),
        ({"Patient_SSN__pc": "512449031"}, "US_SOCIAL_SECURITY_NUMBER"),
        ({"patient__last_name__iexact": "Ogawa"}, "PERSON_NAME"),
        ({"Patients__0__Ssn": "512449031"}, "US_SOCIAL_SECURITY_NUMBER"),
        ({"hospitalMrn": "E317740"}, "MEDICAL_RECORD_NUMBER"),
        ({"attendee": {"displayName": "Sushila Rao"}, "icd10": ["K50.90"]}, "PERSON_NAME"),
    ],
)
def test_a_key_with_the_affixes_of_a_program_is_read(document, info_type):
    report = phiscan.scan(json.dumps(document).encode())
    assert info_type in {f.info_type for f in report.findings if f.is_individuals}


@pytest.mark.parametrize("key", ["mrn__count", "__ssn__", "hospital__id__c", "_c", "patient__"])
def test_other_affixes_say_nothing(key):
    assert phiscan.scan(json.dumps({key: "E317740"}).encode()).verdict is Verdict.NONE


def test_a_drug_under_a_prescription_is_that_persons():
    document = {"user": {"firstName": "Ana"}, "prescription": {"drug": "warfarin"}}
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI
    assert (
        phiscan.scan(b'{"user": {"firstName": "Ana"}, "drug": "none"}').verdict is not Verdict.PHI
    )
