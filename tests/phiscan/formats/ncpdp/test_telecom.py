"""NCPDP Telecommunication: fields are found by id; prescriber and patient are told apart."""

import json

import pytest

from phiscan.engine import Engine
from phiscan.evidence import Evidence
from phiscan.finding import Coverage, Gap, Subject, Verdict
from phiscan.formats.ncpdp import telecom
from phiscan.formats.ncpdp.telecom import read
from phiscan.identifiers import INFO_TYPES
from phiscan.readers.registry import MEDIA
from phiscan.redaction.redact import redact

FS, GS, RS = b"\x1c", b"\x1d", b"\x1e"
REQUEST = b"610066D0B1PCN7700001" + b"1" + b"01" + b"1234567893     " + b"20250301" + b"VENDOR0001"
RESPONSE = b"D0B11A01" + b"1234567893     " + b"20250301"


def segment(number: str, *fields: str) -> bytes:
    return RS + FS + FS.join(f.encode() for f in (f"AM{number}", *fields))


CLAIM = (
    REQUEST
    + segment("04", "C2NP5501238", "CCADA", "CDOKAFOR", "C1GRP4471", "C3001", "C61")
    + segment(
        "01",
        "CX01",
        "CY521447788",
        "C419610917",
        "C52",
        "CATOBI",
        "CBOKAFOR",
        "CM12 ELM CT",
        "CNBELOIT",
        "COWI",
        "CP535110021",
        "CQ6085550177",
        "HNada@home.test",
        "CZEMP551",
    )
    + GS
    + segment(
        "07",
        "EM1",
        "D2000004477123",
        "E103",
        "D700093721410",
        "E70000030000",
        "DE20250227",
        "EU1",
        "EVPA551200",
    )
    + segment(
        "03",
        "EZ01",
        "DB1992999999",
        "DRIBSEN",
        "PM4145550100",
        "2JKARL",
        "2K900 CLINIC PKWY",
        "2MMADISON",
        "2P53703",
    )
    + segment("13", "VE1", "WE02", "DOE119", "ZE20250226", "H4142/88")
)


def found(data: bytes) -> set[tuple[str, str, Subject, str]]:
    evidence = Evidence()
    read(data, evidence)
    return {
        (f.location.field, f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in evidence.findings
    }


def patients(data: bytes) -> dict[str, str]:
    """The infoType of each identifier of a patient, by value."""
    return {
        value: name
        for _, name, subject, value in found(data)
        if subject is Subject.PATIENT and INFO_TYPES[name].identifier
    }


def scan(engine: Engine, data: bytes):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


def test_a_billing_request_names_its_patient():
    assert patients(CLAIM) == {
        "20250301": "SERVICE_DATE",
        "NP5501238": "HEALTH_PLAN_BENEFICIARY_NUMBER",
        "GRP4471": "HEALTH_PLAN_BENEFICIARY_NUMBER",
        "ADA": "PERSON_NAME",
        "TOBI": "PERSON_NAME",
        "OKAFOR": "PERSON_NAME",
        "521447788": "US_SOCIAL_SECURITY_NUMBER",
        "19610917": "DATE_OF_BIRTH",
        "12 ELM CT": "STREET_ADDRESS",
        "BELOIT": "CITY",
        "535110021": "US_ZIP_CODE",
        "6085550177": "PHONE_NUMBER",
        "ada@home.test": "EMAIL_ADDRESS",
        "EMP551": "UNIQUE_CODE",
        "000004477123": "UNIQUE_CODE",
        "20250227": "SERVICE_DATE",
        "PA551200": "UNIQUE_CODE",
        "20250226": "SERVICE_DATE",
    }


def test_a_billing_request_tells_what_the_care_is():
    health = {value: name for _, name, _, value in found(CLAIM) if not INFO_TYPES[name].identifier}
    assert health == {
        "04": "HEALTH_CLAIM",
        "01": "HEALTH_CLAIM",
        "07": "HEALTH_CLAIM",
        "00093721410": "MEDICATION",
        "E119": "DIAGNOSIS",
        "142/88": "LAB_RESULT",
    }


def test_the_prescriber_is_not_the_patient():
    providers = {
        value: name for _, name, subject, value in found(CLAIM) if subject is Subject.PROVIDER
    }
    assert providers == {
        "1992999999": "US_HEALTHCARE_NPI",
        "IBSEN": "PERSON_NAME",
        "KARL": "PERSON_NAME",
        "4145550100": "PHONE_NUMBER",
        "900 CLINIC PKWY": "STREET_ADDRESS",
        "MADISON": "CITY",
        "53703": "US_ZIP_CODE",
    }


@pytest.mark.parametrize(
    ("qualifier", "info_type"),
    [
        ("01", "US_SOCIAL_SECURITY_NUMBER"),
        ("02", "US_DRIVERS_LICENSE_NUMBER"),
        ("08", "US_PASSPORT"),
        ("06", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("EA", "MEDICAL_RECORD_NUMBER"),
        ("99", "UNIQUE_CODE"),
    ],
)
def test_a_patients_number_is_what_its_qualifier_says(qualifier, info_type):
    assert (
        patients(REQUEST + segment("01", f"CX{qualifier}", "CYA55120077"))["A55120077"] == info_type
    )


def test_a_number_without_its_qualifier_is_still_the_patients():
    assert patients(REQUEST + segment("01", "CYA55120077"))["A55120077"] == "UNIQUE_CODE"


def test_a_medicare_number_is_told_by_its_shape():
    assert (
        patients(REQUEST + segment("04", "C21EG4TE5MK73"))["1EG4TE5MK73"]
        == "US_MEDICARE_BENEFICIARY_ID_NUMBER"
    )


@pytest.mark.parametrize(
    ("qualifier", "value", "info_type"),
    [
        ("12", "BB1388568", "US_DEA_NUMBER"),
        ("08", "WI99881", "LICENSE_NUMBER"),
        ("01", "1992999999", "US_HEALTHCARE_NPI"),
    ],
)
def test_a_prescribers_number_is_what_its_qualifier_says(qualifier, value, info_type):
    assert ("DB", info_type, Subject.PROVIDER, value) in found(
        REQUEST + segment("03", f"EZ{qualifier}", f"DB{value}")
    )


def test_a_service_billed_as_a_product_is_a_procedure():
    values = found(REQUEST + segment("07", "E109", "D7G0008"))
    assert ("D7", "PROCEDURE", Subject.PATIENT, "G0008") in values


def test_a_response_echoes_the_patient():
    data = (
        RESPONSE
        + segment("25", "C1GRP4471", "C2NP5501238")
        + segment("29", "CATOBI", "CBOKAFOR", "C419610917")
        + GS
        + segment("22", "EM1", "D2000004477123")
    )
    assert {"NP5501238", "TOBI", "19610917", "000004477123", "20250301"} <= set(patients(data))


def test_a_response_without_a_patient_is_about_nobody(engine):
    data = (
        RESPONSE + GS + segment("21", "ANR", "FA1", "FB25") + segment("24", "J61", "E4DD", "8E01")
    )
    report = scan(engine, data)
    assert (report.media, report.verdict, report.coverage) == (
        "ncpdp",
        Verdict.NONE,
        Coverage.COMPLETE,
    )


@pytest.mark.parametrize(
    "data",
    [
        CLAIM,
        CLAIM.replace(RS + FS, RS),  # no field separator before the segment's id
        CLAIM.replace(b"610066D0", b"61006651"),  # version 5.1
        CLAIM.replace(b"610066D0", b"61006677F6"),  # a BIN of eight digits
        # F6: version and code first
        CLAIM.replace(b"610066D0B1PCN7700001", b"F6B161006677PCN7700001"),
        b"\x02" + CLAIM + b"\x03",
    ],
)
def test_framings_of_other_senders_are_read(data):
    assert telecom.sniff(data)
    assert read(data, Evidence()) is Gap.NONE
    assert {"OKAFOR", "521447788", "20250301"} <= set(patients(data))


@pytest.mark.parametrize("value", ["XXXXXXXX", "00000000", "        ", ""])
def test_masks_zeros_and_blanks_are_no_values(value):
    assert (
        patients(
            REQUEST.replace(b"20250301", b"        ")
            + segment("01", f"C4{value}", f"CA{value}", f"CQ{value}")
        )
        == {}
    )


def test_the_date_of_service_alone_is_about_nobody():
    assert patients(REQUEST + segment("03", "EZ01", "DB1992999999")) == {}


def test_redacting_leaves_every_field_in_place_and_nobody_in_them(engine):
    before = scan(engine, CLAIM)
    assert (before.media, before.verdict, before.coverage) == (
        "ncpdp",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    masked = redact(CLAIM, before)
    after = scan(engine, masked)
    assert (after.media, after.verdict, after.coverage) == (
        "ncpdp",
        Verdict.HEALTH,
        Coverage.COMPLETE,
    )
    assert after.identifiers == ()
    assert [f[:2] for f in masked.split(FS)[1:]] == [f[:2] for f in CLAIM.split(FS)[1:]]
    assert b"OKAFOR" not in masked


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"610066D0B1PCN7700001101",
        b"AM01 at the station, AM07 at the gate",
        b"\x1c\x1d\x1e",
        b"PK\x03\x04\x1e\x1cAM1",
        b"\x1eAMPLE\x1c",
    ],
)
def test_look_alikes_are_not_ncpdp(data):
    assert not telecom.sniff(data)


def test_a_header_that_is_none_is_a_gap():
    assert read(b"\x7fELF" + bytes(80) + segment("01", "CBOKAFOR"), Evidence()) is Gap.MALFORMED
    assert "OKAFOR" in patients(b"\x7fELF" + bytes(80) + segment("01", "CBOKAFOR"))


def test_every_cut_of_a_claim_is_read_without_an_error():
    for end in range(len(CLAIM)):
        read(CLAIM[:end], Evidence())
    assert "521447788" in patients(CLAIM[: CLAIM.index(b"CATOBI")])


def test_media_is_told_before_control_bytes_make_it_binary():
    assert MEDIA.sniff(CLAIM, "application/octet-stream") is telecom.MEDIA


ESCAPES = {
    "json": (b"\\u001c", b"\\u001d", b"\\u001E"),
    "hex": (b"\\x1c", b"\\x1d", b"\\x1e"),
    "octal": (b"\\034", b"\\035", b"\\036"),
    "names": (b"<FS>", b"<GS>", b"<RS>"),
}


@pytest.mark.parametrize("escapes", ESCAPES.values(), ids=ESCAPES)
@pytest.mark.parametrize(
    ("before", "after"),
    [(b'const claim = "', b'";'), (b"2025-03-01 INFO sent ", b"\n"), (b"", b"")],
)
def test_a_message_whose_separators_are_escapes_is_read_and_masked(engine, escapes, before, after):
    written = CLAIM
    for separator, escape in zip((FS, GS, RS), escapes, strict=True):
        written = written.replace(separator, escape)
    data = before + written + after
    report = scan(engine, data)
    assert report.verdict is Verdict.PHI
    values = {data[f.location.start : f.location.end] for f in report.findings}
    assert {b"OKAFOR", b"521447788", b"NP5501238"} <= values
    masked = redact(data, report)
    assert b"OKAFOR" not in masked
    assert masked.count(escapes[0]) == data.count(escapes[0])


def test_an_escape_before_another_word_is_no_message(engine):
    assert scan(engine, b'{"pattern": "\\u001cAMPLE \\u001e"}').verdict is Verdict.NONE


def test_a_message_in_a_json_string_is_read_and_the_json_stays_json(engine):
    data = json.dumps({"id": 7, "claim": CLAIM.decode()}).encode()
    report = scan(engine, data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    assert "OKAFOR" not in json.loads(redact(data, report))["claim"]


@pytest.mark.parametrize(
    "written",
    [
        CLAIM.lower(),
        CLAIM.replace(FS, FS + b"\r\n"),
        CLAIM.replace(FS, b"\r\n" + FS),
        CLAIM.replace(b"AM", b"am"),
        CLAIM.replace(b"TOBI", b"TO\r\nBI"),
    ],
    ids=["lower", "line ends behind separators", "line ends before them", "segments", "in a value"],
)
def test_small_letters_and_line_ends_hide_nothing(engine: Engine, written: bytes) -> None:
    report = scan(engine, written)
    assert report.media == "ncpdp"
    masked = redact(written, report).lower()
    for value in (b"np5501238", b"521447788", b"okafor", b"12 elm ct", b"6085550177"):
        assert value in written.lower()
        assert value not in masked
    assert masked.count(b"\r\n") == written.count(b"\r\n") - written.count(b"TO\r\nBI")
