"""XML in JSON strings and percent-encoded texts are read as documents, and masked in place."""

import base64
import json
import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from lxml import etree

import phiscan
from phiscan.embedded import escaped
from phiscan.finding import Gap, Verdict

FHIR = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Patient xmlns="http://hl7.org/fhir"><name><family value="Quiñones"/></name>'
    '<birthDate value="1971-04-09"/></Patient>'
)
CDA = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><id root="2.999.1" extension="KX7731"/><patient>'
    "<name><given>Orla</given><family>Tennyson</family></name></patient></patientRole></recordTarget></ClinicalDocument>"
)
JSON = '{"resourceType":"Patient","name":[{"family":"Okonjo","given":["Bea"]}],"birthDate":"1971-04-09"}'
HL7 = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||Okonjo^Bea||19710409|F\r"
NOTE = "Patient: Bea Okonjo, MRN: A10017. Diagnosis: asthma, seen on 4 May."


def go_escaped(text: str) -> str:
    """Return a JSON string as encoders write it that escape HTML characters."""
    return json.dumps(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("/", "\\/")


@pytest.mark.parametrize(
    "document", [FHIR, CDA, "\n  " + CDA, "\ufeff" + FHIR, "<!-- sent -->" + CDA]
)
@pytest.mark.parametrize("write", [json.dumps, go_escaped], ids=["plain", "html-safe"])
def test_xml_in_a_json_string_is_read_and_its_values_are_masked(document, write):
    data = b'{"id": 7, "payload": ' + write(document).encode() + b"}"
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    inner = json.loads(phiscan.redact(data, report))["payload"]
    etree.fromstring(inner.strip("\ufeff \n").encode())
    assert not re.search("Quiñones|Tennyson|KX7731|1971", inner)


@pytest.mark.parametrize(
    "rows",
    [
        "START,STOP,PATIENT,ENCOUNTER,CODE\n2019-09-01,,KX7731-22,e4,44054006\n",
        "mrn;last_name;dob\r\nKX7731-22;Tennyson;1971-04-09\r\n",
        "mrn\tlast_name\tdob\nKX7731-22\tTennyson\t1971-04-09",
        '"mrn","note","dob"\n"KX7731-22","says ""hi""","1971-04-09"\n',
    ],
)
def test_a_table_in_a_json_string_is_read_and_its_cells_are_masked(rows):
    data = json.dumps({"name": "export", "csv": rows}).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    inner = json.loads(phiscan.redact(data, report))["csv"]
    assert inner.splitlines()[0] == rows.splitlines()[0]
    assert "KX7731" not in inner


FORM = '--x7\r\nContent-Disposition: form-data; name="patient_name"\r\n\r\nOkonjo, Bea\r\n--x7\r\nContent-Disposition: form-data; name="mrn"\r\n\r\nA10017\r\n--x7--\r\n'
MAIL = "From: ward@h.example\r\nTo: lab@h.example\r\nSubject: results\r\nMIME-Version: 1.0\r\nContent-Type: text/csv\r\n\r\nmrn,last_name,dob\r\nA10017,Okonjo,1971-04-09\r\n"


@pytest.mark.parametrize(
    "document", [FORM, MAIL, MAIL.replace("From", "X-Trace: " + "a.b " * 900 + "\r\nFrom", 1)]
)
def test_a_mime_message_in_a_json_string_is_read_and_its_values_are_masked(document):
    data = json.dumps({"id": 7, "raw": document}).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    inner = json.loads(phiscan.redact(data, report))["raw"]
    assert inner.count("\r\n") == document.count("\r\n")
    assert not re.search("Okonjo|A10017|1971", inner)


@pytest.mark.parametrize(
    "text",
    [
        "\nContent-Type: says what a body is",  # prose about headers
        # one MIME header field and no message
        "POST /v1 HTTP/1.1\nContent-Type: application/json\n\n{}",
    ],
)
def test_a_text_that_names_header_fields_is_no_message(text):
    assert phiscan.scan(json.dumps({"help": text, "version": 2}).encode()).verdict is Verdict.NONE


@pytest.mark.parametrize("document", [FHIR, CDA, JSON, HL7, NOTE])
@pytest.mark.parametrize(
    ("encode", "decode"),
    [(lambda text: quote(text, safe=""), unquote), (quote, unquote), (quote_plus, unquote_plus)],
    ids=["all", "path", "plus"],
)
def test_a_percent_encoded_body_is_read_as_what_it_encodes(document, encode, decode):
    data = encode(document).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(data, report)
    assert b"Okonjo" not in masked
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)
    assert decode(masked.decode()) != document


@pytest.mark.parametrize("document", [FHIR, JSON, HL7])
def test_a_percent_encoded_document_in_a_line_is_read(document):
    line = f'10.0.0.7 - "GET /fhir/$process?content={quote(document)} HTTP/1.1" 200\n'
    assert phiscan.scan(line.encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "text",
    [
        # a narrative, which is read in place
        '{"div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">Bed plan</div>"}',
        '{"hint": "<b>", "unit": "<5 mg"}',  # a less-than sign, and a tag
        'it begins with "<?xml version',  # a quotation without an end
        '{"note": "eggs, milk, bread\\nthen home"}',  # a line with commas is no header
        "100%25 of %7B%7D",
        "/reports/monthly%20occupancy%20of%20wards%202024",
    ],
)
def test_what_only_looks_escaped_is_no_gap(text):
    report = phiscan.scan(text.encode(), content_type="text/plain")
    assert (report.verdict, report.gap) == (Verdict.NONE, Gap.NONE)


_RESOURCE = '{"resourceType":"Patient","name":[{"family":"Sandoval","given":["Rosa"]}]}'


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize(
    "around",
    ["{}", "GET /cb?state=1&data={}&x=2 HTTP/1.1", "payload={}&a=b", '{{"body": "{}"}}'],
    ids=["whole", "url", "form", "json"],
)
@pytest.mark.parametrize(
    "document",
    [
        _RESOURCE,
        "MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||7730145^^^H^MR||Sandoval^Rosa||19610412",
        '<Patient xmlns="http://hl7.org/fhir"><name><family value="Sandoval"/></name></Patient>',
    ],
    ids=["fhir", "hl7v2", "xml"],
)
def test_a_document_that_is_percent_encoded_more_than_once_is_read(document, around, times):
    encoded = document
    for _ in range(times):
        encoded = quote(encoded, safe="")
    data = around.format(encoded).encode()
    report = phiscan.scan(data)
    assert "PERSON_NAME" in {f.info_type for f in report.findings}
    assert b"Sandoval" not in phiscan.redact(data, report)


@pytest.mark.parametrize("end", [b"", b"\n", b" ", b"~"], ids=repr)
def test_base64_whose_signs_are_percent_encoded_is_read(end):
    """Its `+`, `/` and `=`, which cut it into shorter runs."""
    document = f"{_RESOURCE}{'>?' * 9}".encode() + end
    data = b"got p=" + quote(base64.b64encode(document).decode(), safe="").encode()
    assert phiscan.scan(data).verdict is phiscan.scan(document).verdict


def test_a_form_in_a_string_of_json_is_read_as_a_form():
    data = json.dumps({"body": "first_name=Rosa&last_name=Sandoval&ssn=512449031"}).encode()
    report = phiscan.scan(data)
    assert {"PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER"} <= {f.info_type for f in report.findings}
    masked = json.loads(phiscan.redact(data, report))["body"]
    assert (masked.count("&"), "512449031" in masked) == (2, False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://a.example/x?name=Rosa&last_name=B", "a URL"),
        ("if (a=b&&c=d)", "code"),
        ("AT&T and R&D", "no field"),
    ],
)
def test_other_strings_with_ampersands_are_no_forms(text, reason):
    assert [f for f in escaped.forms(json.dumps({"v": text}).encode()) if f] == [], reason
