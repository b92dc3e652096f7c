"""SAML assertions: the resource is the patient's, the subject is the user."""

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

NS = 'xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"'


def assertion(*attributes):
    listed = "".join(
        f'<saml2:Attribute Name="{name}"><saml2:AttributeValue>{value}</saml2:AttributeValue>'
        "</saml2:Attribute>"
        for name, value in attributes
    )
    return (
        f'<s:Envelope xmlns:s="urn:soap"><s:Header><saml2:Assertion {NS} ID="_1" '
        f'IssueInstant="2024-01-05T10:00:00Z" Version="2.0"><saml2:Subject><saml2:NameID>kosei'
        f"</saml2:NameID></saml2:Subject><saml2:AttributeStatement>{listed}"
        "</saml2:AttributeStatement></saml2:Assertion></s:Header><s:Body/></s:Envelope>"
    ).encode()


def found(data):
    report = phiscan.scan(data)
    return report, {
        (f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in (*report.findings, *report.providers)
        if f.identifier
    }


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("urn:oasis:names:tc:xacml:2.0:resource:resource-id", "543^^^&amp;1.2&amp;ISO", "543"),
        ("urn:oasis:names:tc:xacml:1.0:resource:resource-id", "543", "543"),
        ("urn:example:claims:PatientId", "K-88123", "K-88123"),
        ("https://example.org/claims/patient-id", "K-88123", "K-88123"),
    ],
)
def test_the_resource_is_a_patients(name, value, expected):
    report, values = found(assertion((name, value)))
    assert ("MEDICAL_RECORD_NUMBER", Subject.PATIENT, expected) in values
    assert report.verdict is Verdict.PHI


def test_the_subject_is_the_user():
    report, values = found(
        assertion(
            ("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Kwame Osei"),
            ("urn:oasis:names:tc:xspa:1.0:subject:organization", "Alder Clinic"),
            ("urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", "TREATMENT"),
        )
    )
    assert values == {("PERSON_NAME", Subject.PROVIDER, "Kwame Osei")}
    assert report.verdict is Verdict.NONE


def test_a_login_elsewhere_names_no_patient():
    # the assertion of a company's single sign-on, and a statement of its own in it
    data = assertion(("http://schemas.xmlsoap.org/claims/Group", "Engineers"), ("role", "admin"))
    assert found(data)[0].verdict is Verdict.NONE


def test_other_elements_of_an_assertion_are_read_by_their_labels():
    data = assertion().replace(b"</saml2:Assertion>", b"<ssn>512-44-9031</ssn></saml2:Assertion>")
    assert ("US_SOCIAL_SECURITY_NUMBER", Subject.PERSON, "512-44-9031") in found(data)[1]
