"""Authors, recipients and others of a CDA document who are the patient or a relative."""

import pytest

import phiscan
from phiscan.finding import Subject

PATIENT = """<recordTarget><patientRole>
<id root="2.16.840.1.113883.19.5" extension="K-88123"/>
<patient><name><given>Noor</given><given>Ada</given><family>Haddad</family></name>
<guardian><guardianPerson><name>Samir Haddad</name></guardianPerson></guardian></patient>
</patientRole></recordTarget>"""
HER_ID = '<id root="2.16.840.1.113883.19.5" extension="K-88123"/>'
OTHER_ID = '<id root="2.16.840.1.113883.19.5" extension="A-4"/>'
NPI = '<id root="2.16.840.1.113883.4.6" extension="1234567893"/>'
HER_NAME = "<name><given>Noor</given><family>Haddad</family></name>"
SELF = '<code code="ONESELF" codeSystem="2.16.840.1.113883.5.111"/>'
CITY = "<addr><city>Boone</city><postalCode>28607</postalCode></addr>"
PHONE = '<telecom value="tel:828-555-0142"/>'


def author(*inner, name="<name>Ivo Brandt</name>", more=""):
    return (
        f"<author><assignedAuthor>{''.join(inner)}{CITY}{PHONE}"
        f"<assignedPerson>{name}</assignedPerson>{more}</assignedAuthor></author>"
    )


def recipient(*inner, name="<name>Ivo Brandt</name>"):
    return (
        f"<informationRecipient><intendedRecipient>{''.join(inner)}{CITY}{PHONE}"
        f"<informationRecipient>{name}</informationRecipient></intendedRecipient>"
        "</informationRecipient>"
    )


def whose(*parts):
    """The subject of the phone number, which only the role gives."""
    data = f'<ClinicalDocument xmlns="urn:hl7-org:v3">{"".join(parts)}</ClinicalDocument>'.encode()
    report = phiscan.scan(data)
    values = {
        data[f.location.start : f.location.end].decode(): f.subject
        for f in (*report.findings, *report.providers)
    }
    return values["tel:828-555-0142"], values


@pytest.mark.parametrize(
    "role",
    [
        author(HER_ID),
        author(OTHER_ID, name=HER_NAME),
        author(OTHER_ID, name="<name>NOOR HADDAD</name>"),
        author(OTHER_ID, SELF),
        author(OTHER_ID, SELF.replace("ONESELF", "MTH")),
        author(OTHER_ID, name="<name>Samir Haddad</name>"),  # the guardian writes
        author(NPI, HER_ID),  # a physician who is the patient
        recipient(HER_ID),
        recipient(OTHER_ID, name=HER_NAME),
        author(HER_ID).replace("author>", "dataEnterer>").replace("Author>", "Entity>"),
        author(SELF).replace("author>", "legalAuthenticator>").replace("Author>", "Entity>"),
    ],
)
@pytest.mark.parametrize("is_first", [False, True])
def test_a_role_that_the_patient_or_a_relative_fills_is_theirs(role, is_first):
    parts = (role, PATIENT) if is_first else (PATIENT, role)
    subject, values = whose(*parts)
    assert subject is Subject.PATIENT
    assert values["Boone"] is Subject.PATIENT
    assert values["28607"] is Subject.PATIENT
    assert values.get("A-4", Subject.PATIENT) is Subject.PATIENT


@pytest.mark.parametrize(
    "role",
    [
        author(OTHER_ID),  # another id and another name
        author(NPI, name=HER_NAME),  # a physician with the same name
        author(HER_ID.replace("19.5", "19.6"), NPI),  # the same number of another scheme
        author(OTHER_ID, name="<name><given>Noor</given></name>"),  # a given name alone
        author(OTHER_ID, SELF.replace("ONESELF", "HOSP")),  # a role that is no relationship
        author(OTHER_ID, SELF.replace("5.111", "6.101")),  # the code of another system
        author(HER_ID.replace("K-88123", "UNKNOWN")),  # no id at all
    ],
)
def test_a_role_of_anybody_else_is_a_providers(role):
    assert whose(PATIENT, role)[0] is Subject.PROVIDER


def test_the_organisation_of_an_author_who_is_the_patient_stays_a_providers():
    clinic = (
        "<representedOrganization><id root='2.16.840.1.113883.19.5' extension='C-9'/>"
        "<telecom value='tel:828-555-0199'/></representedOrganization>"
    )
    values = whose(PATIENT, author(HER_ID, more=clinic))[1]
    assert values["tel:828-555-0199"] is Subject.PROVIDER
    assert "C-9" not in values


def test_a_document_that_a_patient_wrote_is_a_patients_without_a_record_target():
    subject, values = whose(author(OTHER_ID, SELF))
    assert subject is Subject.PATIENT
    assert values["A-4"] is Subject.PATIENT
