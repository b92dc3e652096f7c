"""Health documents in a text: after a prefix, after headers, in a command, and several of them."""

import pytest

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

PATIENT = '{"resourceType": "Patient", "name": [{"family": "Sandoval", "given": ["Rosa"]}], "active": true}'
XML = '<Patient xmlns="http://hl7.org/fhir"><name><family value="Sandoval"/><given value="Rosa"/></name></Patient>'
CDA = (
    '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><patient><name><given>Rosa</given>'
    "<family>Sandoval</family></name></patient></patientRole></recordTarget></ClinicalDocument>"
)
DICOM = '{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Sandoval^Rosa"}]}}'


def names(data):
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    return {
        data[f.location.start : f.location.end].decode()
        for f in report.findings
        if f.info_type == "PERSON_NAME" and f.subject is not Subject.PROVIDER
    }


@pytest.mark.parametrize("document", [PATIENT, XML, CDA], ids=["json", "fhir-xml", "cda"])
@pytest.mark.parametrize(
    "around",
    [
        "2024-01-01 10:00:00 INFO received {}\n2024-01-01 10:00:01 INFO done\n",
        "POST /fhir HTTP/1.1\r\nHost: ehr\r\n\r\n{}",
        "# Example\n\n```\n{}\n```\n",
        "curl -X POST https://ehr/fhir -d '{}'\n",
        "set {{a}} then [b] and {}",
    ],
    ids=["log", "http", "markdown", "command", "brackets"],
)
def test_a_document_in_a_text_is_read_by_its_structure(document, around):
    assert names(around.format(document).encode()) >= {"Sandoval", "Rosa"}


def test_dicom_attributes_in_a_log_line_are_read():
    assert names(f"12:00 QIDO answered {DICOM}".encode()) == {"Sandoval^Rosa"}


def test_each_of_several_documents_is_read():
    lines = [
        f"12:0{n} INFO got {PATIENT.replace('Rosa', name)}"
        for n, name in enumerate(("Rosa", "Luis"))
    ]
    assert names("\n".join(lines).encode()) >= {"Rosa", "Luis"}


def test_a_document_that_is_cut_off_is_read_as_far_as_it_goes():
    data = f"12:00 INFO got {PATIENT[:-20]}".encode()
    assert phiscan.scan(data).verdict is Verdict.PHI


def test_masking_leaves_the_text_around_and_nobody_in_it():
    data = f"12:00 INFO got {PATIENT} in 3 ms".encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert masked.startswith(b'12:00 INFO got {"resourceType": "Patient"')
    assert masked.endswith(b"in 3 ms")
    assert not {b"Sandoval", b"Rosa"} & set(masked.replace(b'"', b" ").split())


@pytest.mark.parametrize(
    "text",
    [
        'The element "resourceType": "Patient" names a type.',  # not in an object
        "<p>xmlns='http://hl7.org/fhir' is its namespace</p>",
        'GET /metadata -> {"resourceType": "CapabilityStatement", "status": "active"}',
    ],
    ids=["prose", "page", "conformance"],
)
def test_what_only_speaks_of_a_format_is_no_document(text):
    assert phiscan.scan(text.encode()).verdict is Verdict.NONE


def test_many_brackets_cost_linear_time():
    data = b"x " + b'{"a": ' * 100_000 + b'"resourceType": "Patient"'
    assert phiscan.scan(data).media == "text"
