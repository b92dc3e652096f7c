"""FHIR as JSON-LD gives the findings of the same resource in JSON."""

import json

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

COMPACT = {
    "@context": {"fhir": "http://hl7.org/fhir/", "xsd": "http://www.w3.org/2001/XMLSchema#"},
    "@id": "http://ehr/fhir/Patient/7",
    "@type": "fhir:Patient",
    "fhir:Patient.name": {
        "fhir:index": 0,
        "fhir:HumanName.family": {"fhir:value": "Haddad"},
        "fhir:HumanName.given": [{"fhir:value": "Noor"}],
    },
    "fhir:Patient.birthDate": {"fhir:value": {"@value": "1950-02-11", "@type": "xsd:date"}},
}


def expanded(value):
    """The same with addresses as keys and a list for each value (JSON-LD 1.1, expansion)."""
    if isinstance(value, list):
        return [expanded(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key.replace("fhir:", "http://hl7.org/fhir/"): [expanded(v)] if key[0] != "@" else v
        for key, v in value.items()
        if key != "@context"
    }


EXPANDED = [expanded({**COMPACT, "@type": ["http://hl7.org/fhir/Patient"]})]
VOCABULARY = {
    "@context": {"@vocab": "http://hl7.org/fhir/"},
    "@id": "http://ehr/fhir/Patient/7",
    "@type": "Patient",
    "name": [{"family": {"v": "Haddad"}, "given": [{"v": "Noor"}]}],
    "birthDate": {"v": "1950-02-11"},
}


def found(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize(
    "document",
    [COMPACT, EXPANDED, VOCABULARY, {"@graph": [COMPACT]}],
    ids=["compact", "expanded", "vocabulary", "graph"],
)
def test_a_graph_is_read_as_the_resource_that_it_is(document):
    report, values = found(document)
    assert values == {
        ("PATIENT_REFERENCE", "7"),
        ("PERSON_NAME", "Haddad"),
        ("PERSON_NAME", "Noor"),
        ("DATE_OF_BIRTH", "1950-02-11"),
    }
    assert (report.media, report.verdict) == ("fhir+ld", Verdict.PHI)


def test_a_link_refers_to_a_patient():
    link = [{"@id": "http://ehr/fhir/Patient/77"}]
    _, values = found(
        {
            "@type": ["http://hl7.org/fhir/Observation"],
            "http://hl7.org/fhir/subject": [{"http://hl7.org/fhir/link": link}],
        }
    )
    assert values == {("PATIENT_REFERENCE", "http://ehr/fhir/Patient/77")}


@pytest.mark.parametrize(
    "document",
    [
        {
            "@context": "https://schema.org",
            "@type": "Patient",
            "name": "Alder",
        },  # another vocabulary
        {"@context": {"fhir:name": {"@id": "http://hl7.org/fhir/name"}}},  # a context alone
        {"@type": "owl:Class", "fhir:Patient.name": {"rdfs:label": "Name"}},  # an ontology
    ],
)
def test_near_misses_are_silent(document):
    report, values = found(document)
    assert report.verdict is not Verdict.PHI
    assert not values


def test_other_keys_of_the_document_are_read_as_ever():
    data = json.dumps({"ssn": "512-44-9031", "about": COMPACT}).encode()
    assert "ssn" in {f.location.field for f in phiscan.scan(data).findings}
