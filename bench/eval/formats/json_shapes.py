"""JSON that no standard defines, in many shapes and key styles, and GraphQL."""

import base64
import json
from collections.abc import Callable

from bench.eval.document import Document, escape_non_ascii
from bench.eval.formats.case import Case
from bench.eval.formats.records import Row, key_styles, row
from bench.eval.formats.texts.notes import note_text

Json = dict[str, object]
_ADDRESS = (
    "address",
    "street address",
    "address line1",
    "street",
    "home address",
    "city",
    "town",
    "home city",
    "zip",
    "zip code",
    "postal code",
    "postcode",
)


def _written(case: Case, value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=case.inv.pick(None, None, 2, 4))
    return escape_non_ascii(text) if case.inv.chance(0.3) else text


def _keyed(case: Case, values: Row) -> Json:
    style = case.inv.pick(*key_styles().values())
    return {style(label): value for label, value in values}


def _flat(case: Case) -> object:
    return _keyed(case, row(case))


def _nested(case: Case) -> object:
    values = row(case)
    style = case.inv.pick(*key_styles().values())
    about: Json = {style(k): v for k, v in values if k not in _ADDRESS}
    place = {style(k): v for k, v in values if k in _ADDRESS}
    holder = case.inv.pick(
        "patient", "member", "subscriber", "data", "person", "demographics", "insured"
    )
    found: Json = {style("request id"): case.inv.digits(6), holder: about}
    if place:
        about[case.inv.pick("address", "homeAddress", "contact")] = place
    return found


def _list(case: Case) -> object:
    wanted = ("given", "family", "born", "mrn", case.inv.pick("diagnosis", "drug"))
    rows = [_keyed(case, row(case, wanted)) for _ in range(case.inv.rng.randint(2, 6))]
    return case.inv.pick(
        rows,
        {"results": rows, "total": len(rows)},
        {"data": {"patients": rows}},
        {"items": rows, "page": 1},
    )


def _event(case: Case) -> object:
    body = _keyed(case, row(case))
    return {
        "specversion": "1.0",
        "type": case.inv.pick("patient.updated", "lab.resulted", "claim.submitted"),
        "source": "/ehr",
        "id": f"evt-{case.inv.digits(8)}",
        "time": "2025-03-04T10:11:12Z",
        "data": body,
    }


def _json_api(case: Case) -> object:
    return {
        "data": {
            "type": "patients",
            "id": case.may("MEDICAL_RECORD_NUMBER", case.inv.digits(5)),
            "attributes": _keyed(case, row(case)),
        },
        "links": {"self": "/v1/patients"},
    }


def _escaped(case: Case) -> object:
    inner = json.dumps(_keyed(case, row(case)), ensure_ascii=False)
    return {"messageId": case.inv.digits(9), "payload": inner, "attempt": 1}


def _base64(case: Case) -> object:
    inner = Case(f"{case.seed}/inner", "inner")
    text = json.dumps(_keyed(inner, row(inner)), ensure_ascii=False)
    plain, labels = inner.marks.finish(text)
    return {
        "kind": "message",
        "data": case.marks.enclosing(base64.b64encode(plain).decode(), labels),
        "encoding": "base64",
    }


def _numbers(case: Case) -> object:
    p, v = case.inv.patient(), case.inv.visit()
    number = case.marks.number
    return {
        "patient": {
            "firstName": case.phi("PERSON_NAME", p.given),
            "lastName": case.phi("PERSON_NAME", p.family),
            "ssn": number(case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn.replace("-", ""))),
            "mrn": number(case.phi("MEDICAL_RECORD_NUMBER", case.inv.digits(7))),
            "phone": number(case.phi("PHONE_NUMBER", p.phone)),
        },
        "diagnosisCode": v.diagnosis[0],
        "copay": 25,
    }


def _columns(case: Case) -> object:
    wanted = ("given", "family", "born", "mrn", "diagnosis")
    rows = [row(case, wanted) for _ in range(3)]
    return {
        "columns": [label.replace(" ", "_") for label, _ in rows[0]],
        "rows": [[value for _, value in r] for r in rows],
    }


def _pairs(case: Case) -> object:
    pairs = [{"name": label, "value": value} for label, value in row(case)]
    return {"formId": case.inv.digits(5), case.inv.pick("fields", "answers", "parameters"): pairs}


def _note_within(case: Case) -> object:
    text, _ = note_text(case, case.inv.patient(), case.inv.provider())
    return {
        "noteId": case.inv.digits(6),
        case.inv.pick("text", "note", "body", "content", "clinicalNote"): text,
        "status": "signed",
    }


def _chat(case: Case) -> object:
    text, _ = note_text(case, case.inv.patient(), case.inv.provider())
    return {
        "model": "summarizer-large",
        "messages": [
            {"role": "system", "content": "You summarize clinical notes."},
            {"role": "user", "content": f"Summarize:\n{text}"},
        ],
        "temperature": 0.2,
    }


_SHAPES: tuple[Callable[[Case], object], ...] = (
    _flat,
    _flat,
    _nested,
    _nested,
    _list,
    _event,
    _json_api,
    _escaped,
    _base64,
    _numbers,
    _columns,
    _pairs,
    _note_within,
    _chat,
)


def generic(seed: str) -> Document:
    """One JSON document, or one per line."""
    case = Case(seed, "json")
    shape = case.inv.pick(*_SHAPES)
    if case.inv.chance(0.08):
        text = "\n".join(json.dumps(_flat(case), ensure_ascii=False) for _ in range(3))
        return case.document(text, "application/x-ndjson", style="ndjson")
    return case.document(
        _written(case, shape(case)),
        case.inv.pick(
            "application/json",
            "application/json; charset=utf-8",
            "application/vnd.api+json",
            "text/plain",
            "",
        ),
        style=shape.__name__.strip("_"),
    )


def graphql(seed: str) -> Document:
    """A GraphQL mutation with variables or literals, or a GraphQL response."""
    case = Case(seed, "graphql")
    inv, p, v = case.inv, case.inv.patient(), case.inv.visit()
    style = inv.pick("variables", "literals", "answer")
    values = {
        "firstName": case.phi("PERSON_NAME", p.given),
        "lastName": case.phi("PERSON_NAME", p.family),
        "dateOfBirth": case.phi("DATE_OF_BIRTH", p.born.isoformat()),
        "ssn": case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn),
        "mrn": case.phi("MEDICAL_RECORD_NUMBER", p.mrn),
        "diagnosis": v.diagnosis[0],
    }
    if style == "variables":
        body: object = {
            "query": "mutation Add($input: PatientInput!) { addPatient(input: $input) { id } }",
            "variables": {"input": values},
            "operationName": "Add",
        }
    elif style == "literals":
        arguments = ", ".join(f'{k}: "{value}"' for k, value in values.items())
        body = {"query": f"mutation {{ addPatient({arguments}) {{ id }} }}"}
        if inv.chance(0.3):
            return case.document(
                str(body["query"]) if isinstance(body, dict) else "",
                "application/graphql",
                style="literals, bare",
            )
    else:
        body = {"data": {"patient": {"__typename": "Patient", **values}}}
    return case.document(_written(case, body), "application/json", style=style)


def dicom_json(seed: str) -> Document:
    """DICOM JSON model (PS3.18 annex F): attributes by tag."""
    case = Case(seed, "dicom-json")
    inv = case.inv
    found = []
    for _ in range(inv.rng.randint(1, 3)):
        p, d, v = inv.patient(), inv.provider(), inv.visit()
        attributes: dict[str, tuple[str, object]] = {
            "00080020": ("DA", case.phi("SERVICE_DATE", v.admitted.strftime("%Y%m%d"))),
            "00080050": ("SH", case.phi("ACCOUNT_NUMBER", inv.digits(8), "HR")),
            "00080060": ("CS", inv.pick("CT", "MR", "US")),
            "00080090": ("PN", {"Alphabetic": case.staff("PERSON_NAME", f"{d.family}^{d.given}")}),
            "00081030": ("LO", "CT CHEST W/O CONTRAST"),
            "00100010": ("PN", {"Alphabetic": case.phi("PERSON_NAME", f"{p.family}^{p.given}")}),
            "00100020": ("LO", case.phi("MEDICAL_RECORD_NUMBER", p.mrn)),
            "00100030": ("DA", case.phi("DATE_OF_BIRTH", p.born.strftime("%Y%m%d"))),
            "00100040": ("CS", p.sex),
            "0020000D": (
                "UI",
                case.may("UNIQUE_CODE", f"1.2.840.113619.2.{inv.digits(4)}.{inv.digits(6)}"),
            ),
        }
        if inv.chance(0.4):
            attributes["00101040"] = ("LO", case.phi("STREET_ADDRESS", p.street))
        if inv.chance(0.4):
            attributes["00102154"] = ("SH", case.phi("PHONE_NUMBER", inv.written_phone(p.phone)))
        found.append(
            {tag: {"vr": vr, "Value": [value]} for tag, (vr, value) in sorted(attributes.items())}
        )
    body: object = found if inv.chance(0.7) else found[0]
    return case.document(
        _written(case, body), inv.pick("application/dicom+json", "application/json")
    )
