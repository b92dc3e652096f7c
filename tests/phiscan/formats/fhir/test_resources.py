"""FHIR resources: patients, providers, a patient's compartment, and specifications."""

import base64
import json

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Subject, Verdict


def scan(resource):
    return phiscan.scan(json.dumps(resource).encode(), content_type="application/fhir+json")


def patients(report):
    return {
        (f.info_type, f.location.field)
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


PATIENT = {
    "name": [{"use": "official", "family": "Sandoval", "given": ["Rosa", "M"], "prefix": ["Ms."]}],
    "telecom": [
        {"system": "phone", "value": "515-234-8890"},
        {"system": "email", "value": "rosa@sandoval.net"},
        {"system": "fax", "value": "5152348891"},
    ],
    "birthDate": "1944-11-30",
    "deceasedDateTime": "2021-05-05",
    "address": [{"line": ["9 Quarry Rd"], "city": "Ames", "state": "IA", "postalCode": "50010"}],
    "identifier": [
        {
            "type": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}
                ]
            },
            "system": "urn:oid:1.2.3",
            "value": "77120",
        },
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-44-9031"},
        {"type": {"coding": [{"code": "DL"}]}, "value": "S99912345"},
    ],
    "contact": [
        {
            "name": {"text": "Luis Sandoval"},
            "telecom": [{"system": "phone", "value": "515-234-0000"}],
        }
    ],
    "photo": [{"url": "http://x/p.jpg"}],
    "resourceType": "Patient",
}


@pytest.mark.parametrize(
    ("info_type", "field"),
    [
        ("PERSON_NAME", "Patient.name.family"),
        ("PERSON_NAME", "Patient.name.given"),
        ("PERSON_NAME", "Patient.contact.name.text"),
        ("PHONE_NUMBER", "Patient.telecom.value"),
        ("EMAIL_ADDRESS", "Patient.telecom.value"),
        ("FAX_NUMBER", "Patient.telecom.value"),
        ("DATE_OF_BIRTH", "Patient.birthDate"),
        ("DATE_OF_DEATH", "Patient.deceasedDateTime"),
        ("STREET_ADDRESS", "Patient.address.line"),
        ("CITY", "Patient.address.city"),
        ("US_ZIP_CODE", "Patient.address.postalCode"),
        ("MEDICAL_RECORD_NUMBER", "Patient.identifier.value"),
        ("US_SOCIAL_SECURITY_NUMBER", "Patient.identifier.value"),
        ("US_DRIVERS_LICENSE_NUMBER", "Patient.identifier.value"),
        ("FACE_PHOTO", "Patient.photo.url"),
    ],
)
def test_a_patients_element_is_found_though_the_resource_type_comes_last(info_type, field):
    assert (info_type, field) in patients(scan(PATIENT))


def test_a_reference_to_a_patient_is_a_unique_code_of_that_patient():
    report = scan(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "x"},
            "subject": {"reference": "Patient/77"},
        }
    )
    assert (report.verdict, report.identifiers) == (Verdict.PHI, ("R",))


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (
            {
                "resourceType": "Practitioner",
                "name": [{"family": "Wu"}],
                "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
            },
            "a provider",
        ),
        (
            {
                "resourceType": "Organization",
                "name": "Lakeside Clinic",
                "telecom": [{"system": "phone", "value": "515-234-8890"}],
            },
            "an organisation",
        ),
        (
            {
                "resourceType": "CodeSystem",
                "url": "http://loinc.org/x",
                "contact": [{"telecom": [{"value": "hq@hl7.org"}]}],
            },
            "the specification's own",
        ),
        (
            {
                "resourceType": "Observation",
                "status": "final",
                "subject": {"reference": "Group/g1"},
                "code": {"coding": [{"system": "http://loinc.org"}]},
            },
            "about a group",
        ),
        (
            {
                "resourceType": "Medication",
                "code": {
                    "coding": [
                        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1"}
                    ]
                },
            },
            "a drug",
        ),
    ],
)
def test_what_is_about_no_patient_is_not_phi(resource, reason):
    assert scan(resource).verdict in (Verdict.NONE, Verdict.HEALTH, Verdict.IDENTIFIERS), reason
    assert scan(resource).verdict is not Verdict.PHI, reason


def test_each_resource_of_a_bundle_is_judged_by_its_own_kind():
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "Practitioner", "name": [{"family": "Wu"}]}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "subject": {"reference": "urn:uuid:1"},
                    "contained": [PATIENT],
                    "onsetDateTime": "2020-01-05",
                }
            },
        ],
    }
    report = scan(bundle)
    names = [
        (f.subject, f.location.field)
        for f in (*report.findings, *report.providers)
        if f.info_type == "PERSON_NAME"
    ]
    assert (Subject.PROVIDER, "Practitioner.name.family") in names
    assert (Subject.PATIENT, "Patient.name.family") in names
    assert "SERVICE_DATE" in {f.info_type for f in report.findings}


def test_a_resource_type_that_fhir_does_not_know_is_read_by_its_keys():
    assert (
        scan({"resourceType": "AcmeIntake", "patientName": "Rosa S", "diagnosis": "flu"}).verdict
        is Verdict.PHI
    )


def test_the_narrative_is_masked_with_the_element():
    resource = {**PATIENT, "text": {"div": "<div>Rosa Sandoval, 9 Quarry Rd</div>"}}
    data = json.dumps(resource).encode()
    masked = json.loads(phiscan.redact(data, phiscan.scan(data)))
    assert masked["text"]["div"] == "<div>XXX, XXX</div>"


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        (
            {
                "resourceType": "Coverage",
                "beneficiary": {"identifier": {"system": "urn:x", "value": "K-7731"}},
            },
            "Coverage.beneficiary.identifier.value",
        ),
        (
            {"resourceType": "Task", "for": {"type": "Patient", "identifier": {"value": "K-7731"}}},
            "Task.for.identifier.value",
        ),
    ],
)
def test_a_reference_by_identifier_is_the_patients_number(resource, field):
    report = scan(resource)
    assert ("MEDICAL_RECORD_NUMBER", field) in patients(report)
    assert report.verdict is Verdict.PHI


def test_a_payers_identifier_is_no_patients_number():
    report = scan({"resourceType": "Coverage", "payor": [{"identifier": {"value": "NAIC-88"}}]})
    assert not {f for f in patients(report) if f[0] == "MEDICAL_RECORD_NUMBER"}


@pytest.mark.parametrize(
    "kind",
    (
        "ImmunizationEvaluation List DocumentManifest ImagingSelection DeviceDispense "
        "EncounterHistory ImagingObjectSelection DeviceUseRequest"
    ).split(),
)
def test_every_resource_of_a_compartment_is_phi_when_its_subject_is_a_patient(kind):
    assert (
        scan(
            {"resourceType": kind, "subject": {"reference": "Patient/77"}, "date": "2024-02-03"}
        ).verdict
        is Verdict.PHI
    )


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "Schedule",
            "identifier": [{"value": "45"}],
            "actor": [{"reference": "Location/1"}],
            "planningHorizon": {"start": "2024-02-03T09:00:00Z"},
        },
        {
            "resourceType": "Slot",
            "schedule": {"reference": "Schedule/1"},
            "start": "2024-02-03T09:00:00Z",
            "end": "2024-02-03T09:30:00Z",
        },
        {
            "resourceType": "PaymentNotice",
            "identifier": [{"value": "776543"}],
            "created": "2024-02-03",
            "payment": {"reference": "PaymentReconciliation/1"},
        },
        {
            "resourceType": "MeasureReport",
            "type": "summary",
            "period": {"start": "2024-01-01", "end": "2024-03-31"},
            "measure": "Measure/hiv",
        },
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_a_clinics_calendar_payments_and_statistics_are_nobodys(resource):
    report = scan(resource)
    assert (report.verdict in (Verdict.NONE, Verdict.HEALTH), patients(report)) == (True, set())
    tied = scan({**resource, "subject": {"reference": "Patient/77"}})
    assert ("PATIENT_REFERENCE", f"{resource['resourceType']}.subject.reference") in patients(tied)


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "Immunization",
            "patient": {"reference": "Patient/1"},
            "performer": [{"actor": {"display": "Mill Lane Clinic"}}],
        },
        {
            "resourceType": "CareTeam",
            "subject": {"reference": "Patient/1"},
            "participant": [{"member": {"display": "Dora Quill, dietitian"}}],
        },
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_who_gives_care_is_no_patient_though_no_reference_says_who(resource):
    assert not {f for f in patients(scan(resource)) if f[0] == "PERSON_NAME"}


def _values(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data, content_type="application/fhir+json")
    return {
        (f.info_type, data[f.location.start : f.location.end].decode()) for f in report.findings
    }, report


def test_a_questionnaires_answers_are_labelled_by_their_questions():
    item = [
        {"linkId": "1", "text": "What is your name?", "answer": [{"valueString": "Ana Ruiz"}]},
        {"linkId": "2", "text": "Date of birth", "answer": [{"valueDate": "1971-03-09"}]},
        {"linkId": "3", "text": "Favourite colour", "answer": [{"valueString": "Ochre"}]},
    ]
    found, _ = _values(
        {
            "resourceType": "QuestionnaireResponse",
            "subject": {"reference": "Patient/7"},
            "item": item,
        }
    )
    assert {("PERSON_NAME", "Ana Ruiz"), ("DATE_OF_BIRTH", "1971-03-09")} <= found
    assert not any(value == "Ochre" for _, value in found)


def test_parameters_are_labelled_by_their_names():
    found, _ = _values(
        {"resourceType": "Parameters", "parameter": [{"name": "ssn", "valueString": "512449031"}]}
    )
    assert ("US_SOCIAL_SECURITY_NUMBER", "512449031") in found


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Binary", "contentType": "text/plain"},
        {
            "resourceType": "DocumentReference",
            "content": [{"attachment": {"contentType": "text/plain"}}],
        },
        {"resourceType": "DiagnosticReport", "presentedForm": [{"contentType": "text/plain"}]},
    ],
)
def test_an_attachment_is_read_however_short_it_is(resource):
    holder = resource
    for step in ("content", "attachment", "presentedForm"):
        inner = holder.get(step, holder)
        holder = inner[0] if isinstance(inner, list) else inner
    holder["data"] = base64.b64encode(b"MRN: 0088123").decode()
    found, _ = _values(resource)
    assert ("MEDICAL_RECORD_NUMBER", holder["data"]) in found


def test_an_attachment_that_cannot_be_read_is_a_gap():
    data = base64.b64encode(b"\x00\x01\x02").decode()
    _, report = _values({"resourceType": "Binary", "contentType": "application/pdf", "data": data})
    assert report.coverage is Coverage.UNSCANNABLE


def test_who_publishes_a_specification_is_no_person():
    contact = [
        {
            "name": "Ana Ruiz",
            "telecom": [
                {"system": "email", "value": "ana@fernmail.net"},
                {"system": "url", "value": "http://x.example"},
            ],
        }
    ]
    report = scan(
        {
            "resourceType": "CodeSystem",
            "publisher": "Acme",
            "contact": contact,
            "concept": [{"code": "1", "display": "Asthma"}],
        }
    )
    assert report.verdict is Verdict.HEALTH
    assert [f for f in report.findings if f.identifier] == []


def test_a_patients_contact_is_a_person():
    contact = [
        {
            "name": {"text": "Ana Ruiz"},
            "telecom": [{"system": "email", "value": "ana@fernmail.net"}],
        }
    ]
    assert scan({"resourceType": "Patient", "contact": contact}).verdict is Verdict.PHI


def test_a_list_without_a_key_is_of_no_element():
    report = phiscan.scan(
        b'[["Ana"], {"resourceType": "Patient", "birthDate": "1971-03-09", ["Ruiz"]}]'
    )
    assert report.gap is Gap.MALFORMED
    assert "DATE_OF_BIRTH" in {f.info_type for f in report.findings}
