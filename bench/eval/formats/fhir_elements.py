"""Elements of FHIR resources in JSON: names, identifiers, addresses and references.

https://hl7.org/fhir/datatypes.html
"""

# ruff: noqa: D102 - each method makes one kind of resource, named as in the standard

import base64

from bench.eval.formats.case import Case
from bench.eval.people import Patient, Provider, Visit

Json = dict[str, object]
_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"


class Elements:
    """Makes the elements that resources about one patient share."""

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
