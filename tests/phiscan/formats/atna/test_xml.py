"""Audit messages: whose record was used is the patient's, who used it is a provider's."""

import base64

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

PATIENT, PROVIDER = Subject.PATIENT, Subject.PROVIDER


def message(*parts, user="Kwame Osei"):
    return (
        '<AuditMessage><EventIdentification EventActionCode="E" '
        'EventDateTime="2024-01-05T10:11:12.5Z" EventOutcomeIndicator="0">'
        '<EventID csd-code="110112" codeSystemName="DCM" originalText="Query"/>'
        "</EventIdentification>"
        f'<ActiveParticipant UserID="kosei" UserName="{user}" UserIsRequestor="true" '
        'NetworkAccessPointID="10.1.2.3"/>'
        '<AuditSourceIdentification AuditSourceID="PACS-1"/>' + "".join(parts) + "</AuditMessage>"
    ).encode()


def participant(number, name="", *, code="2", kind="1", role="1", more="", coded="csd-code"):
    named = f"<ParticipantObjectName>{name}</ParticipantObjectName>" if name else ""
    role = f' ParticipantObjectTypeCodeRole="{role}"' if role else ""
    return (
        f'<ParticipantObjectIdentification ParticipantObjectID="{number}" '
        f'ParticipantObjectTypeCode="{kind}"{role}>'
        f'<ParticipantObjectIDTypeCode {coded}="{code}" codeSystemName="RFC-3881"/>'
        f"{named}{more}</ParticipantObjectIdentification>"
    )


def found(data):
    report = phiscan.scan(data)
    return report, {
        (f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in (*report.findings, *report.providers)
        if f.identifier
    }


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (participant("77120"), ("MEDICAL_RECORD_NUMBER", PATIENT, "77120")),
        # only the number of a CX identifies; the assigning authority is the same for all
        (
            participant("K-7^^^&amp;1.3.6&amp;ISO"),
            ("MEDICAL_RECORD_NUMBER", PATIENT, "K-7"),
        ),
        (participant("K-7", "Haddad^Noor"), ("PERSON_NAME", PATIENT, "Haddad^Noor")),
        (participant("K-7", coded="code"), ("MEDICAL_RECORD_NUMBER", PATIENT, "K-7")),
        # the number's kind tells without a role, and the role without a known kind
        (participant("K-7", role=""), ("MEDICAL_RECORD_NUMBER", PATIENT, "K-7")),
        (participant("K-7", code="ITI-9"), ("MEDICAL_RECORD_NUMBER", PATIENT, "K-7")),
        (
            participant("512-44-9031", code="5"),
            ("US_SOCIAL_SECURITY_NUMBER", PATIENT, "512-44-9031"),
        ),
        (participant("V-9", code="3", role="3"), ("ACCOUNT_NUMBER", PATIENT, "V-9")),
        (
            participant("M-9", code="4", role="9"),
            ("HEALTH_PLAN_BENEFICIARY_NUMBER", PATIENT, "M-9"),
        ),
        (participant("K-7"), ("SERVICE_DATE", PATIENT, "2024-01-05T10:11:12.5Z")),
        (participant("K-7"), ("PERSON_NAME", PROVIDER, "Kwame Osei")),
        (
            participant("K-7") + participant("D-1", "Ilse Brandt", code="11", kind="1", role="8"),
            ("PERSON_NAME", PROVIDER, "Ilse Brandt"),
        ),
        (
            participant("K-7")
            + participant(
                "1.2.3",
                code="110180",
                kind="2",
                role="3",
                more='<ParticipantObjectDescription><Accession Number="ACC-77"/>'
                "</ParticipantObjectDescription>",
            ),
            ("ACCOUNT_NUMBER", PATIENT, "ACC-77"),
        ),
    ],
)
def test_the_role_of_an_object_says_whose_its_number_is(part, expected):
    report, values = found(message(part))
    assert expected in values
    assert (report.media, report.verdict, report.coverage) == (
        "atna",
        Verdict.PHI,
        Coverage.COMPLETE,
    )


def test_a_query_is_read_as_the_request_that_it_is():
    query = b"MSH|^~\\&|A|B|C|D|2024||QBP^Q22|1|P|2.5\rQPD|Q|1|@PID.5.1^HADDAD~@PID.3.1^77120\r"
    body = f"<ParticipantObjectQuery>{base64.b64encode(query).decode()}</ParticipantObjectQuery>"
    report, _ = found(message(participant("PDQ", code="ITI-21", kind="2", role="24", more=body)))
    assert {"PERSON_NAME", "MEDICAL_RECORD_NUMBER"} <= {f.info_type for f in report.findings}
    assert report.verdict is Verdict.PHI


def test_a_detail_is_a_short_text_in_base64():
    detail = base64.b64encode(b"SSN 512-44-9031").decode()
    more = f'<ParticipantObjectDetail type="x" value="{detail}"/>'
    report, _ = found(message(participant("K-7", more=more)))
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    "part",
    [
        "",  # somebody logged in
        participant("10.1.2.3", code="12", kind="2", role="4"),  # a file
        participant("rpt-9", "Monthly statistics", code="8", kind="2", role="3"),  # a report
        participant("kosei", "Kwame Osei", code="11", kind="1", role="6"),  # another user
        participant("XXX", "XXX"),  # masked
    ],
)
def test_what_no_patient_has_is_silent(part):
    report, values = found(message(part))
    assert report.verdict is Verdict.NONE
    assert not {v for v in values if v[1] is PATIENT}


def test_a_masked_message_keeps_its_form_and_the_authority_of_the_number():
    data = message(participant("K-77120^^^&amp;1.3.6&amp;ISO", "Haddad^Noor"))
    masked = phiscan.redact(data, phiscan.scan(data))
    root = etree.fromstring(masked)
    at = root.find("ParticipantObjectIdentification")
    assert at.get("ParticipantObjectID") == "XXX^^^&1.3.6&ISO"
    assert root.find("ActiveParticipant").get("UserName") == "Kwame Osei"
    assert phiscan.scan(masked).verdict is not Verdict.PHI


@pytest.mark.parametrize("prolog", ["", '<?xml version="1.0" encoding="UTF-8"?>'])
def test_a_message_in_a_line_of_syslog_is_read(prolog):
    line = b"<85>1 2024-01-05T10:11:12Z pacs app 1 IHE+RFC-3881 - " + prolog.encode()
    data = line + message(participant("77120", "Haddad^Noor"))
    report, values = found(data)
    assert ("PERSON_NAME", PATIENT, "Haddad^Noor") in values
    assert report.verdict is Verdict.PHI
