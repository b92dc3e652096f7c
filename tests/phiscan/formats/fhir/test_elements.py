"""FHIR's data types in any resource: dates, ages, references, identifiers, attachments."""

import base64
import json

import pytest

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

ROSA = {"reference": "Patient/77", "display": "Rosa Sandoval"}


def found(resource):
    data = json.dumps(resource).encode()
    report = phiscan.scan(data, content_type="application/fhir+json")
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.subject is Subject.PATIENT
    }


def of_rosa(kind, **elements):
    return {"resourceType": kind, "subject": {"reference": "Patient/77"}, **elements}


@pytest.mark.parametrize(
    "resource",
    [
        of_rosa("AllergyIntolerance", reaction=[{"onset": "2021-03-04"}]),
        of_rosa("DetectedIssue", identifiedDateTime="2021-03-04"),
        of_rosa("ChargeItem", enteredDate="2021-03-04"),
        of_rosa("DeviceUseStatement", recordedOn="2021-03-04"),
        of_rosa("DeviceUseStatement", timingDateTime="2021-03-04"),
        of_rosa("Specimen", processing=[{"timeDateTime": "2021-03-04"}]),
        of_rosa("Goal", startDate="2021-03-04"),
        of_rosa("Goal", target=[{"dueDate": "2021-03-04"}]),
        of_rosa("Media", createdDateTime="2021-03-04"),
        of_rosa("AdverseEvent", detected="2021-03-04"),
        of_rosa("MedicationRequest", dosageInstruction=[{"timing": {"event": ["2021-03-04"]}}]),
        of_rosa("Claim", supportingInfo=[{"timingDate": "2021-03-04"}]),
        of_rosa("ProcedureRequest", scheduledDateTime="2021-03-04"),
        of_rosa(
            "ImmunizationRecommendation",
            recommendation=[{"dateCriterion": [{"value": "2021-03-04"}]}],
        ),
    ],
    ids=lambda r: "-".join((r["resourceType"], *list(r)[2:])),
)
def test_a_date_of_a_patients_resource_is_found_whatever_it_is_called(resource):
    assert ("SERVICE_DATE", "2021-03-04") in found(resource)


@pytest.mark.parametrize(
    ("resource", "value"),
    [
        (of_rosa("Immunization", expirationDate="2021-03-04"), "2021-03-04"),  # the vaccine's
        (of_rosa("Device", manufactureDate="2021-03-04"), "2021-03-04"),  # the device's
        (of_rosa("Observation", valueQuantity={"value": 94, "unit": "mm[Hg]"}), "94"),  # no age
        # 89 years and less are allowed
        (of_rosa("Condition", onsetAge={"value": 41, "unit": "a"}), "41"),
        (of_rosa("Condition", onsetDateTime="2012"), "2012"),
        ({"resourceType": "Patient", "id": "[id]"}, "[id]"),  # a manual
    ],
    ids=["lot", "device", "quantity", "young", "year", "template"],
)
def test_what_only_looks_like_a_patients_date_or_age_is_none(resource, value):
    assert value not in {v for _, v in found(resource)}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        # a month says more than a year
        (of_rosa("Condition", onsetDateTime="2012-05"), ("SERVICE_DATE", "2012-05")),
        (of_rosa("FamilyMemberHistory", bornDate="1921-05-06"), ("DATE_OF_BIRTH", "1921-05-06")),
        (
            of_rosa("FamilyMemberHistory", deceasedDate="1999-05-06"),
            ("DATE_OF_DEATH", "1999-05-06"),
        ),
        (of_rosa("Condition", onsetAge={"value": 94, "unit": "a"}), ("AGE_OVER_89", "94")),
        (
            of_rosa("FamilyMemberHistory", deceasedAge={"value": 97.5, "unit": "a"}),
            ("AGE_OVER_89", "97.5"),
        ),
        (
            of_rosa("Specimen", accessionIdentifier={"value": "L-20-5501"}),
            ("UNIQUE_CODE", "L-20-5501"),
        ),
        (of_rosa("ServiceRequest", requisition={"value": "RQ5502"}), ("UNIQUE_CODE", "RQ5502")),
        (
            of_rosa("DocumentReference", masterIdentifier={"value": "DOC5503"}),
            ("UNIQUE_CODE", "DOC5503"),
        ),
        (
            of_rosa("Encounter", hospitalization={"preAdmissionIdentifier": {"value": "PA5504"}}),
            ("UNIQUE_CODE", "PA5504"),
        ),
        (of_rosa("Device", distinctIdentifier="DI5505"), ("DEVICE_IDENTIFIER", "DI5505")),
        (
            of_rosa("Device", udi="(01)00012345678905(21)S5506"),
            ("DEVICE_IDENTIFIER", "(01)00012345678905(21)S5506"),
        ),
        (
            of_rosa(
                "Claim", accident={"locationAddress": {"line": ["9 Quarry Rd"], "city": "Ames"}}
            ),
            ("STREET_ADDRESS", "9 Quarry Rd"),
        ),
        (
            of_rosa(
                "Encounter",
                extension=[
                    {"url": "x", "valueContactPoint": {"system": "phone", "value": "515-234-8890"}}
                ],
            ),
            ("PHONE_NUMBER", "515-234-8890"),
        ),
        (
            {
                "resourceType": "Patient",
                "birthDate": "1944-11-30",
                "_birthDate": {
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                            "valueDateTime": "1944-11-30T04:05:00-06:00",
                        }
                    ]
                },
            },
            ("DATE_OF_BIRTH", "1944-11-30T04:05:00-06:00"),
        ),
        (
            {
                "resourceType": "Patient",
                "extension": [{"url": "x", "valueIdentifier": {"value": "77120"}}],
            },
            ("MEDICAL_RECORD_NUMBER", "77120"),
        ),
    ],
    ids=lambda r: r["resourceType"] if isinstance(r, dict) else r[1],
)
def test_an_element_is_found_by_its_type(resource, expected):
    assert expected in found(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Coverage", "payor": [ROSA]},
        {"resourceType": "Communication", "recipient": [ROSA]},
        {"resourceType": "Communication", "sender": ROSA},
        {"resourceType": "Consent", "provision": {"actor": [{"reference": ROSA}]}},
        {"resourceType": "MedicationStatement", "informationSource": ROSA},
        {"resourceType": "QuestionnaireResponse", "source": ROSA},
        {"resourceType": "Task", "owner": ROSA},
        {"resourceType": "DocumentReference", "context": {"sourcePatientInfo": ROSA}},
        {"resourceType": "Patient", "link": [{"other": ROSA, "type": "refer"}]},
        {"resourceType": "Person", "link": [{"target": ROSA}]},
        {"resourceType": "Group", "member": [{"entity": ROSA}]},
        {"resourceType": "EnrollmentRequest", "candidate": {"display": "Rosa Sandoval"}},
    ],
    ids="-".join,
)
def test_the_name_beside_a_reference_to_a_patient_is_found_in_any_element(resource):
    assert ("PERSON_NAME", "Rosa Sandoval") in found(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "Coverage",
            "payor": [{"reference": "Organization/2", "display": "Acme Health"}],
        },
        {"resourceType": "Coverage", "payor": [{"display": "Acme Health"}]},
        {"resourceType": "Task", "owner": {"reference": "Practitioner/3", "display": "Ann Wu"}},
    ],
    ids=["payer", "payer-unnamed", "practitioner"],
)
def test_the_name_beside_a_reference_to_another_is_no_patients(resource):
    assert not {v for kind, v in found(resource) if kind == "PERSON_NAME"}


def test_a_group_is_phi_only_where_its_members_are_patients():
    cohort = {
        "resourceType": "Group",
        "type": "person",
        "member": [{"entity": {"reference": "Patient/77"}}],
    }
    herd = {
        "resourceType": "Group",
        "type": "animal",
        "name": "Herd 1",
        "identifier": [{"value": "H77120"}],
    }
    assert [phiscan.scan(json.dumps(g).encode()).verdict for g in (cohort, herd)] == [
        Verdict.PHI,
        Verdict.NONE,
    ]


def test_a_study_and_a_product_are_about_nobody():
    for kind in ("ResearchStudy", "NutritionProduct", "TestReport", "ServiceDefinition"):
        resource = {
            "resourceType": kind,
            "contact": [{"name": "Ann Wu", "telecom": [{"value": "515-234-8890"}]}],
            "status": "active",
        }
        assert phiscan.scan(json.dumps(resource).encode()).verdict is not Verdict.PHI


@pytest.mark.parametrize(
    "wrap",
    [
        lambda note: of_rosa(
            "Consent", sourceAttachment={"contentType": "text/plain", "data": note}
        ),
        lambda note: of_rosa("Media", content={"contentType": "text/plain", "data": note}),
        # DSTU2
        lambda note: {"resourceType": "Binary", "contentType": "text/plain", "content": note},
    ],
    ids=["consent", "media", "binary-dstu2"],
)
def test_an_attachment_is_read_in_any_element(wrap):
    note = base64.b64encode(b"Seen for asthma. MRN: 77120").decode()
    report = phiscan.scan(json.dumps(wrap(note)).encode())
    assert "MEDICAL_RECORD_NUMBER" in {f.info_type for f in report.findings}
    assert report.coverage is Coverage.COMPLETE
