"""Forms and query strings: field names, and documents as values."""

import base64
import gzip
import json
from urllib.parse import parse_qs, quote, quote_plus

import pytest

import phiscan
from phiscan.finding import Gap, Verdict

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "data",
    [
        b"patient_name=Ana+Ruiz&ssn=123456780&diagnosis=asthma",
        b"patient%5Bname%5D=Ana%20Ruiz&patient%5Bssn%5D=123-45-6780&diagnosis=asthma",
        b"patient.name.first=Ana;patient.ssn=123%2D45%2D6780;dx=asthma",
        b"q=SSN:+123+45+6780&dx=asthma&patient_name=Ana+Ruiz",
    ],
)
def test_field_names_say_what_the_values_are(data):
    report = phiscan.scan(data, content_type=FORM)
    assert (report.media, report.verdict) == ("form", Verdict.PHI)
    masked = phiscan.redact(data, report)
    assert b"6780" not in masked
    assert phiscan.scan(masked, content_type=FORM).verdict is Verdict.HEALTH


@pytest.mark.parametrize("escape", [quote, quote_plus])
def test_json_in_a_field_is_read_and_masked_within(escape):
    data = (
        b"event=push&payload="
        + escape(json.dumps({"patientName": "Ana Ruiz", "diagnosis": "asthma", "n": 3})).encode()
    )
    report = phiscan.scan(data, content_type=FORM)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(data, report)
    assert json.loads(parse_qs(masked.decode())["payload"][0]) == {
        "patientName": "XXX",
        "diagnosis": "asthma",
        "n": 3,
    }


def test_base64_with_escaped_signs_is_read():
    note = b"Patient: Ana Ruiz >>>??? SSN: 123-45-6780\n"
    encoded = quote(base64.b64encode(note).decode(), safe="")
    assert "%2" in encoded or "%3D" in encoded
    assert phiscan.scan(b"blob=" + encoded.encode(), content_type=FORM).verdict is not Verdict.NONE


@pytest.mark.parametrize("data", [b"a", b"=", b"&&==;;", b"a" * 300_000, b"%" * 5000, b"x=%zz%1"])
def test_garbage_is_read_in_linear_time(data):
    assert phiscan.scan(data, content_type=FORM).gap is Gap.NONE


def test_a_file_that_is_a_value_is_read_by_its_first_bytes():
    note = gzip.compress(b"Patient: Ana Ruiz\nMRN: A10017\nDiagnosis: asthma\n", mtime=0)
    data = b"name=note&file=" + quote_plus(note).encode()
    assert (
        phiscan.scan(data, content_type="application/x-www-form-urlencoded").verdict is Verdict.PHI
    )


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/fhir/Patient/_search", "family=Delgado&given=Maria", {"PERSON_NAME"}),
        ("/fhir/Patient/_search", "_id=77", {"PATIENT_REFERENCE"}),
        ("/fhir/Patient/_search", "birthdate=eq1961-04-12", {"DATE_OF_BIRTH"}),
        (
            "/fhir/Patient/_search",
            "identifier=http%3A%2F%2Fhosp%2Fmrn%7C7730145",
            {"MEDICAL_RECORD_NUMBER"},
        ),
        ("/fhir/Observation/_search", "subject=77&code=4548-4", {"PATIENT_REFERENCE"}),
        # without a path: what only FHIR's own parameters say
        ("", "identifier=http%3A%2F%2Fhosp%2Fmrn%7C7730145&_count=5", {"MEDICAL_RECORD_NUMBER"}),
        ("", "subject=Patient%2F77&_count=5", {"PATIENT_REFERENCE"}),
        ("", "00100020=77301452&limit=5", {"MEDICAL_RECORD_NUMBER"}),
    ],
)
def test_a_search_by_post_names_a_patient_as_its_query_would(engine, path, body, expected):
    report = _posted(engine, path, body.encode())
    assert report.verdict is Verdict.PHI
    assert {f.info_type for f in report.findings if f.identifier} == expected
    masked = phiscan.redact(body.encode(), report)
    assert _posted(engine, path, masked).identifiers == ()


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/fhir/Patient/_search", "gender=female&_count=50", "many people"),
        ("/fhir/Practitioner/_search", "family=Delgado&phone=515-555-0142", "a provider's own"),
        ("/settings", "family=Roboto&size=12", "a font"),
        ("/mail", "subject=Hello+12&to=team", "a subject line"),
    ],
)
def test_a_form_that_names_nobody_is_silent(engine, path, body, why):
    assert _posted(engine, path, body.encode()).verdict is Verdict.NONE, why


def _posted(engine, path, body):
    scanner = engine.scanner(content_type=FORM, content_encoding="", clock=lambda: 0.0)
    if path:
        scanner.feed_field("path", path)
    scanner.feed(body)
    return scanner.finish()


def test_a_form_with_too_many_parameters_of_a_search_is_a_gap():
    data = b"&".join(b"patient=%d" % n for n in range(10_000))
    assert phiscan.scan(data, content_type=FORM).gap is Gap.OVER_LIMIT


NOTE = "Patient: Ana Ruiz. Call back on 515-555-0142. Continue letrozole 2.5 mg."
SEGMENT = "parse error: PID|1||7743120^^^X^MR||Ruiz^Ana||19610402|F"
LOG = f"2024-05-02 10:11:12 DEBUG in\n{SEGMENT}"


@pytest.mark.parametrize("text", [NOTE, SEGMENT, LOG, f'got {{"patient_name": "Ana Ruiz", {NOTE}'])
@pytest.mark.parametrize("escape", [quote, quote_plus])
@pytest.mark.parametrize("times", [1, 2])
def test_a_text_in_a_field_is_read_as_it_is_outside(text, escape, times):
    value = text
    for _ in range(times):
        value = escape(value, safe="")
    data = b"d=" + value.encode()
    alone = phiscan.scan(text.encode())
    assert alone.verdict is Verdict.PHI
    assert phiscan.scan(data, content_type=FORM).verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Ana Ruiz", "a name is no text"),
        ("2024-01-02T03:04:05", "a time"),
        ("https://acme.com/a/b?c=d", "an address"),
    ],
)
def test_a_short_value_is_no_document(value, reason):
    report = phiscan.scan(b"note_d=" + quote(value, safe="").encode(), content_type=FORM)
    assert all(">" not in f.location.field for f in report.findings), reason
    assert report.verdict is Verdict.NONE, reason


def test_prose_beyond_a_limit_is_read_in_place_and_documents_beyond_another_are_a_gap():
    words = "&".join(f"f{n}=the+cat+sat+on+a+mat+today" for n in range(5000)).encode()
    assert phiscan.scan(words, content_type=FORM).gap is Gap.NONE
    lines = "&".join(f"f{n}=the+cat%0Asat+on+the+mat" for n in range(5000)).encode()
    assert phiscan.scan(lines, content_type=FORM).gap in (Gap.OVER_LIMIT, Gap.OUT_OF_TIME)
