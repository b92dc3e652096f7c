"""FHIR's GraphQL interface: queries name patients as the targets that say the same."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

PHI, NONE = Verdict.PHI, Verdict.NONE
_BY_ID = '{ Patient(id: "77301452") { name { family given } birthDate } }'
_BY_VARIABLE = "query q($id: ID!) { Patient(id: $id) { birthDate } }"
_NAMED = [
    (_BY_ID, {"PATIENT_REFERENCE"}),
    ("{Patient(id:77301452){name{family}}}", {"PATIENT_REFERENCE"}),
    ('query { p: Patient(\n  id: "77301452"\n) { id } }', {"PATIENT_REFERENCE"}),
    (
        '{ PatientList(family: "Delgado", birthdate: "1961-04-12") { id } }',
        {"PERSON_NAME", "DATE_OF_BIRTH"},
    ),
    ('{ PatientConnection(name: "Delgado") { edges { resource { id } } } }', {"PERSON_NAME"}),
    ('{ ObservationList(subject: "Patient/77301452") { id } }', {"PATIENT_REFERENCE"}),
    ('{ CoverageList(policy_holder: "Patient/77301452") { id } }', {"PATIENT_REFERENCE"}),
    (
        '{ PatientList(identifier: "http://hosp/mrn|7730145") { id } }',
        {"MEDICAL_RECORD_NUMBER"},
    ),
    ('{ Person(id: "77301452") { name { text } } }', {"PATIENT_REFERENCE"}),
]
_NAMELESS = [
    ('{ Practitioner(id: "77301452") { name { family } } }', "a provider"),
    ("query q($id: ID!) { Patient(id: $id) { id } }", "its variable has no value"),
    ('{ PatientList(gender: "female", _count: 50) { id } }', "many people"),
    ('{ PatientList(birthdate: "lt1960-01-01") { id } }', "everybody born before"),
    ('{ ValueSetList(url: "http://x/77301452") { id } }', "a code system"),
    ('{ Patient(id: "{{id}}") { id } }', "a template"),
    ("{ name(use: official) { family } }", "the path names the patient, if any"),
    ('{ Product(id: "77301452") { id } }', "no resource type"),
]


def _asked(engine, *fields, body=b""):
    scanner = engine.scanner(clock=lambda: 0.0)
    for name, value in (("path", "/fhir/$graphql"), *fields):
        scanner.feed_field(name, value)
    scanner.feed(body)
    return scanner.finish()


def _kinds(report):
    return {f.info_type for f in report.findings if f.identifier is not None}


def _bodies(query):
    """The query as a body of its own, and as GraphQL over HTTP sends it."""
    return query.encode(), json.dumps({"query": query}).encode()


@pytest.mark.parametrize(("query", "expected"), _NAMED)
def test_a_query_names_a_patient_in_a_parameter_and_in_a_body(engine, query, expected):
    reports = [_asked(engine, ("query.query", query))]
    reports += [_asked(engine, body=body) for body in _bodies(query)]
    for report in reports:
        assert (report.verdict, _kinds(report)) == (PHI, expected)


@pytest.mark.parametrize(("query", "why"), _NAMELESS)
def test_a_query_that_names_nobody_is_silent(engine, query, why):
    reports = [_asked(engine, ("query.query", query))]
    reports += [_asked(engine, body=body) for body in _bodies(query)]
    for report in reports:
        assert report.verdict is NONE, why


def test_a_variable_says_what_the_argument_says(engine):
    body = json.dumps({"query": _BY_VARIABLE, "variables": {"id": "77301452"}}).encode()
    in_body = _asked(engine, body=body)
    (found,) = (f for f in in_body.findings if f.info_type == "PATIENT_REFERENCE")
    assert body[found.location.start : found.location.end] == b"77301452"
    in_query = _asked(
        engine, ("query.query", _BY_VARIABLE), ("query.variables", '{"id": "77301452"}')
    )
    assert in_query.verdict is PHI


def test_the_id_of_a_query_can_be_masked():
    data = json.dumps({"query": _BY_ID}).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert json.loads(masked)["query"] == _BY_ID.replace("77301452", "XXX")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b'Ask for { Patient(id: "77301452") } to get one.', "prose about the interface"),
        (b'{"query": "select Patient(77301452)"}', "no argument"),
        (b'{"query": "{ Person(id: 5) { name } }"}', "any application's, without $graphql"),
    ],
)
def test_other_texts_are_no_queries(document, why):
    assert phiscan.scan(document).verdict is NONE, why


@pytest.mark.parametrize(
    "data",
    [
        {"Patient": {"id": "77301452", "name": [{"family": "Ruiz"}], "birthDate": "1961-04-12"}},
        {"PatientList": [{"id": "77301452", "name": [{"given": ["Ana"], "family": "Ruiz"}]}]},
        {
            "PatientConnection": {
                "edges": [{"resource": {"id": "7", "name": [{"text": "Ana Ruiz"}]}}]
            }
        },
        {"ObservationList": [{"subject": {"reference": "Patient/77301452"}}]},
    ],
)
def test_an_answer_is_read_by_its_keys(data):
    assert phiscan.scan(json.dumps({"data": data}).encode()).verdict is PHI
