"""Look-alikes for readers: directories, statistics, articles, guidelines and brochures.

They are about no patient. Data sets without identifiers are among them.
"""

from bench.eval import names
from bench.eval.formats.case import Case
from bench.eval.formats.ordinary.made import Made, in_json


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
    return in_json(
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
    return in_json(case, {"providers": rows, "count": 3})


def statistics(case: Case) -> Made:
    inv = case.inv
    if inv.chance(0.5):
        return in_json(
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


def deidentified(case: Case) -> Made:
    """A record after Safe Harbor de-identification: years and states, but no names."""
    inv = case.inv
    return in_json(
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
