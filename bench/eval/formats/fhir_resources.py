"""FHIR resources about one patient, in JSON.

https://hl7.org/fhir/resourcelist.html
"""

# ruff: noqa: D102 - each method makes one kind of resource, named as in the standard

import base64
from collections.abc import Callable

from bench.eval.formats.case import Case
from bench.eval.formats.fhir_elements import Elements, Json
from bench.eval.formats.texts.notes import note_text


class Resources(Elements):
    """Makes resources about one patient."""

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
