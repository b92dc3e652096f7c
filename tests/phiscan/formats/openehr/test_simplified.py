"""openEHR FLAT and STRUCTURED: paths of a web template as keys."""

import json

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

PATIENT, PROVIDER = Subject.PATIENT, Subject.PROVIDER
FLAT = {
    "ctx/language": "en",
    "ctx/composer_name": "Kwame Osei",
    "ctx/time": "2021-04-01T12:40:31.418+02:00",
    "report/_uid": "aa11::clinic::1",
    "report/context/_health_care_facility|name": "Alder Clinic",
    "report/bp/any_event:0/systolic|magnitude": 131,
    "report/bp/any_event:0/systolic|unit": "mm[Hg]",
    "report/bp/any_event:0/time": "2021-04-01T12:00:00+02:00",
    "report/bp/subject|name": "Noor Haddad",
    "report/bp/subject|id": "1234",
    "report/bp/subject/_identifier:0|id": "K-88123",
    "report/bp/_provider|name": "Ilse Brandt",
    "report/bp/_work_flow_id|id": "4f50f151",
    "report/context/_participation:0|name": "Rosa Haddad",
    "report/context/_participation:0/relationship|value": "mother",
    "report/context/_participation:1|name": "Jo Nurse",
    "report/context/_participation:1|function": "requester",
    "report/details/date_of_birth": "1950-02-11",
    "report/details/patient/name": "Haddad, Noor",
    "report/details/order_number|id": "ORD-5",
    "report/details/order_number|type": "lab",
}


def found(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in (*report.findings, *report.providers)
        if f.identifier
    }


EXPECTED = {
    ("SERVICE_DATE", PATIENT, "2021-04-01T12:40:31.418+02:00"),
    ("SERVICE_DATE", PATIENT, "2021-04-01T12:00:00+02:00"),
    ("UNIQUE_CODE", PATIENT, "aa11::clinic::1"),
    ("PERSON_NAME", PATIENT, "Noor Haddad"),
    ("PATIENT_REFERENCE", PATIENT, "1234"),
    ("MEDICAL_RECORD_NUMBER", PATIENT, "K-88123"),
    ("PERSON_NAME", PATIENT, "Rosa Haddad"),
    ("PERSON_NAME", PATIENT, "Haddad, Noor"),
    ("DATE_OF_BIRTH", PATIENT, "1950-02-11"),
    ("UNIQUE_CODE", PATIENT, "ORD-5"),
    ("PERSON_NAME", PROVIDER, "Kwame Osei"),
    ("PERSON_NAME", PROVIDER, "Alder Clinic"),
    ("PERSON_NAME", PROVIDER, "Ilse Brandt"),
    ("PERSON_NAME", PROVIDER, "Jo Nurse"),
}


def structured(flat):
    """The same composition with one object a node (Simplified Formats, section STRUCTURED)."""
    whole: dict = {}
    for key, value in flat.items():
        path, bar, attribute = key.partition("|")
        nodes = path.split("/")
        at = whole
        if nodes[0] == "ctx":
            at.setdefault("ctx", {})[nodes[1]] = value
            continue
        for node in nodes if bar else nodes[:-1]:
            name, _, number = node.partition(":")
            items = at.setdefault(name, [])
            while len(items) <= int(number or 0):
                items.append({})
            at = items[int(number or 0)]
        if bar:
            at["|" + attribute] = value
        else:
            at[nodes[-1].partition(":")[0]] = [value]
    return whole


@pytest.mark.parametrize(
    "document",
    [
        FLAT,
        structured(FLAT),
        {"format": "FLAT", "composition": FLAT},
        {"result": structured(FLAT), "deleted": False},
    ],
    ids=["flat", "structured", "in a body", "structured in a body"],
)
def test_a_path_says_what_its_value_is(document):
    report, values = found(document)
    assert values == EXPECTED
    assert (report.media, report.verdict) == ("openehr+json", Verdict.PHI)


def test_a_composition_without_context_is_read_too():
    report, values = found({"r/bp/any_event:0/time": "2020-01-02", "r/bp/systolic|magnitude": 120})
    assert (report.verdict, values) == (Verdict.PHI, {("SERVICE_DATE", PATIENT, "2020-01-02")})


def test_the_subject_in_the_context_is_the_patient():
    _, values = found(
        {"ctx/language": "en", "ctx/subject|name": "Noor Haddad", "ctx/subject|id": "9"}
    )
    assert values >= {("PERSON_NAME", PATIENT, "Noor Haddad"), ("PATIENT_REFERENCE", PATIENT, "9")}


@pytest.mark.parametrize(
    "document",
    [
        {"ctx": {"id": "17", "user": "kwame"}, "level": "info"},  # the context of a program's log
        {"a|b": 1, "x/y": "2020-01-02"},  # keys of another program
        {"paths": {"/patients/{id}|name": {"get": {}}}},  # a path of a web interface
        {"ctx/language": "en", "ctx/territory": "US"},  # the defaults of a form
    ],
)
def test_near_misses_name_no_patient(document):
    report, values = found(document)
    assert report.verdict is not Verdict.PHI
    assert not values


def test_masked_paths_keep_their_keys():
    data = json.dumps(FLAT).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert json.loads(masked).keys() == FLAT.keys()
    assert json.loads(masked)["ctx/composer_name"] == "Kwame Osei"
    assert phiscan.scan(masked).verdict is Verdict.HEALTH
