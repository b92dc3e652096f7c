"""JSON in which a string beside a value names it: pairs, and errors that name a field."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

SSN, NAME = "541278860", "Maria Lindqvist"


def values(document):
    data = json.dumps(document).encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data).findings
        if f.identifier
    }


@pytest.mark.parametrize(
    "document",
    [
        [{"name": "ssn", "value": SSN}],
        {"fields": [{"key": "Patient SSN", "val": SSN}, {"key": "color", "val": "red"}]},
        {"item": [{"text": "Social security number", "answer": [{"valueString": SSN}]}]},
        {"attributes": [{"key": "patient.ssn", "value": {"stringValue": SSN}}]},
        {"field": {"id": "x", "title": "Social Security Number"}, "type": "text", "text": SSN},
        {"question": "SSN", "anything": SSN},
        {"detail": [{"type": "x", "loc": ["body", "patient", "ssn"], "msg": "bad", "input": SSN}]},
        {"violations": [{"propertyPath": "create.patient.ssn", "invalidValue": SSN}]},
        {"errors": [{"objectName": "patient", "field": "ssn", "rejectedValue": SSN}]},
        [{"instancePath": "/patient/ssn", "keyword": "pattern", "data": SSN}],
        {"errors": [{"type": "field", "value": SSN, "msg": "Invalid", "path": "ssn"}]},
        [{"op": "replace", "path": "/patient/0/ssn", "value": SSN}],
        {"issues": [{"code": "invalid", "received": SSN, "path": ["patient", 0, "ssn"]}]},
        {"details": [{"path": ["a"], "context": {"value": SSN, "label": "ssn"}}]},
        {"errors": [{"source": {"pointer": "/data/ssn"}, "detail": f"'{SSN}' is no SSN."}]},
        {"errors": [{"source": {"pointer": "/data/ssn"}, "meta": {"value": SSN}}]},
        {"path": ["patient", "ssn"], "extensions": {"rejectedValue": SSN}, "message": "bad"},
        {"errors": {"Patient.Ssn": [f"The value '{SSN}' is not valid for Ssn."]}},
        {"ssn": [f'"{SSN}" is not a valid choice.']},
        {"errors": {"ssn": [f"{SSN} has already been taken"]}},
        {"errors": [{"path": "$.patient['ssn']", "message": f"got {SSN}"}]},
    ],
)
def test_a_string_beside_a_value_names_it(document):
    assert ("US_SOCIAL_SECURITY_NUMBER", SSN) in values(document)


def test_an_error_that_echoes_a_whole_object_names_its_parts():
    patch = [{"op": "add", "path": "/patient/name", "value": {"first": "Maria", "last": "Voss"}}]
    assert values(patch) == {("PERSON_NAME", "Maria"), ("PERSON_NAME", "Voss")}
    change = [{"field": "last_name", "old": "Lindqvist", "new": "Voss"}]
    assert values(change) == {("PERSON_NAME", "Lindqvist"), ("PERSON_NAME", "Voss")}


@pytest.mark.parametrize(
    "document",
    [
        {"identifiers": [{"type": "MRN", "value": "7730145"}]},
        {"identifiers": [{"type": {"text": "MRN"}, "value": "7730145"}]},
        {
            "identifiers": [
                {"type": {"coding": [{"code": "MR"}], "text": "MRN"}, "value": "7730145"}
            ]
        },
    ],
)
def test_an_identifier_has_the_type_beside_it(document):
    assert ("MEDICAL_RECORD_NUMBER", "7730145") in values(document)


def test_the_pairs_of_one_list_are_one_record():
    pairs = [{"name": "name", "value": "Noor Haddad"}, {"name": "dob", "value": "1988-02-29"}]
    assert ("PERSON_NAME", "Noor Haddad") in values(pairs)


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"type": "patients", "id": "77", "attributes": {"name": NAME}}},
        {"@type": "Patient", "name": NAME},
        {"@class": "com.acme.clinic.Patient", "name": NAME},
    ],
)
def test_an_object_of_the_type_patient_is_a_patients(document):
    assert ("PERSON_NAME", NAME) in values(document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([{"name": "replicas", "value": "512449031"}], "another label"),
        (
            {
                "name": "ssn",
                "about": "a sentence that is longer than any context window",
                "n": {"x": "512449031"},
            },
            "not beside it",
        ),
        ({"name": "mrn", "type": "varchar", "version": "5530917"}, "a column's description"),
        ({"name": "mrn", "type": "varchar(12345)"}, "a type"),
        ({"field": "dob", "default": "1900-01-01"}, "a default is nobody's"),
        ({"field": "last_name", "owner": "Data Platform"}, "the column's owner"),
        ({"label": "Last name", "placeholder": "Smith", "example": "Miller"}, "a form"),
        ({"label": "Last name", "value": "customer.lastName"}, "a mapping"),
        ({"loc": ["body", "ssn"], "msg": "Field required", "type": "missing"}, "no value"),
        (
            {"path": "lastName", "message": "must match pattern '^[A-Z]+$'", "value": ""},
            "a pattern is no name",
        ),
        ({"path": "firstName", "message": "'First name' is required"}, "the label itself"),
        ({"kind": "patient", "name": "patient-api", "id": "svc-1234"}, "a service"),
        ({"type": "Patient", "name": "Patient Search"}, "a search, not a person"),
        ({"in": "query", "name": "patient", "schema": {"type": "string"}}, "a parameter"),
    ],
)
def test_a_look_alike_is_no_identifier(document, reason):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.NONE, reason


def test_an_operation_outcome_quotes_the_value_of_its_expression():
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {"diagnostics": "Invalid date '11/23/1961'", "expression": ["Patient.birthDate"]},
            {
                "details": {"text": "Value '5530917' is in use"},
                "expression": ["Patient.identifier[0].value"],
            },
        ],
    }
    assert values(outcome) == {
        ("DATE_OF_BIRTH", "11/23/1961"),
        ("MEDICAL_RECORD_NUMBER", "5530917"),
    }


def test_other_resources_name_nothing_by_a_string_beside_it():
    code = {"system": "http://acme.com/tests", "code": "mrn", "value": "5530917"}
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": {"resourceType": "CodeSystem", "concept": [code]}}],
    }
    assert values({"outside": [bundle], "resourceType": "Parameters"}) == set()


@pytest.mark.parametrize(
    "document",
    [
        [{"key": "patient", "value": "Maria Lindqvist"}, {"key": "diagnosis", "value": "COPD"}],
        [["patient", "Maria Lindqvist"], ["dob", "1961-11-23"]],
        {"x": [["patient", "Maria Lindqvist"], ["dob", "1961-11-23"]]},
        {"q": [{"question": "What is your full name?", "answer": "Maria Lindqvist"}]},
    ],
)
def test_a_name_beside_patient_is_the_patients(document):
    assert ("PERSON_NAME", NAME) in values(document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([["patient", "Outpatient Clinic"], ["dob", "x"]], "no person's name"),
        ([{"key": "patient", "value": "required"}], "a word of a program"),
        ({"name": "patient name", "meta": {"by": NAME}}, "its own key calls it no value"),
    ],
)
def test_what_only_looks_like_a_pair_names_nobody(document, reason):
    assert {kind for kind, _ in values(document)} <= {"DATE_OF_BIRTH"}, reason
