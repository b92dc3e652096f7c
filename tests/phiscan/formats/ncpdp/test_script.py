"""NCPDP SCRIPT 10.6 and 2017071: patient, prescriber and pharmacy are told apart."""

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Subject, Verdict

NEW = b"""<?xml version="1.0"?><Message DatatypesVersion="20170715" TransactionDomain="SCRIPT">
<Header><MessageID>m1</MessageID>
<PrescriberOrderNumber>ORD-5512</PrescriberOrderNumber></Header><Body><NewRx><Patient><HumanPatient><Identification>
<SocialSecurity>512449031</SocialSecurity><MutuallyDefined>K88123</MutuallyDefined></Identification><Name><LastName>Haddad</LastName>
<FirstName>Noor</FirstName></Name><DateOfBirth><Date>1950-02-11</Date></DateOfBirth><Address>
<AddressLine1>17 Quarry Lane</AddressLine1>
<City>Alder Creek</City><PostalCode>12207</PostalCode></Address><CommunicationNumbers>
<PrimaryTelephone><Number>5185550143</Number>
</PrimaryTelephone><ElectronicMail>noor@haddad.dev</ElectronicMail><Fax><Number>5185550199</Number></Fax></CommunicationNumbers>
</HumanPatient></Patient><Pharmacy><Identification><NPI>1234567893</NPI><NCPDPID>7701630</NCPDPID></Identification>
<BusinessName>Mill Pharmacy</BusinessName><CommunicationNumbers><PrimaryTelephone>
<Number>5185550100</Number></PrimaryTelephone>
</CommunicationNumbers></Pharmacy><Prescriber><NonVeterinarian><Identification><DEANumber>BB1388568</DEANumber></Identification><Name>
<LastName>Brandt</LastName></Name></NonVeterinarian></Prescriber><BenefitsCoordination><CardholderID>MEM7781</CardholderID>
<CardHolderName><LastName>Khoury</LastName></CardHolderName></BenefitsCoordination><MedicationPrescribed>
<DrugDescription>Salbutamol 100 mcg</DrugDescription><Diagnosis><Primary><Code>J45909</Code>
</Primary></Diagnosis>
<WrittenDate><Date>2024-02-01</Date></WrittenDate><Sig><SigText>Two puffs</SigText></Sig>
</MedicationPrescribed></NewRx></Body></Message>"""
OLD = b"""<Message version="010" release="006" xmlns="http://www.ncpdp.org/schema/SCRIPT"><Body><RefillRequest>
<RxReferenceNumber>RX-991</RxReferenceNumber><Patient><Identification><FileID>F-1201</FileID><MedicareNumber>1EG4TE5MK73</MedicareNumber>
</Identification><Name><LastName>Haddad</LastName></Name><DateOfBirth><Date>1950-02-11</Date></DateOfBirth><Address><ZipCode>12207</ZipCode>
</Address><CommunicationNumbers><Communication><Number>5185550143</Number><Qualifier>TE</Qualifier></Communication>
</CommunicationNumbers></Patient></RefillRequest></Body></Message>"""


def found(data):
    report = phiscan.scan(data)
    assert report.media == "script"
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode(), f.subject)
        for f in (*report.findings, *report.providers)
    }


def test_each_identifier_of_a_new_prescription_is_found():
    report, values = found(NEW)
    assert report.verdict is Verdict.PHI
    assert {(kind, value) for kind, value, subject in values if subject is Subject.PATIENT} >= {
        ("US_SOCIAL_SECURITY_NUMBER", "512449031"),
        ("MEDICAL_RECORD_NUMBER", "K88123"),
        ("PERSON_NAME", "Haddad"),
        ("PERSON_NAME", "Noor"),
        ("PERSON_NAME", "Khoury"),
        ("DATE_OF_BIRTH", "1950-02-11"),
        ("STREET_ADDRESS", "17 Quarry Lane"),
        ("CITY", "Alder Creek"),
        ("US_ZIP_CODE", "12207"),
        ("PHONE_NUMBER", "5185550143"),
        ("EMAIL_ADDRESS", "noor@haddad.dev"),
        ("FAX_NUMBER", "5185550199"),
        ("HEALTH_PLAN_BENEFICIARY_NUMBER", "MEM7781"),
        ("UNIQUE_CODE", "ORD-5512"),
        ("SERVICE_DATE", "2024-02-01"),
        ("MEDICATION", "Salbutamol 100 mcg"),
        ("DIAGNOSIS", "J45909"),
    }


def test_prescriber_and_pharmacy_are_providers():
    _, values = found(NEW)
    assert {
        ("US_HEALTHCARE_NPI", "1234567893", Subject.PROVIDER),
        ("US_DEA_NUMBER", "BB1388568", Subject.PROVIDER),
        ("PERSON_NAME", "Brandt", Subject.PROVIDER),
        ("PHONE_NUMBER", "5185550100", Subject.PROVIDER),
    } <= values


def test_version_10_6_has_other_names_for_the_same():
    _, values = found(OLD)
    assert {(kind, value) for kind, value, subject in values if subject is Subject.PATIENT} >= {
        ("MEDICAL_RECORD_NUMBER", "F-1201"),
        ("US_MEDICARE_BENEFICIARY_ID_NUMBER", "1EG4TE5MK73"),
        ("US_ZIP_CODE", "12207"),
        ("PHONE_NUMBER", "5185550143"),
        ("UNIQUE_CODE", "RX-991"),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"<Status><Code>010</Code><Description>Successful</Description></Status>",
        b"<GetMessage/>",
        (
            b"<NewRx><Pharmacy><Identification><NPI>1234567893</NPI></Identification>"
            b"</Pharmacy></NewRx>"
        ),
    ],
)
def test_a_message_without_a_patient_identifies_nobody(body):
    data = (
        b'<Message xmlns="http://www.ncpdp.org/schema/SCRIPT"><Header><PrescriberOrderNumber>'
        b"ORD-5512</PrescriberOrderNumber></Header><Body>"
    )
    report, _ = found(data + body + b"</Body></Message>")
    assert report.verdict in (Verdict.NONE, Verdict.HEALTH)
    assert report.identifiers == ()


@pytest.mark.parametrize("data", [NEW, OLD])
def test_redaction_leaves_well_formed_xml_without_identifiers(data):
    masked = phiscan.redact(data, phiscan.scan(data))
    etree.fromstring(masked)
    assert b"Haddad" not in masked
    assert phiscan.scan(masked).verdict is Verdict.HEALTH
