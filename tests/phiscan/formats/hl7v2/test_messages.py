"""HL7 v2: segments, delimiters, framing, batches, providers and patients."""

import json

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

MESSAGE = (
    "MSH|^~\\&|LAB|H|EHR|H|20240102030405||ORU^R01|77|P|2.5.1\r"
    "PID|1||77120^^^H^MR~512449031^^^SSA^SS||SANDOVAL^ROSA^M^^MS||19441130|F||2106-3|9 "
    "QUARRY RD^APT 2^AMES^IA^50010^USA||"
    "(515)234-8890^PRN^PH^rosa@sandoval.net|||||ACCT-9912|512-44-9031|IA-S99912345\r"
    "NK1|1|SANDOVAL^LUIS|SPO|9 QUARRY RD^^AMES^IA^50010|5152340000\r"
    "PV1|1|I|W^1^2||||1234567893^WU^ANN^^^DR||||||||||||V-12345|||||||||||||||||||||||||"
    "20240101|20240105\r"
    "IN1|1|PLAN|123|ACME HEALTH||||||||||||SANDOVAL^ROSA|SELF|19441130|9 QUARRY "
    "RD^^AMES^IA^50010|||||||||||||||||XYZ100200300\r"
    "OBX|1|NM|4548-4^HbA1c^LN||8.1|%|||||F|||20240102\r"
    "DG1|1||E11.9^Type 2 diabetes^I10\r"
)


def everything(data):
    report = phiscan.scan(data)
    return (*report.findings, *report.providers)


def values(text, subject=Subject.PATIENT):
    data = text.encode()
    return {
        (
            f.info_type,
            data[f.location.start : f.location.end].decode(),
            f.location.field.split(".")[0],
        )
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
    assert ("US_SOCIAL_SECURITY_NUMBER", "512-44-9031", "ZPX-2") in values(
        "MSH|^~\\&|A\rZPX|1|512-44-9031\r"
    )


@pytest.mark.parametrize(
    "data", [b"MSH|^~\\&|", b"MSH|^~\\&|A\rPID", b"MSH|^~\\&|A\rPID|||||", b"MSH|^~\\&\r\r\r"]
)
def test_a_message_that_is_cut_short_is_read_as_far_as_it_goes(data):
    assert phiscan.scan(data).media == "hl7v2"


def test_an_acknowledgement_holds_no_patient():
    assert (
        phiscan.scan(b"MSH|^~\\&|LAB|H|EHR|H|20240102||ACK^R01|77|P|2.5\rMSA|AA|77\r").verdict
        is Verdict.NONE
    )


HEAD = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\r"


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("PID" + "|" * 40 + "^PRN^PH^^1^515^2348890", ("PHONE_NUMBER", "2348890", "PID-40")),
        ("PD1||||||||||D-4471^^^H^MR", ("MEDICAL_RECORD_NUMBER", "D-4471", "PD1-10")),
        ("NK1|1|A^B||||||||||EMP-88", ("UNIQUE_CODE", "EMP-88", "NK1-12")),
        ("NK1|1" + "|" * 29 + "a@b.org", ("EMAIL_ADDRESS", "a@b.org", "NK1-30")),
        ("NK1|1" + "|" * 29 + "a@b.org", ("PERSON_NAME", "a@b.org", "NK1-30")),
        (
            ("GT1|1||A^B|||||||||||||ACME|4 Mill Ln^^Ames^IA^50010|5152347001"),
            ("STREET_ADDRESS", "4 Mill Ln", "GT1-17"),
        ),
        (
            ("GT1|1||A^B|||||||||||||ACME|4 Mill Ln^^Ames^IA^50010|5152347001"),
            ("PHONE_NUMBER", "5152347001", "GT1-18"),
        ),
        ("IN1|1|P|2|||||||||20230101|20231231", ("SERVICE_DATE", "20231231", "IN1-13")),
        ("IN2|||||||LENNOX^OTTO||CAREY^FAY|M-7731", ("PERSON_NAME", "LENNOX", "IN2-7")),
        ("IN2|||||||LENNOX^OTTO||CAREY^FAY|M-7731", ("UNIQUE_CODE", "M-7731", "IN2-10")),
        ("PV1|1|O|||PRE-19", ("ACCOUNT_NUMBER", "PRE-19", "PV1-5")),
        ("MRG|1||||V-77", ("ACCOUNT_NUMBER", "V-77", "MRG-5")),
        ("BLG|||BA-100", ("ACCOUNT_NUMBER", "BA-100", "BLG-3")),
        (
            "SCH|1||||||||||^^30^202403051400^202403051430",
            ("SERVICE_DATE", "202403051400", "SCH-11"),
        ),
        ("AIS|1|A|X|20240305", ("SERVICE_DATE", "20240305", "AIS-4")),
        ("AIP|1|A|1^WU^ANN|||20240306", ("SERVICE_DATE", "20240306", "AIP-6")),
        ("TXA|1|HP|TX|20240307", ("SERVICE_DATE", "20240307", "TXA-4")),
        ("RXE|||||||||||||||RX-55012", ("UNIQUE_CODE", "RX-55012", "RXE-15")),
        ("PRB|AD|20240308|E11.9", ("SERVICE_DATE", "20240308", "PRB-2")),
        ("CSR|ST1|||SUBJ-014", ("UNIQUE_CODE", "SUBJ-014", "CSR-4")),
        ("PDA|I21|H|Y|20240309", ("SERVICE_DATE", "20240309", "PDA-4")),
        ("DB1|1|PT|DIS-9", ("UNIQUE_CODE", "DIS-9", "DB1-3")),
        ("QRD|20240101|R|I|Q1|||1|A991^LENNOX^OTTO|DEM", ("PERSON_NAME", "LENNOX", "QRD-8")),
        (
            "QRD|20240101|R|I|Q1|||1|A991^LENNOX^OTTO|DEM",
            ("MEDICAL_RECORD_NUMBER", "A991", "QRD-8"),
        ),
        ("QPD|IHE PDQ|Q1|@PID.5.1^LENNOX~@PID.7^19710409", ("PERSON_NAME", "LENNOX", "QPD-3")),
        ("QPD|IHE PDQ|Q1|@PID.5.1^LENNOX~@PID.7^19710409", ("DATE_OF_BIRTH", "19710409", "QPD-3")),
        ("OBX|1|XPN|1^Mother||LENNOX^INA", ("PERSON_NAME", "INA", "OBX-5")),
        ("OBX|1|XAD|1^Birthplace||4 Mill Ln^^Ames^IA^50010", ("US_ZIP_CODE", "50010", "OBX-5")),
        ("OBX|1|TN|1^Call||(515)234-7001", ("PHONE_NUMBER", "(515)234-7001", "OBX-5")),
        ("OBX|1|DT|1^Onset||20240310", ("SERVICE_DATE", "20240310", "OBX-5")),
        ("OBX|1|CX|1^Case number||CASE-2024-8^^^ST", ("UNIQUE_CODE", "CASE-2024-8", "OBX-5")),
        ("PID|1||4929^^^B^VS", ("CREDIT_CARD_NUMBER", "4929", "PID-3")),
        ("pid|1||K-10^^^H^MR", ("MEDICAL_RECORD_NUMBER", "K-10", "PID-3")),
    ],
)
def test_each_field_of_the_standard_that_identifies_someone_is_found(segment, expected):
    assert expected in values(HEAD + segment + "\r")


@pytest.mark.parametrize(
    "segment",
    [
        "OBX|1|NM|1^Count||20240310123",  # a number that begins like a date
        "QPD|IHE PDQ|Q1|@PID.3.4^HOSPITAL",  # who assigned the number, not the number
        "SCH|1|||||||||||1^WU^ANN",  # who booked it
        "DG1|1||E11.9|||||||||||||9^WU^ANN",  # who diagnosed it
    ],
)
def test_what_only_stands_in_a_like_place_is_nobodys(segment):
    assert not values(HEAD + segment + "\r")


@pytest.mark.parametrize("end", ["\\r", "\\x0d", "<CR>", "<0x0D>", "&#xD;", "\\r\\n", "\\n"])
def test_segments_that_end_in_an_escape_are_segments(end):
    report = phiscan.scan(MESSAGE.replace("\r", end).encode())
    assert report.verdict is Verdict.PHI
    assert ("PERSON_NAME", "ROSA") in {(k, v) for k, v, _ in values(MESSAGE.replace("\r", end))}


@pytest.mark.parametrize(
    "before",
    ["2024-02-03 INFO received:\n", "Please see the message below.\r\n\r\n", "<14>mllp[3]: msg="],
)
def test_a_message_within_a_text_is_read_and_masked(before):
    data = (before + MESSAGE).encode()
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    masked = phiscan.redact(data, report)
    assert b"SANDOVAL" not in masked
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize(
    "kept", ["EVN|A01|20240102\r" + MESSAGE.partition("\r")[2], MESSAGE.partition("\r")[2]]
)
def test_a_message_that_lost_its_header_is_read(kept):
    assert phiscan.scan(kept.encode()).media == "hl7v2"
    assert ("PERSON_NAME", "SANDOVAL", "PID-5") in values(kept)


@pytest.mark.parametrize(
    "text",
    ["PID|USER|COMMAND|TTY|TIME\n1|root|init|-|00:01\n", "PID|1|x|y|z\n", "MSH |^~ is no header\n"],
)
def test_a_table_of_processes_is_no_message(text):
    report = phiscan.scan(text.encode())
    assert report.media != "hl7v2"
    assert report.verdict is Verdict.NONE


@pytest.mark.parametrize(
    "written",
    [
        MESSAGE.lower(),
        MESSAGE.replace("MSH", "msh").replace("PID", "pid"),
        MESSAGE.replace("|", "\x1f"),
        MESSAGE.replace("|", "\t"),
        MESSAGE.replace("|", "J"),
        MESSAGE.partition("\r")[2].lower(),
        "2024-02-03 INFO received: " + MESSAGE.lower(),
        "2024-02-03 INFO received: " + MESSAGE.replace("9 QUARRY RD^", "9 QUARRY\nRD^", 1),
    ],
    ids=["lower", "mixed", "control", "tab", "letter", "headless", "log", "log with LF in a field"],
)
def test_case_and_delimiters_hide_nothing(written):
    data = written.encode()
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    masked = phiscan.redact(data, report).lower()
    for value in (b"512-44-9031", b"sandoval", b"acct-9912", b"77120", b"quarry"):
        assert value not in masked


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("msh... and so on", "dots"),
        ("bhs||--|| is a row of marks", "the second delimiter is the first"),
        ("Bhs|abc|def|ghi", "no encoding characters"),
        ("pid|1|x|y|z", "no components"),
        ("mshell|^~\\&|x", "a longer word"),
    ],
)
def test_small_letters_alone_are_no_header(text, why):
    assert phiscan.scan(text.encode()).media != "hl7v2", why


def test_a_framed_message_in_a_json_string_is_read():
    data = json.dumps({"body": "\x0b" + MESSAGE + "\x1c\r"}).encode()
    report = phiscan.scan(data)
    assert ("PERSON_NAME", "ROSA") in {(k, v) for k, v, _ in values(data.decode())}
    masked = json.loads(phiscan.redact(data, report))["body"]
    assert masked.startswith("\x0bMSH|")
    assert "SANDOVAL" not in masked


@pytest.mark.parametrize(
    ("segment", "value"),
    [
        (
            "IN1|1|P|2|ACME|77 Plan Blvd^Suite 221^Des Moines^IA^50309|WEI^LEE|(515)555-0143",
            "77 Plan Blvd",
        ),
        (
            "IN1|1|P|2|ACME|77 Plan Blvd^Suite 221^Des Moines^IA^50309|WEI^LEE|(515)555-0143",
            "(515)555-0143",
        ),
        ("ORC|RE||||||||||||||||||||CLINIC|400 Care Ave^^Ames^IA^50010", "400 Care Ave"),
        ("PRD|RP|WEI^LEE|400 Care Ave^^Ames^IA^50010||(515)555-0144", "400 Care Ave"),
        ("SCH|1|||||||||||1^WEI^LEE|(515)555-0145", "(515)555-0145"),
    ],
)
def test_a_payers_or_clinics_address_is_no_patients(segment, value):
    message = HEAD + "PID|1||K-10^^^H^MR\r" + segment + "\r"
    assert value in {v for _, v, _ in values(message, Subject.PROVIDER)}
    assert value not in {v for _, v, _ in values(message)}
    assert value not in {
        message[f.location.start : f.location.end] for f in phiscan.scan(message.encode()).findings
    }
