"""A string or a literal with a document behind words is read as a text with that document in it."""

import json

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict

FHIR = '{"resourceType": "Patient", "name": [{"family": "Sandoval"}], "birthDate": "1944-11-30"}'
FHIR_XML = '<Patient xmlns="http://hl7.org/fhir"><name><family value="Sandoval"/></name></Patient>'
CDA = (
    '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>'
    "<patient><name><family>Sandoval</family></name></patient></patientRole></recordTarget>"
    "</ClinicalDocument>"
)
HL7 = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||Sandoval^Bea||19441130\r"
X12 = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*1200*^*00501*"
    "000000001*0*P*:~GS*HC*S*R*20240102*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~"
    "NM1*IL*1*Sandoval*ANA****MI*NP5501238~CLM*A1*100***11:B:1~SE*4*0001~GE*1*1~IEA*1*000000001~"
)
DOCUMENTS = [FHIR, FHIR_XML, CDA, HL7, X12]
IDS = ["fhir", "fhir-xml", "cda", "hl7v2", "x12"]


def html_safe(text):
    """Return a JSON string as encoders write it that escape HTML characters."""
    for sign in "<>&'=":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("/", "\\/")


def every_quote(text):
    """Return a JSON string as .NET writes it, with `\\u0022` for a quote."""
    inner = json.dumps(text)[1:-1].replace('\\"', "\\u0022")
    return '"' + inner.replace("<", "\\u003C").replace(">", "\\u003E") + '"'


def letters(text):
    """Return a JSON string of escapes only."""
    return '"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"'


def first_letters(text):
    """Return a JSON string whose first letters are escapes."""
    return '"' + "".join(f"\\u{ord(c):04X}" for c in text[:3]) + json.dumps(text[3:])[1:]


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize(
    "string", [json.dumps, html_safe, every_quote, letters, first_letters],
    ids=["plain", "html-safe", "quotes", "letters", "first"],
)  # fmt: skip
@pytest.mark.parametrize("words", ["", "Received body: ", "[INFO] ", "\ufeff", '"', "{rid=1} "])
def test_a_string_with_a_document_is_read_and_masked(words, string, document):
    inner = string(words + document)
    if string is html_safe:
        inner = html_safe(json.dumps(words + document))
    data = f'{{"id": 7, "message": {inner}, "level": "info"}}'.encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    message = json.loads(phiscan.redact(data, report))["message"]
    assert message.startswith(words)
    assert "Sandoval" not in message


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_a_document_below_several_levels_of_strings_is_read(levels, document):
    text = f"got {document}"
    for level in range(levels):
        text = json.dumps({"n": level, "log": text + "\n"})
    report = phiscan.scan(text.encode())
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    out = json.loads(phiscan.redact(text.encode(), report))
    for _ in range(levels - 1):
        out = json.loads(out["log"])
    assert "Sandoval" not in out["log"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize(
    "line",
    [
        "level=info msg={} rid=1",
        "12:00 DEBUG body={} done",
        '"quoted" word {} and "more"',
        "String s = {};",
        "x: {}",
    ],
)
def test_a_literal_in_a_text_is_read_and_masked(line, document):
    data = line.replace("{}", json.dumps(f"got {document}")).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert b"Sandoval" not in phiscan.redact(data, report)


@pytest.mark.parametrize(
    "value",
    [
        'set {"a": 1} of options',  # an object about nobody
        'function() {\n  return "x";\n}',  # a program
        '<div xmlns="http://www.w3.org/1999/xhtml">Bed plan</div>',  # a narrative
        "the regex \\u004d matches M",  # words about an escape
        "ISA*00* begins an interchange",
        "fields MSH|PID|OBX",
    ],
)
def test_what_only_looks_like_a_document_says_nothing(value):
    report = phiscan.scan(json.dumps({"help": value}).encode())
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)
