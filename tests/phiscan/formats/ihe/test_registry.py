"""Metadata of document registries: the name of a slot says what its values are."""

import base64

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Subject, Verdict

RIM = 'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"'


def slot(name, *values):
    listed = "".join(f"<Value>{value}</Value>" for value in values)
    return f'<Slot name="{name}"><ValueList>{listed}</ValueList></Slot>'


def query(*slots):
    return f'<AdhocQuery {RIM} id="urn:uuid:14d4debf">{"".join(slots)}</AdhocQuery>'.encode()


def entry(*parts):
    return f'<ExtrinsicObject {RIM} id="d1">{"".join(parts)}</ExtrinsicObject>'.encode()


def found(data):
    report = phiscan.scan(data)
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            query(slot("$XDSDocumentEntryPatientId", "'st34^^^&amp;1.3.6&amp;ISO'")),
            {("MEDICAL_RECORD_NUMBER", "st34")},
        ),
        (  # a query for several patients (MPQ)
            query(slot("$XDSDocumentEntryPatientId", "('a1^^^&amp;1.3&amp;ISO','b2^^^&amp;1.3')")),
            {("MEDICAL_RECORD_NUMBER", "a1"), ("MEDICAL_RECORD_NUMBER", "b2")},
        ),
        (query(slot("$patientId", "'st34'")), {("MEDICAL_RECORD_NUMBER", "st34")}),
        (
            entry(slot("sourcePatientId", "8976^^^&amp;3.4&amp;ISO")),
            {("MEDICAL_RECORD_NUMBER", "8976")},
        ),
        (
            entry(
                slot(
                    "sourcePatientInfo",
                    "PID-3|K-7^^^&amp;1.3",
                    "PID-5|Haddad^Noor",
                    "PID-7|19500211",
                )
            ),
            {
                ("MEDICAL_RECORD_NUMBER", "K-7"),
                ("PERSON_NAME", "Haddad"),
                ("PERSON_NAME", "Noor"),
                ("DATE_OF_BIRTH", "19500211"),
            },
        ),
        (
            entry(
                '<ExternalIdentifier identificationScheme="urn:uuid:58a6f841-87b3-4a3e-92fd-'
                'a8ffeff98427" value="657^^^&amp;1.3&amp;ISO"><Name/></ExternalIdentifier>'
            ),
            {("MEDICAL_RECORD_NUMBER", "657")},
        ),
        (
            entry(slot("serviceStartTime", "202401051011"), slot("sourcePatientId", "89")),
            {("SERVICE_DATE", "202401051011"), ("MEDICAL_RECORD_NUMBER", "89")},
        ),
        (  # the same without the namespace
            query(slot("$XDSDocumentEntryPatientId", "'st34'")).replace(RIM.encode(), b""),
            {("MEDICAL_RECORD_NUMBER", "st34")},
        ),
    ],
)
def test_patients_numbers_and_demographics_are_found(data, expected):
    report, values = found(data)
    assert values == expected
    assert (report.media, report.verdict) == ("ebrim", Verdict.PHI)


def test_an_author_is_a_provider():
    report, values = found(
        entry(slot("authorPerson", "^Osei^Kwame^^^Dr"), slot("sourcePatientId", "8976"))
    )
    assert values == {("MEDICAL_RECORD_NUMBER", "8976")}
    assert {f.info_type for f in report.providers} == {"PERSON_NAME"}


def test_a_submitted_document_is_read():
    inner = base64.b64encode(b"MSH|^~\\&|A\rPID|||K-88123||Haddad^Noor\r").decode()
    report, _ = found(
        b'<ProvideAndRegisterDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007"><Document id="d1">'
        + inner.encode()
        + b"</Document></ProvideAndRegisterDocumentSetRequest>"
    )
    assert report.verdict is Verdict.PHI


@pytest.mark.parametrize(
    "data",
    [
        query(slot("$XDSDocumentEntryStatus", "('urn:oasis:Approved')")),  # of nobody
        query(slot("$XDSDocumentEntryUniqueId", "('1.2.3')")),  # of a document
        entry(slot("languageCode", "en-us"), slot("serviceStartTime", "202401051011")),
        entry(slot("patientIdentifierType", "MR")),  # a code
        query(slot("$XDSDocumentEntryPatientId", "'XXX^^^&amp;1.3.6&amp;ISO'")),  # masked
        query(slot("$XDSDocumentEntryPatientId", "''")),
    ],
)
def test_metadata_without_a_patient_is_silent(data):
    report, values = found(data)
    assert report.verdict is not Verdict.PHI
    assert not values


def test_a_masked_number_keeps_its_quotes_and_authority():
    data = query(slot("$XDSDocumentEntryPatientId", "'st3498^^^&amp;1.3.6&amp;ISO'"))
    masked = phiscan.redact(data, phiscan.scan(data))
    assert etree.fromstring(masked)[0][0][0].text == "'XXX^^^&1.3.6&ISO'"
    assert phiscan.scan(masked).verdict is not Verdict.PHI
