"""Targets of openEHR's REST interface: the id of an EHR is a patient's, a template's is nobody's."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

PHI, IDENTIFIERS, NONE = Verdict.PHI, Verdict.IDENTIFIERS, Verdict.NONE
EHR = "7d44b88c-4199-4bad-97dc-d78268e01398"
VERSION = "8849182c-82ad-4088-a07f-48ead4180515::ehr.example.org::1"
BASE = "/rest/openehr/v1"
CLF = '10.0.0.1 - - [04/Mar/2025:10:11:11 +0000] "GET {} HTTP/1.1" 200 512 "-" "okhttp/4.9"\n'
TEXT, JSON = "text/plain", "application/json"
SUBJECT = "subject_id=77301452&subject_namespace=hospital"
_EHR = {("PATIENT_REFERENCE", EHR)}
_NUMBER = {("MEDICAL_RECORD_NUMBER", "77301452")}


def _requested(engine, target, headers=()):
    path, _, query = target.partition("?")
    scanner = engine.scanner(content_type="", content_encoding="", clock=lambda: 0.0)
    scanner.feed_field("path", path)
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        scanner.feed_field(f"query.{name}", value)
    for name, value in headers:
        scanner.feed_field(f"header.{name}", value)
    report = scanner.finish()
    kinds = {f.info_type for f in report.findings if f.identifier is not None}
    return report.verdict, kinds


def _found(text, content_type):
    data = text.encode()
    report = phiscan.scan(data, content_type=content_type)
    return report.verdict, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.detector == "openehr_target" and f.identifier is not None
    }


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (f"{BASE}/ehr/{EHR}", "PATIENT_REFERENCE"),
        (f"{BASE}/ehr/{EHR}/ehr_status", "PATIENT_REFERENCE"),
        (f"{BASE}/ehr/{EHR}/composition/{VERSION}", "PATIENT_REFERENCE"),
        (f"/ehrbase/rest/openehr/v1/ehr/{EHR.upper()}/directory", "PATIENT_REFERENCE"),
        # the id that an example has is a patient's too where somebody asks for it
        (f"{BASE}/ehr/00000000-0000-0000-0000-000000000001", "PATIENT_REFERENCE"),
        (f"{BASE}/ehr?{SUBJECT}", "MEDICAL_RECORD_NUMBER"),
        (f"{BASE}/query/org.openehr::bps/1.0.0?ehr_id={EHR}", "MEDICAL_RECORD_NUMBER"),
    ],
)
def test_a_request_for_a_record_is_phi(engine, target, kind):
    assert _requested(engine, target) == (PHI, {kind})


@pytest.mark.parametrize("header", ["location", "referer"])
def test_a_header_names_a_record(engine, header):
    url = f"https://ehr.example.org{BASE}/ehr/{EHR}"
    assert _requested(engine, "/x", [(header, url)]) == (PHI, {"PATIENT_REFERENCE"})


@pytest.mark.parametrize(
    "target",
    [
        # definitions, and what stands for an id
        f"{BASE}/definition/template/adl1.4/vital_signs.v1",
        f"{BASE}/definition/query/org.openehr::bps/1.0.0",
        f"{BASE}/ehr/{{ehr_id}}/composition",
        f"{BASE}/ehr",
        # a path of the interface's own, and a product
        f"{BASE}/ehr/query",
        f"/plans/ehr-suite/{EHR}",
        # a subject that is taught: no namespace says that it is a patient
        "/courses?subject_id=77301452",
        f"{BASE}/ehr?subject_id={{id}}&subject_namespace=hospital",
        # a word in the place of an id
        f"{BASE}/query/aql?ehr_id=all",
    ],
)
def test_a_request_for_nobody_is_silent(engine, target):
    assert _requested(engine, target)[0] is NONE


@pytest.mark.parametrize(
    ("text", "content_type", "expected"),
    [
        (CLF.format(f"{BASE}/ehr/{EHR}/composition/{VERSION}"), TEXT, _EHR),
        (CLF.format(f"{BASE}/ehr?{SUBJECT}"), TEXT, _NUMBER),
        (
            CLF.format(f"{BASE}/query/a::b?fetch=9&ehr_id={EHR}"),
            TEXT,
            {("MEDICAL_RECORD_NUMBER", EHR)},
        ),
        (json.dumps({"next": f"https://e/ehr/{EHR}/contribution"}), JSON, _EHR),
        (SUBJECT, "application/x-www-form-urlencoded", _NUMBER),
    ],
)
def test_logs_data_and_forms_name_a_record(text, content_type, expected):
    assert _found(text, content_type) == (PHI, expected)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # prose says nothing of care
        (f"Ask for /ehr/{EHR} and look at its status.", IDENTIFIERS),
        # manuals: a template, and a UUID that counts up
        ("Ask for /ehr/{ehr_id}/ehr_status and look at it.", NONE),
        ("Ask for /ehr/12345678-1234-1234-1234-123456789012 and look at it.", NONE),
        (CLF.format(f"{BASE}/definition/template/adl1.4/vital_signs.v1"), NONE),
    ],
)
def test_a_mention_is_no_request(text, verdict):
    assert _found(text, TEXT)[0] is verdict
