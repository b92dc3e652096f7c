"""Look-alikes for machines: definitions, catalogues, tables of codes and acknowledgements.

They are about no patient.
"""

from bench.eval import names
from bench.eval.formats.case import Case
from bench.eval.formats.ordinary.made import Made, in_json


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
    return in_json(case, resource, "application/fhir+json")


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
    return in_json(
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
    return in_json(
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


def api_description(case: Case) -> Made:
    properties = {
        "firstName": {"type": "string", "example": "string"},
        "dateOfBirth": {"type": "string", "format": "date"},
        "ssn": {"type": "string", "pattern": "^\\d{3}-\\d{2}-\\d{4}$"},
        "diagnosis": {"type": "string", "description": "ICD-10-CM code"},
        "mrn": {"type": "string"},
    }
    return in_json(
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
    return in_json(
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
