"""FHIR resources in JSON: R4, STU3 and DSTU2, alone, in bundles, and as NDJSON.

https://hl7.org/fhir
"""

import json

from bench.eval.document import Document, escape_non_ascii
from bench.eval.formats.case import Case
from bench.eval.formats.fhir_resources import Resources


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
