"""openEHR in canonical JSON: what the attributes of the Reference Model hold, and of whom."""

import json

import pytest

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

PATIENT, PROVIDER = Subject.PATIENT, Subject.PROVIDER


def text(value, kind="DV_TEXT"):
    return {"_type": kind, "value": value}


def element(name, value):
    return {"_type": "ELEMENT", "archetype_node_id": "at0004", "name": text(name), "value": value}


def composition(*items, **more):
    tree = {"_type": "ITEM_TREE", "archetype_node_id": "at0003", "items": list(items)}
    event = {
        "_type": "POINT_EVENT",
        "time": text("2021-03-04T10:15:00Z", "DV_DATE_TIME"),
        "data": tree,
    }
    return {
        "_type": "COMPOSITION",
        "archetype_node_id": "openEHR-EHR-COMPOSITION.encounter.v1",
        "name": {"value": "Clinic visit"},
        "composer": {"_type": "PARTY_IDENTIFIED", "name": "Kwame Osei"},
        "content": [
            {
                "_type": "OBSERVATION",
                "archetype_node_id": "openEHR-EHR-OBSERVATION.blood_pressure.v2",
                "subject": {"_type": "PARTY_SELF"},
                "data": {"_type": "HISTORY", "events": [event]},
            }
        ],
        **more,
    }


def found(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in (*report.findings, *report.providers)
        if f.identifier
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (composition(), ("SERVICE_DATE", PATIENT, "2021-03-04T10:15:00Z")),
        (composition(), ("PERSON_NAME", PROVIDER, "Kwame Osei")),
        (
            composition(uid={"value": "8849182c-82ad::clinic::1"}),
            ("UNIQUE_CODE", PATIENT, "8849182c-82ad::clinic::1"),
        ),
        (
            composition(context={"start_time": {"value": "20210304T1015"}}),
            ("SERVICE_DATE", PATIENT, "20210304T1015"),
        ),
        (
            composition(composer={"_type": "PARTY_RELATED", "name": "Rosa Haddad"}),
            ("PERSON_NAME", PATIENT, "Rosa Haddad"),
        ),
        (
            composition(
                context={
                    "participations": [
                        {
                            "_type": "PARTICIPATION",
                            "performer": {"_type": "PARTY_RELATED", "name": "Li"},
                        }
                    ]
                }
            ),
            ("PERSON_NAME", PATIENT, "Li"),
        ),
        (
            composition(element("Date of birth", text("1950-02-11", "DV_DATE"))),
            ("DATE_OF_BIRTH", PATIENT, "1950-02-11"),
        ),
        (
            composition(element("Fecha", text("1950-02", "DV_DATE"))),
            ("SERVICE_DATE", PATIENT, "1950-02"),
        ),
        (
            composition(element("Patient name", text("Noor Haddad"))),
            ("PERSON_NAME", PATIENT, "Noor Haddad"),
        ),
        (
            composition(element("MRN", {"_type": "DV_IDENTIFIER", "id": "K-88123"})),
            ("MEDICAL_RECORD_NUMBER", PATIENT, "K-88123"),
        ),
        (
            composition(
                element("Auftrag", {"_type": "DV_IDENTIFIER", "id": "77-1", "type": "lab"})
            ),
            ("UNIQUE_CODE", PATIENT, "77-1"),
        ),
        (
            composition(
                feeder_audit={
                    "_type": "FEEDER_AUDIT",
                    "originating_system_item_ids": [{"_type": "DV_IDENTIFIER", "id": "ORD-5"}],
                    "originating_system_audit": {
                        "_type": "FEEDER_AUDIT_DETAILS",
                        "subject": {"_type": "PARTY_IDENTIFIED", "name": "Noor Haddad"},
                        "provider": {"_type": "PARTY_IDENTIFIED", "name": "Alder Lab"},
                    },
                }
            ),
            ("PERSON_NAME", PATIENT, "Noor Haddad"),
        ),
        (
            composition(
                content=[
                    {
                        "_type": "EVALUATION",
                        "subject": {
                            "_type": "PARTY_IDENTIFIED",
                            "identifiers": [{"id": "55175056", "type": "SSN"}],
                        },
                    }
                ]
            ),
            ("US_SOCIAL_SECURITY_NUMBER", PATIENT, "55175056"),
        ),
    ],
)
def test_an_attribute_says_what_it_holds_and_of_whom(document, expected):
    report, values = found(document)
    assert expected in values
    assert (report.media, report.verdict, report.coverage) == (
        "openehr+json",
        Verdict.PHI,
        Coverage.COMPLETE,
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (  # an EHR status names the subject of its EHR
            {
                "_type": "EHR_STATUS",
                "archetype_node_id": "openEHR-EHR-EHR_STATUS.generic.v1",
                "subject": {"external_ref": {"id": {"_type": "GENERIC_ID", "value": "ins19"}}},
            },
            ("PATIENT_REFERENCE", PATIENT, "ins19"),
        ),
        (
            {"subject": {"_type": "PARTY_SELF", "external_ref": {"id": {"value": "ins19"}}}},
            ("PATIENT_REFERENCE", PATIENT, "ins19"),
        ),
        (
            {
                "_type": "VERSIONED_COMPOSITION",
                "owner_id": {"id": {"_type": "HIER_OBJECT_ID", "value": "7d44b88c"}, "type": "EHR"},
            },
            ("MEDICAL_RECORD_NUMBER", PATIENT, "7d44b88c"),
        ),
        (  # EhrScape has no classes
            {"subjectId": "9999", "subjectNamespace": "uk.nhs", "queryable": True},
            ("PATIENT_REFERENCE", PATIENT, "9999"),
        ),
        (
            {"_type": "ORIGINAL_VERSION", "data": composition()},
            ("SERVICE_DATE", PATIENT, "2021-03-04T10:15:00Z"),
        ),
        (  # a platform that writes other names for the same
            {
                "@class": "COMPOSITION",
                "archetypeNodeId": "openEHR-EHR-COMPOSITION.report.v1",
                "context": {"startTime": {"@class": "DV_DATE_TIME", "value": "2020-05-06T07:08"}},
            },
            ("SERVICE_DATE", PATIENT, "2020-05-06T07:08"),
        ),
        (  # a REST body around a composition
            {"templateId": "x", "ehrId": "7d44b88c-4199", "composition": composition()},
            ("MEDICAL_RECORD_NUMBER", PATIENT, "7d44b88c-4199"),
        ),
        ([composition()], ("SERVICE_DATE", PATIENT, "2021-03-04T10:15:00Z")),
    ],
)
def test_other_bodies_of_the_rest_interface(document, expected):
    report, values = found(document)
    assert expected in values
    assert report.verdict is Verdict.PHI


def test_a_person_has_names_and_contacts_whatever_their_archetype_calls_them():
    tree = {"_type": "ITEM_TREE", "items": [element("Nachname", text("Haddad"))]}
    where = {
        "_type": "ITEM_TREE",
        "items": [
            element("Ort", text("Alder Creek")),
            element("Erreichbar", text("+43 1 555 0142")),
            element("Netz", text("noor@example.org")),
        ],
    }
    report, values = found(
        {
            "_type": "PERSON",
            "archetype_node_id": "openEHR-DEMOGRAPHIC-PERSON.person.v1",
            "name": text("Noor Haddad"),
            "uid": {"value": "aa-1"},
            "identities": [
                {"_type": "PARTY_IDENTITY", "name": text("legal name"), "details": tree}
            ],
            "contacts": [
                {"_type": "CONTACT", "addresses": [{"_type": "ADDRESS", "details": where}]}
            ],
        }
    )
    assert values == {
        ("PERSON_NAME", PATIENT, "Noor Haddad"),
        ("PERSON_NAME", PATIENT, "Haddad"),
        ("PATIENT_REFERENCE", PATIENT, "aa-1"),
        ("STREET_ADDRESS", PATIENT, "Alder Creek"),
        ("PHONE_NUMBER", PATIENT, "+43 1 555 0142"),
        ("EMAIL_ADDRESS", PATIENT, "noor@example.org"),
    }
    assert report.verdict is Verdict.PHI


@pytest.mark.parametrize(
    "document",
    [
        # a clinic describes itself in the same demographic classes
        {
            "_type": "ORGANISATION",
            "archetype_node_id": "openEHR-DEMOGRAPHIC-ORGANISATION.hospital.v1",
            "identities": [
                {"_type": "PARTY_IDENTITY", "details": {"items": [element("name", text("Alder"))]}}
            ],
        },
        # an EHR that names no subject
        {"_type": "EHR_STATUS", "subject": {"_type": "PARTY_SELF"}, "is_queryable": True},
        # who committed a version, and when: no record, no patient
        {
            "_type": "REVISION_HISTORY",
            "items": [
                {
                    "version_id": {"value": "8849182c::clinic::1"},
                    "audits": [
                        {
                            "time_committed": {"value": "2015-01-20T19:30:22Z"},
                            "committer": {"_type": "PARTY_IDENTIFIED", "name": "Kwame Osei"},
                        }
                    ],
                }
            ],
        },
        # a web template: classes are constraints here, and there are no values
        {
            "templateId": "bp",
            "tree": {"rmType": "COMPOSITION", "children": [{"rmType": "DV_DATE"}]},
        },
        # an archetype as JSON
        {"_type": "ARCHETYPE", "definition": {"_type": "C_OBJECT", "rm_type_name": "PERSON"}},
        # the class of another program
        {"_type": "PERSON", "role": "admin", "id": 17},
        {"_type": "person", "name": "Kwame Osei"},
    ],
)
def test_what_names_no_patient_is_silent(document):
    report, _ = found(document)
    assert report.verdict is not Verdict.PHI
    assert not report.findings


def test_a_drugs_name_is_no_persons():
    drug = {
        "_type": "CLUSTER",
        "name": text("Medication"),
        "items": [element("Name", text("Metformin")), element("Identifier", text("A10BA02"))],
    }
    _, values = found(composition(drug))
    assert not {v for _, _, v in values} & {"Metformin", "A10BA02"}


def test_masked_values_are_found_no_more_and_the_provider_stays():
    document = composition(
        element("Patient name", text("Noor Haddad")),
        element("MRN", {"_type": "DV_IDENTIFIER", "id": "K-88123"}),
    )
    data = json.dumps(document).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert not [value for value in (b"Noor", b"K-88123", b"2021-03-04") if value in masked]
    assert json.loads(masked)["composer"]["name"] == "Kwame Osei"
    assert phiscan.scan(masked).verdict is Verdict.HEALTH


def test_a_fhir_resource_beside_a_composition_is_read_too():
    report, values = found(
        {"in": {"resourceType": "Patient", "name": [{"family": "Haddad"}]}, "out": composition()}
    )
    assert ("PERSON_NAME", PATIENT, "Haddad") in values
    assert report.media == "openehr+json"


def test_multimedia_is_a_nested_document():
    picture = {
        "_type": "DV_MULTIMEDIA",
        "media_type": {"code_string": "text/plain"},
        "data": "TVJOOiA3NzEyMDk5OA==",  # MRN: 77120998
    }
    report, _ = found(composition(element("Attachment", picture)))
    assert "MEDICAL_RECORD_NUMBER" in {f.info_type for f in report.findings}
