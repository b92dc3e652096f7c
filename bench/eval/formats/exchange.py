"""Formats around the record: audit messages, registries, assertions, launch contexts, graphs.

ATNA (RFC 3881, DICOM PS3.15 A.5), ebRIM metadata of IHE XDS, SAML assertions (IHE XUA), SMART App
Launch 2.2, CDS Hooks 2.0, FHIR in Turtle and JSON-LD, Apple Health's export, X12 as XML, and OMOP
records in JSON and SQL.
"""

import json
from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case, ymd

Made = tuple[str, str]
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _record(case: Case) -> str:
    return case.phi("MEDICAL_RECORD_NUMBER", case.inv.patient().mrn, "R")


def _cx(case: Case) -> str:
    return _record(case) + case.inv.pick("", "^^^&amp;1.3.6.1.4.1.21367&amp;ISO")


def audit(case: Case) -> Made:
    inv, p, d = case.inv, case.inv.patient(), case.inv.provider()
    when = case.phi("SERVICE_DATE", f"{inv.visit().admitted.isoformat()}T10:11:12Z")
    code = inv.pick("csd-code", "code")
    name = case.phi("PERSON_NAME", inv.pick(f"{p.family}^{p.given}", f"{p.given} {p.family}"))
    named = f"<ParticipantObjectName>{name}</ParticipantObjectName>" if inv.chance(0.7) else ""
    user = case.staff("PERSON_NAME", f"{d.given} {d.family}")
    text = f"""<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="{when}" EventOutcomeIndicator="0"><EventID {code}="110110" codeSystemName="DCM"/></EventIdentification>
<ActiveParticipant UserID="u{inv.digits(4)}" UserName="{user}" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="EHR"/>
<ParticipantObjectIdentification ParticipantObjectID="{_cx(case)}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode {code}="2" codeSystemName="RFC-3881"/>{named}</ParticipantObjectIdentification></AuditMessage>"""
    return inv.pick("", _PROLOG) + text, "application/xml"


def registry(case: Case) -> Made:
    inv = case.inv
    rim = 'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"'
    p = inv.patient()
    query = (
        f'<AdhocQuery {rim} id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">'
        f"<Slot name=\"$XDSDocumentEntryPatientId\"><ValueList><Value>'{_cx(case)}'</Value>"
        "</ValueList></Slot></AdhocQuery>"
    )
    entry = (
        f'<ExtrinsicObject {rim} id="d1"><Slot name="sourcePatientId"><ValueList><Value>'
        f'{_cx(case)}</Value></ValueList></Slot><Slot name="sourcePatientInfo"><ValueList>'
        f"<Value>PID-5|{case.phi('PERSON_NAME', p.family)}^{case.phi('PERSON_NAME', p.given)}"
        f"</Value><Value>PID-7|{case.phi('DATE_OF_BIRTH', ymd(p.born))}</Value></ValueList></Slot>"
        "</ExtrinsicObject>"
    )
    return inv.pick("", _PROLOG) + inv.pick(query, entry), "application/soap+xml"


def assertion(case: Case) -> Made:
    d = case.inv.provider()
    user = case.staff("PERSON_NAME", f"{d.given} {d.family}")
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'
        '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" '
        'IssueInstant="2024-01-05T10:00:00Z" Version="2.0"><saml2:AttributeStatement>'
        '<saml2:Attribute Name="urn:oasis:names:tc:xspa:1.0:subject:subject-id">'
        f"<saml2:AttributeValue>{user}</saml2:AttributeValue></saml2:Attribute>"
        '<saml2:Attribute Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id">'
        f"<saml2:AttributeValue>{_cx(case)}</saml2:AttributeValue></saml2:Attribute>"
        "</saml2:AttributeStatement></saml2:Assertion></s:Header><s:Body/></s:Envelope>"
    ), "application/soap+xml"


def launch(case: Case) -> Made:
    inv = case.inv
    patient = case.phi("PATIENT_REFERENCE", inv.pick(inv.digits(8), f"p-{inv.digits(5)}"), "H")
    scope = inv.pick("launch/patient patient/*.rs openid fhirUser", "launch user/Patient.read")
    token = {"access_token": f"t{inv.digits(20)}", "token_type": "Bearer", "scope": scope}
    hook = {"hookInstance": f"h-{inv.digits(8)}", "hook": "patient-view"}
    user = case.phi("PATIENT_REFERENCE", f"https://ehr.fernmail.net/fhir/Patient/{inv.digits(7)}")
    made = inv.pick(
        {**token, "patient": patient, "need_patient_banner": True},
        {"active": True, "scope": scope, "patient": patient},
        {"iss": "https://ehr.fernmail.net", "sub": inv.digits(5), "fhirUser": user},
        {**hook, "context": {"userId": "Practitioner/9", "patientId": patient}},
        {"launch_id": f"l{inv.digits(6)}", "parameters": {"patient": patient}},
    )
    return json.dumps(made, ensure_ascii=False), "application/json"


def turtle(case: Case) -> Made:
    p = case.inv.patient()
    family, given = case.phi("PERSON_NAME", p.family), case.phi("PERSON_NAME", p.given)
    born, number = case.phi("DATE_OF_BIRTH", p.born.isoformat()), _record(case)
    head = "@prefix fhir: <http://hl7.org/fhir/> .\n"
    r4 = (
        "[] a fhir:Patient ; fhir:nodeRole fhir:treeRoot ;\n"
        f'  fhir:Patient.identifier [ fhir:Identifier.value [ fhir:value "{number}" ] ] ;\n'
        f'  fhir:Patient.name [ fhir:HumanName.family [ fhir:value "{family}" ] ; '
        f'fhir:HumanName.given [ fhir:value "{given}" ] ] ;\n'
        f'  fhir:Patient.birthDate [ fhir:value "{born}" ] .\n'
    )
    r5 = (
        "[] a fhir:Patient ; fhir:nodeRole fhir:treeRoot ;\n"
        f'  fhir:identifier ( [ fhir:value [ fhir:v "{number}" ] ] ) ;\n'
        f'  fhir:name ( [ fhir:family [ fhir:v "{family}" ] ; '
        f'fhir:given ( [ fhir:v "{given}" ] ) ] ) ;\n'
        f'  fhir:birthDate [ fhir:v "{born}" ] .\n'
    )
    return head + case.inv.pick(r4, r5), case.inv.pick("text/turtle", "")


def json_ld(case: Case) -> Made:
    p = case.inv.patient()
    made = {
        "@context": {"fhir": "http://hl7.org/fhir/"},
        "@type": "fhir:Patient",
        "fhir:Patient.name": {
            "fhir:HumanName.family": {"fhir:value": case.phi("PERSON_NAME", p.family)}
        },
        "fhir:Patient.birthDate": {
            "fhir:value": {"@value": case.phi("DATE_OF_BIRTH", p.born.isoformat())}
        },
    }
    return json.dumps(made, ensure_ascii=False), case.inv.pick("application/ld+json", "")


def apple_health(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    records = "".join(
        f'<Record type="HKQuantityTypeIdentifierHeartRate" unit="count/min" startDate="'
        f'{case.phi("SERVICE_DATE", inv.visit().admitted.isoformat() + " 10:11:12 +0100")}" '
        f'value="{inv.rng.randint(50, 120)}"/>'
        for _ in range(inv.rng.randint(1, 5))
    )
    born = case.phi("DATE_OF_BIRTH", p.born.isoformat())
    dtd = inv.pick("", "<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Me,Record*)>\n]>\n")
    return (
        f'{_PROLOG}{dtd}<HealthData locale="en_US">'
        f'<Me HKCharacteristicTypeIdentifierDateOfBirth="{born}"/>{records}</HealthData>'
    ), "application/xml"


def x12_xml(case: Case) -> Made:
    p, v = case.inv.patient(), case.inv.visit()
    words = case.inv.pick("", "__Words")
    values = [
        ("NM1", [(1, "IL"), (2, "1"), (3, case.phi("PERSON_NAME", p.family)),
                 (4, case.phi("PERSON_NAME", p.given)), (8, "MI"),
                 (9, case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", p.member))]),
        ("DMG", [(1, "D8"), (2, case.phi("DATE_OF_BIRTH", ymd(p.born)))]),
        ("HI", [(1, f"ABK:{v.diagnosis[0].replace('.', '')}")]),
    ]  # fmt: skip
    text = "".join(
        f"<{tag}>"
        + "".join(f"<{tag}{n:02d}{words}>{e}</{tag}{n:02d}{words}>" for n, e in elements)
        + f"</{tag}>"
        for tag, elements in values
    )
    return f"{_PROLOG}<Transaction><Loop_2010BA>{text}</Loop_2010BA></Transaction>", "text/xml"


def omop(case: Case) -> Made:
    inv = case.inv
    day = case.phi("SERVICE_DATE", inv.visit().admitted.isoformat())
    person = case.phi("PATIENT_REFERENCE", inv.digits(5), "HIR")
    row = inv.pick(
        {"condition_occurrence_id": 7, "person_id": person, "condition_start_date": day},
        {"visit_occurrence_id": 9, "person_id": person, "visit_start_date": day},
        {"person_id": person, "measurement_concept_id": 3020891, "measurement_date": day},
    )
    if inv.chance(0.5):
        return json.dumps([row], ensure_ascii=False), "application/json"
    columns, values = ", ".join(row), ", ".join(f"'{value}'" for value in row.values())
    text = f"INSERT INTO cdm.t ({columns}) VALUES ({values});\n"  # noqa: S608 - a document
    return text, "application/sql"


_MAKERS: tuple[Callable[[Case], Made], ...] = (
    audit, registry, assertion, launch, turtle, json_ld, apple_health, x12_xml, omop
)  # fmt: skip


def exchange(seed: str) -> Document:
    """One document of one of these formats."""
    case = Case(seed, "exchange")
    make = case.inv.pick(*_MAKERS)
    text, content_type = make(case)
    return case.document(text, case.inv.pick(content_type, ""), style=make.__name__)
