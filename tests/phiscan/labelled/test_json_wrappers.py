"""A wrapped value has the label of its wrapper. A health section makes a person a patient."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict


def found(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier
    }


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda value: {"value": value},
        lambda value: {"S": value},  # DynamoDB
        lambda value: {"stringValue": value},  # Firestore
        lambda value: {"string": value},  # Avro
        lambda value: [{"_": value, "$": {"type": "text"}}],  # xml2js
        lambda value: {"#text": value, "@code": "x"},
        lambda value: {"point": {"date": value, "precision": "day"}},
        lambda value: {"value": {"current": value}},
    ],
)
def test_a_wrapped_value_is_read_by_its_holders_label(wrapped):
    report, values = found(
        {"mrn": wrapped("A10017"), "dob": wrapped("1971-04-09"), "name": wrapped("Bea Okonjo")}
    )
    assert values >= {
        ("MEDICAL_RECORD_NUMBER", "A10017"),
        ("DATE_OF_BIRTH", "1971-04-09"),
        ("PERSON_NAME", "Bea Okonjo"),
    }
    assert report.verdict is Verdict.PHI


def test_extended_json_says_what_a_date_is():
    _, values = found(
        {
            "mrn": "A10017",
            "birthDate": {"$date": "1971-04-09T00:00:00Z"},
            "_id": {"$oid": "5d278be731fe5f6f3e4b7cfc"},
        }
    )
    assert ("DATE_OF_BIRTH", "1971-04-09T00:00:00Z") in values


@pytest.mark.parametrize(
    "document",
    [{"visit": {"text": "north door"}}, {"value": "1971-04-09"}, {"price": {"value": "512449031"}}],
)
def test_a_wrapper_under_no_label_is_nobodys(document):
    report, values = found(document)
    assert (report.verdict, values) == (Verdict.NONE, set())


def test_a_section_of_health_information_makes_a_person_a_patient():
    person = {"firstName": "Bea", "lastName": "Okonjo", "dob": "1971-04-09"}
    assert (
        found({"demographics": person, "allergies": [{"allergen": {"name": "Penicillin"}}]})[
            0
        ].verdict
        is Verdict.PHI
    )
    assert (
        found({"demographics": person, "interests": [{"topic": {"name": "Chess"}}]})[0].verdict
        is Verdict.IDENTIFIERS
    )
    assert (
        found({"demographics": person, "allergies": [{"allergen": {"name": ""}}]})[0].verdict
        is Verdict.IDENTIFIERS
    )
