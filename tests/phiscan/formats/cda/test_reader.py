"""CDA documents and HL7 version 3 messages: identifiers of each role, dates, codes, fragments."""

import base64

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

PATIENT = """<recordTarget><patientRole>
<id extension="K-88123" root="2.16.840.1.113883.19.7"/>
<id extension="512-44-9031" root="2.16.840.1.113883.4.1"/>
<id extension="1EG4TE5MK73" root="2.16.840.1.113883.4.927"/>
<id extension="D1234567" root="2.16.840.1.113883.4.3.36"/>
<addr use="HP"><streetAddressLine>17 Quarry Lane</streetAddressLine><city>Alder Creek</city>
<postalCode>12207</postalCode></addr>
<telecom value="tel:+1(518)555-0143"/><telecom value="mailto:noor@haddad.dev"/>
<telecom value="fax:+1-518-555-0199"/>
<patient><name><given>Noor</given><family>Haddad</family></name><birthTime value="19500211"/>
<sdtc:deceasedTime value="20240105"/>
<guardian><telecom value="tel:518-555-0177"/><guardianPerson><name>Samir Haddad</name>
</guardianPerson></guardian>
<birthplace><place><addr><city>Tyre</city></addr></place></birthplace></patient>
<providerOrganization><name>Alder Clinic</name><telecom value="tel:+1(518)555-0100"/>
</providerOrganization></patientRole></recordTarget>"""
AUTHOR = """<author><time value="20240203"/><assignedAuthor>
<id extension="1234567893" root="2.16.840.1.113883.4.6"/>
<assignedPerson><name><given>Odile</given><family>Brandt</family></name></assignedPerson></assignedAuthor></author>"""
SECTION = """<section><code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/>
<title>Problems</title>
<text><paragraph>Asthma since childhood</paragraph></text><entry>
<observation classCode="OBS" moodCode="EVN">
<code code="55607006" codeSystem="2.16.840.1.113883.6.96"/><effectiveTime><low value="20240201"/>
</effectiveTime>
<value xsi:type="CD" code="195967001" codeSystem="2.16.840.1.113883.6.96" displayName="Asthma"/>
</observation></entry></section>"""


def document(header, body=SECTION):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" '
        'xmlns:sdtc="urn:hl7-org:sdtc"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{header}'
        f"<component><structuredBody><component>{body}</component></structuredBody></component></ClinicalDocument>"
    ).encode()


def found(data):
    report = phiscan.scan(data)
    values = {
        (f.info_type, data[f.location.start : f.location.end].decode(), f.subject)
        for f in (*report.findings, *report.providers)
    }
    return report, values


def test_each_identifier_of_the_patient_is_found():
    report, values = found(document(PATIENT))
    patients = {(kind, value) for kind, value, subject in values if subject is Subject.PATIENT}
    assert patients >= {
        ("MEDICAL_RECORD_NUMBER", "K-88123"),
        ("US_SOCIAL_SECURITY_NUMBER", "512-44-9031"),
        ("US_MEDICARE_BENEFICIARY_ID_NUMBER", "1EG4TE5MK73"),
        ("US_DRIVERS_LICENSE_NUMBER", "D1234567"),
        ("STREET_ADDRESS", "17 Quarry Lane"),
        ("CITY", "Alder Creek"),
        ("CITY", "Tyre"),
        ("US_ZIP_CODE", "12207"),
        ("PHONE_NUMBER", "tel:+1(518)555-0143"),
        ("EMAIL_ADDRESS", "mailto:noor@haddad.dev"),
        ("FAX_NUMBER", "fax:+1-518-555-0199"),
        ("PERSON_NAME", "Noor"),
        ("PERSON_NAME", "Haddad"),
        ("PERSON_NAME", "Samir Haddad"),
        ("DATE_OF_BIRTH", "19500211"),
        ("DATE_OF_DEATH", "20240105"),
        ("SERVICE_DATE", "20240201"),
        ("DIAGNOSIS", "195967001"),
    }
    assert report.media == "cda"
    assert report.verdict is Verdict.PHI
    assert report.coverage is Coverage.COMPLETE


def test_a_field_path_shows_elements_and_no_values():
    fields = {f.location.field for f in found(document(PATIENT))[0].findings}
    assert "recordTarget.patientRole.patient.name.family" in fields
    assert not any("Haddad" in field for field in fields)


def test_a_provider_is_told_from_the_patient():
    _, values = found(document(PATIENT + AUTHOR))
    assert {
        ("PERSON_NAME", "Odile", Subject.PROVIDER),
        ("US_HEALTHCARE_NPI", "1234567893", Subject.PROVIDER),
        ("PHONE_NUMBER", "tel:+1(518)555-0100", Subject.PROVIDER),
        ("SERVICE_DATE", "20240203", Subject.PATIENT),
    } <= values


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<participant typeCode="IND"><associatedEntity classCode="NOK">'
            "<associatedPerson><name><given>Lina</given></name>"
            "</associatedPerson></associatedEntity></participant>",
            ("PERSON_NAME", "Lina", Subject.PATIENT),
        ),
        (
            '<participant typeCode="REF"><associatedEntity classCode="PROV">'
            "<associatedPerson><name><given>Ivo</given></name>"
            "</associatedPerson></associatedEntity></participant>",
            ("PERSON_NAME", "Ivo", Subject.PROVIDER),
        ),
        (
            (
                "<informant><relatedEntity classCode='PRS'><relatedPerson><name><family>"
                "Haddad</family></name></relatedPerson></relatedEntity></informant>"
            ),
            ("PERSON_NAME", "Haddad", Subject.PATIENT),
        ),
        (
            (
                '<participant typeCode="COV"><participantRole classCode="PAT"><id '
                'root="2.16.840.1.4" extension="MEM-7781"/></participantRole></participant>'
            ),
            ("HEALTH_PLAN_BENEFICIARY_NUMBER", "MEM-7781", Subject.PATIENT),
        ),
        (
            '<participant typeCode="DEV"><participantRole classCode="MANU"><id '
            'root="2.16.840.1.113883.3.3719" extension="(01)0884(21)A99"/>'
            "</participantRole></participant>",
            ("DEVICE_IDENTIFIER", "(01)0884(21)A99", Subject.PATIENT),
        ),
        (
            '<performer><assignedEntity><code code="GUAR" '
            'codeSystem="2.16.840.1.113883.5.110"/><assignedPerson><name><given>'
            "Rami</given>"
            "</name></assignedPerson></assignedEntity></performer>",
            ("PERSON_NAME", "Rami", Subject.PATIENT),
        ),
        (
            '<componentOf><encompassingEncounter><id root="2.16.1" extension="V-5512"/>'
            '<effectiveTime><low value="202402011030-0500"/>'
            "</effectiveTime></encompassingEncounter></componentOf>",
            ("ACCOUNT_NUMBER", "V-5512", Subject.PATIENT),
        ),
        (
            (
                '<subject><relatedSubject classCode="PRS"><subject><birthTime value="192001"/>'
                "</subject></relatedSubject></subject>"
            ),
            ("DATE_OF_BIRTH", "192001", Subject.PATIENT),
        ),
        (
            '<observation><value xsi:type="PQ" value="93" unit="a"/></observation>',
            ("AGE_OVER_89", "93", Subject.PATIENT),
        ),
    ],
)
def test_roles_and_statements_say_whose_a_value_is(body, expected):
    assert expected in found(document(PATIENT, body))[1]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            '<playingEntity classCode="MMAT"><name>Penicillin</name></playingEntity>',
            "a substance's name",
        ),
        (
            "<representedOrganization><name>Alder Clinic</name></representedOrganization>",
            "an organisation's name",
        ),
        ('<patientRole><name nullFlavor="UNK"/></patientRole>', "no value"),
        ('<effectiveTime value="2024"/>', "a year alone is no date"),
        ('<value xsi:type="PQ" value="20240201" unit="mg"/>', "a quantity"),
        (
            (
                '<assignedEntity><id root="2.16.840.1.113883.4.6" extension="1234567890"/>'
                "</assignedEntity>"
            ),
            "not an NPI's check digit",
        ),
    ],
)
def test_a_look_alike_is_no_identifier(body, reason):
    report, _ = found(document("", body))
    assert report.identifiers == (), reason
    assert not any(f.identifier for f in report.findings), reason


@pytest.mark.parametrize(
    "body",
    [
        '<effectiveTime value="2024"/>',
        '<value xsi:type="PQ" value="20240201" unit="mg"/>',
        '<period value="20240201"/>',
    ],
)
def test_a_number_that_is_no_day_is_no_date_of_the_patient(body):
    assert "SERVICE_DATE" not in {kind for kind, _, _ in found(document(PATIENT, body))[1]}


@pytest.mark.parametrize("data", [SECTION.encode(), document(AUTHOR)])
def test_without_a_patient_there_is_only_health_information(data):
    report, _ = found(data)
    assert report.media == "cda"
    assert report.verdict is Verdict.HEALTH
    assert report.identifiers == ()


def test_a_document_in_base64_within_the_body_is_read():
    inner = "UGF0aWVudCBTU046IDUxMi00NC05MDMx"  # Patient SSN: 512-44-9031
    body = (
        f'<nonXMLBody><text mediaType="text/plain" representation="B64">{inner}</text></nonXMLBody>'
    )
    assert ("US_SOCIAL_SECURITY_NUMBER", inner, Subject.PATIENT) in found(document(PATIENT, body))[
        1
    ]


def test_an_unreadable_document_within_the_body_is_a_gap():
    body = (
        '<nonXMLBody><text mediaType="application/pdf" representation="B64">'
        "JVBERi0xLjcKAAAAAAAAAAAAAAAAAAAAAAAAAAAA</text></nonXMLBody>"
    )
    assert found(document(PATIENT, body))[0].coverage is Coverage.UNSCANNABLE


def test_a_patient_demographics_query_is_about_its_patient():
    data = (
        b'<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3"><controlActProcess><queryByParameter>'
        b"<parameterList>"
        b'<livingSubjectBirthTime><value value="19500211"/></livingSubjectBirthTime>'
        b"<livingSubjectName><value><given>Noor</given></value>"
        b"<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"
        b'<livingSubjectId><value root="2.16.840.1.113883.4.1" extension="512-44-9031"/>'
        b"</livingSubjectId></parameterList>"
        b"</queryByParameter></controlActProcess></PRPA_IN201305UV02>"
    )
    report, values = found(data)
    assert report.verdict is Verdict.PHI
    assert {v for k, v, _ in values if k == "PERSON_NAME"} == {"Noor"}
    assert ("US_SOCIAL_SECURITY_NUMBER", "512-44-9031", Subject.PATIENT) in values


def test_redaction_leaves_well_formed_xml_without_identifiers():
    data = document(PATIENT + AUTHOR)
    masked = phiscan.redact(data, phiscan.scan(data))
    etree.fromstring(masked)
    assert b"Haddad" not in masked
    assert b"Brandt" in masked
    report = phiscan.scan(masked)
    assert report.verdict is Verdict.HEALTH
    assert report.identifiers == ()


@pytest.mark.parametrize("cut", [300, 900, 1500])
def test_a_cut_off_document_still_shows_its_patient_and_is_a_gap(cut):
    report, values = found(document(PATIENT)[:cut])
    assert report.coverage is Coverage.UNSCANNABLE
    assert any(subject is Subject.PATIENT for _, _, subject in values)


def test_a_patient_numbered_under_a_providers_scheme_has_a_record_number():
    header = PATIENT.replace(
        '<id extension="K-88123" root="2.16.840.1.113883.19.7"/>',
        '<id extension="7" root="2.16.840.1.113883.4.6"/>',
    )
    _, values = found(document(header))
    assert ("MEDICAL_RECORD_NUMBER", "7", Subject.PATIENT) in values


def test_an_attached_piece_of_narrative_is_read():
    piece = b"<content>Seen by Ann Wu.<br/></content><content>MRN: 77120</content>"
    note = (
        f'<text representation="B64" mediaType="text/rtf">{base64.b64encode(piece).decode()}</text>'
    )
    report, _ = found(
        document(PATIENT, SECTION.replace('<code code="55607006"', f'{note}<code code="55607006"'))
    )
    assert report.coverage is Coverage.COMPLETE
    assert [
        f
        for f in report.findings
        if f.info_type == "MEDICAL_RECORD_NUMBER" and ">" in f.location.field
    ]
