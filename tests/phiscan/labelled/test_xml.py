"""XML without a published format: element and attribute names are labels."""

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Subject, Verdict


def everything(data):
    report = phiscan.scan(data)
    return (*report.findings, *report.providers)


def found(data):
    data = data.encode()
    report = phiscan.scan(data, content_type="application/xml")
    return {
        (f.info_type, data[f.location.start : f.location.end].decode()) for f in report.findings
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<r><patient><name><first>Noor</first></name></patient></r>", ("PERSON_NAME", "Noor")),
        ("<r><Patient FirstName='Noor' MRN='K-88123'/></r>", ("MEDICAL_RECORD_NUMBER", "K-88123")),
        (
            "<r><rec><Name>Noor Haddad</Name><SSN>512-44-9031</SSN></rec></r>",
            ("PERSON_NAME", "Noor Haddad"),
        ),
        (
            "<r><DateOfBirth><ExactDateTime>1950-02-11</ExactDateTime></DateOfBirth></r>",
            ("DATE_OF_BIRTH", "1950-02-11"),
        ),
        ("<r><field name='ssn'>512449031</field></r>", ("US_SOCIAL_SECURITY_NUMBER", "512449031")),
        (
            "<r><field name='ssn' value='512449031'/></r>",
            ("US_SOCIAL_SECURITY_NUMBER", "512449031"),
        ),
        (
            "<r><item><Name>ssn</Name><Value>512449031</Value></item></r>",
            ("US_SOCIAL_SECURITY_NUMBER", "512449031"),
        ),
        (
            "<r><ssn>512-<!-- x -->44-9031</ssn></r>",
            ("US_SOCIAL_SECURITY_NUMBER", "512-<!-- x -->44-9031"),
        ),
        (
            "<r><ssn>512-<b>44</b>-9031</ssn></r>",
            ("US_SOCIAL_SECURITY_NUMBER", "512-<b>44</b>-9031"),
        ),
        ("<r><ssn>&#53;12449031</ssn></r>", ("US_SOCIAL_SECURITY_NUMBER", "&#53;12449031")),
        ("<r><ssn><![CDATA[512449031]]></ssn></r>", ("US_SOCIAL_SECURITY_NUMBER", "512449031")),
        ("<s:r xmlns:s='u'><s:lastName>Haddad</s:lastName></s:r>", ("PERSON_NAME", "Haddad")),
        (
            "<r><Slot name='sourcePatientInfo'><Value>PID-5|Haddad^Noor</Value></Slot></r>",
            ("PERSON_NAME", "Haddad"),
        ),
    ],
)
def test_a_label_says_what_its_value_is(document, expected):
    assert expected in found(document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("<project><name>checkout</name><id>42a</id></project>", "a name alone is anything's name"),
        (
            "<client><endpoint address='https://api.example.org/v1'/></client>",
            "a web address is no street",
        ),
        ("<svg><line x1='1' x2='20'/><text>Chart</text></svg>", "a drawing"),
        ("<r><ssn/><dob xsi:nil='true'/></r>", "no value"),
        ("<r><patient><first>XXX</first></patient></r>", "a mask"),
    ],
)
def test_a_look_alike_is_no_identifier(document, reason):
    assert found(document) == set(), reason


def test_an_organisations_name_identifies_nobody():
    assert (
        phiscan.scan(b"<r><organization><name>Alder Clinic</name></organization></r>").identifiers
        == ()
    )


def test_a_providers_name_is_a_providers():
    data = (
        b"<r><physician><firstName>Odile</firstName></physician><patient><dob>1950-02-11</dob>"
        b"</patient></r>"
    )
    subjects = {f.info_type: f.subject for f in everything(data)}
    assert subjects["PERSON_NAME"] is Subject.PROVIDER


def test_a_document_in_base64_is_read():
    value = "UGF0aWVudCBTU046IDUxMi00NC05MDMx"  # Patient SSN: 512-44-9031
    assert ("US_SOCIAL_SECURITY_NUMBER", value) in found(
        f"<r><doc xsi:type='xs:base64Binary'>{value}</doc></r>"
    )


def test_redaction_leaves_well_formed_xml_without_identifiers():
    data = (
        b"<r><patient mrn='K-88123'><name>Noor<!-- x --> Haddad</name><ssn>512-<b>44</b>"
        b"-9031</ssn><dx>J45</dx></patient></r>"
    )
    assert phiscan.scan(data).verdict is Verdict.PHI
    masked = phiscan.redact(data, phiscan.scan(data))
    etree.fromstring(masked)
    assert (
        masked == b"<r><patient mrn='XXX'><name>XXX</name><ssn>XXX</ssn><dx>J45</dx></patient></r>"
    )
    assert phiscan.scan(masked).verdict is Verdict.HEALTH
