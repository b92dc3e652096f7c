"""Documents in pieces are joined, and lists stay lists."""

import base64
import json
import textwrap

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict

FHIR = json.dumps(
    {"resourceType": "Patient", "name": [{"family": "Sandoval"}], "birthDate": "1944-11-30"},
    indent=1,
)
NOTE = "Patient: Rosa Sandoval\nMRN: 7730145\nDiagnosis: asthma, seen on 4 May."
HL7 = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||Sandoval^Bea||19441130\r"
CDA = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3">\n<recordTarget><patientRole>\n<patient><name>\n'
    "<family>Sandoval</family></name></patient>\n</patientRole></recordTarget>\n</ClinicalDocument>"
)
X12 = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*1200*^*00501*"
    "000000001*0*P*:~\nGS*HC*S*R*20240102*1200*1*X*005010X222A1~\nST*837*0001*005010X222A1~\n"
    "NM1*IL*1*Sandoval*ANA****MI*NP5501238~\nCLM*A1*100***11:B:1~\nSE*4*0001~\nGE*1*1~\n"
    "IEA*1*000000001~"
)
CSV = "mrn,last_name,dob,diagnosis\n7730145,Sandoval,1944-11-30,asthma\n7730146,Ruiz,1950-01-02,flu"
DOCUMENTS = [FHIR, NOTE, HL7, CDA, X12, CSV]
IDS = ["fhir", "note", "hl7v2", "cda", "x12", "csv"]


def cut(text, size):
    return [text[i : i + size] for i in range(0, len(text), size)]


def read(data):
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    assert not phiscan.scan(masked).identifiers
    return masked


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_pieces_of_one_length_are_joined(document, size):
    for value in (cut(document, size), {"a": 1, "d": cut(document, size)}):
        masked = json.loads(read(json.dumps(value).encode()))
        whole = "".join(masked if isinstance(masked, list) else masked["d"])
        assert "Sandoval" not in whole


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize("first", [0, 1])
def test_so_are_the_members_of_an_object_by_index(document, first):
    members = {str(i): c for i, c in enumerate(document, first)}
    masked = json.loads(read(json.dumps({"a": 1, "d": members}).encode()))
    assert "Sandoval" not in "".join(masked["d"].values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize("indent", [None, 1])
def test_lines_are_joined(document, indent):
    masked = json.loads(read(json.dumps({"d": document.splitlines()}, indent=indent).encode()))
    assert "Sandoval" not in "\n".join(masked["d"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize("size", [20, 60, 76])
def test_so_is_base64(document, size):
    encoded = base64.b64encode(document.encode()).decode()
    read(json.dumps({"d": cut(encoded, size)}, indent=1).encode())


@pytest.mark.parametrize("document", [FHIR, CDA, X12], ids=["fhir", "cda", "x12"])
@pytest.mark.parametrize("joint", [" +", "", " \\", " ."])
def test_literals_on_successive_lines_of_a_program_are_joined(document, joint):
    lines = [json.dumps(line + "\n") for line in document.splitlines()]
    code = f"String s =\n{textwrap.indent((joint + chr(10)).join(lines), '    ')};\n"
    assert "Sandoval" not in read(code.encode()).decode()


@pytest.mark.parametrize(
    "value",
    [
        list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        list("530070000600195000098000060800060003400803001700020006"),  # a puzzle
        ["Y", "N"] * 20,
        ["US", "CA", "MX", "DE", "FR", "GB", "JP"],
        ["4111", "1111", "1111", "1112"] * 3,  # numbers of four digits
        ["red", "green", "blue", "a longer word"],
        ["the", "and", "for", "was", "not"],
        {str(i): c for i, c in enumerate("some ordinary words")},
        {"0": "zero", "2": "two", "5": "five"},
        ["import os", "", "def f(x):", "    return {", "        'a': x", "    }"],
    ],
    ids=repr,
)
def test_a_list_is_no_document(value):
    report = phiscan.scan(json.dumps({"d": value}).encode())
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)
