"""Documents of a given size for the benchmarks. The people are invented."""

import base64
import itertools
import json

from bench.eval.formats import xml_health
from bench.eval.formats.texts import charts, notes
from extauthz.demo import payloads

Json = dict[str, object]
KIB = 1024
_DAY = "2026-03-{:02d}"
_TERMS = "http://terminology.hl7.org/CodeSystem"


def clean(size: int) -> bytes:
    """JSON about nobody."""
    return payloads.clean_document_of(size)


def observations(size: int) -> bytes:
    """The densest FHIR: a bundle of observations without whitespace.

    Each has a subject, a code and a number.
    """
    return payloads.patient_bundle_of(size)


def record(size: int) -> bytes:
    """A patient's record as record systems export it: an indented bundle of visits.

    A visit holds what was found, prescribed and charged. https://hl7.org/fhir/R4/bundle.html
    """
    entries: list[Json] = [_patient()]
    frame = len(_text([]))
    space = size - len(_text(entries))
    for entry in itertools.chain.from_iterable(map(_visit, itertools.count())):
        space -= len(_text([entry])) - frame
        if space < 0:
            break
        entries.append(entry)
    return _text(entries).encode()


def bulk_export(size: int) -> tuple[bytes, list[tuple[bytes, str]]]:
    """A bulk export: a DocumentReference a line, with a note or a C-CDA in base64.

    https://hl7.org/fhir/uv/bulkdata/export.html

    Returns:
        The export, and its documents with their media types.
    """
    lines: list[str] = []
    documents: list[tuple[bytes, str]] = []
    while sum(map(len, lines)) < size:
        number = len(lines)
        document = _long_note(number) if number % 2 else _ccda(number)
        documents.append(document)
        lines.append(json.dumps(_reference(number, *document)))
    return "\n".join(lines).encode(), documents


def notes_of(size: int) -> bytes:
    """Notes of many charts, one after another: the dearest text for each byte."""
    texts: list[bytes] = []
    while sum(map(len, texts)) < size:
        texts.append(_long_note(len(texts))[0])
    return b"\n\n".join(texts)[:size]


def _long_note(number: int) -> tuple[bytes, str]:
    """Several texts of one chart, 4 KB or more."""
    texts: list[bytes] = []
    while sum(map(len, texts)) < 4 * KIB:
        seed = f"export/{number}/{len(texts)}"
        texts.append((charts.chart if len(texts) % 2 else notes.note)(seed).data)
    return b"\n\n".join(texts), "text/plain"


def _ccda(number: int) -> tuple[bytes, str]:
    return xml_health.ccda(f"export/{number}").data, "application/xml"


def _reference(number: int, document: bytes, media: str) -> Json:
    data = base64.b64encode(document).decode()
    return {
        **_head("DocumentReference", number, 1),
        "status": "current",
        "type": _concept("http://loinc.org", "34133-9", "Summary of episode note"),
        "subject": {"reference": f"Patient/{_id(number, 0)}"},
        "date": "2026-03-02T10:00:00Z",
        "content": [{"attachment": {"contentType": media, "data": data}}],
    }


def _text(entries: list[Json]) -> str:
    whole = [{"fullUrl": f"urn:uuid:{e['id']}", "resource": e} for e in entries]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": whole}, indent=2)


def _patient() -> Json:
    mrn = _concept(f"{_TERMS}/v2-0203", "MR", "Medical Record Number")
    return {
        "resourceType": "Patient",
        "id": _id(0, 0),
        "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]},
        "identifier": [{"type": mrn, "system": "http://clinic.example/mrn", "value": "0091-44782"}],
        "name": [{"use": "official", "family": "Okafor", "given": ["Chidi", "Paul"]}],
        "telecom": [{"system": "phone", "value": "555-867-2240", "use": "home"}],
        "gender": "male",
        "birthDate": "1958-11-02",
        "address": [
            {"line": ["1480 Mill Lane"], "city": "Duluth", "state": "MN", "postalCode": "55803"}
        ],
        "maritalStatus": _concept(f"{_TERMS}/v3-MaritalStatus", "M", "Married"),
    }


def _visit(number: int) -> list[Json]:
    """An encounter, a diagnosis, three observations, a prescription and a claim of one day."""
    day = _DAY.format(number % 28 + 1)
    subject = {"reference": f"urn:uuid:{_id(0, 0)}"}
    encounter = {"reference": f"urn:uuid:{_id(number, 1)}"}
    about: Json = {"subject": subject, "encounter": encounter}
    doctor = {
        "reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1245319599",
        "display": "Dr. Ines Vogel",
    }
    diagnosis = _concept("http://snomed.info/sct", "38341003", "Hypertensive disorder")
    return [
        {
            **_head("Encounter", number, 1),
            "status": "finished",
            "class": {"system": f"{_TERMS}/v3-ActCode", "code": "AMB"},
            "type": [_concept("http://snomed.info/sct", "185345009", "Encounter for symptom")],
            "subject": subject,
            "participant": [{"individual": doctor}],
            "period": {"start": f"{day}T09:00:00-05:00", "end": f"{day}T09:30:00-05:00"},
        },
        {
            **_head("Condition", number, 2),
            "clinicalStatus": _concept(f"{_TERMS}/condition-clinical", "active", "Active"),
            "code": diagnosis,
            **about,
            "onsetDateTime": f"{day}T09:00:00-05:00",
        },
        *(_observation(number, place, day, about) for place in (3, 4, 5)),
        {
            **_head("MedicationRequest", number, 6),
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": _concept(
                "http://www.nlm.nih.gov/research/umls/rxnorm", "314076", "lisinopril 10 MG"
            ),
            **about,
            "authoredOn": f"{day}T09:20:00-05:00",
            "requester": doctor,
        },
        {
            **_head("Claim", number, 7),
            "status": "active",
            "type": _concept(f"{_TERMS}/claim-type", "professional", "Professional"),
            "patient": subject,
            "billablePeriod": {"start": f"{day}T09:00:00-05:00", "end": f"{day}T09:30:00-05:00"},
            "item": [{"sequence": 1, "productOrService": diagnosis, "encounter": [encounter]}],
            "total": {"value": 129.16, "currency": "USD"},
        },
    ]


def _observation(number: int, place: int, day: str, about: Json) -> Json:
    return {
        **_head("Observation", number, place),
        "status": "final",
        "category": [_concept(f"{_TERMS}/observation-category", "vital-signs", "Vital Signs")],
        "code": _concept("http://loinc.org", "8480-6", "Systolic blood pressure"),
        **about,
        "effectiveDateTime": f"{day}T09:00:00-05:00",
        "issued": f"{day}T09:00:00.000-05:00",
        "valueQuantity": {
            "value": 120 + number % 40,
            "unit": "mmHg",
            "system": "http://unitsofmeasure.org",
            "code": "mm[Hg]",
        },
    }


def _head(kind: str, number: int, place: int) -> Json:
    return {
        "resourceType": kind,
        "id": _id(number, place),
        "meta": {"profile": [f"http://hl7.org/fhir/StructureDefinition/{kind}"]},
    }


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _id(number: int, place: int) -> str:
    return f"{number:08x}-0c1d-4e5f-8a9b-{place:012x}"
