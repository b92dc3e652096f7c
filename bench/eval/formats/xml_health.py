"""Health documents in XML: C-CDA (CDA R2), FHIR XML, NCPDP SCRIPT, and custom XML."""

from xml.sax.saxutils import escape

from bench.eval.document import Document
from bench.eval.formats.case import Case, ymd

_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


def ccda(seed: str) -> Document:
    """A clinical document: a patient header, an author, sections with narrative and entries."""
    case = Case(seed, "ccda")
    inv, p, d, v = case.inv, case.inv.patient(), case.inv.provider(), case.inv.visit()
    x = inv.pick("", "", "", "cda:")
    when = case.may("SERVICE_DATE", ymd(v.admitted) + "101500-0500")
    middle = f"<{x}given>{case.phi('PERSON_NAME', p.middle)}</{x}given>" if p.middle else ""
    ssn = (
        f'<{x}id root="2.16.840.1.113883.4.1" '
        f'extension="{case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn)}"/>'
        if inv.chance(0.5)
        else ""
    )
    guardian = ""
    if inv.chance(0.3):
        g = inv.patient()
        guardian = (
            f"<{x}guardian><{x}guardianPerson><{x}name><{x}given>"
            f"{case.phi('PERSON_NAME', g.given)}</{x}given><{x}family>"
            f"{case.phi('PERSON_NAME', g.family)}</{x}family></{x}name>"
            f"</{x}guardianPerson></{x}guardian>"
        )
    header = f"""<{x}ClinicalDocument xmlns{":cda" if x else ""}="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<{x}realmCode code="US"/><{x}typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><{x}templateId root="2.16.840.1.113883.10.20.22.1.1"/>
<{x}id root="2.16.840.1.113883.19.5.99999.1" extension="{case.may("UNIQUE_CODE", inv.digits(9))}"/><{x}code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summarization of Episode Note"/>
<{x}title>{inv.pick("Continuity of Care Document", "Discharge Summary", "Consultation Note")}</{x}title><{x}effectiveTime value="{when}"/>
<{x}recordTarget><{x}patientRole><{x}id root="2.16.840.1.113883.19.5" extension="{case.phi("MEDICAL_RECORD_NUMBER", p.mrn, "R")}"/>{ssn}
<{x}addr use="HP"><{x}streetAddressLine>{case.phi("STREET_ADDRESS", p.street)}</{x}streetAddressLine><{x}city>{case.phi("CITY", p.city)}</{x}city><{x}state>{p.state}</{x}state><{x}postalCode>{case.phi("US_ZIP_CODE", p.zip)}</{x}postalCode></{x}addr>
<{x}telecom use="HP" value="{case.phi("PHONE_NUMBER", "tel:" + inv.written_phone(p.phone))}"/>{f'<{x}telecom value="{case.phi("EMAIL_ADDRESS", "mailto:" + p.email)}"/>' if inv.chance(0.4) else ""}
<{x}patient><{x}name use="L"><{x}given>{case.phi("PERSON_NAME", p.given)}</{x}given>{middle}<{x}family>{case.phi("PERSON_NAME", p.family)}</{x}family></{x}name>
<{x}administrativeGenderCode code="{p.sex}" codeSystem="2.16.840.1.113883.5.1"/><{x}birthTime value="{case.phi("DATE_OF_BIRTH", ymd(p.born))}"/>{guardian}</{x}patient>
<{x}providerOrganization><{x}name>{d.organization}</{x}name></{x}providerOrganization></{x}patientRole></{x}recordTarget>
<{x}author><{x}time value="{when}"/><{x}assignedAuthor><{x}id root="2.16.840.1.113883.4.6" extension="{case.staff("US_HEALTHCARE_NPI", d.npi)}"/>
<{x}addr><{x}streetAddressLine>{case.staff("STREET_ADDRESS", d.street)}</{x}streetAddressLine><{x}city>{case.staff("CITY", d.city)}</{x}city></{x}addr><{x}telecom value="{case.staff("PHONE_NUMBER", "tel:" + d.phone)}"/>
<{x}assignedPerson><{x}name><{x}given>{case.staff("PERSON_NAME", d.given)}</{x}given><{x}family>{case.staff("PERSON_NAME", d.family)}</{x}family></{x}name></{x}assignedPerson></{x}assignedAuthor></{x}author>
<{x}custodian><{x}assignedCustodian><{x}representedCustodianOrganization><{x}id root="2.16.840.1.113883.19"/><{x}name>{d.organization}</{x}name></{x}representedCustodianOrganization></{x}assignedCustodian></{x}custodian>
<{x}componentOf><{x}encompassingEncounter><{x}id root="2.16.840.1.113883.19" extension="{case.may("ACCOUNT_NUMBER", inv.digits(7))}"/><{x}effectiveTime><{x}low value="{case.phi("SERVICE_DATE", ymd(v.admitted))}"/><{x}high value="{case.phi("SERVICE_DATE", ymd(v.discharged))}"/></{x}effectiveTime></{x}encompassingEncounter></{x}componentOf>
"""
    _, name, snomed = v.diagnosis
    loinc, lab, unit = v.lab[:3]
    echo = (
        f"{case.phi('PERSON_NAME', f'{p.given} {p.family}')} reports good adherence. "
        if inv.chance(0.4)
        else ""
    )
    body = f"""<{x}component><{x}structuredBody>
<{x}component><{x}section><{x}templateId root="2.16.840.1.113883.10.20.22.2.5.1"/><{x}code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><{x}title>PROBLEMS</{x}title><{x}text>{echo}{escape(name)}</{x}text>
<{x}entry><{x}act classCode="ACT" moodCode="EVN"><{x}entryRelationship typeCode="SUBJ"><{x}observation classCode="OBS" moodCode="EVN"><{x}code code="55607006" codeSystem="2.16.840.1.113883.6.96"/>
<{x}effectiveTime><{x}low value="{case.phi("SERVICE_DATE", ymd(v.admitted))}"/></{x}effectiveTime><{x}value xsi:type="CD" code="{snomed}" codeSystem="2.16.840.1.113883.6.96" displayName="{escape(name)}"/></{x}observation></{x}entryRelationship></{x}act></{x}entry></{x}section></{x}component>
<{x}component><{x}section><{x}code code="30954-2" codeSystem="2.16.840.1.113883.6.1"/><{x}title>RESULTS</{x}title><{x}text><{x}table><{x}tbody><{x}tr><{x}td>{lab}</{x}td><{x}td>{v.value} {unit}</{x}td></{x}tr></{x}tbody></{x}table></{x}text>
<{x}entry><{x}observation classCode="OBS" moodCode="EVN"><{x}code code="{loinc}" codeSystem="2.16.840.1.113883.6.1"/><{x}effectiveTime value="{case.phi("SERVICE_DATE", ymd(v.admitted) + "0730")}"/><{x}value xsi:type="PQ" value="{v.value}" unit="{unit}"/></{x}observation></{x}entry></{x}section></{x}component>
</{x}structuredBody></{x}component></{x}ClinicalDocument>
"""
    text = _PROLOG + header + body
    if inv.chance(0.4):
        text = text.replace("\n", "")
    return case.document(
        text,
        inv.pick("application/xml", "text/xml", "application/cda+xml", ""),
        style=f"prefix {x!r}",
    )


def fhir_xml(seed: str) -> Document:
    """A Patient or an Observation in FHIR XML, alone or in a bundle.

    https://hl7.org/fhir/xml.html
    """
    case = Case(seed, "fhir-xml")
    inv, p, v = case.inv, case.inv.patient(), case.inv.visit()
    ns = 'xmlns="http://hl7.org/fhir"'
    style = inv.pick("patient", "observation", "bundle")
    patient = f"""<Patient {ns}><id value="{case.may("PATIENT_REFERENCE", inv.digits(6))}"/><identifier><type><coding><system value="http://terminology.hl7.org/CodeSystem/v2-0203"/><code value="MR"/></coding></type>
<system value="urn:oid:1.2.36.146"/><value value="{case.phi("MEDICAL_RECORD_NUMBER", p.mrn)}"/></identifier>
<identifier><system value="http://hl7.org/fhir/sid/us-ssn"/><value value="{case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn)}"/></identifier>
<name><use value="official"/><family value="{case.phi("PERSON_NAME", p.family)}"/><given value="{case.phi("PERSON_NAME", p.given)}"/></name><telecom><system value="phone"/><value value="{case.phi("PHONE_NUMBER", inv.written_phone(p.phone))}"/></telecom>
<gender value="female"/><birthDate value="{case.phi("DATE_OF_BIRTH", p.born.isoformat())}"/><address><line value="{case.phi("STREET_ADDRESS", p.street)}"/><city value="{case.phi("CITY", p.city)}"/><state value="{p.state}"/><postalCode value="{case.phi("US_ZIP_CODE", p.zip)}"/></address></Patient>"""
    observation = f"""<Observation {ns}><status value="final"/><code><coding><system value="http://loinc.org"/><code value="{v.lab[0]}"/><display value="{v.lab[1]}"/></coding></code>
<subject><reference value="{case.phi("PATIENT_REFERENCE", "Patient/" + inv.digits(5))}"/><display value="{case.phi("PERSON_NAME", f"{p.given} {p.family}")}"/></subject>
<effectiveDateTime value="{case.phi("SERVICE_DATE", v.admitted.isoformat() + "T08:00:00Z")}"/><valueQuantity><value value="{v.value}"/><unit value="{v.lab[2]}"/></valueQuantity></Observation>"""
    if style == "bundle":
        text = (
            f'<Bundle {ns}><type value="collection"/><entry><resource>{patient}</resource>'
            f"</entry><entry><resource>{observation}</resource></entry></Bundle>"
        )
    else:
        text = patient if style == "patient" else observation
    return case.document(
        _PROLOG + text, inv.pick("application/fhir+xml", "application/xml", "text/xml"), style=style
    )


def script(seed: str) -> Document:
    """NCPDP SCRIPT 10.6 and 2017071: NewRx, RxRenewalRequest, CancelRx."""
    case = Case(seed, "ncpdp-script")
    inv, p, d, v = case.inv, case.inv.patient(), case.inv.provider(), case.inv.visit()
    kind = inv.pick("NewRx", "NewRx", "RxRenewalRequest", "CancelRx", "RxFill")
    new = inv.chance(0.6)
    human, drug = ("HumanPatient", "DrugDescription") if new else ("", "DrugDescription")
    line = "AddressLine1"
    born, written = (
        case.phi("DATE_OF_BIRTH", p.born.isoformat()),
        case.phi("SERVICE_DATE", v.admitted.isoformat()),
    )
    member = (
        f"<BenefitsCoordination><PBMMemberID>"
        f"{case.phi('HEALTH_PLAN_BENEFICIARY_NUMBER', p.member)}</PBMMemberID>"
        f"</BenefitsCoordination>"
        if inv.chance(0.4)
        else ""
    )
    phone = (
        f"<PrimaryTelephone><Number>{case.phi('PHONE_NUMBER', p.phone)}</Number></PrimaryTelephone>"
        if new
        else f"<Communication><Number>{case.phi('PHONE_NUMBER', p.phone)}</Number><Qualifier>"
        f"TE</Qualifier></Communication>"
    )
    postal = (
        f"<PostalCode>{case.phi('US_ZIP_CODE', p.zip)}</PostalCode>"
        if new
        else f"<ZipCode>{case.phi('US_ZIP_CODE', p.zip)}</ZipCode>"
    )
    ident = (
        f"<Identification><MedicalRecordIdentificationNumberEHR>"
        f"{case.phi('MEDICAL_RECORD_NUMBER', p.mrn)}</MedicalRecordIdentificationNumberEH"
        f"R></Identification>"
        if inv.chance(0.4)
        else ""
    )
    person = f"""{ident}<Name><LastName>{case.phi("PERSON_NAME", p.family)}</LastName><FirstName>{case.phi("PERSON_NAME", p.given)}</FirstName></Name><Gender>{p.sex}</Gender><DateOfBirth><Date>{born}</Date></DateOfBirth>
<Address><{line}>{case.phi("STREET_ADDRESS", p.street)}</{line}><City>{case.phi("CITY", p.city)}</City><StateProvince>{p.state}</StateProvince>{postal}<CountryCode>US</CountryCode></Address>
<CommunicationNumbers>{phone}</CommunicationNumbers>"""
    wrapped = f"<{human}>{person}</{human}>" if human else person
    prescriber = f"""<Identification><NPI>{case.staff("US_HEALTHCARE_NPI", d.npi)}</NPI><DEANumber>{case.staff("US_DEA_NUMBER", d.dea)}</DEANumber></Identification><Name><LastName>{case.staff("PERSON_NAME", d.family)}</LastName><FirstName>{case.staff("PERSON_NAME", d.given)}</FirstName></Name>
<Address><{line}>{case.staff("STREET_ADDRESS", d.street)}</{line}><City>{case.staff("CITY", d.city)}</City></Address><CommunicationNumbers><PrimaryTelephone><Number>{case.staff("PHONE_NUMBER", d.phone)}</Number></PrimaryTelephone></CommunicationNumbers>"""
    vet = f"<NonVeterinarian>{prescriber}</NonVeterinarian>" if new else prescriber
    text = f"""{_PROLOG}<Message {'xmlns="http://www.ncpdp.org/schema/SCRIPT" version="2017071"' if new else 'xmlns="http://www.ncpdp.org/schema/SCRIPT" version="010" release="006"'}>
<Header><To Qualifier="P">{inv.digits(7)}</To><From Qualifier="D">{inv.digits(13)}</From><MessageID>{inv.digits(12)}</MessageID><SentTime>{v.admitted.isoformat()}T09:30:00Z</SentTime></Header>
<Body><{kind}>{member}<Patient>{wrapped}</Patient><Pharmacy><Identification><NCPDPID>{inv.digits(7)}</NCPDPID><NPI>{case.staff("US_HEALTHCARE_NPI", inv.npi())}</NPI></Identification><BusinessName>{d.organization}</BusinessName></Pharmacy>
<Prescriber>{vet}</Prescriber><MedicationPrescribed><{drug}>{v.drug[0]}</{drug}><DrugCoded><ProductCode Qualifier="ND">{v.drug[2].replace("-", "")}</ProductCode></DrugCoded><Quantity><Value>30</Value></Quantity>
<WrittenDate><Date>{written}</Date></WrittenDate><Sig><SigText>Take one daily</SigText></Sig></MedicationPrescribed></{kind}></Body></Message>"""
    return case.document(
        text, inv.pick("application/xml", "text/xml", "application/x-ncpdp-script+xml"), style=kind
    )


def generic(seed: str) -> Document:
    """Custom XML: values in elements or attributes, with or without a SOAP envelope."""
    case = Case(seed, "xml")
    inv, p, v = case.inv, case.inv.patient(), case.inv.visit()
    style = inv.pick("elements", "attributes", "soap")
    values: list[tuple[str, str]] = [
        (
            inv.pick("FirstName", "firstName", "first_name", "GivenName"),
            case.phi("PERSON_NAME", escape(p.given)),
        ),
        (
            inv.pick("LastName", "lastName", "last_name", "FamilyName", "Surname"),
            case.phi("PERSON_NAME", escape(p.family)),
        ),
        (
            inv.pick("DateOfBirth", "dob", "BirthDate", "birth_date"),
            case.phi("DATE_OF_BIRTH", p.born.isoformat()),
        ),
        (
            inv.pick("MRN", "mrn", "MedicalRecordNumber", "medical_record_number"),
            case.phi("MEDICAL_RECORD_NUMBER", p.mrn),
        ),
        (
            inv.pick("SSN", "ssn", "SocialSecurityNumber"),
            case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn),
        ),
        (
            inv.pick("Phone", "phoneNumber", "HomePhone"),
            case.phi("PHONE_NUMBER", inv.written_phone(p.phone)),
        ),
        (inv.pick("DiagnosisCode", "diagnosis_code", "PrimaryDiagnosis"), v.diagnosis[0]),
        (
            inv.pick("AdmitDate", "admissionDate", "DateOfService"),
            case.phi("SERVICE_DATE", v.admitted.isoformat()),
        ),
    ]
    holder = inv.pick("Patient", "patient", "PatientRecord", "Member")
    if style == "attributes":
        inner = f"<{holder} " + " ".join(f'{k}="{v}"' for k, v in values) + "/>"
    else:
        inner = f"<{holder}>" + "".join(f"<{k}>{v}</{k}>" for k, v in values) + f"</{holder}>"
    if style == "soap":
        inner = (
            f'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<soap:Body><ns2:Submit xmlns:ns2="urn:site">{inner}</ns2:Submit></soap:Body>'
            f"</soap:Envelope>"
        )
    return case.document(
        _PROLOG + inner,
        inv.pick("application/xml", "text/xml; charset=utf-8", "application/soap+xml"),
        style=style,
    )
