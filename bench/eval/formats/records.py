"""Labelled records that no standard defines.

The values of one visit stand under labels that developers and clerks would choose.
"""

import random
from collections.abc import Callable

from bench.eval.formats.case import Case

LABELS: dict[str, tuple[str, ...]] = {
    "given": ("first name", "given name", "fname", "firstname", "forename", "patient first name"),
    "family": ("last name", "family name", "surname", "lname", "lastname", "patient last name"),
    "full": ("patient name", "full name", "name", "patient full name", "member name"),
    "born": ("dob", "date of birth", "birth date", "birthdate", "patient dob"),
    "ssn": ("ssn", "social security number", "soc sec no", "patient ssn", "ssn number"),
    "mrn": (
        "mrn",
        "medical record number",
        "medical record no",
        "chart number",
        "patient mrn",
        "patient id",
    ),
    "member": (
        "member id",
        "insurance id",
        "subscriber id",
        "policy number",
        "insurance member id",
        "health plan id",
    ),
    "mbi": ("mbi", "medicare id", "medicare number", "medicare beneficiary identifier"),
    "phone": (
        "phone",
        "phone number",
        "home phone",
        "mobile",
        "cell phone",
        "telephone",
        "contact number",
    ),
    "email": ("email", "email address", "contact email", "patient email"),
    "street": ("address", "street address", "address line1", "street", "home address"),
    "city": ("city", "town", "home city"),
    "zip": ("zip", "zip code", "postal code", "postcode"),
    "admitted": (
        "admission date",
        "admit date",
        "date of service",
        "visit date",
        "encounter date",
        "service date",
    ),
    "account": ("account number", "patient account number", "claim number", "account no"),
    "diagnosis": (
        "diagnosis",
        "diagnosis code",
        "primary diagnosis",
        "dx",
        "icd10 code",
        "admitting diagnosis",
        "medical condition",
    ),
    "drug": ("medication", "prescription", "current medications", "drug name", "medication name"),
    "lab": ("lab result", "test result", "lab results"),
    "doctor": (
        "provider name",
        "physician",
        "attending physician",
        "doctor name",
        "referring provider",
    ),
    "npi": ("provider npi", "npi", "npi number"),
}
"""Label words by the kind of value that they name."""

Row = list[tuple[str, str]]
"""Pairs of label words and the marked value."""


def row(case: Case, wanted: tuple[str, ...] = ()) -> Row:
    """The values of a new patient's visit, each with the words of its label.

    `wanted` names the kinds of values. If it is empty, `choose` picks them.
    """
    inv, p, d, v = case.inv, case.inv.patient(), case.inv.provider(), case.inv.visit()
    born = inv.pick(
        p.born.isoformat(),
        p.born.isoformat(),
        p.born.strftime("%m/%d/%Y"),
        f"{p.born.isoformat()}T00:00:00Z",
    )
    made: dict[str, Callable[[], str]] = {
        "given": lambda: case.phi("PERSON_NAME", p.given),
        "family": lambda: case.phi("PERSON_NAME", p.family),
        "full": lambda: case.phi(
            "PERSON_NAME", inv.pick(f"{p.given} {p.family}", f"{p.family}, {p.given}")
        ),
        "born": lambda: case.phi("DATE_OF_BIRTH", born),
        "ssn": lambda: case.phi(
            "US_SOCIAL_SECURITY_NUMBER", inv.pick(p.ssn, p.ssn, p.ssn.replace("-", ""))
        ),
        "mrn": lambda: case.phi("MEDICAL_RECORD_NUMBER", p.mrn, "R"),
        "member": lambda: case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", p.member),
        "mbi": lambda: case.phi("US_MEDICARE_BENEFICIARY_ID_NUMBER", p.mbi),
        "phone": lambda: case.phi("PHONE_NUMBER", inv.pick(inv.written_phone(p.phone), p.phone)),
        "email": lambda: case.phi("EMAIL_ADDRESS", p.email),
        "street": lambda: case.phi("STREET_ADDRESS", p.street),
        "city": lambda: case.phi("CITY", p.city),
        "zip": lambda: case.phi("US_ZIP_CODE", p.zip),
        "admitted": lambda: case.phi("SERVICE_DATE", v.admitted.isoformat()),
        "account": lambda: case.phi("ACCOUNT_NUMBER", p.account, "R"),
        "diagnosis": lambda: inv.pick(
            v.diagnosis[0], v.diagnosis[1], f"{v.diagnosis[0]} {v.diagnosis[1]}"
        ),
        "drug": lambda: v.drug[0],
        "lab": lambda: f"{v.lab[1]} {v.value} {v.lab[2]}",
        "doctor": lambda: case.staff("PERSON_NAME", f"{d.given} {d.family}"),
        "npi": lambda: case.staff("US_HEALTHCARE_NPI", d.npi),
    }
    return [
        (label, made[kind]())
        for kind in (wanted or choose(inv.rng))
        for label in [inv.pick(*LABELS[kind])]
    ]


def choose(rng: random.Random) -> tuple[str, ...]:
    """Pick the kinds of values in a record: a name, identifiers, clinical facts, and more."""
    kinds = list(rng.choice((("given", "family"), ("full",))))
    kinds += rng.sample(
        ("born", "ssn", "mrn", "member", "mbi", "phone", "email", "account"), rng.randint(2, 5)
    )
    if rng.random() < 0.5:
        kinds += ["street", "city", "zip"]
    kinds += rng.sample(("diagnosis", "drug", "lab", "diagnosis"), 1) + rng.sample(
        ("admitted", "doctor", "npi"), rng.randint(0, 2)
    )
    return tuple(dict.fromkeys(kinds))


def key_styles() -> dict[str, Callable[[str], str]]:
    """Functions that write label words as a key, by the name of the style."""
    return {
        "snake": lambda words: words.replace(" ", "_"),
        "camel": lambda words: "".join(
            w.capitalize() if i else w for i, w in enumerate(words.split())
        ),
        "pascal": lambda words: "".join(w.capitalize() for w in words.split()),
        "kebab": lambda words: words.replace(" ", "-"),
        "upper": lambda words: words.upper().replace(" ", "_"),
        "words": str.title,
        "flat": lambda words: words.replace(" ", ""),
    }
