"""A document of one format hides nothing of another one that stands in it or behind it."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

LINES = "".join(
    f"2024-01-02T03:04:0{number} app: {line}\n"
    for number, line in enumerate(
        (
            "{",
            ' "resourceType": "Patient",',
            ' "name": [{"family": "Sandoval"}],',
            ' "birthDate": "1944-11-30"',
            "}",
        )
    )
)
ACKNOWLEDGEMENTS = {
    "hl7v2": "MSH|^~\\&|A|B|C|D|20240102||ACK|1|P|2.5\nMSA|AA|1\n",
    "x12": (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*0304*^*00501"
        "*000000905*0*P*:~GS*FA*A*B*20240102*0304*1*X*005010X231A1~ST*999*0021*005010X231A1~"
        "AK1*HC*1~AK9*A*1*1*1~SE*4*0021~GE*1*1~IEA*1*000000905~\n"
    ),
}


@pytest.mark.parametrize("message", ACKNOWLEDGEMENTS.values(), ids=ACKNOWLEDGEMENTS)
def test_a_document_in_prefixed_lines_behind_a_message_is_read(message):
    assert phiscan.scan(message.encode()).verdict is Verdict.NONE
    report = phiscan.scan((message + LINES).encode())
    assert report.verdict is Verdict.PHI
    assert "PERSON_NAME" in {finding.info_type for finding in report.findings}


@pytest.mark.parametrize(
    "dicom",
    [{"vr": "PN"}, {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Ruiz^Ana"}]}}],
    ids=["a key", "an attribute"],
)
def test_a_table_beside_a_sign_of_dicom_is_read(dicom):
    table = {"columns": ["mrn", "last_name"], "rows": [["7730145", "Sandoval"]]}
    report = phiscan.scan(json.dumps({**dicom, **table}).encode())
    assert report.verdict is Verdict.PHI
    assert {"MEDICAL_RECORD_NUMBER", "PERSON_NAME"} <= {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    "reference",
    [
        "Patient?identifier=http://hospital.example/mrn|7730145",
        "Encounter?patient=77301452",
        "Practitioner?_has:Encounter:practitioner:patient=77301452",
    ],
)
def test_a_reference_by_a_search_names_its_patient(reference):
    document = {"resourceType": "Basic", "author": {"reference": reference}}
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI


def test_a_reference_by_a_providers_number_names_no_patient():
    document = {
        "resourceType": "Basic",
        "author": {
            "reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1245319599"
        },
    }
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.NONE
