"""FHIR in XML gives the findings of the same resource in JSON."""

import json

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

NS = 'xmlns="http://hl7.org/fhir"'
PATIENT = f"""<?xml version="1.0"?><Patient {NS}><id value="p-771"/><text>
<status value="generated"/>
<div xmlns="http://www.w3.org/1999/xhtml"><p>Noor Haddad</p></div></text>
<extension url="http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName">
<valueString value="Khoury"/></extension>
<identifier><type><coding><system value="http://terminology.hl7.org/CodeSystem/v2-0203"/>
<code value="SS"/></coding></type>
<value value="512449031"/></identifier><name><family value="Haddad"/><given value="Noor"/></name>
<telecom><system value="fax"/><value value="518-555-0143"/></telecom><gender value="female"/>
<birthDate value="1950-02-11"/>
<address><line value="17 Quarry Lane"/><city value="Alder Creek"/><postalCode value="12207"/>
</address></Patient>"""
PATIENT_JSON = {
    "resourceType": "Patient",
    "id": "p-771",
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
            "valueString": "Khoury",
        }
    ],
    "identifier": [
        {
            "type": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "SS"}
                ]
            },
            "value": "512449031",
        }
    ],
    "name": [{"family": "Haddad", "given": ["Noor"]}],
    "telecom": [{"system": "fax", "value": "518-555-0143"}],
    "gender": "female",
    "birthDate": "1950-02-11",
    "address": [{"line": ["17 Quarry Lane"], "city": "Alder Creek", "postalCode": "12207"}],
}


def elements(report, data):
    return {
        (f.info_type, f.subject, data[f.location.start : f.location.end])
        for f in (*report.findings, *report.providers)
        if f.detector == "fhir_element"
    }


def test_a_patient_in_xml_says_what_it_says_in_json():
    xml, plain = PATIENT.encode(), json.dumps(PATIENT_JSON).encode()
    report = phiscan.scan(xml)
    assert report.media == "fhir+xml"
    assert elements(report, xml) == elements(phiscan.scan(plain), plain)
    assert report.verdict is Verdict.PHI
    assert "Patient.name.family" in {f.location.field for f in report.findings}


def test_the_narrative_echoes_what_the_elements_name():
    data = PATIENT.encode()
    narrative = data.index(b"<p>Noor") + 3
    assert any(
        f.location.start == narrative and f.info_type == "PERSON_NAME"
        for f in phiscan.scan(data).findings
    )


def bundle(*resources):
    entries = "".join(f"<entry><resource>{resource}</resource></entry>" for resource in resources)
    return f'<f:Bundle xmlns:f="http://hl7.org/fhir" {NS}>{entries}</f:Bundle>'.encode()


def test_resources_within_a_bundle_are_read_apart():
    data = bundle(
        (
            '<Condition><subject><reference value="Patient/7"/></subject><onsetDateTime '
            'value="2024-02-01"/></Condition>'
        ),
        '<Practitioner><name><family value="Brandt"/></name></Practitioner>',
    )
    report = phiscan.scan(data)
    assert elements(report, data) == {
        ("PATIENT_REFERENCE", Subject.PATIENT, b"Patient/7"),
        ("SERVICE_DATE", Subject.PATIENT, b"2024-02-01"),
        ("PERSON_NAME", Subject.PROVIDER, b"Brandt"),
    }
    assert report.verdict is Verdict.PHI


@pytest.mark.parametrize(
    "resource",
    [
        '<ValueSet><name value="Races"/><contact><name value="HL7"/></contact></ValueSet>',
        (
            '<Practitioner><name><family value="Brandt"/></name><telecom><value '
            'value="518-555-0143"/></telecom></Practitioner>'
        ),
    ],
)
def test_a_specification_and_a_provider_are_no_patient(resource):
    assert phiscan.scan(bundle(resource)).identifiers == ()


@pytest.mark.parametrize(
    "element", ["Binary><content", "DocumentReference><content><attachment><data"]
)
def test_an_attachment_is_read(element):
    inner = "UGF0aWVudCBTU046IDUxMi00NC05MDMx"  # Patient SSN: 512-44-9031
    closing = "".join(f"</{name}>" for name in reversed(element.replace(">", "").split("<")[:-1]))
    data = f'<{element.replace(">", f" {NS}>", 1)} value="{inner}"/>{closing}'.encode()
    report = phiscan.scan(data)
    assert ("US_SOCIAL_SECURITY_NUMBER", inner.encode()) in {
        (f.info_type, data[f.location.start : f.location.end]) for f in report.findings
    }


def test_masking_keeps_the_resource_well_formed():
    data = PATIENT.encode()
    report = phiscan.scan(data)
    masked = phiscan.redact(data, report)
    etree.fromstring(masked)
    assert b"Haddad" not in masked
    assert phiscan.scan(masked).verdict is Verdict.HEALTH


def test_a_cut_off_bundle_shows_whose_it_is_and_is_a_gap():
    data = bundle('<Condition><subject><reference value="Patient/7"/></subject></Condition>')[:-30]
    report = phiscan.scan(data)
    assert report.coverage is Coverage.UNSCANNABLE
    assert report.verdict is Verdict.PHI


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "<export><payload>{}</payload></export>",
        "<Bundle><entry><resource>{}</resource></entry></Bundle>",
    ],
)
def test_a_resource_whose_namespace_was_dropped_is_read_all_the_same(around):
    text = (
        "<Patient><identifier><value value='K-88123'/></identifier><active value='true'/></Patient>"
    )
    data = around.format(text).encode()
    report = phiscan.scan(data)
    assert {data[f.location.start : f.location.end] for f in report.findings if f.identifier} == {
        b"K-88123"
    }
    assert report.verdict is Verdict.PHI


@pytest.mark.parametrize(
    "text",
    [
        "<Order><item>bolt</item><id value='7'/></Order>",  # an order of goods
        "<List><name>K-88123</name></List>",
        "<Library><entry key='a' value='K-88123'/></Library>",
    ],
)
def test_elements_of_other_xml_with_the_name_of_a_resource_are_no_resource(text):
    report = phiscan.scan(text.encode())
    assert report.media == "xml"
    assert not report.findings
