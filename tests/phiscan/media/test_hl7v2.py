"""HL7 v2: segments, any delimiters, framing, batches, providers apart from patients."""

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

MESSAGE = (
    "MSH|^~\\&|LAB|H|EHR|H|20240102030405||ORU^R01|77|P|2.5.1\r"
    "PID|1||77120^^^H^MR~512449031^^^SSA^SS||SANDOVAL^ROSA^M^^MS||19441130|F||2106-3|9 QUARRY RD^APT 2^AMES^IA^50010^USA||"
    "(515)234-8890^PRN^PH^rosa@sandoval.net|||||ACCT-9912|512-44-9031|IA-S99912345\r"
    "NK1|1|SANDOVAL^LUIS|SPO|9 QUARRY RD^^AMES^IA^50010|5152340000\r"
    "PV1|1|I|W^1^2||||1234567893^WU^ANN^^^DR||||||||||||V-12345|||||||||||||||||||||||||20240101|20240105\r"
    "IN1|1|PLAN|123|ACME HEALTH||||||||||||SANDOVAL^ROSA|SELF|19441130|9 QUARRY RD^^AMES^IA^50010|||||||||||||||||XYZ100200300\r"
    "OBX|1|NM|4548-4^HbA1c^LN||8.1|%|||||F|||20240102\r"
    "DG1|1||E11.9^Type 2 diabetes^I10\r"
)


def everything(data):
    report = phiscan.scan(data)
    return (*report.findings, *report.providers)


def values(text, subject=Subject.PATIENT):
    data = text.encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode(), f.location.field.split(".")[0])
        for f in everything(data)
        if f.identifier and f.subject is subject
    }


@pytest.mark.parametrize(
    "expected",
    [
        ("MEDICAL_RECORD_NUMBER", "77120", "PID-3"),
        ("US_SOCIAL_SECURITY_NUMBER", "512449031", "PID-3"),
        ("PERSON_NAME", "SANDOVAL", "PID-5"),
        ("PERSON_NAME", "ROSA", "PID-5"),
        ("DATE_OF_BIRTH", "19441130", "PID-7"),
        ("STREET_ADDRESS", "9 QUARRY RD", "PID-11"),
        ("CITY", "AMES", "PID-11"),
        ("US_ZIP_CODE", "50010", "PID-11"),
        ("PHONE_NUMBER", "(515)234-8890", "PID-13"),
        ("EMAIL_ADDRESS", "rosa@sandoval.net", "PID-13"),
        ("ACCOUNT_NUMBER", "ACCT-9912", "PID-18"),
        ("US_SOCIAL_SECURITY_NUMBER", "512-44-9031", "PID-19"),
        ("US_DRIVERS_LICENSE_NUMBER", "IA-S99912345", "PID-20"),
        ("PERSON_NAME", "LUIS", "NK1-2"),
        ("PHONE_NUMBER", "5152340000", "NK1-5"),
        ("ACCOUNT_NUMBER", "V-12345", "PV1-19"),
        ("SERVICE_DATE", "20240101", "PV1-44"),
        ("SERVICE_DATE", "20240105", "PV1-45"),
        ("PERSON_NAME", "SANDOVAL", "IN1-16"),
        ("HEALTH_PLAN_BENEFICIARY_NUMBER", "XYZ100200300", "IN1-36"),
    ],
)
def test_a_field_is_found_at_its_own_bytes(expected):
    assert expected in values(MESSAGE)


def test_a_doctor_is_no_patient():
    assert ("PERSON_NAME", "WU", "PV1-7") in values(MESSAGE, Subject.PROVIDER)
    assert not {v for v in values(MESSAGE) if v[1] in ("WU", "ANN", "1234567893")}


def test_any_delimiters_give_the_same_fields():
    other = MESSAGE.translate(str.maketrans("|^~", "#!$"))
    assert {(k, f) for k, _, f in values(other)} == {(k, f) for k, _, f in values(MESSAGE)}


@pytest.mark.parametrize(
    "framed",
    [
        "\x0b" + MESSAGE + "\x1c\r",
        MESSAGE.replace("\r", "\n"),
        MESSAGE.replace("\r", "\r\n"),
        "FHS|^~\\&|A\rBHS|^~\\&|A\r" + MESSAGE + "BTS|1\rFTS|1\r",
        "\ufeff" + MESSAGE,
    ],
)
def test_framing_batches_and_line_ends_change_nothing(framed):
    assert phiscan.scan(framed.encode()).verdict is Verdict.PHI
    assert ("PERSON_NAME", "SANDOVAL", "PID-5") in values(framed)


def test_a_site_defined_segment_cannot_smuggle_a_number():
    assert ("US_SOCIAL_SECURITY_NUMBER", "512-44-9031", "ZPX-2") in values("MSH|^~\\&|A\rZPX|1|512-44-9031\r")


@pytest.mark.parametrize("data", [b"MSH|^~\\&|", b"MSH|^~\\&|A\rPID", b"MSH|^~\\&|A\rPID|||||", b"MSH|^~\\&\r\r\r"])
def test_a_message_that_is_cut_short_is_read_as_far_as_it_goes(data):
    assert phiscan.scan(data).media == "hl7v2"


def test_an_acknowledgement_holds_no_patient():
    assert phiscan.scan(b"MSH|^~\\&|LAB|H|EHR|H|20240102||ACK^R01|77|P|2.5\rMSA|AA|77\r").verdict is Verdict.NONE
