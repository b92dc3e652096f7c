"""Health care documents that are about no patient.

They are catalogues, directories, specifications, statistics and articles.
"""

import json
from collections.abc import Callable

from bench.eval import names
from bench.eval.document import Document
from bench.eval.formats.case import Case
from phiscan.finding import Verdict

Made = tuple[str, str]


def _json(case: Case, value: object, content_type: str = "application/json") -> Made:
    return json.dumps(value, ensure_ascii=False, indent=case.inv.pick(None, 2)), content_type


def conformance(case: Case) -> Made:
    inv = case.inv
    publisher = {
        "name": "Working Group",
        "telecom": [
            {"system": "url", "value": "https://standards.fernmail.net"},
            {"system": "email", "value": "fhir@standards.fernmail.net"},
        ],
    }
    common = {
        "status": "active",
        "date": inv.date(2019, 2025).isoformat(),
        "publisher": "Standards Body",
        "contact": [publisher],
        "version": "4.0.1",
    }
    resource: dict[str, object] = inv.pick(
        {
            "resourceType": "StructureDefinition",
            "id": "site-patient",
            "url": "https://standards.fernmail.net/StructureDefinition/site-patient",
            "name": "SitePatient",
            "title": "Site Patient Profile",
            "type": "Patient",
            **common,
            "snapshot": {
                "element": [
                    {
                        "id": "Patient.name",
                        "path": "Patient.name",
                        "short": "A name associated with the patient",
                        "example": [
                            {
                                "label": "General",
                                "valueHumanName": {"family": "Chalmers", "given": ["Peter"]},
                            }
                        ],
                    }
                ]
            },
        },
        {
            "resourceType": "ValueSet",
            "url": "https://standards.fernmail.net/ValueSet/dx",
            "name": "CommonDiagnoses",
            **common,
            "compose": {
                "include": [
                    {
                        "system": "http://snomed.info/sct",
                        "concept": [{"code": d[2], "display": d[1]} for d in names.DIAGNOSES],
                    }
                ]
            },
        },
        {
            "resourceType": "CodeSystem",
            "url": "https://standards.fernmail.net/CodeSystem/cat",
            "name": "Categories",
            **common,
            "content": "complete",
            "concept": [
                {"code": "mrn", "display": "Medical record number"},
                {"code": "ssn", "display": "Social Security Number"},
            ],
        },
        {
            "resourceType": "CapabilityStatement",
            "name": "SiteServer",
            **common,
            "kind": "instance",
            "rest": [
                {
                    "mode": "server",
                    "resource": [
                        {
                            "type": "Patient",
                            "searchParam": [
                                {"name": "birthdate", "type": "date"},
                                {"name": "family", "type": "string"},
                            ],
                        }
                    ],
                }
            ],
        },
        {
            "resourceType": "Questionnaire",
            "title": "Depression screening",
            **common,
            "item": [
                {"linkId": "1", "text": "Patient name", "type": "string"},
                {"linkId": "2", "text": "Date of birth", "type": "date"},
            ],
        },
        {
            "resourceType": "SearchParameter",
            "name": "patient",
            **common,
            "code": "patient",
            "base": ["Observation", "Condition"],
            "type": "reference",
            "target": ["Patient"],
            "expression": "Observation.subject.where(resolve() is Patient)",
        },
        {
            "resourceType": "OperationOutcome",
            "issue": [
                {
                    "severity": "error",
                    "code": "invalid",
                    "diagnostics": "Patient.birthDate: value is not a date",
                    "expression": ["Patient.birthDate"],
                }
            ],
        },
        {
            "resourceType": "Medication",
            "code": {
                "coding": [
                    {
                        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                        "code": "860975",
                        "display": "metformin 500 mg tablet",
                    }
                ]
            },
            "form": {"text": "tablet"},
        },
    )
    return _json(case, resource, "application/fhir+json")


def directory(case: Case) -> Made:
    inv = case.inv
    d = inv.provider()
    name = {"family": d.family, "given": [d.given], "prefix": ["Dr."]}
    telecom = [{"system": "phone", "value": inv.written_phone(d.phone)}]
    address = [{"line": [d.street], "city": d.city, "state": d.state, "postalCode": d.zip}]
    npi = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": d.npi}]
    resources = [
        {
            "resourceType": "Practitioner",
            "id": inv.digits(5),
            "identifier": npi,
            "name": [name],
            "telecom": telecom,
            "address": address,
            "qualification": [{"code": {"text": "MD"}}],
        },
        {
            "resourceType": "Organization",
            "id": inv.digits(5),
            "identifier": npi,
            "name": d.organization,
            "telecom": telecom,
            "address": address,
        },
        {
            "resourceType": "PractitionerRole",
            "practitioner": {
                "reference": f"Practitioner/{inv.digits(5)}",
                "display": f"{d.given} {d.family}",
            },
            "specialty": [
                {
                    "coding": [
                        {
                            "system": "http://snomed.info/sct",
                            "code": "394579002",
                            "display": "Cardiology",
                        }
                    ]
                }
            ],
        },
        {
            "resourceType": "Location",
            "name": d.organization,
            "address": address[0],
            "position": {"latitude": 41.88123, "longitude": -87.62812},
        },
    ]
    return _json(
        case,
        inv.pick(
            resources[0],
            {
                "resourceType": "Bundle",
                "type": "searchset",
                "entry": [{"resource": r} for r in resources],
            },
        ),
        "application/fhir+json",
    )


def provider_table(case: Case) -> Made:
    inv = case.inv
    rows = [
        inv.pick(
            "npi,provider_last_name,provider_first_name,specialty,practice_address,city,"
            "state,zip,phone",
            "NPI,Last Name,First Name,Specialty,Address,City,State,Zip,Phone",
        )
    ]
    for _ in range(5):
        d = inv.provider()
        rows.append(
            f"{d.npi},{d.family},{d.given},"
            f'{inv.pick("Cardiology", "Oncology", "Family Medicine")},"{d.street}",'
            f"{d.city},{d.state},{d.zip},{inv.written_phone(d.phone)}"
        )
    return "\n".join(rows) + "\n", "text/csv"


def provider_json(case: Case) -> Made:
    inv = case.inv
    rows = []
    for _ in range(3):
        d = inv.provider()
        rows.append(
            {
                "npi": d.npi,
                "firstName": d.given,
                "lastName": d.family,
                "credential": "MD",
                "specialty": inv.pick("Cardiology", "Dermatology"),
                "practice": {
                    "name": d.organization,
                    "address": d.street,
                    "city": d.city,
                    "phone": inv.written_phone(d.phone),
                    "fax": inv.written_phone(inv.phone()),
                },
                "acceptingPatients": True,
                "insurancesAccepted": list(names.PLANS[:3]),
            }
        )
    return _json(case, {"providers": rows, "count": 3})


def lab_catalogue(case: Case) -> Made:
    if case.inv.chance(0.5):
        return "\n".join(
            [
                "test_code,loinc,name,unit,reference_low,reference_high,turnaround_hours",
                *(
                    f"T{case.inv.digits(4)},{lab[0]},{lab[1]},{lab[2]},{lab[3]},{lab[4]},24"
                    for lab in names.LABS
                ),
            ]
        ) + "\n", "text/csv"
    return _json(
        case,
        {
            "catalog": [
                {
                    "testCode": f"T{case.inv.digits(4)}",
                    "loinc": lab[0],
                    "name": lab[1],
                    "unit": lab[2],
                    "specimen": "serum",
                    "price": 31.5,
                }
                for lab in names.LABS
            ]
        },
    )


def drug_catalogue(case: Case) -> Made:
    if case.inv.chance(0.5):
        return "\n".join(
            [
                "ndc,drug_name,rxcui,manufacturer,package_size,awp",
                *(
                    f"{d[2]},{d[0]},{d[1]},{case.inv.family()} "
                    f"Labs,100,{case.inv.rng.uniform(4, 400):.2f}"
                    for d in names.DRUGS
                ),
            ]
        ) + "\n", "text/csv"
    return _json(
        case,
        {
            "formulary": [
                {
                    "ndc": d[2],
                    "name": d[0],
                    "rxcui": d[1],
                    "tier": 1,
                    "priorAuthorization": False,
                    "manufacturer": {
                        "name": f"{case.inv.family()} Pharma",
                        "phone": case.inv.written_phone(case.inv.phone()),
                    },
                }
                for d in names.DRUGS
            ]
        },
    )


def code_table(case: Case) -> Made:
    sep = case.inv.pick(",", "\t", "|")
    rows = [sep.join((d[0], f'"{d[1]}"', d[2])) for d in names.DIAGNOSES]
    return "\n".join([sep.join(("icd10", "description", "snomed")), *rows]) + "\n", "text/csv"


def statistics(case: Case) -> Made:
    inv = case.inv
    if inv.chance(0.5):
        return _json(
            case,
            {
                "region": inv.pick("Northwest", "County 12"),
                "year": 2024,
                "measures": [
                    {
                        "condition": d[1],
                        "icd10": d[0],
                        "cases": int(inv.digits(4)),
                        "ratePer100k": float(inv.digits(3)),
                    }
                    for d in names.DIAGNOSES[:6]
                ],
                "population": int(inv.digits(7)),
            },
        )
    return "year,diagnosis,age_group,sex,cases,deaths\n" + "".join(
        f"{inv.rng.randint(2015, 2024)},{d[1]},{inv.pick('0-17', '18-44', '45-64', '65+')},"
        f"{inv.pick('F', 'M')},{inv.digits(4)},{inv.digits(2)}\n"
        for d in names.DIAGNOSES
    ), "text/csv"


def article(case: Case) -> Made:
    inv, d = case.inv, case.inv.provider()
    return (
        f"Living with {names.DIAGNOSES[0][1].lower()}\n\nBy Dr. {d.given} {d.family}, "
        f"{d.organization}\nPublished {inv.date(2020, 2025).strftime('%B %d, %Y')}\n\n"
        f"Patients who are diagnosed with diabetes often start with {names.DRUGS[0][0]}. "
        f"Your doctor may check your hemoglobin A1c every three months. Common symptoms "
        f"include thirst and fatigue.\n\nTo make an appointment call "
        f"{inv.written_phone(d.phone)} or visit us at {d.street}, {d.city}, {d.state} "
        f"{d.zip}.\n",
        "text/plain",
    )


def clinic_page(case: Case) -> Made:
    inv, d = case.inv, case.inv.provider()
    return (
        f"<!DOCTYPE html><html><head><title>{d.organization}</title></head><body><h1>"
        f"{d.organization}</h1><p>Meet our team: Dr. {d.given} {d.family}, Cardiology "
        f"(NPI {d.npi}).</p><p>Phone: {inv.written_phone(d.phone)} Fax: "
        f"{inv.written_phone(inv.phone())}</p>"
        f"<p>{d.street}, {d.city}, {d.state} {d.zip}</p><p>We treat "
        f"{names.DIAGNOSES[1][1].lower()}, asthma and diabetes. New patients welcome; "
        f"patient portal and medical records requests online.</p></body></html>\n",
        "text/html",
    )


def guideline(case: Case) -> Made:
    lab = case.inv.pick(*names.LABS)
    return (
        f"Clinical guideline {case.inv.digits(3)}\n\n1. Screening. Measure blood "
        f"pressure at every visit. A reading of 140/90 or more should be repeated.\n2. "
        f"Treatment. Start {case.inv.pick(*names.DRUGS)[0]} daily; maximum dose twice "
        f"daily.\n"
        f"3. Monitoring. {lab[1]} between {lab[3]} and {lab[4]} {lab[2]} is "
        f"acceptable.\n4. Coding. Use ICD-10-CM {names.DIAGNOSES[1][0]} for essential "
        f"hypertension.\n5. Documentation. Record the patient's name, date of birth and "
        f"MRN on each page.\n",
        "text/plain",
    )


def api_description(case: Case) -> Made:
    properties = {
        "firstName": {"type": "string", "example": "string"},
        "dateOfBirth": {"type": "string", "format": "date"},
        "ssn": {"type": "string", "pattern": "^\\d{3}-\\d{2}-\\d{4}$"},
        "diagnosis": {"type": "string", "description": "ICD-10-CM code"},
        "mrn": {"type": "string"},
    }
    return _json(
        case,
        {
            "openapi": "3.0.3",
            "info": {
                "title": "Patient API",
                "version": f"1.{case.inv.rng.randint(0, 9)}.0",
                "contact": {"name": "API Support", "email": "support@standards.fernmail.net"},
            },
            "paths": {"/patients/{id}": {"get": {"parameters": [{"name": "id", "in": "path"}]}}},
            "components": {"schemas": {"Patient": {"type": "object", "properties": properties}}},
        },
    )


def acknowledgement(case: Case) -> Made:
    inv = case.inv
    if inv.chance(0.5):
        return (
            f"MSH|^~\\&|LAB|ALDER|EHR|ALDER|20250304101112||ACK^A01|{inv.digits(8)}|P|"
            f"2.5.1\rMSA|AA|{inv.digits(8)}\r",
            "application/hl7-v2",
        )
    control = inv.digits(9)
    return (
        f"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
        f"*250304*1253*^*00501*{control}*0*P*:~"
        f"GS*FA*SENDER*RECEIVER*20250304*1253*1*X*005010X231A1~ST*999*0001*005010X231A1~"
        f"AK1*HC*1*005010X222A1~AK2*837*0001*005010X222A1~IK5*A~AK9*A*1*1*1~SE*6*0001~GE*1*1~"
        f"IEA*1*{control}~"
    ), "application/edi-x12"


def master_file(case: Case) -> Made:
    inv, d = case.inv, case.inv.provider()
    return (
        f"MSH|^~\\&|HR|ALDER|EHR|ALDER|20250304101112||MFN^M02|{inv.digits(8)}|P|2.5.1\r"
        f"MFI|STF|HR|UPD|||AL\rMFE|MUP|||{inv.digits(5)}|CE\r"
        f"STF|{inv.digits(5)}|{d.npi}^^^NPI|{d.family}^{d.given}|P|F|19700101|A|^"
        f"Cardiology||^WPN^PH^^1^{d.phone[:3]}^{d.phone[3:]}|{d.street}^^{d.city}^"
        f"{d.state}^{d.zip}\rPRA|{inv.digits(5)}|^{d.organization}|MD\r",
        "application/hl7-v2",
    )


def supplies(case: Case) -> Made:
    inv, d = case.inv, case.inv.provider()
    return _json(
        case,
        {
            "purchaseOrder": f"PO-{inv.digits(6)}",
            "supplier": {
                "name": f"{inv.family()} Medical Supply",
                "phone": inv.written_phone(inv.phone()),
            },
            "shipTo": {
                "name": d.organization,
                "address": d.street,
                "city": d.city,
                "zip": d.zip,
                "attention": f"Dr. {d.given} {d.family}",
            },
            "lines": [
                {"item": "Surgical gloves", "lot": inv.digits(6), "qty": 40},
                {"item": "Insulin syringe", "gtin": "00844588003288", "qty": 100},
            ],
        },
    )


def deidentified(case: Case) -> Made:
    """A record after Safe Harbor de-identification: years and states, but no names."""
    inv = case.inv
    return _json(
        case,
        {
            "cohort": "study-4",
            "subjects": [
                {
                    "birthYear": inv.rng.randint(1940, 2005),
                    "sex": inv.pick("F", "M"),
                    "state": inv.pick(*names.STATES),
                    "admissionYear": 2023,
                    "diagnosis": d[0],
                }
                for d in names.DIAGNOSES[:5]
            ],
        },
    )


def plan_brochure(case: Case) -> Made:
    inv = case.inv
    plan = inv.pick(*names.PLANS)
    return (
        f"{plan}: summary of benefits {inv.rng.randint(2024, 2026)}\n\nDeductible: "
        f"$1,500 per member. Copay: $25 for office visits, $10 for generic "
        f"prescriptions. Member services: {inv.written_phone(inv.phone())}, TTY 711. "
        f"Mail claims to P.O. Box {inv.digits(4)}, {inv.town()[0]}, "
        f"{inv.pick(*names.STATES)} {inv.town()[2]}.\nCovered services include "
        f"laboratory tests, surgery and immunizations.\n",
        "text/plain",
    )


_LOOK_ALIKES: tuple[Callable[[Case], Made], ...] = (
    conformance,
    conformance,
    directory,
    provider_table,
    provider_json,
    lab_catalogue,
    drug_catalogue,
    code_table,
    statistics,
    article,
    clinic_page,
    guideline,
    api_description,
    acknowledgement,
    master_file,
    supplies,
    deidentified,
    plan_brochure,
)


def look_alike(seed: str) -> Document:
    """A health care document that is about no patient."""
    case = Case(seed, "look-alike")
    make = case.inv.pick(*_LOOK_ALIKES)
    text, content_type = make(case)
    return case.document(
        text,
        case.inv.pick(content_type, content_type, ""),
        style=make.__name__,
        verdict=Verdict.HEALTH,
    )
