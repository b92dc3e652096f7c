"""openEHR from its Reference Model and ITS-REST: compositions, EHR status, persons, query results.

A composition is made once as canonical JSON. XML has the same classes and attributes, FLAT and
STRUCTURED have the paths of a web template.
"""

import json
from xml.sax.saxutils import escape

from bench.eval.document import Document
from bench.eval.formats.case import Case

Json = dict[str, object]
_NS = 'xmlns="http://schemas.openehr.org/v1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def _text(value: str, kind: str = "DV_TEXT") -> Json:
    return {"_type": kind, "value": value}


def _element(name: str, value: Json) -> Json:
    return {"_type": "ELEMENT", "archetype_node_id": "at0004", "name": _text(name), "value": value}


def _moment(case: Case) -> str:
    inv = case.inv
    day = inv.visit().admitted.isoformat()
    zone = inv.pick("Z", "+02:00", ".000-05:00", "")
    return case.phi("SERVICE_DATE", f"{day}T{inv.rng.randint(10, 23)}:15:00{zone}")


def _uuid(case: Case) -> str:
    inv = case.inv
    return f"{inv.digits(8)}-{inv.digits(4)}-4{inv.digits(3)}-8{inv.digits(3)}-{inv.digits(12)}"


def _subject(case: Case) -> Json:
    inv, p = case.inv, case.inv.patient()
    number = case.phi("PATIENT_REFERENCE", inv.pick(p.mrn, _uuid(case)), "HR")
    ref = {"id": {"_type": "GENERIC_ID", "value": number, "scheme": "mrn"}, "type": "PERSON"}
    return {"_type": "PARTY_SELF", "external_ref": {**ref, "namespace": inv.pick("EHR", "demo")}}


def _items(case: Case) -> list[Json]:
    """The leaves of an entry. Some name the patient."""
    inv, p, v = case.inv, case.inv.patient(), case.inv.visit()
    magnitude = {"_type": "DV_QUANTITY", "magnitude": float(v.value), "units": v.lab[2]}
    found = [_element(v.lab[1], magnitude)]
    named = [
        ("Patient name", _text(case.phi("PERSON_NAME", f"{p.given} {p.family}"))),
        (
            "Date of birth",
            _text(case.phi("DATE_OF_BIRTH", p.born.isoformat()), "DV_DATE"),
        ),
        (
            inv.pick("MRN", "Medical record number"),
            {"_type": "DV_IDENTIFIER", "id": case.phi("MEDICAL_RECORD_NUMBER", p.mrn)},
        ),
        ("Phone", _text(case.phi("PHONE_NUMBER", inv.written_phone(p.phone)))),
        ("Diagnosis", _text(v.diagnosis[1])),
    ]
    return [*found, *(_element(*pair) for pair in named if inv.chance(0.3))]


def _entry(case: Case) -> Json:
    kind = case.inv.pick("OBSERVATION", "EVALUATION", "ADMIN_ENTRY")
    tree = {"_type": "ITEM_TREE", "archetype_node_id": "at0003", "items": _items(case)}
    data: Json = tree
    if kind == "OBSERVATION":
        event = {"_type": "POINT_EVENT", "time": _text(_moment(case), "DV_DATE_TIME"), "data": tree}
        data = {"_type": "HISTORY", "archetype_node_id": "at0001", "events": [event]}
    subject = _subject(case) if case.inv.chance(0.3) else {"_type": "PARTY_SELF"}
    return {
        "_type": kind,
        "name": _text("Entry"),
        "archetype_node_id": f"openEHR-EHR-{kind}.site.v1",
        "subject": subject,
        "data": data,
    }


def _composition(case: Case) -> Json:
    inv, d = case.inv, case.inv.provider()
    made: Json = {
        "_type": "COMPOSITION",
        "archetype_node_id": "openEHR-EHR-COMPOSITION.encounter.v1",
        "name": _text(inv.pick("Encounter", "Vital signs", "Report")),
        "composer": {
            "_type": "PARTY_IDENTIFIED",
            "name": case.staff("PERSON_NAME", f"{d.given} {d.family}"),
        },
        "context": {"_type": "EVENT_CONTEXT", "start_time": _text(_moment(case), "DV_DATE_TIME")},
        "content": [_entry(case) for _ in range(inv.rng.randint(1, 3))],
    }
    if inv.chance(0.5):
        uid = case.phi("UNIQUE_CODE", f"{_uuid(case)}::site::1")
        made["uid"] = {"_type": "OBJECT_VERSION_ID", "value": uid}
    return made


def canonical(case: Case) -> tuple[object, str]:
    made = _composition(case)
    ehr = case.phi("MEDICAL_RECORD_NUMBER", _uuid(case), "R")
    body = case.inv.pick(
        made,
        made,
        {"_type": "ORIGINAL_VERSION", "data": made},
        {"ehrId": ehr, "templateId": "site.v1", "composition": made},
    )
    return body, "application/json"


def status(case: Case) -> tuple[object, str]:
    made = {
        "_type": "EHR_STATUS",
        "archetype_node_id": "openEHR-EHR-EHR_STATUS.generic.v1",
        "name": _text("EHR status"),
        "subject": _subject(case),
        "is_queryable": True,
    }
    ehr = {"ehr_id": {"value": case.phi("MEDICAL_RECORD_NUMBER", _uuid(case), "R")}}
    return case.inv.pick(made, {**ehr, "ehr_status": made}), "application/json"


def person(case: Case) -> tuple[object, str]:
    inv, p = case.inv, case.inv.patient()
    names = [
        _element(inv.pick("Family name", "Nachname"), _text(case.phi("PERSON_NAME", p.family))),
        _element(inv.pick("Given name", "Vorname"), _text(case.phi("PERSON_NAME", p.given))),
    ]
    place = _element("Line", _text(case.phi("STREET_ADDRESS", p.street)))
    details = {"_type": "ITEM_TREE", "items": names}
    address = {"_type": "ADDRESS", "details": {"_type": "ITEM_TREE", "items": [place]}}
    return {
        "_type": "PERSON",
        "archetype_node_id": "openEHR-DEMOGRAPHIC-PERSON.person.v1",
        "name": _text("Person"),
        "identities": [{"_type": "PARTY_IDENTITY", "name": _text("legal"), "details": details}],
        "contacts": [{"_type": "CONTACT", "addresses": [address]}],
    }, "application/json"


def results(case: Case) -> tuple[object, str]:
    rows = [
        [
            case.phi("MEDICAL_RECORD_NUMBER", _uuid(case), "R"),
            _moment(case),
            float(case.inv.digits(2)),
        ]
        for _ in range(case.inv.rng.randint(1, 6))
    ]
    query = (
        "SELECT e/ehr_id/value, c/context/start_time/value AS t, o/data[at0001]/magnitude AS m "
        "FROM EHR e CONTAINS COMPOSITION c"
    )
    paths = ["/ehr_id/value", "/context/start_time/value", "/data[at0001]/magnitude"]
    named = ["#0", "t", "m"]
    columns = [{"name": n, "path": p} for n, p in zip(named, paths, strict=True)]
    objects = [dict(zip(named, row, strict=True)) for row in rows]
    return case.inv.pick(
        {"q": query, "columns": columns, "rows": rows},
        {"columns": columns, "rows": rows},
        {"aql": query, "resultSet": objects},
    ), "application/json"


def flat(case: Case) -> Json:
    """A composition with paths as keys."""
    inv, p, d, v = case.inv, case.inv.patient(), case.inv.provider(), case.inv.visit()
    root = inv.pick("report", "vital_signs", "encounter.v1")
    made: Json = {
        "ctx/language": "en",
        "ctx/territory": "US",
        "ctx/composer_name": case.staff("PERSON_NAME", f"{d.given} {d.family}"),
        f"{root}/labs:0/any_event:0/result|magnitude": float(v.value),
        f"{root}/labs:0/any_event:0/result|unit": v.lab[2],
        f"{root}/labs:0/any_event:0/time": _moment(case),
    }
    if inv.chance(0.5):
        made["ctx/time"] = _moment(case)
    if inv.chance(0.4):
        made[f"{root}/labs:0/subject|name"] = case.phi("PERSON_NAME", f"{p.given} {p.family}")
        made[f"{root}/labs:0/subject|id"] = case.phi("PATIENT_REFERENCE", p.mrn, "H")
    if inv.chance(0.4):
        made[f"{root}/details/date_of_birth"] = case.phi("DATE_OF_BIRTH", p.born.isoformat())
        made[f"{root}/details/patient_name"] = case.phi("PERSON_NAME", f"{p.given} {p.family}")
    return made


def _structured(paths: Json) -> Json:
    whole: Json = {"ctx": {k[4:]: v for k, v in paths.items() if k.startswith("ctx/")}}
    for key, value in paths.items():
        path, bar, attribute = key.partition("|")
        nodes = path.split("/")
        if nodes[0] == "ctx":
            continue
        at: Json = whole
        for node in nodes if bar else nodes[:-1]:
            below: list[Json] = at.setdefault(node.partition(":")[0], [{}])  # type: ignore[assignment]
            at = below[0]
        at["|" + attribute if bar else nodes[-1]] = value if bar else [value]
    return whole


def simplified(case: Case) -> tuple[object, str]:
    made = flat(case)
    made = case.inv.pick(made, _structured(made))
    return case.inv.pick(made, made, {"format": "FLAT", "composition": made}), "application/json"


def _xml(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_xml(name, item) for item in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(str(value))}</{name}>"
    attributes = "".join(
        f' {written}="{value[key]}"'
        for key, written in (("_type", "xsi:type"), ("archetype_node_id", "archetype_node_id"))
        if key in value
    )
    inner = "".join(_xml(k, v) for k, v in value.items() if k not in ("_type", "archetype_node_id"))
    return f"<{name}{attributes}>{inner}</{name}>"


def xml(case: Case) -> tuple[str, str]:
    text = _xml("composition", _composition(case)).replace("<composition", f"<composition {_NS}", 1)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text, "application/xml"


def openehr(seed: str) -> Document:
    """A document of openEHR, in any of its forms."""
    case = Case(seed, "openehr")
    make = case.inv.pick(canonical, canonical, simplified, simplified, xml, status, person, results)
    made, content_type = make(case)
    text = (
        made
        if isinstance(made, str)
        else json.dumps(made, ensure_ascii=False, indent=case.inv.pick(None, 2))
    )
    return case.document(text, case.inv.pick(content_type, ""), style=make.__name__)
