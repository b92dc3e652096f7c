"""DICOM as JSON: attributes by their tags."""

import json

import pytest

import phiscan
from phiscan.finding import Gap, Subject, Verdict

STUDY = {
    "00080020": {"vr": "DA", "Value": ["20240105"]},
    "00080060": {"vr": "CS", "Value": ["CT"]},
    "00080090": {"vr": "PN", "Value": [{"Alphabetic": "Osei^Kwame"}]},
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Ruiz^Ana", "Ideographic": "山田^太郎"}]},
    "00100020": {"vr": "LO", "Value": ["A10017"]},
    "00100030": {"vr": "DA", "Value": ["19800203"]},
    "00101002": {"vr": "SQ", "Value": [{"00100020": {"vr": "LO", "Value": ["B20018"]}}]},
    "00280010": {"vr": "US", "Value": [512]},
}


def test_attributes_are_read_by_their_tags():
    data = json.dumps([STUDY]).encode()
    report = phiscan.scan(data, content_type="application/dicom+json")
    assert (report.media, report.verdict, report.gap) == ("dicom+json", Verdict.PHI, Gap.NONE)
    found = {
        (f.info_type, data[f.location.start : f.location.end], f.subject)
        for f in (*report.findings, *report.providers)
    }
    assert ("PERSON_NAME", b"Ruiz^Ana", Subject.PATIENT) in found
    assert ("PERSON_NAME", b"Osei^Kwame", Subject.PROVIDER) in found
    assert ("MEDICAL_RECORD_NUMBER", b"B20018", Subject.PATIENT) in found
    assert "(0010,1002).(0010,0020)" in {f.location.field for f in report.findings}


def test_masked_attributes_stay_json_and_are_found_no_more():
    data = json.dumps(STUDY).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert json.loads(masked)["00100010"]["Value"][0] == {"Alphabetic": "XXX", "Ideographic": "XXX"}
    assert json.loads(masked)["00080090"]["Value"][0] == {"Alphabetic": "Osei^Kwame"}
    assert phiscan.scan(masked).verdict is Verdict.HEALTH


def test_other_keys_of_the_same_document_are_read_as_ever():
    report = phiscan.scan(json.dumps({"ssn": "123456780", "study": STUDY}).encode())
    assert {"ssn", "(0010,0010)"} <= {f.location.field for f in report.findings}


def test_eight_digits_as_a_key_are_no_attribute_elsewhere():
    report = phiscan.scan(b'{"00100010": {"Value": "n/a", "count": 3}, "20240105": {"total": 4}}')
    assert (report.verdict, report.gap) == (Verdict.NONE, Gap.NONE)


@pytest.mark.parametrize(
    ("tag", "vr", "value", "info_type"),
    [
        ("0038001A", "DA", "20240203", "SERVICE_DATE"),  # scheduled admission
        ("00404011", "DT", "20240203101500", "SERVICE_DATE"),  # expected completion
        ("00440010", "DT", "20240203101500", "SERVICE_DATE"),  # a substance was given
        ("30080056", "DA", "20240203", "SERVICE_DATE"),  # last treatment
        ("40080112", "DA", "20240203", "SERVICE_DATE"),  # a report was approved
        ("0040050A", "LO", "S24-5501", "UNIQUE_CODE"),  # a specimen's accession number
        ("00181009", "UT", "(01)00012345678905(21)S5506", "DEVICE_IDENTIFIER"),
    ],
)
def test_the_attributes_that_de_identification_removes_are_identifiers(tag, vr, value, info_type):
    data = json.dumps({**STUDY, tag: {"vr": vr, "Value": [value]}}).encode()
    found = {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data).findings
    }
    assert (info_type, value) in found


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        ("00404037", "PN", {"Alphabetic": "Osei^Kwame"}),  # who performed it
        ("00401102", "ST", "900 Clinic Street"),  # the physician's
        ("00181200", "DA", "20200101"),  # the day the machine was calibrated
        ("00181205", "DA", "20200101"),  # installed
    ],
)
def test_the_clinics_own_are_no_patients(tag, vr, value):
    data = json.dumps({**STUDY, tag: {"vr": vr, "Value": [value]}}).encode()
    text = value["Alphabetic"] if isinstance(value, dict) else value
    report = phiscan.scan(data)
    assert text not in {data[f.location.start : f.location.end].decode() for f in report.findings}
