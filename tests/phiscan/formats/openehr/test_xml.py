"""openEHR in canonical XML gives the findings of the same objects in JSON."""

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

NS = 'xmlns="http://schemas.openehr.org/v1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
BODY = (
    '<name><value>Report</value></name><uid xsi:type="OBJECT_VERSION_ID"><value>9091::a::1</value></uid>'
    '<composer xsi:type="PARTY_IDENTIFIED"><name>Kwame Osei</name></composer>'
    "<context><start_time><value>2012-01-02T10:11:12</value></start_time></context>"
    '<content xsi:type="OBSERVATION" archetype_node_id="openEHR-EHR-OBSERVATION.lab.v1">'
    "<name><value>Lab &amp; more</value></name>"
    '<subject xsi:type="PARTY_IDENTIFIED"><external_ref><id xsi:type="GENERIC_ID">'
    "<value>MRN-5</value></id></external_ref><name>Noor Haddad</name></subject>"
    '<data xsi:type="HISTORY"><items xsi:type="ELEMENT"><name><value>Date of birth</value></name>'
    '<value xsi:type="DV_DATE"><value>1950-02-11</value></value></items></data></content>'
)
EXPECTED = {
    ("UNIQUE_CODE", Subject.PATIENT, b"9091::a::1"),
    ("PERSON_NAME", Subject.PROVIDER, b"Kwame Osei"),
    ("SERVICE_DATE", Subject.PATIENT, b"2012-01-02T10:11:12"),
    ("PATIENT_REFERENCE", Subject.PATIENT, b"MRN-5"),
    ("PERSON_NAME", Subject.PATIENT, b"Noor Haddad"),
    ("DATE_OF_BIRTH", Subject.PATIENT, b"1950-02-11"),
}


def found(text):
    data = text.encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, f.subject, data[f.location.start : f.location.end])
        for f in (*report.findings, *report.providers)
        if f.identifier
    }


@pytest.mark.parametrize(
    "text",
    [
        f'<composition {NS} archetype_node_id="openEHR-EHR-COMPOSITION.report.v1">{BODY}</composition>',
        f'<?xml version="1.0"?><version {NS}><data xsi:type="COMPOSITION">{BODY}</data></version>',
        f'<soap:Envelope xmlns:soap="urn:s"><soap:Body><composition {NS}>{BODY}</composition>'
        "</soap:Body></soap:Envelope>",
        # without the namespace, and with a prefix
        '<composition xmlns:xsi="urn:x" archetype_node_id="openEHR-EHR-COMPOSITION.report.v1">'
        f"{BODY}</composition>",
        '<o:composition xmlns:o="http://schemas.openehr.org/v1">'
        + BODY.replace("</", "</o:").replace("<", "<o:").replace("<o:/o:", "</o:")
        + "</o:composition>",
    ],
    ids=["composition", "version", "soap", "no namespace", "prefix"],
)
def test_elements_are_read_as_attributes(text):
    report, values = found(text)
    assert values == EXPECTED
    assert report.verdict is Verdict.PHI


def test_an_ehr_status_names_its_subject():
    report, values = found(
        f"<ehr_status {NS}><subject><external_ref><id><value>ins19</value></id></external_ref>"
        "</subject><is_queryable>true</is_queryable></ehr_status>"
    )
    assert values == {("PATIENT_REFERENCE", Subject.PATIENT, b"ins19")}
    assert (report.media, report.verdict) == ("openehr+xml", Verdict.PHI)


@pytest.mark.parametrize(
    "text",
    [
        # an operational template: classes are constraints, and its author is no patient
        f'<template {NS}><description><original_author id="name">Kwame Osei</original_author>'
        '<original_author id="date">2012-01-02</original_author></description>'
        "<definition><rm_type_name>COMPOSITION</rm_type_name></definition></template>",
        f"<archetype {NS}><uid><value>aa-1</value></uid></archetype>",
        "<composition><title>Sonata</title><date>1801-01-02</date></composition>",
    ],
    ids=["template", "archetype", "music"],
)
def test_models_and_other_compositions_are_nobodys(text):
    report, values = found(text)
    assert report.verdict is not Verdict.PHI
    assert not {v for v in values if v[1] is Subject.PATIENT}


def test_masked_elements_stay_xml():
    text = f"<composition {NS}>{BODY}</composition>".encode()
    masked = phiscan.redact(text, phiscan.scan(text))
    assert b'<composer xsi:type="PARTY_IDENTIFIED"><name>Kwame Osei</name>' in masked
    assert b"Noor" not in masked
    assert phiscan.scan(masked).verdict is Verdict.HEALTH
