"""FHIR in Turtle and N-Triples gives the findings of the same resource in JSON."""

import json

import pytest

import phiscan
from phiscan.finding import Gap, Subject, Verdict

HEAD = (
    "@prefix fhir: <http://hl7.org/fhir/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)
R4 = (
    HEAD
    + """
<http://ehr/fhir/Patient/ex7> a fhir:Patient ;
  fhir:nodeRole fhir:treeRoot ; # the root
  fhir:Resource.id [ fhir:value "ex7" ] ;
  fhir:Patient.identifier [
    fhir:index 0 ;
    fhir:Identifier.type [ fhir:CodeableConcept.coding [ fhir:index 0 ; fhir:Coding.code [ fhir:value "SS" ] ] ] ;
    fhir:Identifier.value [ fhir:value "512-44-9031" ] ] ;
  fhir:Patient.name [ fhir:HumanName.family [ fhir:value "O\\"Haddad" ] ; fhir:HumanName.given [ fhir:value "Noor" ; fhir:index 0 ] , [ fhir:value 'Li' ] ] ;
  fhir:Patient.telecom [ fhir:ContactPoint.system [ fhir:value "phone" ] ; fhir:ContactPoint.value [ fhir:value "(518) 555-0143" ] ] ;
  fhir:Patient.birthDate [ fhir:value "1950-02-11"^^xsd:date ] .
"""
)
R5 = (
    HEAD
    + """
[] a fhir:Patient ; fhir:nodeRole fhir:treeRoot ;
  fhir:id [ fhir:v "ex7" ] ;
  fhir:identifier ( [ fhir:type [ fhir:coding ( [ fhir:code [ fhir:v "SS" ] ] ) ] ; fhir:value [ fhir:v "512-44-9031" ] ] ) ;
  fhir:name ( [ fhir:family [ fhir:v \"\"\"O\\"Haddad\"\"\" ] ; fhir:given ( [ fhir:v "Noor" ] [ fhir:v "Li" ] ) ] ) ;
  fhir:telecom ( [ fhir:system [ fhir:v "phone" ] ; fhir:value [ fhir:v "(518) 555-0143" ] ] ) ;
  fhir:birthDate [ fhir:v "1950-02-11"^^xsd:date ] .
"""
)
N_TRIPLES = "\n".join(
    line.replace("F:", "http://hl7.org/fhir/").replace(
        "R:", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    )
    for line in """
_:p <R:type> <F:Patient> .
_:p <F:id> _:i .
_:i <F:v> "ex7" .
_:p <F:identifier> _:l .
_:l <R:first> _:d .
_:l <R:rest> <R:nil> .
_:d <F:type> _:t .
_:t <F:coding> _:c .
_:c <F:code> _:cc .
_:cc <F:v> "SS" .
_:d <F:value> _:dv .
_:dv <F:v> "512-44-9031" .
_:p <F:name> _:n .
_:n <F:family> _:f .
_:f <F:v> "O\\"Haddad" .
_:n <F:given> _:g .
_:g <F:v> "Noor" .
_:n <F:given> _:h .
_:h <F:v> "Li" .
_:p <F:telecom> _:m .
_:m <F:system> _:s .
_:s <F:v> "phone" .
_:m <F:value> _:mv .
_:mv <F:v> "(518) 555-0143" .
_:p <F:birthDate> _:b .
_:b <F:v> "1950-02-11"^^<http://www.w3.org/2001/XMLSchema#date> .
""".split("\n")
)
EXPECTED = {
    ("PATIENT_REFERENCE", "Patient.id", "ex7"),
    ("US_SOCIAL_SECURITY_NUMBER", "Patient.identifier.value", "512-44-9031"),
    ("PERSON_NAME", "Patient.name.family", 'O\\"Haddad'),
    ("PERSON_NAME", "Patient.name.given", "Noor"),
    ("PERSON_NAME", "Patient.name.given", "Li"),
    ("PHONE_NUMBER", "Patient.telecom.value", "(518) 555-0143"),
    ("DATE_OF_BIRTH", "Patient.birthDate", "1950-02-11"),
}


def found(text):
    data = text.encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, f.location.field, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize("text", [R4, R5, N_TRIPLES], ids=["R4", "R5", "N-Triples"])
def test_a_graph_is_read_as_the_resource_that_it_is(text):
    report, values = found(text)
    assert values == EXPECTED
    assert (report.media, report.verdict, report.gap) == ("fhir+turtle", Verdict.PHI, Gap.NONE)


OBSERVATION = (
    HEAD
    + """
[ a fhir:Observation ; fhir:nodeRole fhir:treeRoot ;
  fhir:subject [ fhir:l <http://ehr/fhir/Patient/f001> ; fhir:reference [ fhir:v "Patient/f001" ] ;
    fhir:display [ fhir:v "N. Haddad" ] ] ;
  fhir:effective [ a fhir:dateTime ; fhir:v "2013-04-02T09:30:10Z"^^xsd:dateTime ] ;
  fhir:performer ( [ fhir:reference [ fhir:v "Practitioner/9" ] ; fhir:display [ fhir:v "K. Osei" ] ] ) ] .
"""
)


def test_a_link_and_a_choice_of_types_are_read_too():
    report, values = found(OBSERVATION)
    assert values == {
        ("PATIENT_REFERENCE", "Observation.subject.reference", "http://ehr/fhir/Patient/f001"),
        ("PATIENT_REFERENCE", "Observation.subject.reference", "Patient/f001"),
        ("PERSON_NAME", "Observation.subject.display", "N. Haddad"),
        ("SERVICE_DATE", "Observation.effectiveDateTime", "2013-04-02T09:30:10Z"),
    }
    assert {f.info_type for f in report.providers} == {"PERSON_NAME"}


def test_the_address_of_a_patient_holds_its_number():
    text = HEAD + '<http://ehr/fhir/Patient/ex7> a fhir:Patient ; fhir:gender [ fhir:v "female" ] .'
    assert found(text)[1] == {("PATIENT_REFERENCE", "Patient.id", "ex7")}


@pytest.mark.parametrize(
    "text",
    [
        # a query, a schema and an ontology begin with the same prefixes
        "PREFIX fhir: <http://hl7.org/fhir/>\nSELECT ?p WHERE { ?p a fhir:Patient }",
        "PREFIX fhir: <http://hl7.org/fhir/>\n<Patient> CLOSED { a [fhir:Patient] ; fhir:name @<Name> * }",
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix fhir: <http://hl7.org/fhir/> .\n"
        "fhir:Patient a owl:Class .",
        HEAD + '<http://x/CodeSystem/1> a fhir:CodeSystem ; fhir:publisher [ fhir:v "Ana Ruiz" ] .',
        # a clinic's own data
        HEAD + '<http://x/Organization/1> a fhir:Organization ; fhir:name [ fhir:v "Alder" ] .',
    ],
)
def test_graphs_without_a_patient_are_silent(text):
    report, values = found(text)
    assert report.verdict is not Verdict.PHI
    assert not values
    assert report.gap is Gap.NONE


def test_a_masked_graph_keeps_its_triples():
    data = R5.encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert b'fhir:family [ fhir:v """XXX""" ]' in masked
    assert b'fhir:birthDate [ fhir:v "XXX"^^xsd:date ]' in masked
    assert phiscan.scan(masked).verdict is not Verdict.PHI


@pytest.mark.parametrize("declared", ["text/turtle", "application/fhir+turtle; charset=utf-8"])
def test_a_declared_graph_may_begin_with_anything(declared):
    text = "p:7 a <http://hl7.org/fhir/Patient> ; <http://hl7.org/fhir/birthDate> [ <http://hl7.org/fhir/v> '1950-02-11' ] ."
    report = phiscan.scan(text.encode(), content_type=declared)
    assert (report.media, report.verdict) == ("fhir+turtle", Verdict.PHI)


def test_a_graph_in_a_string_of_json_is_read():
    data = json.dumps({"format": "ttl", "body": R5}).encode()
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    assert b"Noor" in {data[f.location.start : f.location.end] for f in report.findings}
