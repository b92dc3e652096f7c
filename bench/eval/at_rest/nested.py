"""Cells that are documents or texts: JSON, FHIR, HL7 v2, notes, and tickets with a rare person."""

import json
from collections.abc import Callable
from typing import Final

from bench.eval import names
from bench.eval.at_rest.person import Person
from bench.eval.people import Invent

Cell = Callable[[Person, Invent], str]


def note(person: Person, invent: Invent) -> str:
    """A sentence or two of a clinician."""
    p, v = person.patient, person.visit
    name = f"{p.given} {p.family}"
    return invent.pick(
        f"Patient {name}, DOB {p.born:%m/%d/%Y}, seen for {v.diagnosis[1].lower()}.",
        f"Mr./Ms. {p.family} continues {v.drug[0]}. {v.lab[1]} {v.value} {v.lab[2]}. Follow up in "
        f"two weeks. MRN: {p.mrn}",
        f"Pt {name} called from {invent.written_phone(p.phone)} about refill of {v.drug[0]}.",
        f"{name} was admitted on {v.admitted:%m/%d/%Y} with {v.diagnosis[1].lower()}; family at "
        "bedside.",
    )


def profile_json(person: Person, _: Invent) -> str:
    """A record as an application keeps it."""
    p, v = person.patient, person.visit
    return json.dumps(
        {
            "firstName": p.given,
            "lastName": p.family,
            "dob": p.born.isoformat(),
            "contact": {"email": p.email, "phone": p.phone},
            "problems": [{"code": v.diagnosis[0], "text": v.diagnosis[1]}],
        },
        ensure_ascii=False,
    )


def claim_json(person: Person, _: Invent) -> str:
    """A claim as a queue keeps it."""
    p, v = person.patient, person.visit
    return json.dumps(
        {
            "claimId": v.claim,
            "patient": {"memberId": p.member, "name": f"{p.given} {p.family}"},
            "lines": [{"dx": v.diagnosis[0], "charge": v.amount}],
        }
    )


def fhir_patient(person: Person, _: Invent) -> str:
    """A Patient of FHIR R4."""
    p = person.patient
    return json.dumps(
        {
            "resourceType": "Patient",
            "id": p.account,
            "identifier": [{"system": "urn:oid:1.2.36.146.595.217.0.1", "value": p.mrn}],
            "name": [{"family": p.family, "given": [p.given]}],
            "birthDate": p.born.isoformat(),
            "telecom": [{"system": "phone", "value": p.phone}],
        }
    )


def fhir_condition(person: Person, _: Invent) -> str:
    """A Condition of FHIR R4."""
    p, v = person.patient, person.visit
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": v.diagnosis[0]}
    return json.dumps(
        {
            "resourceType": "Condition",
            "subject": {"reference": f"Patient/{p.account}", "display": f"{p.given} {p.family}"},
            "code": {"coding": [coding], "text": v.diagnosis[1]},
            "onsetDateTime": v.admitted.isoformat(),
        }
    )


def hl7_adt(person: Person, invent: Invent) -> str:
    """An ADT^A01 of HL7 v2.5."""
    p, v = person.patient, person.visit
    segments = (
        f"MSH|^~\\&|EHR|HOSP|LAB|HOSP|{v.admitted:%Y%m%d}1200||ADT^A01|{invent.digits(8)}|P|2.5",
        f"PID|1||{p.mrn}^^^HOSP^MR||{p.family}^{p.given}||{p.born:%Y%m%d}|{p.sex}|||"
        f"{p.street}^^{p.city}^{p.state}^{p.zip}||{p.phone}",
        f"DG1|1||{v.diagnosis[0]}^{v.diagnosis[1]}^I10|||A",
    )
    return "\r".join(segments)


_TICKETS: Final = (
    "Printer on floor {n} is out of toner, replaced",
    "Invoice {n} was booked twice, please reverse",
    "Delivery of {n} boxes of gloves arrived late",
    "VPN client {n}.2 does not start after the update",
    "Elevator {n} inspected, next check in spring",
    "Reordered {n} monitors for the training room",
    "Password policy explained to the new colleague, ticket closed",
    "Parking lot {n} closed on Saturday for cleaning",
    "Room {n} booked for the quality meeting",
)


def ticket(invent: Invent) -> str:
    """A ticket about nobody."""
    return invent.pick(*_TICKETS).format(n=invent.rng.randint(2, 900))


def settings_json(invent: Invent) -> str:
    """Settings of an application."""
    return json.dumps(
        {
            "theme": invent.pick("dark", "light"),
            "pageSize": invent.pick(20, 50, 100),
            "flags": {"beta": invent.chance(0.5), "build": invent.digits(6)},
            "updatedAt": f"{invent.date(2022, 2025)}T08:{invent.rng.randint(10, 59)}:00Z",
        }
    )


def product_json(invent: Invent) -> str:
    """An item of a shop."""
    return json.dumps(
        {
            "name": f"{invent.pick(*names.STREETS)} {invent.pick('Lamp', 'Desk')}".replace(
                "_", " "
            ),
            "sku": f"SKU-{invent.digits(6)}",
            "price": {"amount": invent.rng.randint(5, 900), "currency": "USD"},
            "address": f"{invent.pick('A', 'B')}-{invent.rng.randint(1, 40)}",
        }
    )
