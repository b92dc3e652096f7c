"""FHIR resources in JSON: R4, STU3 and DSTU2, alone, in bundles, and as NDJSON.

https://hl7.org/fhir
"""

# ruff: noqa: D102 - each method makes one kind of resource, named as in the standard

import base64
import json
from collections.abc import Callable

from bench.eval.document import Document, escape_non_ascii
from bench.eval.formats.case import Case
from bench.eval.formats.notes import note_text
from bench.eval.people import Patient, Provider, Visit

Json = dict[str, object]
_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"


class Resources:
    """Makes resources about one patient."""

    def __init__(self, case: Case, version: str) -> None:
        self.case, self.version = case, version
        self.p: Patient = case.inv.patient()
        self.doctor: Provider = case.inv.provider()
        inv = case.inv
        self.id = inv.pick(
            f"{inv.digits(6)}",
            f"pat-{inv.digits(4)}",
            "-".join(f"{inv.rng.getrandbits(n):0{n // 4}x}" for n in (32, 16, 16, 16, 48)),
        )
        self.reference_style = inv.pick("relative", "relative", "urn", "absolute")

    # elements

    def full_name(self) -> str:
        return f"{self.p.given} {self.p.family}"

    def subject(self) -> Json:
        case = self.case
        target = {
            "relative": f"Patient/{self.id}",
            "urn": f"urn:uuid:{self.id}",
            "absolute": f"https://ehr.fernmail.net/fhir/Patient/{self.id}",
        }[self.reference_style]
        found: Json = {"reference": case.phi("PATIENT_REFERENCE", target)}
        if case.inv.chance(0.4):
            found["display"] = case.phi(
                "PERSON_NAME", case.inv.pick(self.full_name(), f"{self.p.family}, {self.p.given}")
            )
        return found

    def clinician(self) -> Json:
        d = self.doctor
        return {
            "reference": f"Practitioner/{self.case.inv.digits(5)}",
            "display": self.case.staff("PERSON_NAME", f"Dr. {d.given} {d.family}"),
        }

    def concept(self, system: str, code: str, display: str) -> Json:
        return {"coding": [{"system": system, "code": code, "display": display}], "text": display}

    def day(self, visit: Visit) -> str:
        text = visit.admitted.isoformat()
        if self.case.inv.chance(0.6):
            text += (
                f"T{visit.hour:02d}:{visit.minute:02d}:00"
                f"{self.case.inv.pick('Z', '-05:00', '.000Z')}"
            )
        return self.case.phi("SERVICE_DATE", text)

    def period(self, visit: Visit) -> Json:
        return {
            "start": self.day(visit),
            "end": self.case.phi("SERVICE_DATE", visit.discharged.isoformat()),
        }

    def identifier(self, kind: str, system: str, info_type: str, value: str) -> Json:
        case = self.case
        found: Json = {
            "system": system,
            "value": case.phi(
                info_type, value, "HR" if info_type == "MEDICAL_RECORD_NUMBER" else ""
            ),
        }
        if case.inv.chance(0.8) or info_type != "MEDICAL_RECORD_NUMBER":
            found["type"] = {"coding": [{"system": _0203, "code": kind}]}
        if case.inv.chance(0.4):
            found["use"] = "official"
        return found

    def human_name(self) -> Json:
        case, p = self.case, self.p
        family = case.phi("PERSON_NAME", p.family)
        given = [case.phi("PERSON_NAME", g) for g in (p.given, p.middle) if g]
        found: Json = {
            "use": "official",
            "family": [family] if self.version == "dstu2" else family,
            "given": given,
        }
        if case.inv.chance(0.3):
            found["text"] = case.phi("PERSON_NAME", self.full_name())
        if case.inv.chance(0.3):
            found["prefix"] = [case.inv.pick("Mr.", "Ms.", "Mrs.")]
        return found

    def address(self) -> Json:
        case, p = self.case, self.p
        found: Json = {
            "line": [case.phi("STREET_ADDRESS", p.street)],
            "city": case.phi("CITY", p.city),
            "state": p.state,
            "postalCode": case.phi("US_ZIP_CODE", p.zip),
            "country": "US",
        }

        def degrees(low: int, high: int) -> str:
            return case.marks.number(
                case.phi("GEO_COORDINATE", f"{case.inv.rng.uniform(low, high):.6f}")
            )

        if case.inv.chance(0.2):
            found["extension"] = [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/geolocation",
                    "extension": [
                        {"url": "latitude", "valueDecimal": degrees(25, 48)},
                        {"url": "longitude", "valueDecimal": degrees(-120, -70)},
                    ],
                }
            ]
        return found

    # resources

    def identifiers(self) -> list[Json]:
        inv, p = self.case.inv, self.p
        systems = (
            "http://hospital.fernmail.net/mrn",
            "urn:oid:2.16.840.1.113883.19.5",
            "urn:ehr:ids",
        )
        ssn = inv.pick(p.ssn, p.ssn.replace("-", ""))
        more = (
            (0.6, "SS", "http://hl7.org/fhir/sid/us-ssn", "US_SOCIAL_SECURITY_NUMBER", ssn),
            (0.3, "DL", "urn:oid:2.16.840.1.113883.4.3.25", "US_DRIVERS_LICENSE_NUMBER", p.licence),
            (
                0.3,
                "MC",
                "http://hl7.org/fhir/sid/us-mbi",
                "US_MEDICARE_BENEFICIARY_ID_NUMBER",
                p.mbi,
            ),
        )
        made = [self.identifier("MR", inv.pick(*systems), "MEDICAL_RECORD_NUMBER", p.mrn)]
        return made + [self.identifier(*rest) for share, *rest in more if inv.chance(share)]

    def telecom(self, p: Patient) -> list[Json]:
        case = self.case
        number = case.phi("PHONE_NUMBER", case.inv.written_phone(p.phone))
        made: list[Json] = [{"system": "phone", "use": "home", "value": number}]
        if case.inv.chance(0.4):
            made.append({"system": "email", "value": case.phi("EMAIL_ADDRESS", p.email)})
        return made

    def contact(self) -> list[Json]:
        case, relative = self.case, self.case.inv.patient()
        name = {
            "family": case.phi("PERSON_NAME", relative.family),
            "given": [case.phi("PERSON_NAME", relative.given)],
        }
        return [
            {"relationship": [{"text": "mother"}], "name": name, "telecom": self.telecom(relative)}
        ]

    def narrative(self) -> Json:
        name, born = (
            self.case.phi("PERSON_NAME", self.full_name()),
            self.case.phi("DATE_OF_BIRTH", self.p.born.isoformat()),
        )
        return {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p><b>{name}</b>, born '
            f"{born}</p></div>",
        }

    def photo(self) -> list[Json]:
        image = base64.b64encode(b"\x89PNG\r\n\x1a\n" + self.case.inv.rng.randbytes(60)).decode()
        return [{"contentType": "image/png", "data": self.case.phi("FACE_PHOTO", image)}]

    def patient(self) -> Json:
        case, p, inv = self.case, self.p, self.case.inv
        found: Json = {
            "resourceType": "Patient",
            "id": case.may("PATIENT_REFERENCE", self.id),
            "identifier": self.identifiers(),
            "name": [self.human_name()],
            "telecom": self.telecom(p),
            "gender": {"F": "female", "M": "male"}[p.sex],
            "birthDate": case.phi("DATE_OF_BIRTH", p.born.isoformat()),
            "address": [self.address()],
        }
        if inv.chance(0.1):
            found["deceasedDateTime"] = case.phi("DATE_OF_DEATH", inv.date(2018, 2025).isoformat())
        optional: tuple[tuple[float, str, Callable[[], object]], ...] = (
            (0.3, "contact", self.contact),
            (0.3, "generalPractitioner", lambda: [self.clinician()]),
            (0.4, "text", self.narrative),
            (0.1, "photo", self.photo),
        )
        for share, key, make in optional:
            if inv.chance(share):
                found[key] = make()
        return found

    def observation(self) -> Json:
        visit = self.case.inv.visit()
        code, name, unit = visit.lab[:3]
        return {
            "resourceType": "Observation",
            "id": self.case.inv.digits(7),
            "status": "final",
            "code": self.concept("http://loinc.org", code, name),
            "subject": self.subject(),
            "effectiveDateTime": self.day(visit),
            "valueQuantity": {"value": float(visit.value), "unit": unit},
        }

    def condition(self) -> Json:
        visit = self.case.inv.visit()
        code, name, snomed = visit.diagnosis
        system, code = self.case.inv.pick(
            ("http://hl7.org/fhir/sid/icd-10-cm", code), ("http://snomed.info/sct", snomed)
        )
        about = "patient" if self.version == "dstu2" else "subject"
        return {
            "resourceType": "Condition",
            "id": f"cond-{self.case.inv.digits(4)}",
            "clinicalStatus": "active",
            "code": self.concept(system, code, name),
            about: self.subject(),
            "onsetDateTime": self.day(visit),
        }

    def medication(self) -> Json:
        visit = self.case.inv.visit()
        name, code, _ = visit.drug
        concept = self.concept("http://www.nlm.nih.gov/research/umls/rxnorm", code, name)
        if self.version == "dstu2":
            return {
                "resourceType": "MedicationOrder",
                "status": "active",
                "dateWritten": self.case.phi("SERVICE_DATE", visit.admitted.isoformat()),
                "patient": self.subject(),
                "prescriber": self.clinician(),
                "medicationCodeableConcept": concept,
            }
        return {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept,
            "subject": self.subject(),
            "authoredOn": self.case.phi("SERVICE_DATE", visit.admitted.isoformat()),
            "requester": self.clinician(),
            "dosageInstruction": [{"text": "one tablet daily"}],
        }

    def encounter(self) -> Json:
        visit = self.case.inv.visit()
        about = "patient" if self.version == "dstu2" else "subject"
        return {
            "resourceType": "Encounter",
            "status": "finished",
            about: self.subject(),
            "period": self.period(visit),
            "participant": [{"individual": self.clinician()}],
            "serviceProvider": {"display": self.doctor.organization},
        }

    def procedure(self) -> Json:
        visit = self.case.inv.visit()
        return {
            "resourceType": "Procedure",
            "status": "completed",
            "code": self.concept("http://snomed.info/sct", "80146002", "Appendectomy"),
            "subject": self.subject(),
            "performedDateTime": self.day(visit),
            "performer": [{"actor": self.clinician()}],
        }

    def allergy(self) -> Json:
        return {
            "resourceType": "AllergyIntolerance",
            "patient": self.subject(),
            "code": self.concept(
                "http://www.nlm.nih.gov/research/umls/rxnorm", "7980", "Penicillin"
            ),
            "recordedDate": self.case.may(
                "SERVICE_DATE", self.case.inv.date(2012, 2024).isoformat()
            ),
            "criticality": "high",
        }

    def immunization(self) -> Json:
        visit = self.case.inv.visit()
        when = "occurrenceDateTime" if self.version == "r4" else "date"
        return {
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": self.concept(
                "http://hl7.org/fhir/sid/cvx", "140", "Influenza, seasonal"
            ),
            "patient": self.subject(),
            when: self.day(visit),
            "lotNumber": f"AAJN{self.case.inv.digits(2)}K",
        }

    def report(self) -> Json:
        visit = self.case.inv.visit()
        inner = Case(f"{self.case.seed}/note", "note")
        note, _ = note_text(inner, self.p, self.doctor)
        plain, labels = inner.marks.finish(note)
        data = self.case.marks.enclosing(base64.b64encode(plain).decode(), labels)
        return {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "code": self.concept("http://loinc.org", "18842-5", "Discharge summary"),
            "subject": self.subject(),
            "effectiveDateTime": self.day(visit),
            "performer": [self.clinician()],
            "presentedForm": [{"contentType": "text/plain", "data": data}],
        }

    def coverage(self) -> Json:
        case, p = self.case, self.p
        return {
            "resourceType": "Coverage",
            "status": "active",
            "subscriberId": case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", p.member),
            "beneficiary": self.subject(),
            "payor": [{"display": "Meridian Care HMO"}],
            "class": [
                {
                    "type": {"coding": [{"code": "group"}]},
                    "value": case.may("HEALTH_PLAN_BENEFICIARY_NUMBER", p.group),
                }
            ],
        }

    def claim(self) -> Json:
        case, visit = self.case, self.case.inv.visit()
        kind = case.inv.pick("Claim", "ExplanationOfBenefit")
        return {
            "resourceType": kind,
            "identifier": [
                {
                    "system": "https://payer.fernmail.net/claims",
                    "value": case.phi("ACCOUNT_NUMBER", visit.claim, "R"),
                }
            ],
            "status": "active",
            "patient": self.subject(),
            "billablePeriod": self.period(visit),
            "created": case.may("SERVICE_DATE", visit.discharged.isoformat()),
            "provider": {"display": self.doctor.organization},
            "diagnosis": [
                {
                    "sequence": 1,
                    "diagnosisCodeableConcept": self.concept(
                        "http://hl7.org/fhir/sid/icd-10-cm", visit.diagnosis[0], visit.diagnosis[1]
                    ),
                }
            ],
            "total": {"value": float(visit.amount), "currency": "USD"},
        }

    def answers(self) -> Json:
        visit = self.case.inv.visit()
        return {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "subject": self.subject(),
            "authored": self.day(visit),
            "item": [
                {"linkId": "1", "text": "Do you smoke?", "answer": [{"valueBoolean": False}]},
                {"linkId": "2", "text": "Pain score", "answer": [{"valueInteger": 4}]},
            ],
        }

    def appointment(self) -> Json:
        case, visit = self.case, self.case.inv.visit()
        return {
            "resourceType": "Appointment",
            "status": "booked",
            "start": self.day(visit),
            "end": case.phi("SERVICE_DATE", visit.admitted.isoformat() + "T23:30:00Z"),
            "participant": [{"actor": self.subject()}, {"actor": self.clinician()}],
        }

    def related(self) -> Json:
        case, relative = self.case, self.case.inv.patient()
        return {
            "resourceType": "RelatedPerson",
            "patient": self.subject(),
            "name": [
                {
                    "family": case.phi("PERSON_NAME", relative.family),
                    "given": [case.phi("PERSON_NAME", relative.given)],
                }
            ],
            "telecom": [
                {
                    "system": "phone",
                    "value": case.phi("PHONE_NUMBER", case.inv.written_phone(relative.phone)),
                }
            ],
        }

    def practitioner(self) -> Json:
        case, d = self.case, self.doctor
        return {
            "resourceType": "Practitioner",
            "identifier": [
                {
                    "system": "http://hl7.org/fhir/sid/us-npi",
                    "value": case.staff("US_HEALTHCARE_NPI", d.npi),
                }
            ],
            "name": [
                {
                    "family": case.staff("PERSON_NAME", d.family),
                    "given": [case.staff("PERSON_NAME", d.given)],
                }
            ],
            "telecom": [
                {
                    "system": "phone",
                    "value": case.staff("PHONE_NUMBER", case.inv.written_phone(d.phone)),
                }
            ],
        }

    def clinical(self) -> list[Callable[[], Json]]:
        """The methods that make resources of the patient compartment, for this version."""
        return [
            self.observation,
            self.condition,
            self.medication,
            self.encounter,
            self.procedure,
            self.allergy,
            self.immunization,
            self.report,
            self.coverage,
            self.claim,
            self.answers,
            self.appointment,
            self.related,
        ]


def _written(case: Case, resource: object) -> str:
    inv = case.inv
    text = json.dumps(
        resource,
        ensure_ascii=False,
        indent=inv.pick(None, None, 2),
        separators=inv.pick((",", ":"), (", ", ": ")),
    )
    return escape_non_ascii(text) if inv.chance(0.3) else text


def single(seed: str) -> Document:
    """One resource."""
    case = Case(seed, "fhir-json")
    version = case.inv.pick("r4", "r4", "stu3", "dstu2")
    resources = Resources(case, version)
    maker = resources.patient if case.inv.chance(0.35) else case.inv.pick(*resources.clinical())
    resource = maker()
    return case.document(
        _written(case, resource),
        case.inv.pick(
            "application/fhir+json", "application/json", "application/fhir+json; charset=utf-8", ""
        ),
        style=f"{version} {maker.__name__}",
    )


def _full_url(case: Case, kind: str, number: str) -> str:
    """The URL of an entry. The number of a patient or of a relative may be reported."""
    if kind in ("Patient", "RelatedPerson"):
        number = case.may("PATIENT_REFERENCE", number)
    return f"https://ehr.fernmail.net/fhir/{kind}/{number}"


def bundle(seed: str) -> Document:
    """A bundle: a patient, a practitioner, and two to eight resources about the patient."""
    case = Case(seed, "fhir-bundle")
    version = case.inv.pick("r4", "r4", "stu3", "dstu2")
    resources = Resources(case, version)
    made = [resources.patient(), resources.practitioner()]
    made += [case.inv.pick(*resources.clinical())() for _ in range(case.inv.rng.randint(2, 8))]
    case.inv.rng.shuffle(made)
    entries = [
        {"fullUrl": _full_url(case, str(r["resourceType"]), str(i)), "resource": r}
        for i, r in enumerate(made)
    ]
    text = _written(
        case,
        {
            "resourceType": "Bundle",
            "type": case.inv.pick("collection", "searchset", "transaction", "document"),
            "entry": entries,
        },
    )
    return case.document(
        text, case.inv.pick("application/fhir+json", "application/json"), style=version
    )


def ndjson(seed: str) -> Document:
    """Bulk data: one resource per line (https://hl7.org/fhir/uv/bulkdata)."""
    case = Case(seed, "fhir-ndjson")
    lines = []
    for _ in range(case.inv.rng.randint(2, 5)):
        resources = Resources(case, "r4")
        for maker in (resources.patient, case.inv.pick(*resources.clinical())):
            lines.append(json.dumps(maker(), ensure_ascii=False))
    return case.document(
        "\n".join(lines) + "\n",
        case.inv.pick("application/fhir+ndjson", "application/x-ndjson", "application/ndjson"),
    )
