"""Protobuf messages of known types: field names are labels, and masks keep messages valid."""

import gzip
from contextlib import suppress

import pytest
from clinic_proto import DESCRIPTORS, METHOD, TYPE, Patient, Receipt
from hypothesis import given
from hypothesis import strategies as st

from phiscan.engine import Engine
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.protobuf import schemas
from phiscan.protobuf.schemas import Rpc
from phiscan.redaction.edits import RedactionError
from phiscan.redaction.redact import redact


@pytest.fixture(scope="module")
def engine():
    engine = Engine.load()
    engine.schemas = schemas.parse(DESCRIPTORS)
    return engine


def scan(engine, data, content_type=TYPE, rpc=None):
    scanner = engine.scanner(content_type=content_type, rpc=rpc, clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


def frame(message, flags=0):
    return bytes((flags,)) + len(message).to_bytes(4) + message


def _patient():
    patient = Patient(
        family_name="Ruiz",
        ssn=123456780,
        mrn=7712345,
        member_id=-884422113,
        policy_number=[5, 99001122],
        weight=70.5,
    )
    patient.birth_date.FromJsonString("1961-04-05T00:00:00Z")
    patient.phone_number.value = "5152348890"
    patient.attributes["home_city"] = "Duluth"
    patient.diagnosis = "E11.9"
    patient.extra.Pack(Patient(family_name="Okafor"))
    patient.admission_date.value_us = 1_700_000_000_000_000
    patient.mother.family_name = "Brandt"
    patient.discharge_date.year, patient.discharge_date.month, patient.discharge_date.day = (
        2024,
        3,
        9,
    )
    return patient


def kinds(report):
    return {f.info_type for f in report.findings if f.identifier}


ALL = {
    "PERSON_NAME", "DATE_OF_BIRTH", "US_SOCIAL_SECURITY_NUMBER", "MEDICAL_RECORD_NUMBER", "PHONE_NUMBER", "SERVICE_DATE",
    "HEALTH_PLAN_BENEFICIARY_NUMBER", "CITY",
}  # fmt: skip


def test_the_names_of_fields_are_labels(engine):
    data = _patient().SerializeToString()
    report = scan(engine, data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    assert kinds(report) == ALL
    values = [
        data[f.location.start : f.location.end]
        for f in report.findings
        if f.info_type == "PERSON_NAME"
    ]
    assert sorted(values) == [b"Brandt", b"Okafor", b"Ruiz"]
    assert [f.info_type for f in report.findings].count("SERVICE_DATE") == 2


def test_masked_values_leave_a_message_of_the_same_type(engine):
    data = _patient().SerializeToString()
    masked = redact(data, scan(engine, data))
    found = Patient.FromString(masked)
    assert len(masked) == len(data)
    assert (found.family_name, found.ssn, found.mrn, found.member_id) == ("XXXX", 0, 0, 0)
    assert found.phone_number.value == "X" * 10
    assert (
        found.birth_date.seconds == found.admission_date.value_us == found.discharge_date.year == 0
    )
    assert (found.diagnosis, found.weight) == ("E11.9", 70.5)
    again = scan(engine, masked)
    assert (again.coverage, kinds(again)) == (Coverage.COMPLETE, set())
    assert redact(masked, again) == masked


@pytest.mark.parametrize("flags", [0, 1], ids=["plain", "gzip"])
def test_a_method_says_the_type_of_its_messages(engine, flags):
    data = _patient().SerializeToString()
    framed = frame(gzip.compress(data, mtime=0) if flags else data, flags)
    report = scan(engine, framed * 2, "application/grpc", Rpc(METHOD))
    assert (report.media, kinds(report)) == ("grpc", ALL)


def test_an_answer_has_the_type_of_answers(engine):
    data = frame(Receipt(patient_name="Ruiz").SerializeToString())
    assert kinds(scan(engine, data, "application/grpc", Rpc(METHOD, is_response=True))) == {
        "PERSON_NAME"
    }


def test_the_method_is_believed_and_not_what_the_sender_calls_its_message(engine):
    data = frame(_patient().SerializeToString())
    report = scan(engine, data, "application/grpc; proto=clinic.v1.Receipt", Rpc(METHOD))
    assert kinds(report) == ALL


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("application/x-protobuf", "no type"),
        ("application/x-protobuf; proto=clinic.v1.Nobody", "no such type"),
    ],
)
def test_without_a_type_the_strings_are_read(engine, content_type, reason):
    data = Patient(diagnosis="SSN: 512-44-9031, asthma", ssn=123456780).SerializeToString()
    assert kinds(scan(engine, data, content_type)) == {"US_SOCIAL_SECURITY_NUMBER"}, reason


def test_a_field_that_the_type_does_not_have_is_read_without_it(engine):
    data = _patient().SerializeToString() + b"\xfa\x07\x10SSN: 512-44-9031"  # field 127
    assert any(
        data[f.location.start : f.location.end] == b"512-44-9031"
        for f in scan(engine, data).findings
    )


def test_a_field_on_the_wire_as_its_type_is_not_is_read_without_it(engine):
    data = b"\x1a\x10SSN: 512-44-9031"  # ssn, field 3, as a string
    assert kinds(scan(engine, data)) == {"US_SOCIAL_SECURITY_NUMBER"}


@pytest.mark.parametrize("content_type", [TYPE, "application/grpc"])
def test_a_message_that_is_cut_off_is_a_gap(engine, content_type):
    data = _patient().SerializeToString()[:-3]
    report = scan(
        engine, frame(data) if "grpc" in content_type else data, content_type, Rpc(METHOD)
    )
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.MALFORMED)
    assert "PERSON_NAME" in kinds(report)


@pytest.mark.parametrize("head", [b"\x6a", b"\x4a"], ids=["mother of mother", "Any of Any"])
def test_messages_within_messages_end(engine, head):
    url = b"type.googleapis.com/google.protobuf.Any"
    data = b""
    for _ in range(2000):
        inner = (
            data
            if head == b"\x6a"
            else b"\x0a" + _size(len(url)) + url + b"\x12" + _size(len(data)) + data
        )
        data = inner if head == b"\x4a" else head + _size(len(data)) + data
    data = data if head == b"\x6a" else head + _size(len(data)) + data
    report = scan(engine, data)
    assert report.gap is not Gap.INTERNAL_ERROR
    assert report.coverage is Coverage.UNSCANNABLE


def test_bytes_within_a_typed_message_have_no_type_of_their_own(engine):
    # a packed message of an unknown type: its field 1 is no family name
    patient = Patient(diagnosis="E11.9")
    patient.extra.type_url = "type.googleapis.com/x.Unknown"
    packed = Patient(
        family_name="Dachshund", diagnosis="a longer text", weight=7.0
    ).SerializeToString()
    patient.extra.value = gzip.compress(packed, mtime=0)
    data = frame(patient.SerializeToString())
    assert kinds(scan(engine, data, "application/grpc", Rpc(METHOD))) == set()


def _size(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes((number & 0x7F | 0x80,)), number >> 7
    return out + bytes((number,))


@given(st.binary(max_size=200))
def test_any_bytes_are_scanned_and_what_is_masked_stays_masked(engine, data):
    report = scan(engine, data)
    assert report.gap is not Gap.INTERNAL_ERROR
    if report.coverage is Coverage.COMPLETE and report.media == "protobuf":
        with suppress(RedactionError):  # raised for what is packed in it
            assert len(redact(data, report)) == len(data)
